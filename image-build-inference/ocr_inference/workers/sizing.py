"""How many workers a machine or a container is good for."""

from ocr_inference.service_settings import ServiceSettings

WORKER_BYTES = 1024**3
"""What a worker takes at most: half of it for the largest pages that detection takes, some for their pixels."""


def worker_count(settings: ServiceSettings, cores: int, memory: int) -> int:
    """The workers that are asked for, or one a core as far as ``memory`` (bytes) goes, and always one.

    Each may use every core: a page on its own is read by all of them, and with as many pages as cores each gets
    one. Measured on 2 cores with the card of `make bench-serve`, best of 5 rounds side by side, pages a second with
    all busy and milliseconds for one page alone: two workers of 2 threads 2.70 and 365, two of 1 thread 2.75 and
    674, one of 2 threads 2.39 and 393, one that reads two pages at once with 2 threads 2.58 and 371.
    """
    if settings.workers:
        return settings.workers
    if settings.provider != "cpu":
        return 1
    return max(1, min(cores, memory // WORKER_BYTES))
