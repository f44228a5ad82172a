"""What runs the networks."""

from enum import StrEnum


class Provider(StrEnum):
    """A processor's cores, or an NVIDIA GPU."""

    CPU = "cpu"
    CUDA = "cuda"
