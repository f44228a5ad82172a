"""The one form in which pictures travel through this package."""

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""A picture: uint8 [height, width, 3], channels blue, green, red."""

Polygon = npt.NDArray[np.float32]
"""Four corners: float32 [4, 2] of x, y in pixels, clockwise from the top left."""
