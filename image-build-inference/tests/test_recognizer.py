from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_inference.recognizer import Recognizer

Draw = Callable[[str], npt.NDArray[np.uint8]]


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(st.text(alphabet="ABCDEFGH ", min_size=1, max_size=30), max_size=12))
def test_lines_are_read_in_the_order_given(stripe_model: Path, draw_stripes: Draw, texts: list[str]) -> None:
    readings = Recognizer.from_folder(stripe_model).read_lines([draw_stripes(text) for text in texts])
    assert [reading.text for reading in readings] == texts
    assert all(reading.confidence > 0.99 for reading in readings)


def test_a_line_is_read_the_same_alone_and_among_others(text_model: Path) -> None:
    generator = np.random.default_rng(17)
    lines = [generator.integers(0, 255, (24, width, 3)).astype(np.uint8) for width in (40, 41, 95, 200, 97, 330)]
    recognizer = Recognizer.from_folder(text_model, threads=2)
    together = recognizer.read_lines(lines)
    alone = [recognizer.read_lines([line])[0] for line in lines]
    assert [reading.text for reading in together] == [reading.text for reading in alone]
    np.testing.assert_allclose(
        [reading.confidence for reading in together], [reading.confidence for reading in alone], atol=1e-4
    )


def test_nothing_to_read_is_nothing_read(stripe_model: Path) -> None:
    assert Recognizer.from_folder(stripe_model).read_lines([]) == []
