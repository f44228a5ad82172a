"""The local server by HTTP: what it gives, what it writes, and what it refuses."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from labelling.errors import LabellingError
from labelling.liquid import render
from labelling.local.background import labelling_server
from labelling.local.folder import LabelledFolder
from labelling.local.labels import Labels
from labelling.reading import Read
from ocr_processing.detect import find_readers
from ocr_processing.document import Document

ROOT = Path(__file__).parents[2]
TEXT = {
    "text": "香港 (1)",
    "line_num": "1",
    "type": "printed",
    "bb": [{"x": 10, "y": 10}, {"x": 90, "y": 10}, {"x": 90, "y": 40}, {"x": 10, "y": 40}],
}
FORM = {"annotations": json.dumps([TEXT])}
LINE = {"text": "<b>&amp;\"'{{", "confidence": 0.5, "box": [[10, 10], [90, 10], [90, 40], [10, 40]]}

Open = Callable[..., httpx.Client]


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    (folder / "back").mkdir(parents=True)
    (folder / "1.jpg").write_bytes(b"front")
    (folder / "back" / "2.png").write_bytes(b"back")
    return folder


@pytest.fixture
def serve(cards: Path) -> Iterator[Open]:
    with ExitStack() as ends:

        def client(read: Read | None = None) -> httpx.Client:
            address = ends.enter_context(labelling_server(cards, read))
            # As the browser's own page sends it.
            return ends.enter_context(httpx.Client(base_url=address, headers={"origin": address}, trust_env=False))

        yield client


def rows(cards: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (cards / "labels.manifest").read_text(encoding="utf-8").splitlines()]


def test_an_answer_is_a_row_at_once_and_the_next_page_is_next(serve: Open, cards: Path) -> None:
    client = serve()
    assert client.get("/").headers["location"] == "/pages/1"
    assert client.post("/answers/1", json=FORM).json() == {"saved": "1.jpg"}
    (row,) = rows(cards)
    assert (row["source-ref"], row["annotations"]) == ("1.jpg", {"texts": [TEXT]})
    metadata = row["annotations-metadata"]
    assert (metadata["type"], metadata["human-annotated"]) == ("groundtruth/custom", "yes")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", metadata["creation-date"])
    assert client.get("/").headers["location"] == "/pages/2"
    client.post("/answers/2", json={"annotations": "[]"})
    assert client.get("/").headers["location"] == "/done"
    assert "Every page of 2 is labelled" in client.get("/done").text
    assert sorted(path.name for path in cards.iterdir()) == ["1.jpg", "back", "labels.manifest"]


def test_the_manifest_goes_straight_into_preprocess(serve: Open, cards: Path) -> None:
    client = serve()
    client.post("/answers/2", json=FORM)
    client.post("/answers/1", json=FORM)
    root = cards.resolve()
    (reader,) = find_readers(root)
    documents = list(reader.read())
    assert [each.name for each in documents if isinstance(each, Document)] == ["back/2.png", "1.jpg"]


def test_what_was_labelled_can_be_gone_on_with_and_corrected(cards: Path) -> None:
    other = '{"source-ref": "s3://elsewhere/9.jpg", "mine": 1}'
    (cards / "labels.manifest").write_text(other + "\n", encoding="utf-8")
    for text in ("first", "second"):
        with labelling_server(cards) as address:
            form = {"annotations": [TEXT | {"text": text}]}
            httpx.post(f"{address}/answers/1", json=form, headers={"origin": address}, trust_env=False)
    kept, row = rows(cards)
    assert kept == json.loads(other)
    assert [each["text"] for each in row["annotations"]["texts"]] == ["second"]
    folder = LabelledFolder(cards)
    assert (folder.next(), folder.task(1)["lines"][0]["text"]) == (2, "second")
    folder.labels.close()


def test_a_folder_is_labelled_by_one_server_at_a_time(cards: Path) -> None:
    first = Labels(cards)
    with pytest.raises(LabellingError, match="being labelled already"):
        Labels(cards)
    first.close()
    Labels(cards).close()


def test_a_manifest_that_is_none_stays_as_it_is(cards: Path) -> None:
    (cards / "labels.manifest").write_text('{"source-ref": "1.jpg"}\nno\n', encoding="utf-8")
    for _ in range(2):
        with pytest.raises(LabellingError, match=r"Row 2 of .*labels.manifest"):
            Labels(cards)
    assert (cards / "labels.manifest").read_text(encoding="utf-8").endswith("\nno\n")


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"annotations": json.dumps([TEXT | {"bb": []}])}, 422, "four objects"),
        ({"other": "[]"}, 422, "the field annotations"),
        ([], 422, "expected a form"),
    ],
)
def test_an_answer_that_the_page_cannot_have_sent_writes_nothing(
    serve: Open, cards: Path, form: Any, status: int, said: str
) -> None:
    answer = serve().post("/answers/1", json=form)
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert not (cards / "labels.manifest").exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.example"}, 400),
        ({"content-type": "text/plain"}, 415),
    ],
)
def test_another_site_s_page_writes_no_label(serve: Open, cards: Path, headers: dict[str, str], status: int) -> None:
    sent = {"content-type": "application/json", **headers}
    assert serve().post("/answers/1", content=json.dumps(FORM), headers=sent).status_code == status
    assert not (cards / "labels.manifest").exists()


def test_an_answer_without_an_end_is_cut(serve: Open) -> None:
    assert serve().post("/answers/1", json={"annotations": "x" * 5_000_000}).status_code == 413


@pytest.mark.parametrize(
    "path", ["/pictures/0", "/pictures/3", "/pictures/1.jpg", "/pictures/..%2f..%2fetc%2fpasswd",
             "/pages/9", "/labels.manifest", "/1.jpg", "/pictures/-1", "/pictures/99999999999999999999"],
)  # fmt: skip
def test_nothing_but_numbered_pages_is_served(serve: Open, path: str) -> None:
    assert serve().get(path).status_code == 404


def test_a_picture_that_became_a_link_out_of_the_folder_is_not_read(serve: Open, cards: Path) -> None:
    client = serve()
    assert client.get("/pictures/1").content == b"front"
    (cards.parent / "secret").write_bytes(b"secret")
    (cards / "1.jpg").unlink()
    (cards / "1.jpg").symlink_to(cards.parent / "secret")
    answer = client.get("/pictures/1")
    assert (answer.status_code, b"secret" in answer.content) == (404, False)


def test_the_page_may_reach_nobody_but_its_server(serve: Open) -> None:
    answer = serve().get("/pages/1")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert set(re.findall(r"https?://[\w.]+", answer.text)) <= {"http://www.w3.org"}


def test_what_a_model_read_is_text_and_never_html(serve: Open) -> None:
    answer = serve(lambda *_: {"lines": [LINE], "model": ""}).get("/pages/1")
    assert "<b>" not in answer.text
    assert "&lt;b&gt;&amp;amp;" in answer.text


def test_a_model_that_does_not_answer_leaves_the_page_empty_and_says_so(serve: Open) -> None:
    def read(*_: Any) -> dict[str, Any]:
        raise LabellingError("The endpoint does not answer.")

    client = serve(read)
    assert 'data-lines="[]"' in client.get("/pages/1").text
    assert client.get("/pages/1/state").json()["problem"] == "1.jpg: The endpoint does not answer."
    assert client.get("/pages/2/state").json()["problem"] is None


def test_a_model_is_asked_once_about_a_page_and_never_about_one_with_labels(serve: Open) -> None:
    asked: list[str] = []

    def read(content: bytes, media_type: str) -> dict[str, Any]:
        asked.append(f"{content.decode()} {media_type}")
        return {"lines": [], "model": ""}

    client = serve(read)
    client.post("/answers/2", json=FORM)
    for number in (1, 1, 2):
        client.get(f"/pages/{number}")
    assert asked == ["front image/jpeg"]


@pytest.mark.parametrize(
    "template", ["{% if task %}", "{{ task.input.other }}", "{{ task.input.lines | raw }}", "{{ 1 }}"]
)
def test_what_the_page_must_not_ask_for_is_refused(template: str) -> None:
    with pytest.raises(LabellingError, match="expected"):
        render(template, {"lines": []}, str)


def test_the_command_serves_until_it_is_told_to_stop(cards: Path) -> None:
    command = [sys.executable, "-m", "labelling", "serve", str(cards), "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        # As in a terminal, also where the tests run in the background of a shell.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert re.fullmatch(r"2 pages\. Label them at http://127\.0\.0\.1:\d+ and stop with Ctrl\+C\.\n", first)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
