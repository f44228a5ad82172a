"""ONNX Runtime sessions for pictures of any size, on a number of cores or on a GPU."""

from pathlib import Path
from typing import Any

import onnxruntime

from ocr_inference.failure import UserError
from ocr_inference.provider import Provider


def open_session(model: Path | bytes, threads: int, provider: Provider = Provider.CPU, name: str = "") -> Any:
    """Load an ONNX file, or its content, for inference on ``threads`` threads.

    Args:
        model: the file or its content.
        threads: how many cores one inference may use; a GPU leaves little to them.
        provider: what runs the network.
        name: of the model in messages, the file's own when empty.

    Raises:
        UserError: the file is missing or is not a model that ONNX Runtime can run, or the provider is not there.
    """
    name = name or (str(model) if isinstance(model, Path) else "the model")
    if isinstance(model, Path) and not model.is_file():
        raise UserError(f"There is no ONNX model at {model}: the model archive must hold one.")
    providers = _providers(provider)
    try:
        session = onnxruntime.InferenceSession(
            str(model) if isinstance(model, Path) else model, _options(threads), providers=providers
        )
    except Exception as error:
        raise UserError(f"{name} is not a model that ONNX Runtime can load: {error}") from error
    # ONNX Runtime goes on with the CPU where a GPU's driver or libraries do not work, and only logs it.
    if providers[0] not in session.get_providers():
        raise UserError(
            f"OCR_PROVIDER is {provider}, but {name} runs on {', '.join(session.get_providers())}: "
            "the GPU, its driver or CUDA's libraries are missing; ONNX Runtime says which above."
        )
    return session


def _providers(provider: Provider) -> list[str]:
    if provider is Provider.CPU:
        return ["CPUExecutionProvider"]
    there = onnxruntime.get_available_providers()
    if "CUDAExecutionProvider" not in there:
        raise UserError(
            f"OCR_PROVIDER is cuda, but this ONNX Runtime has only {', '.join(there)}: "
            "build the image with --build-arg DEVICE=cuda, or set OCR_PROVIDER to cpu."
        )
    # CUDA's libraries come in wheels, where the loader of shared libraries does not look.
    onnxruntime.preload_dlls()
    return ["CUDAExecutionProvider", "CPUExecutionProvider"]


def _options(threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Every page and every width is a new shape: a memory plan kept for each of them is a server that grows.
    # The arena is kept: it grows to what the largest admitted page needs, and saves a third of the time.
    options.enable_mem_pattern = False
    # Threads that spin while they wait take the cores from the request that is next, and from neighbours.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
