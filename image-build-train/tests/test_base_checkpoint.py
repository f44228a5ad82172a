"""The start point that ships with the image."""

import json

import paddle
import pytest

from ocr_training.data.batches import collate
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.preprocess import columns, input_width
from ocr_training.model.crnn import CRNN
from ocr_training.start_point import BASE, StartPoint, start_point
from ocr_training.validation import Validation

LIMIT_BYTES = 6_000_000
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@pytest.fixture(scope="module")
def base() -> StartPoint:
    return start_point("base", BASE / "absent", Dictionary(()), seed=0)


def test_it_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in BASE.rglob("*") if path.is_file()) <= LIMIT_BYTES


def test_it_can_write_printable_ascii_and_the_chinese_of_a_card(base: StartPoint) -> None:
    assert set(PRINTABLE + "身份證姓名出生日期性別男女簽發號碼") <= set(base.weights.dictionary.characters)


def test_every_replayed_line_can_be_written(base: StartPoint) -> None:
    assert len(base.replay) >= 1000
    for line in base.replay:
        base.weights.dictionary.encode(line.text)


def test_it_reads_the_lines_it_replays(base: StartPoint) -> None:
    model = CRNN(base.weights.dictionary.n_classes)
    base.weights.load_into(model)
    stated = json.loads((BASE / "base.json").read_text(encoding="utf-8"))["stages"][0]["validation"]
    score = Validation.sample(base.replay, base.weights.dictionary, 300, seed=0).score(model)
    assert score.accuracy.exact_match > stated["exact_match"] - 0.1
    assert score.accuracy.cer < stated["cer"] + 0.05


def test_padding_takes_little_of_what_it_reads(base: StartPoint) -> None:
    model = CRNN(base.weights.dictionary.n_classes)
    base.weights.load_into(model)
    model.eval()
    sample = Validation.sample(base.replay, base.weights.dictionary, 300, seed=0).lines
    short = [line for line in sample if columns(input_width(*line.pixels().shape[:2])) < 40]

    def right(padding: float) -> int:
        found = 0
        for line in short:
            batch = collate([line.pixels()], [line.text], base.weights.dictionary, padding)
            with paddle.no_grad():
                classes = model(paddle.to_tensor(batch.images)).argmax(-1).numpy()[0].tolist()
            found += base.weights.dictionary.decode(classes) == line.text
        return found

    # Of a base that was never padded further, a quarter of the short lines were lost.
    assert right(1.0) > 0.8 * right(0.0)


def test_new_characters_keep_the_old_classes(base: StartPoint) -> None:
    grown = start_point("base", BASE / "absent", Dictionary(tuple("é龘")), seed=0)
    assert grown.weights.dictionary.characters == (*base.weights.dictionary.characters, "é", "龘")
    assert grown.transfer is not None
    assert (grown.transfer.new, grown.transfer.dropped) == (2, 0)
