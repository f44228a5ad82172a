"""Run inside an image: print, as JSON, the Debian and Python packages and the models that its file system holds.

It is sent over standard input to the image's own interpreter, so it takes the standard library and nothing else.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

NOT_THE_IMAGE = ("/proc", "/sys", "/dev", "/tmp")  # noqa: S108  left out, not written to
MODELS = (
    "app/**/*.npz",
    "pretrained/*.npz",
    "venv/lib/python3*/site-packages/rapidocr/models/*.onnx",
    "venv/lib/python3*/site-packages/rapidocr_onnxruntime/models/*_det_infer.onnx",
)
"""Below /opt: the weights that a job starts from or a server reads with. Examples in other packages are left out."""
FIELDS = ("Package", "Version", "Architecture", "source:Package", "source:Version", "db:Status-Status")


def main() -> None:
    """Print what there is."""
    found = {
        "system": platform.freedesktop_os_release(),
        "python": {"version": platform.python_version(), "path": os.path.realpath(sys.executable)},
        "debian": list(debian_packages()),
        "packages": sorted(python_packages("/"), key=lambda package: str(package["path"])),
        "models": list(models(Path("/opt"))),
    }
    print(json.dumps(found))


def debian_packages() -> Iterator[dict[str, str]]:
    """The installed packages, as dpkg's database has them."""
    listed = "\\t".join("${" + field + "}" for field in FIELDS) + "\\n"
    done = subprocess.run(["dpkg-query", "--show", "--showformat", listed], capture_output=True, text=True, check=True)  # noqa: S603, S607
    for line in done.stdout.splitlines():
        name, version, architecture, source, source_version, status = line.split("\t")
        if status == "installed":
            yield {
                "name": name,
                "version": version,
                "architecture": architecture,
                "source": source,
                "source_version": source_version,
            }


def python_packages(root: str) -> Iterator[dict[str, object]]:
    """Every installed Python package below ``root``, of whatever environment, those inside other packages too."""
    for folder, folders, _ in os.walk(root):
        folders[:] = [name for name in folders if str(Path(folder) / name) not in NOT_THE_IMAGE]
        for name in folders:
            if name.endswith((".dist-info", ".egg-info")):
                yield described(Path(folder) / name)


def models(root: Path) -> Iterator[dict[str, object]]:
    """The model files below ``root``, and what stands beside them about where they were fetched."""
    for path in sorted(path for pattern in MODELS for path in root.glob(pattern)):
        origin = path.with_name("official.json")
        yield {
            "path": str(path),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "origin": json.loads(origin.read_text(encoding="utf-8")) if origin.is_file() else None,
        }


def described(path: Path) -> dict[str, object]:
    """Name, version, place, licence and wheel tags of one installed package."""
    distribution = Distribution.at(path)
    metadata = distribution.metadata
    wheel = distribution.read_text("WHEEL") or ""
    return {
        "name": metadata["Name"],
        "version": metadata["Version"],
        "path": str(path),
        "licence_expression": metadata["License-Expression"],
        "licence": metadata["License"],
        "classifiers": [text for text in metadata.get_all("Classifier") or [] if text.startswith("License ::")],
        "tags": [line.partition(":")[2].strip() for line in wheel.splitlines() if line.startswith("Tag:")],
    }


if __name__ == "__main__":
    main()
