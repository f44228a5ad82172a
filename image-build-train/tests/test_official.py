"""PaddleOCR's weights are fetched, checked and turned into a start point; or the build ends with one sentence."""

import hashlib
import io
import json
import os
import pickle
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_training.errors import UserError
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import ALIAS, Weights
from ocr_training.official import fetch, main, official_dictionary, official_weights

MEMBER = "ch_ppocr_mobile_v2.0_rec_train/best_accuracy.pdparams"
Arrays = dict[str, Any]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    """All 245 entries of the model's state dict, with the official head."""
    return {key: tensor.numpy() for key, tensor in CRNN(6625).state_dict().items()}


@pytest.fixture(scope="module")
def own(arrays: Arrays) -> Arrays:
    return {key: values for key, values in arrays.items() if ALIAS not in key}


@pytest.fixture(scope="module")
def checkpoint(own: Arrays) -> bytes:
    return pickle.dumps({**own, "StructuredToParameterName@@": {}}, 2)


def tar(*members: tuple[str, bytes | tarfile.TarInfo], compression: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as archive:
        for name, content in members:
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
            else:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def link(name: str, target: str, kind: bytes) -> tuple[str, tarfile.TarInfo]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return name, member


@pytest.fixture
def archive(checkpoint: bytes) -> bytes:
    """As PaddleOCR packs it: the weights among an optimizer's state and a log."""
    folder = MEMBER.split("/")[0]
    return tar(
        (f"{folder}/._best_accuracy.pdparams", b"a twin from macOS"),
        (f"{folder}/best_accuracy.pdopt", b"another pickle"),
        (MEMBER, checkpoint),
        (f"{folder}/train.log", b"log"),
    )


def test_the_dictionary_is_the_official_one() -> None:
    characters = official_dictionary().characters
    assert len(characters) == 6623
    assert characters[:3] == ("'", "疗", "绚")


def test_fetched_weights_are_those_of_the_checkpoint(
    site: Any, archive: bytes, own: Arrays, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.content = archive
    digest = hashlib.sha256(archive).hexdigest()
    assert main(["--url", site.url, "--sha256", digest.upper(), "--output", str(tmp_path / "made")]) == 0
    stored = Weights.read(tmp_path / "made/weights.npz")
    assert stored.dictionary == official_dictionary()
    assert stored.arrays.keys() == own.keys()
    assert all((stored.arrays[key] == values).all() for key, values in own.items())
    origin = json.loads((tmp_path / "made/official.json").read_text(encoding="utf-8"))
    assert origin == {"url": site.url, "sha256": digest, "bytes": len(archive), "keys": 229}
    assert f"SHA-256 {digest} (as asked for)" in capsys.readouterr().out


def test_no_pickle_is_written(site: Any, archive: bytes, tmp_path: Path) -> None:
    site.content = archive
    fetch(site.url, "", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["official.json", "weights.npz"]
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind in "fU" for name in stored.files)


def test_without_a_digest_the_found_one_is_printed(
    site: Any, archive: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.content = archive
    fetch(site.url, "", tmp_path)
    assert f"SHA-256 {hashlib.sha256(archive).hexdigest()} (not checked" in capsys.readouterr().out


def test_without_an_address_nothing_is_done(tmp_path: Path) -> None:
    assert main(["--url", "", "--sha256", "", "--output", str(tmp_path / "made")]) == 0
    assert list((tmp_path / "made").iterdir()) == []


def test_what_is_secret_in_an_address_is_not_kept(site: Any, archive: bytes, tmp_path: Path) -> None:
    site.content = archive
    fetch(site.url + "?X-Amz-Signature=secret", "", tmp_path)
    assert "secret" not in (tmp_path / "official.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("protocol", [2, 4])
def test_the_other_spelling_of_the_lstm_is_taken(arrays: Arrays, own: Arrays, protocol: int) -> None:
    cells = {key: values for key, values in arrays.items() if ALIAS in key or ".lstm." not in key}
    assert len(cells) == 229
    read = official_weights(pickle.dumps(cells, protocol)).arrays
    assert all((read[key] == values).all() for key, values in own.items())


def test_both_spellings_together_are_taken(arrays: Arrays, own: Arrays) -> None:
    assert official_weights(pickle.dumps(arrays, 4)).arrays.keys() == own.keys()


def test_two_spellings_that_differ_are_refused(arrays: Arrays) -> None:
    broken = {**arrays, "neck.encoder.lstm.1.cell_bw.bias_ih": np.ones(192, "f4")}
    with pytest.raises(UserError, match=r"bias_ih in it differs from neck\.encoder\.lstm\.bias_ih_l1_reverse"):
        official_weights(pickle.dumps(broken, 2))


@pytest.mark.parametrize(
    ("key", "values", "message"),
    [
        ("head.fc.weight", np.ones((96, 97), "f4"), "it has a head of 97 classes, and its dictionary 6623 characters"),
        ("student.head.weight", np.ones(3, "f4"), "keys differ from the model's: student.head.weight"),
        ("head.fc.bias", np.full(6625, np.nan, "f4"), "head.fc.bias in it is not all finite"),
        ("head.fc.bias", np.ones(6625, "i8"), "head.fc.bias in it is not all finite numbers of type float"),
    ],
)
def test_weights_of_another_model_are_refused(own: Arrays, key: str, values: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        official_weights(pickle.dumps({**own, key: values}, 2))


class Command:
    def __reduce__(self) -> Any:
        return os.system, ("exit 1",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda good: good[:-40000], "it is no readable tar|ends after"),
        (lambda good: good[:300], "it is no readable tar"),
        (lambda _: b"", "it is no readable tar"),
        (lambda _: b"<html>not found</html>", "it is no readable tar"),
        (lambda _: tar((MEMBER, b"x"), compression="gz"), "it is no readable tar"),
        (lambda _: tar(("train.log", b"x")), r"holds 0 files \*\.pdparams, expected one; it has 'train\.log'"),
        (lambda _: tar(("a.pdparams", b"x"), ("b.pdparams", b"y")), "holds 2 files"),
        (lambda _: tar(link("a.pdparams", "/etc/passwd", tarfile.SYMTYPE)), "holds 0 files"),
        (lambda _: tar(link("a.pdparams", "/etc/passwd", tarfile.LNKTYPE)), "holds 0 files"),
        (lambda _: tar((MEMBER, bytes(50_000_001))), "is 50000001 bytes; at most 50000000 are read"),
        (lambda _: tar((MEMBER, b"no pickle")), "it is no readable pickle"),
        (lambda _: tar((MEMBER, pickle.dumps({"a": Command()}, 2))), r"it wants to load posix\.system"),
    ],
)
def test_what_is_no_checkpoint_ends_the_build_with_one_sentence(
    site: Any,
    archive: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: Callable[[bytes], bytes],
    message: str,
) -> None:
    site.content = content(archive)
    assert main(["--url", site.url, "--output", str(tmp_path)]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert re.search(message, said), said
    assert said.startswith(f"error: no official weights from {site.url}: ")
    assert said.endswith("to another address, or to nothing to start from what comes without")
    assert "; set PRETRAINED_URL, or for a detector PRETRAINED_DETECTOR_URL, to" in said
    assert list(tmp_path.iterdir()) == []


def test_a_path_in_the_archive_leads_nowhere(site: Any, checkpoint: bytes, tmp_path: Path) -> None:
    site.content = tar(("../../escaped/best_accuracy.pdparams", checkpoint))
    folder = tmp_path / "a/b/c"
    folder.mkdir(parents=True)
    fetch(site.url, "", folder)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder] == []


def test_an_address_that_is_refused_ends_the_build_too(site: Any, tmp_path: Path) -> None:
    site.answers = [404]
    assert main(["--url", site.url, "--output", str(tmp_path)]) == 1


def test_another_digest_is_refused_and_both_are_named(site: Any, archive: bytes, tmp_path: Path) -> None:
    site.content = archive
    with pytest.raises(UserError, match=rf"SHA-256 is {hashlib.sha256(archive).hexdigest()}, expected {'0' * 64}"):
        fetch(site.url, "0" * 64, tmp_path)


def test_it_is_a_command_of_the_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ocr_training.official", "--url", "", "--output", str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "no address is given: the start point is what comes without\n"
