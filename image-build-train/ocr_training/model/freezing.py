"""Parts of the model that are not learned."""

from ocr_training.config import Frozen
from ocr_training.model.crnn import CRNN

PARTS: dict[Frozen, tuple[str, ...]] = {
    "none": (),
    "backbone": ("backbone",),
    "backbone+neck": ("backbone", "neck"),
}


def freeze(model: CRNN, frozen: Frozen) -> None:
    """Keep these parts' weights, and their statistics of batch normalisation, as they are."""
    model.frozen = PARTS[frozen]
    for name in model.frozen:
        for parameter in getattr(model, name).parameters():
            parameter.stop_gradient = True
    model.train()
