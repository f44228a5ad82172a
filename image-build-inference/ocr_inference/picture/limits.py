"""What a picture may cost before it is refused."""

import time
from dataclasses import dataclass, field

from ocr_inference.picture.errors import PictureTooLargeError

MIN_SIDE = 4
"""Pictures with a shorter side hold no text, and no network is defined on them."""


@dataclass(frozen=True)
class DecodeLimits:
    """The limits of one picture file, and the resolution of PDF pages in dots per inch."""

    pixels: int = 50_000_000
    """Of a page."""

    pages: int = 32

    seconds: float = 20.0
    """For decoding all pages; the time in which they are read is not counted."""

    dots_per_inch: int = 200


@dataclass
class DecodingTime:
    """The time that a file has taken so far, without the pauses in which its pages are read."""

    limit: float
    spent: float = field(default=0.0, init=False)
    _since: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Decoding goes on."""
        self._since = time.monotonic()

    def stop(self) -> None:
        """Decoding pauses.

        Raises:
            PictureTooLargeError: it has taken longer than the limit.
        """
        self.spent += time.monotonic() - self._since
        if self.spent > self.limit:
            raise self.exceeded()

    @property
    def left(self) -> float:
        """Seconds until the limit, 0 at least."""
        return max(0.0, self.limit - self.spent)

    def exceeded(self) -> PictureTooLargeError:
        """The refusal."""
        return PictureTooLargeError(
            f"Decoding takes longer than the {self.limit:g} seconds that are admitted: send it smaller, or fewer pages."
        )
