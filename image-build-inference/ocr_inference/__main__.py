"""The image's entry point: ``python -m ocr_inference serve``."""

import argparse
import sys

from ocr_inference.stopping import leave_on_sigterm


def main() -> int:
    """Read the command line and run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ocr_inference", description=__doc__)
    parser.add_argument("command", choices=["serve"], help="serve: answer /ping and /invocations")
    parser.parse_args()
    leave_on_sigterm(0)
    # Not before: loading what reads takes a second, in which the platform may want to stop the container.
    from ocr_inference.serve import serve

    return serve()


if __name__ == "__main__":
    sys.exit(main())
