"""How the C library keeps the memory of a training process."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""glibc's malloc.h"""
KEPT = 1 << 30
MOST_KEPT = 32 << 20
"""What older versions of glibc take at most as the size from which memory is mapped."""


def keep_freed_memory() -> None:
    """Let freed memory be used again instead of going back to the system.

    A step frees and allocates the same arrays of megabytes again and again; the system would zero each of their pages
    each time, 15,000 in a step of 8 lines and 6,625 classes. Elsewhere than with glibc it does nothing.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(M_TRIM_THRESHOLD, KEPT)
    if not mallopt(M_MMAP_THRESHOLD, KEPT):
        mallopt(M_MMAP_THRESHOLD, MOST_KEPT)
