"""The fuzzing: that it damages, that it judges, and that a server is asked and found sound."""

import io
import random
from pathlib import Path

import httpx
import PIL.Image
import pytest
from rich.console import Console

from benchmarks.fuzz import fuzz
from benchmarks.fuzzing.attempt import attempts
from benchmarks.fuzzing.corpus import corpus
from benchmarks.fuzzing.mutation import DAMAGES, mutate
from benchmarks.fuzzing.verdict import judge
from benchmarks.images_report import rapidocr_model
from benchmarks.server_process import ServerError, ours


def test_every_file_of_the_corpus_is_what_its_name_says() -> None:
    kinds = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP", "tif": "TIFF", "gif": "GIF"}
    for name, content in corpus().items():
        ending = name.rpartition(".")[2]
        if ending == "pdf":
            assert content.startswith(b"%PDF-"), name
        else:
            with PIL.Image.open(io.BytesIO(content)) as picture:
                assert picture.format == kinds[ending], name


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_done_to_anything(damage: object) -> None:
    content = b"%PDF 123 " + bytes(range(200))
    done = {damage(random.Random(seed), content, b"other") for seed in range(20)}  # type: ignore[operator]
    assert len(done - {content}) > 5
    assert all(isinstance(damage(random.Random(seed), b"x", b""), bytes) for seed in range(20))  # type: ignore[operator]


def test_the_same_seed_sends_the_same_requests() -> None:
    files = corpus()
    first, again, other = (list(attempts(seed, 60, files)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert {attempt.kind for attempt in first} >= {"json", "batch", "lines"}
    assert mutate(random.Random(1), b"content", b"") == mutate(random.Random(1), b"content", b"")


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (200, b"{}", None),
        (200, b"", "an empty answer"),
        (400, b'{"error": "The picture is broken."}', None),
        (503, b'{"error": "Try again."}', None),
        (503, b'{"error": "The process that read this request has ended: try again, once."}', "crashed"),
        (500, b'{"error": "An error of the server."}', "status 500"),
        (502, b"", "status 502"),
        (400, b"Bad Request", "without JSON"),
        (400, b'{"detail": "x"}', "without a sentence"),
        (400, b'{"error": ""}', "without a sentence"),
        (400, b'{"error": "Traceback (most recent call last)"}', "stack trace"),
    ],
)
def test_an_answer_is_judged(status: int, body: bytes, complaint: str | None) -> None:
    verdict = judge(httpx.Response(status, content=body, headers={"content-type": "application/json"}))
    assert verdict.outcome == str(status)
    if complaint is None:
        assert verdict.complaint is None
    else:
        assert complaint in (verdict.complaint or "")


def test_the_server_is_sound(tmp_path: Path) -> None:
    model = rapidocr_model(tmp_path / "model")
    with ours(model, tmp_path / "log") as server:
        findings = fuzz(server, 30, 3, tmp_path, Console(quiet=True))
    assert findings.complaints == []
    assert findings.requests >= 30
    assert sum(counter["200"] for counter in findings.outcomes.values()) >= 5


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(ServerError, match=r"inference\.yml"), ours(tmp_path / "model", tmp_path / "log"):
        pass
