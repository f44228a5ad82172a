"""The pretrained PP-OCR models that come inside rapidocr's wheel, run by sessions of our own.

rapidocr looks for a model on the network only when it opens the session itself, so it is handed one.
"""

import logging
from pathlib import Path
from typing import Any

import rapidocr
from omegaconf import OmegaConf
from rapidocr.utils.typings import EngineType, OCRVersion

from ocr_inference.onnx_session import open_session
from ocr_inference.provider import Provider

WHEEL = Path(rapidocr.__file__).parent
DETECTOR = WHEEL / "models" / "PP-OCRv6_det_small.onnx"
DIRECTION = WHEEL / "models" / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"


def rapidocr_config(section: str, model: Path, threads: int, provider: Provider, **changes: Any) -> Any:
    """One section of rapidocr's own configuration, with an opened session for ``model`` in it.

    Raises:
        UserError: the wheel does not carry the model, or the provider is not there.
    """
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    shipped: Any = OmegaConf.to_container(OmegaConf.load(WHEEL / "config.yaml"))
    defaults: dict[str, Any] = shipped[section]
    settings = {
        **defaults,
        "engine_type": EngineType.ONNXRUNTIME,
        "ocr_version": OCRVersion(defaults["ocr_version"]),
        "session": open_session(model, threads, provider),
        **changes,
    }
    return OmegaConf.create(settings, flags={"allow_objects": True})
