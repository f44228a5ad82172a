"""What is wrong with a job's input is found before its first step, all of it at once."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import lmdb
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_training.checks.findings import Findings
from ocr_training.checks.line_checks import check_head, check_pictures
from ocr_training.config import TrainingConfig, read_config
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.errors import UserError
from ocr_training.parallel.replicas import ALONE
from ocr_training.paths import TrainingPaths
from ocr_training.preflight import Inputs, preflight

TRAIN = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"]
VALIDATION = ["ACE", "FED"]
Job = Callable[..., Path]
Draw = Callable[[str], NDArray[np.uint8]]


def look(base: Path) -> Inputs:
    paths = TrainingPaths(base)
    return preflight(paths, read_config(paths.hyperparameters), ALONE)


def wrong(base: Path) -> str:
    """The sentence with which the job ends."""
    with pytest.raises(UserError) as caught:
        look(base)
    return str(caught.value)


def put(base: Path, channel: str, **values: bytes) -> None:
    """Replace records: `image_2=...`."""
    folder = base / "input/data" / channel / "lines-00000"
    with lmdb.open(str(folder), map_size=1 << 26) as env, env.begin(write=True) as records:
        for name, value in values.items():
            kind, number = name.split("_")
            records.put(f"{kind}-{int(number):09d}".encode(), value)


def png(crop: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", crop)[1].tobytes()


@pytest.fixture
def base(job: Job) -> Path:
    return job(TRAIN, VALIDATION, pretrained="none", max_overlap="0.05")


def test_a_good_dataset_is_handed_on(base: Path) -> None:
    inputs = look(base)
    assert [line.text for line in inputs.train] == TRAIN
    assert [line.text for line in inputs.validation] == VALIDATION
    assert inputs.start.name == "none"
    assert inputs.dataset is not None
    assert inputs.dataset["sha256"] == "ab" * 32


def test_a_missing_dictionary_is_found(base: Path) -> None:
    (base / "input/data/dictionary/dict.txt").unlink()
    assert re.fullmatch("cannot read the dictionary .*dict.txt.*", wrong(base))


def test_a_missing_channel_is_found(base: Path) -> None:
    (base / "input/data/validation").rename(base / "elsewhere")
    assert re.fullmatch("there is no validation channel at .*", wrong(base))


def test_an_empty_channel_is_found(job: Job) -> None:
    assert re.fullmatch("the train channel at .* holds no lines; label more documents", wrong(job([], VALIDATION)))


def test_a_character_that_the_dictionary_lacks_is_found(job: Job) -> None:
    base = job([*TRAIN, "AX", "YX"], VALIDATION, pretrained="none")
    assert wrong(base) == (
        "the train label 'AX' has 'X', which dict.txt lacks (2 lines have 2 characters (X Y)); dictionary and lines "
        "must come from one run of Preprocess"
    )


def test_a_label_that_is_longer_than_its_line_is_found(base: Path) -> None:
    put(base, "train", label_1=b"A" * 40, label_2=b"B" * 50)
    assert re.fullmatch(
        "the train label 'A{40}' needs 79 columns and its line has [0-9]+, as 1 others need more than theirs; .*",
        wrong(base),
    )


def test_an_equal_neighbour_needs_a_column_more(base: Path) -> None:
    """CTC writes a blank between them."""
    room = np.full((32, 16, 3), 255, np.uint8)
    put(base, "train", image_1=png(room), label_1=b"ABAB")
    look(base)
    put(base, "train", label_1=b"ABBA")
    assert "the train label 'ABBA' needs 5 columns and its line has 4; prepare" in wrong(base)


def test_an_empty_label_is_found(base: Path) -> None:
    put(base, "train", label_1=b"", label_2=b" ")
    assert wrong(base) == "2 of 8 train lines have an empty label; label them or leave them out"


def test_a_record_that_is_no_picture_is_found(base: Path) -> None:
    put(base, "validation", image_1=b"no picture")
    assert re.fullmatch("validation: image-000000001 of .*, the picture of 'ACE', cannot be decoded; .*", wrong(base))


def test_a_picture_that_ends_too_early_is_found(base: Path, drawn: Draw) -> None:
    whole = png(drawn("FACE"))
    put(base, "train", image_4=whole[: len(whole) // 2])
    assert wrong(base) == (
        "the picture of the train line 'FACE' cannot be decoded, one of 1 among 8 that were tried; prepare the dataset "
        "anew"
    )


def test_a_large_dataset_is_decoded_as_far_as_the_time_allows(drawn: Draw) -> None:
    lines = [LabelledLine(png(drawn("FACE")), "FACE", 64)] * 100
    findings = Findings()
    check_pictures(findings, "train", lines, 0.0)
    assert findings.errors == []
    assert re.fullmatch("decoded [0-9]+ of 100 train pictures, as many as 0 s allow", findings.notes[0])


def test_validation_on_what_is_learned_is_found(job: Job) -> None:
    base = job(TRAIN, ["AB", "ACE"], pretrained="none", max_overlap="0.05")
    assert wrong(base) == (
        "1 of 2 validation pictures are among the training lines too: 50%, and 5% are allowed, because scores on lines "
        "that were learned say nothing; split by document, or raise max_overlap"
    )


def test_an_overlap_that_is_allowed_is_told(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    look(job(TRAIN, ["AB", "ACE"], pretrained="none", max_overlap="0.5"))
    assert "preflight, warning: 1 of 2 validation pictures are among the training lines too" in caplog.messages


def test_one_picture_with_two_texts_is_told(base: Path, drawn: Draw, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    put(base, "train", image_1=png(drawn("CAB")))
    look(base)
    assert (
        "preflight, warning: 1 train pictures occur with another text too, the first as 'AB' and as 'CAB'"
        in caplog.messages
    )


def test_characters_that_are_rare_or_only_in_validation_are_told(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    look(job(["AB"] * 12 + ["AC"], ["AH"], pretrained="none"))
    assert "preflight, note: 1 character (C) in fewer than 10 of 13 training lines" in caplog.messages
    assert [message for message in caplog.messages if "1 character (H) of the validation lines" in message]


def test_a_head_without_a_class_for_a_character_is_found() -> None:
    line = LabelledLine(b"", "ABX", 64)
    findings = Findings()
    check_head(findings, "train", [line], Dictionary(("A",)), Dictionary(("A", "B")))
    check_head(findings, "replayed", [line], Dictionary(("A", "B")))
    assert [re.sub("; .*", "", error) for error in findings.errors] == [
        "the model's head has no class for 1 character (B) of the train labels",
        "the model's head has no class for 1 character (X) of the replayed labels",
    ]


def test_a_start_point_that_is_none_is_found(base: Path) -> None:
    (base / "input/data/pretrained").mkdir()
    assert re.match("the pretrained channel .* holds nothing", wrong(base))


def test_a_batch_that_no_machine_holds_is_found(base: Path) -> None:
    paths = TrainingPaths(base)
    huge = np.full((32, 1280, 3), 255, np.uint8)
    put(base, "train", image_1=png(huge))
    with pytest.raises(
        UserError, match=r"training needs about .* GB of memory .*lower batch_size_per_card or processes"
    ):
        preflight(paths, TrainingConfig(pretrained="none", batch_size_per_card=1024, processes=64), ALONE)


def test_a_dataset_that_states_no_hash_is_found(base: Path) -> None:
    (base / "input/data/lineage/dataset.json").write_text("{}", encoding="utf-8")
    assert re.fullmatch(".*dataset.json states no sha256; expected .*", wrong(base))


def test_everything_that_is_wrong_is_told_at_once(base: Path) -> None:
    put(base, "train", label_1="AÄ".encode(), label_2=b"", label_3=b"A" * 60)
    put(base, "validation", image_1=b"no picture")
    (base / "input/data/lineage/dataset.json").write_text("[]", encoding="utf-8")
    (base / "input/data/pretrained").mkdir()
    told = wrong(base)
    assert told.startswith("6 things are wrong: (1) ")
    assert "\n" not in told
    for part in (
        "'Ä', which dict.txt",
        "an empty label",
        "needs 119 columns",
        "validation: image-",
        "no sha256",
        "holds",
    ):
        assert part in told


def test_a_hundred_thousand_lines_pass_in_seconds(tmp_path: Path, drawn: Draw) -> None:
    base = tmp_path / "ml"
    write_many(base, "train", 100_000, drawn)
    write_many(base, "validation", 2_000, drawn)
    (base / "input/data/dictionary").mkdir()
    (base / "input/data/dictionary/dict.txt").write_text("\n".join("ABCDEFGH") + "\n", encoding="utf-8")
    before = time.process_time()
    inputs = preflight(TrainingPaths(base), TrainingConfig(pretrained="none", processes=1), ALONE)
    # The process's own time: others may use the machine meanwhile.
    assert time.process_time() - before < 20
    assert len(inputs.train) == 100_000


def write_many(base: Path, channel: str, count: int, drawn: Draw) -> None:
    """So many lines, no two pictures alike."""
    pictures = [(text, png(drawn(text))) for text in TRAIN]
    folder = base / "input/data" / channel / "lines-00000"
    folder.mkdir(parents=True)
    with lmdb.open(str(folder), map_size=1 << 30, sync=False) as env, env.begin(write=True) as records:
        for i in range(1, count + 1):
            text, encoded = pictures[i % len(pictures)]
            # Decoders pass over what follows the end of a PNG.
            records.put(b"image-%09d" % i, encoded + f"{channel} {i}".encode())
            records.put(b"label-%09d" % i, text.encode())
        records.put(b"num-samples", str(count).encode())
