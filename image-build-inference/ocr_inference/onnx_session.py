"""ONNX Runtime sessions for pictures of any size on a given number of cores."""

import os
from pathlib import Path
from typing import Any

import onnxruntime

from ocr_inference.failure import UserError


def available_cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_session(model: Path, threads: int) -> Any:
    """Load an ONNX file for CPU inference on ``threads`` threads.

    Raises:
        UserError: the file is missing or is not a model that ONNX Runtime can run.
    """
    if not model.is_file():
        raise UserError(f"There is no ONNX model at {model}: the model archive must hold one.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Every page and every width is a new shape: a memory plan kept for each of them is a server that grows.
    # The arena is kept: it grows to what the largest admitted page needs, and saves a third of the time.
    options.enable_mem_pattern = False
    # Threads that spin while they wait take the cores from the request that is next, and from neighbours.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise UserError(f"{model} is not a model that ONNX Runtime can load: {error}") from error
