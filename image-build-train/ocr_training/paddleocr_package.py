"""What is used of PaddleOCR: single modules of its package `ppocr`, without its command line."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any


def of_paddleocr(module: str, name: str) -> Any:
    """What `ppocr.MODULE` calls `name`. Raises RuntimeError when PaddleOCR is not installed."""
    folder = str(paddleocr_folder())
    # As its own __init__ does, which imports its whole command line first.
    if folder not in sys.path:
        sys.path.append(folder)
    return getattr(importlib.import_module(f"ppocr.{module}"), name)


def paddleocr_folder() -> Path:
    """Where PaddleOCR is. Raises RuntimeError when it is not installed."""
    package = importlib.util.find_spec("paddleocr")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("paddleocr is not installed; install what pyproject.toml lists")
    return Path(package.submodule_search_locations[0])
