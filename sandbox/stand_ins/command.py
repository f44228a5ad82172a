"""`command NAME ARGUMENTS`: one call of a stand-in."""

import importlib
import sys

from sandbox.stand_ins import calls


def main() -> int:
    """Put the call on record and answer it; returns the exit code."""
    program, *arguments = sys.argv[1:]
    given = sys.stdin.read() if "--password-stdin" in arguments else ""
    if told_to_fail := calls.record(program, arguments):
        print(told_to_fail, file=sys.stderr)
        return 1
    try:
        # Only what this call needs is imported: a build makes many.
        return int(importlib.import_module(f"sandbox.stand_ins.{program}").main(arguments, given))
    except calls.RefusedError as error:
        print(error, file=sys.stderr)
        return error.code
