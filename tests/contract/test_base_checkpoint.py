"""The base checkpoint covers what the recipes write."""

from ocr_processing.synthesis.charset import CHARACTERS
from ocr_training.model.weights import Weights
from ocr_training.start_point import BASE, WEIGHTS


def test_the_base_checkpoint_can_write_every_character_of_the_recipes() -> None:
    assert set(CHARACTERS) <= set(Weights.read(BASE / WEIGHTS).dictionary.characters)
