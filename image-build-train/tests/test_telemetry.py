"""Nothing here calls home."""

import os
import subprocess
import sys
from pathlib import Path


def test_onnx_runtime_keeps_no_identifier_to_report_its_use_with(tmp_path: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run(
        [sys.executable, "-c", "import ocr_training, onnxruntime"],
        env=inherited | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        check=True,
    )
    assert not [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name]
