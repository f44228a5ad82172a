"""Stands in for `python3 smoke_test.py IMAGE`, which runs containers of the image that was built."""

from collections.abc import Sequence

from sandbox.stand_ins.docker import built


def main(arguments: Sequence[str], _: str) -> int:
    """Say that nothing was tried; only an image of the stand-in for docker may pass so."""
    (image,) = arguments
    built(image)
    print(f"no engine: the smoke test is not run ({image} is a digest of its files, and no container)")
    return 0
