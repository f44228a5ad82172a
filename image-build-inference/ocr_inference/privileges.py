"""Giving up root: the platform starts containers as root, and nothing that reads a request should be it."""

import ctypes
import logging
import os

log = logging.getLogger(__name__)

PR_SET_NO_NEW_PRIVS = 38
"""From linux/prctl.h: no program that is started later can gain what was given up, whatever bits its file has."""


def give_up_root(user_id: int) -> None:
    """Become ``user_id``, with the group of the same number and no other, for good; all threads do.

    Does nothing when ``user_id`` is 0 or when the process is not root's.

    Raises:
        OSError: the system refuses; the process must not go on as root then.
    """
    if not user_id or os.geteuid():
        return
    os.setgroups([])
    os.setresgid(user_id, user_id, user_id)
    os.setresuid(user_id, user_id, user_id)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    log.info("Gave up root, now user %d", user_id)
