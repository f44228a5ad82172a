"""The picture files of a request."""

from collections.abc import Generator
from dataclasses import dataclass

from ocr_inference.image import Image
from ocr_inference.picture import DecodeLimits, PictureTooLargeError, UnreadablePictureError, decode_picture
from ocr_inference.request.boxes import BoxedPage
from ocr_inference.request.error import RequestError


@dataclass(frozen=True)
class Document:
    """A picture file, or why there is none in its place."""

    content: bytes | RequestError
    boxed: tuple[BoxedPage, ...] | None = None
    """The lines of each page, where the caller says where they are."""

    def pages(self, limits: DecodeLimits) -> Generator[Image, None, None]:
        """Decode the file's pages, one at a time.

        Raises:
            RequestError: 400 where it cannot be read, 413 where it exceeds a limit.
        """
        if isinstance(self.content, RequestError):
            raise self.content
        try:
            yield from decode_picture(self.content, limits)
        except UnreadablePictureError as error:
            raise RequestError(400, str(error)) from error
        except PictureTooLargeError as error:
            raise RequestError(413, str(error)) from error
