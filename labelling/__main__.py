"""``python -m labelling``."""

import sys

from labelling.cli import main

if __name__ == "__main__":
    sys.exit(main())
