"""Build the images from the checkout: ``python -m images.build [NAME ...] [--build-arg NAME=VALUE]``."""

import argparse
import subprocess
import sys

from images.catalogue import ROOT, chosen_images
from images.docker import build
from images.errors import ImageError


def main() -> int:
    """Read the command line and build; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m images.build", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="processing, train, inference; all where none is given"
    )
    parser.add_argument(
        "--build-arg", action="append", default=[], metavar="NAME=VALUE", help="as docker build takes it"
    )
    parser.add_argument("--tag", default="latest", help="the tag that the images get (latest)")
    options = parser.parse_args()
    try:
        build_args = {"COMMIT": checked_out_commit(), **dict(_pair(text) for text in options.build_arg)}
        for image in chosen_images(options.names):
            build(image, ROOT / image.folder, f"{image.reference}:{options.tag}", build_args)
            print(f"{image.reference}:{options.tag}")
    except ImageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def checked_out_commit() -> str:
    """The checkout's commit, which the images' label holds; ``unknown`` where it is no git checkout."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607  git, wherever it is
    return done.stdout.strip() if not done.returncode else "unknown"


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ImageError(f"--build-arg {text}: expected NAME=VALUE.")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
