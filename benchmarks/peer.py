"""rapidocr behind its own API server, in a virtual environment of its own with our versions and our model files."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx

from benchmarks.server_process import Server, ServerError, free_port, started
from ocr_inference.rapidocr_models import WHEEL

API = "rapidocr_api==0.2.0"
SAME_VERSIONS = ("rapidocr", "onnxruntime", "opencv-python-headless", "numpy", "pillow")


def install(folder: Path) -> Path:
    """Make the environment, once; returns its folder.

    Raises:
        ServerError: it cannot be made, or its models are not the ones that we run.
    """
    pins = [API, *(f"{name}=={version(name)}" for name in SAME_VERSIONS)]
    done, wanted = folder / "installed", "\n".join(pins)
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _uv("pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *pins)
        done.write_text(wanted, encoding="utf-8")
    (theirs,) = folder.glob("lib/python*/site-packages/rapidocr/models")
    for model in sorted((WHEEL / "models").glob("*.onnx")):
        if not (theirs / model.name).is_file() or _digest(theirs / model.name) != _digest(model):
            raise ServerError(f"{theirs / model.name} is not the model that we run, {model}: nothing to compare.")
    return folder


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[Server]:
    """Its API server as it comes, once it answers.

    Raises:
        ServerError: it ended or did not answer in time.
    """
    port = free_port()
    command = [str(folder / "bin" / "rapidocr_api"), "-ip", "127.0.0.1", "-p", str(port)]
    with started(command, port, "/", log, {}) as server:
        yield server


def read(client: httpx.Client, page: bytes) -> list[str]:
    """The texts that it reads on a page.

    Raises:
        httpx.HTTPStatusError: it refused the page.
    """
    answer = client.post("/ocr", files={"image_file": ("page.jpg", page, "image/jpeg")})
    answer.raise_for_status()
    return [line["rec_txt"] for line in answer.json().values()]


def _uv(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "uv", *arguments], capture_output=True, text=True, check=False)  # noqa: S603  uv, our own arguments
    if done.returncode:
        raise ServerError(f"uv {arguments[0]} failed: {done.stderr.strip()}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
