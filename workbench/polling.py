"""Looking again and again: soon at first, and more seldom the longer something takes."""

import itertools
import math
import time
from collections.abc import Iterator

FIRST_SECONDS, LONGEST_SECONDS, GROWTH = 0.1, 5.0, 1.3


def looks(seconds: float = math.inf) -> Iterator[int]:
    """Counts the looks, and pauses between them: the first ones a tenth of a second apart, later ones five seconds.

    What takes seconds in the sandbox is seen at once; of what takes an hour on AWS the service is not asked too often.
    The last look is after `seconds`.
    """
    end, pause = time.monotonic() + seconds, FIRST_SECONDS
    for number in itertools.count():
        yield number
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(pause, left))
        pause = min(LONGEST_SECONDS, pause * GROWTH)
