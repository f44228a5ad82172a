"""Two endpoints, each of one half of the reader: what goes from the one to the other."""

import base64
import io
import json
from typing import Any

from PIL import Image

from workbench.project import Project
from workbench.reading import invoke_halves

BOX = [[1, 1], [9, 1], [9, 5], [1, 5]]


class Halves:
    """Answers as the inference image's README says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def client(self, *_: str, **__: object) -> "Halves":
        return self

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        line: dict[str, Any] = {"box": BOX, "confidence": 0.9}
        if request["EndpointName"].endswith("recognition"):
            line["text"] = "found"
        answer = {"pages": [{"number": 1, "width": 10, "height": 6, "lines": [line]}]}
        return {"Body": io.BytesIO(json.dumps(answer).encode())}


def test_what_the_first_one_found_is_what_the_second_one_reads() -> None:
    written = io.BytesIO()
    Image.new("RGB", (10, 6)).save(written, "PNG")
    halves = Halves()
    project = Project("ocr", "local", "us-east-1", {}, halves)
    reading = invoke_halves(project, "ocr-trial-detection", "ocr-trial-recognition", written.getvalue())
    assert reading.texts == ["found"]
    assert reading.lines[0].polygon == [(1, 1), (9, 1), (9, 5), (1, 5)]
    found, read = halves.asked
    assert (found["ContentType"], found["Body"]) == ("image/png", written.getvalue())
    body = json.loads(read["Body"])
    assert read["ContentType"] == "application/json"
    assert base64.b64decode(body["image"]) == written.getvalue()
    assert body["pages"][0]["lines"][0]["box"] == BOX
