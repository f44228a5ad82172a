"""Which weights a run starts from."""

from pathlib import Path

import pytest

from ocr_training.config import Pretrained
from ocr_training.data.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.json_files import write_json
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import Weights
from ocr_training.official import official_dictionary
from ocr_training.start_point import start_point

KNOWN = Dictionary(tuple("0123456789身份"))
ORIGIN = {"url": "https://host/x.tar", "sha256": "ab" * 32, "bytes": 1, "keys": 229}
DATASET = Dictionary(tuple("0é龘"))


def written(folder: Path) -> Path:
    Weights.of(CRNN(KNOWN.n_classes), KNOWN).write(folder / "weights.npz")
    return folder


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """What the image build leaves, with a short dictionary."""
    write_json(tmp_path / "official/official.json", ORIGIN)
    return written(tmp_path / "official")


@pytest.mark.parametrize(
    ("pretrained", "name"),
    [("auto", "official weights"), ("official", "official weights"), ("base", "base checkpoint"), ("none", "none")],
)
def test_an_image_with_official_weights_starts_from_what_is_asked_for(
    tmp_path: Path, official: Path, pretrained: Pretrained, name: str
) -> None:
    assert start_point(pretrained, tmp_path / "absent", DATASET, 0, official).name == name


@pytest.mark.parametrize("folder", [None, "empty"])
def test_an_image_without_official_weights_starts_from_the_base_checkpoint(tmp_path: Path, folder: str | None) -> None:
    (tmp_path / "empty").mkdir()
    start = start_point("auto", tmp_path / "absent", DATASET, 0, tmp_path / folder if folder else None)
    assert start.name == "base checkpoint"


def test_asking_for_official_weights_that_are_not_there_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"built without .*; build it with PRETRAINED_URL, or set 'pretrained'"):
        start_point("official", tmp_path / "absent", DATASET, 0, tmp_path)


def test_the_channel_comes_before_everything(tmp_path: Path, official: Path) -> None:
    start = start_point("official", written(tmp_path / "channel"), DATASET, 0, official)
    assert (start.name, start.origin) == ("pretrained channel", None)


def test_official_weights_tell_where_they_came_from(tmp_path: Path, official: Path) -> None:
    assert start_point("auto", tmp_path / "absent", DATASET, 0, official).origin == ORIGIN


def test_new_characters_follow_the_official_ones(tmp_path: Path, official: Path) -> None:
    start = start_point("auto", tmp_path / "absent", DATASET, 0, official)
    assert start.weights.dictionary.characters == (*KNOWN.characters, "é", "龘")


@pytest.mark.parametrize("pretrained", ["base", "none"])
def test_the_dictionary_may_be_the_datasets_own(tmp_path: Path, pretrained: Pretrained) -> None:
    start = start_point(pretrained, tmp_path / "absent", DATASET, 0, dictionary="dataset")
    assert start.weights.dictionary == DATASET
    assert all(set(line.text) <= {*DATASET.characters, " "} for line in start.replay)
    if start.transfer:
        assert (start.transfer.carried, start.transfer.new) == (1, 2)


def test_the_dictionary_may_be_the_official_one(tmp_path: Path) -> None:
    start = start_point("base", tmp_path / "absent", Dictionary(tuple("0é")), 0, dictionary="official")
    assert start.weights.dictionary == official_dictionary()


def test_a_character_that_the_official_dictionary_lacks_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"lacks ☃ of the dataset's; set 'dictionary' to 'union'"):
        start_point("base", tmp_path / "absent", Dictionary(tuple("0☃")), 0, dictionary="official")


def test_lines_of_the_base_checkpoint_that_can_be_written_are_replayed(tmp_path: Path, official: Path) -> None:
    start = start_point("auto", tmp_path / "absent", DATASET, 0, official)
    everything = start_point("base", tmp_path / "absent", DATASET, 0).replay
    assert 0 < len(start.replay) < len(everything)
    for line in start.replay:
        start.weights.dictionary.encode(line.text)
