"""The images that this project builds, and how large each may be."""

from dataclasses import dataclass
from pathlib import Path

from images.errors import ImageError

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class ProjectImage:
    """One image repository and what it becomes."""

    name: str
    """The short name, which reports and file names use."""

    reference: str
    """The name that a local build gets in Docker."""

    folder: str
    """The seed repository, below the checkout."""

    package: str
    """The Python package that the image runs."""

    locks: tuple[str, ...]
    """The hashed locks that the image is installed from, below ``folder``."""

    largest: int
    """The unpacked size that may not be exceeded, in MB of 10^6 bytes."""


IMAGES = (
    ProjectImage(
        name="processing",
        reference="ocr-processing",
        folder="image-build-processing",
        package="ocr_processing",
        locks=("requirements.lock", "fonts.lock"),
        largest=500,
    ),
    ProjectImage(
        name="train",
        reference="ocr-training",
        folder="image-build-train",
        package="ocr_training",
        locks=("requirements.lock", "requirements-cpu.lock"),
        largest=2000,
    ),
    ProjectImage(
        name="inference",
        reference="ocr-inference",
        folder="image-build-inference",
        package="ocr_inference",
        locks=("requirements.lock", "requirements-cpu.lock"),
        largest=600,
    ),
)


def chosen_images(names: list[str]) -> tuple[ProjectImage, ...]:
    """The images of these short names, or all of them where none is given.

    Raises:
        ImageError: a name is none of them.
    """
    known = {image.name: image for image in IMAGES}
    strange = [name for name in names if name not in known]
    if strange:
        raise ImageError(f"There is no image {strange[0]!r}: expected one of {', '.join(known)}.")
    return tuple(known[name] for name in names) or IMAGES
