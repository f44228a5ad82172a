"""From a pixel's value to what a network takes."""

import numpy as np
import numpy.typing as npt


class Normalized:
    """An input whose pixels become ``(pixel * scale - mean) / std`` by channel, as PaddleOCR's operation has it."""

    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @property
    def factor(self) -> npt.NDArray[np.float32]:
        """What a pixel is multiplied by: float32 [3, 1, 1]."""
        return np.array([[[self.scale / std]] for std in self.std], dtype=np.float32)

    @property
    def offset(self) -> npt.NDArray[np.float32]:
        """What is taken from the product: float32 [3, 1, 1]."""
        return np.array([[[mean / std]] for mean, std in zip(self.mean, self.std, strict=True)], dtype=np.float32)
