"""What meets in a batch."""

from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_training.data.augmentation import Augmentation
from ocr_training.data.batches import Batches, collate
from ocr_training.data.dictionary import Dictionary, UnknownCharacterError
from ocr_training.data.lines import LabelledLine
from ocr_training.errors import UserError
from ocr_training.parallel.replicas import ALONE, Replicas

DICTIONARY = Dictionary(tuple("ABCDEFGH"))
Draw = Callable[[str], NDArray[np.uint8]]


def lines(drawn: Draw, count: int) -> list[LabelledLine]:
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ABCDEFGH"), rng.integers(1, 9))) for _ in range(count)]
    crops = [drawn(text) for text in texts]
    return [
        LabelledLine(cv2.imencode(".png", crop)[1].tobytes(), text, crop.shape[1])
        for crop, text in zip(crops, texts, strict=True)
    ]


def batches(drawn: Draw, *, this: Replicas = ALONE, augment: float = 0.0, own: int = 50, pad: float = 0.0) -> Batches:
    return Batches(
        lines(drawn, own), lines(drawn, 20), DICTIONARY, 8, 0.25, Augmentation(augment), 5, this=this, pad=pad
    )


def test_an_epoch_shows_every_line_once(drawn: Draw) -> None:
    plan = batches(drawn).plan(1)
    assert Counter(i for own, _ in plan for i in own) == Counter(range(50))


def test_every_batch_replays_its_share(drawn: Draw) -> None:
    assert {len(replayed) for _, replayed in batches(drawn).plan(1)} == {2}


def test_epochs_differ_and_repeat_by_seed(drawn: Draw) -> None:
    made = batches(drawn)
    assert made.plan(1) == made.plan(1)
    assert made.plan(1) != made.plan(2)


def test_lines_of_a_batch_are_alike_in_width(drawn: Draw) -> None:
    made = batches(drawn, own=200)
    widths = [[made.lines[i].width for i in own] for own, _ in made.plan(1)]
    spread = np.mean([max(w) - min(w) for w in widths])
    assert spread < 0.3 * np.std([line.width for line in made.lines])


def test_replicas_share_a_batch_without_overlap(drawn: Draw) -> None:
    whole = list(batches(drawn)(1))
    parts = [list(batches(drawn, this=Replicas(rank, 2))(1)) for rank in range(2)]
    for batch, first, second in zip(whole, *parts, strict=True):
        assert len(first.images) + len(second.images) == len(batch.images)
        assert first.label_lengths.sum() + second.label_lengths.sum() == batch.label_lengths.sum()
        assert first.weight * len(second.images) == pytest.approx(second.weight * len(first.images))
        assert first.weight + second.weight == pytest.approx(2)


def test_augmentation_repeats_by_seed_and_changes_the_picture(drawn: Draw) -> None:
    first, again = (next(batches(drawn, augment=1.0)(1)) for _ in range(2))
    plain = next(batches(drawn)(1))
    assert (first.images == again.images).all()
    assert first.images.shape != plain.images.shape or (first.images != plain.images).mean() > 0.1


def test_padding_on_the_right_is_zero(drawn: Draw) -> None:
    batch = collate([drawn("A"), drawn("ABCDEFG")], ["A", "ABCDEFG"], DICTIONARY)
    assert (batch.images[0, :, :, drawn("A").shape[1] :] == 0).all()
    assert batch.images[1].std() > 0.1
    assert batch.labels.tolist() == [[1, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7]]


def test_so_many_batches_are_padded_further(drawn: Draw) -> None:
    plain = [batch.images for batch in batches(drawn, own=120)(1)]
    padded = [batch.images for batch in batches(drawn, own=120, pad=0.5)(1)]
    wider = [more.shape[3] > less.shape[3] for less, more in zip(plain, padded, strict=True)]
    assert 0.2 < np.mean(wider) < 0.8
    for less, more in zip(plain, padded, strict=True):
        assert more.shape[3] <= 320
        assert (more[..., : less.shape[3]] == less).all()
        assert (more[..., less.shape[3] :] == 0).all()


def test_padding_repeats_where_a_run_goes_on(drawn: Draw) -> None:
    made = batches(drawn, pad=1.0)
    whole, rest = list(made(1)), list(made(1, 3))
    assert [batch.images.shape for batch in whole[3:]] == [batch.images.shape for batch in rest]


def test_an_unknown_character_ends_the_run(drawn: Draw) -> None:
    with pytest.raises(UnknownCharacterError):
        collate([drawn("Z")], ["Z"], DICTIONARY)


def test_a_corrupt_picture_ends_the_run_from_the_thread(drawn: Draw) -> None:
    made = batches(drawn)
    broken = Batches([LabelledLine(b"no picture", "A", 32)] * 8, [], DICTIONARY, 8, 0.0, made.augmentation, 5)
    with pytest.raises(UserError, match="cannot be decoded"):
        list(broken(1))


def test_fewer_lines_than_processes_are_refused(drawn: Draw) -> None:
    with pytest.raises(UserError, match="1 training lines for 2 processes"):
        batches(drawn, own=1, this=Replicas(0, 2))
