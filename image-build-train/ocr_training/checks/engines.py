"""What reads an exported model: each of them must compute what the training graph computes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from paddle import inference

Probabilities = NDArray[np.float32]
Engine = Callable[[NDArray[np.float32]], Probabilities]


class ExportMismatchError(RuntimeError):
    """The exported model does not compute what the trained one does."""


def onnx_engine(path: Path) -> Engine:
    """ONNX Runtime, for an exported model.onnx."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of each unused initialiser that paddle2onnx leaves behind
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: np.asarray(session.run(None, {name: images})[0])


def paddle_engine(folder: Path) -> Engine:
    """Paddle's inference, for a folder with inference.json."""
    config = inference.Config(str(folder / "inference.json"), str(folder / "inference.pdiparams"))
    config.enable_new_ir(True)
    config.enable_new_executor(True)
    config.disable_gpu()
    config.disable_glog_info()
    predictor = inference.create_predictor(config)
    source = predictor.get_input_handle(predictor.get_input_names()[0])
    target = predictor.get_output_handle(predictor.get_output_names()[0])

    def run(images: NDArray[np.float32]) -> Probabilities:
        source.copy_from_cpu(images)
        predictor.run()
        return np.asarray(target.copy_to_cpu())

    return run
