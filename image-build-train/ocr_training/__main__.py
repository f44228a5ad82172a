"""`python -m ocr_training train`: what SageMaker runs as `docker run IMAGE train`."""

import sys

from ocr_training.termination import Termination


def main() -> int:
    """Run a command; the exit code."""
    termination = Termination()
    termination.handle()
    # Only now: importing takes long enough for a signal to come.
    from ocr_training.command import run

    return run(termination)


if __name__ == "__main__":
    sys.exit(main())
