"""A container image of a few lines, for tests: each role does just what its contract says, and quickly.

Started as `python tiny_image.py ROLE ...`, it sees what a real container would see.
"""

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def preprocess(arguments: list[str]) -> None:
    """Copy the documents to the dataset folder, with a dictionary and a lineage file."""
    documents = BASE / "processing/input/documents"
    output = BASE / "processing/output"
    for split in ("train", "validation", "test", "pages"):
        (output / split).mkdir(parents=True)
        for path in sorted(documents.rglob("*")):
            if path.is_file():
                (output / split / path.name).write_bytes(path.read_bytes())
    resources = json.loads((BASE / "config/resourceconfig.json").read_text())
    (output / f"{resources['current_host']}.txt").write_text(os.environ.get("MASTER_PORT", "alone"))
    (output / "dict.txt").write_text("a\nb\n")
    counted = {"documents": 2, "lines": 3}
    record = {
        "sha256": "feed" * 16,
        "lines": 9,
        "splits": dict.fromkeys(("train", "validation", "test"), counted),
        "detection": {},
        "rejects": {"total": 1},
        "arguments": arguments,
    }
    (output / "dataset.json").write_text(json.dumps(record))
    print(f"wrote the dataset of {os.environ['PROCESSING_JOB_NAME']}")


def train(_arguments: list[str]) -> None:
    """Write a model that remembers its hyperparameters; fail or wait when they say so."""
    hyperparameters = json.loads((BASE / "input/config/hyperparameters.json").read_text())
    if int(hyperparameters.get("batch_size", "1")) == 13:
        fail("failure", "batch_size is 13: found an unlucky number, expected any other")
    if int(hyperparameters.get("batch_size", "1")) == 99:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(float(hyperparameters.get("sleep", "0")))
    remember_host(int(hyperparameters.get("batch_size", "1")))
    channels = sorted(path.name for path in (BASE / "input/data").iterdir())
    (BASE / "model/model.onnx").write_text("weights")
    (BASE / "model/training.json").write_text(json.dumps({"channels": channels, **hyperparameters}))
    (BASE / "output/data/start_point").mkdir(parents=True)
    (BASE / "output/data/start_point/model.onnx").write_text("before")
    print("epoch=1 train_loss=0.5 validation_exact_match=0.25 validation_cer=0.5")
    print("epoch=2 train_loss=0.25 validation_exact_match=0.75 validation_cer=0.125")


def remember_host(batch_size: int) -> None:
    """One of several hosts writes what it was given; the last one fails, or is lost, when the batch size says so."""
    resources = json.loads((BASE / "input/config/resourceconfig.json").read_text())
    host, hosts = resources["current_host"], resources["hosts"]
    if len(hosts) == 1:
        return
    if host == hosts[-1] and batch_size == 14:
        fail("failure", f"batch_size is 14 on {host}")
    if host == hosts[0] and batch_size == 14:
        time.sleep(60)
    files = sorted(path.name for path in (BASE / "input/data/train").iterdir())
    master = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    (BASE / f"model/{host}.json").write_text(json.dumps({"hosts": hosts, "files": files, "master": master}))
    (BASE / "checkpoints").mkdir(exist_ok=True)
    (BASE / f"checkpoints/{host}.txt").write_text(host)


def evaluate(arguments: list[str]) -> None:
    """Write the figures that the model's folder name stands for."""
    given = BASE / "processing/input"
    expected = ("model/model.tar.gz", "dataset/dataset.json", "start_point/output.tar.gz")
    missing = [name for name in expected if not (given / name).is_file()]
    if missing:
        fail("message", f"not given: {missing}")
    figures = {"value": 0.95, "standard_deviation": 0.01, "lower": 0.93, "upper": 0.97}
    before = {"exact_match": 0.1, "exact_match_folded": 0.1, "cer": 0.8, "wer": 0.9, "ned": 0.2}
    report = {
        "ocr_metrics": {"lines": 10, **dict.fromkeys(("exact_match", "cer", "wer", "ned"), figures)},
        "before": {**before, "exact_match_difference": {"value": 0.85, "lower": 0.8, "upper": 0.9}},
        "champion": {"status": "none"},
        "gate": {"min_exact_match": 0.8, "no_regression": True, "reasons": []},
        "arguments": arguments,
    }
    output = BASE / "processing/output"
    output.mkdir(parents=True)
    (output / "evaluation.json").write_text(json.dumps(report))
    (output / "report.html").write_text("<p>fine</p>")


def serve(_arguments: list[str]) -> None:
    """Answer /ping once the model is there, and /invocations with what was asked."""
    model = (BASE / "model/model.onnx").read_text()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_served = self.path == "/ping" or os.environ.get("OCR_PLAYGROUND") == "true"
            self.send_response(200 if is_served else 404)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            attributes = self.headers.get("X-Amzn-SageMaker-Custom-Attributes", "")
            status = 400 if body == b"bad" else 200
            answer = {"bytes": len(body), "model": model, "type": self.headers["Content-Type"]}
            if model.startswith("{"):
                answer = json.loads(model)
            text = json.dumps({"error": "bad image"} if status == 400 else answer)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", attributes)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            print(format % args)

    if model == "broken":
        print("the model cannot be read: found 'broken'", flush=True)
        raise SystemExit(3)
    address = ("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"]))
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()


def fail(file_name: str, sentence: str) -> None:
    """End as a container ends: the sentence in the failure file and as the last line."""
    (BASE / "output").mkdir(parents=True, exist_ok=True)
    (BASE / "output" / file_name).write_text(sentence)
    print(sentence)
    raise SystemExit(1)


if __name__ == "__main__":
    {"train": train, "serve": serve, "preprocess": preprocess, "evaluate": evaluate}[sys.argv[1]](sys.argv[2:])
