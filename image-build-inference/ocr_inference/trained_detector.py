"""The detector of the model folder: PaddleOCR's ``inference.yml`` and the exported ``model.onnx`` in ``detector/``."""

from typing import Any

import numpy as np
import numpy.typing as npt
from rapidocr.ch_ppocr_det.utils import DBPostProcess

from ocr_inference.detection_config import DetectorConfig, parse_detector_config
from ocr_inference.detector import Found
from ocr_inference.failure import UserError
from ocr_inference.image import Image
from ocr_inference.model_files import CONFIG, NETWORK, NetworkFiles
from ocr_inference.onnx_session import open_session
from ocr_inference.page_scale import STRIDE
from ocr_inference.provider import Provider

PROBE = (STRIDE, 2 * STRIDE)
"""Height and width of the page that a network is tried with: a square one would not tell a transposed answer."""


class TrainedDetector:
    """A fine-tuned DB detector, taken as its ``inference.yml`` describes it."""

    def __init__(self, session: Any, config: DetectorConfig, name: str) -> None:
        self.name = name
        self._session = session
        self._input_name: str = session.get_inputs()[0].name
        self._input = config.pre_process.page_input
        self.scale = self._input.page_scale
        self._factor, self._offset = self._input.factor, self._input.offset
        self._post_process = DBPostProcess(**config.post_process.model_dump(exclude={"name", "box_type"}))

    @classmethod
    def from_files(cls, files: NetworkFiles, threads: int, provider: Provider = Provider.CPU) -> "TrainedDetector":
        """Load it, to run on ``threads`` cores.

        Raises:
            UserError: its ``inference.yml`` is not that of a DB detector, the network cannot be loaded, or does not
                answer a page with a map of probabilities; or the provider is not there.
        """
        config = parse_detector_config(files.config, str(files.folder / CONFIG))
        network = str(files.folder / NETWORK)
        session = open_session(files.network, threads, provider, network)
        _must_map_probabilities(session, network)
        return cls(session, config, files.version)

    def find(self, page: Image) -> Found:
        """The lines of a page whose sides are multiples of the stride."""
        probabilities = self._session.run(None, {self._input_name: self._to_batch(page)})[0]
        boxes, scores = self._post_process(probabilities, page.shape[:2])
        return np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2), scores

    def _to_batch(self, page: Image) -> npt.NDArray[np.float32]:
        """One page: float32 [1, 3, height, width]."""
        channels = page[..., ::-1] if self._input.rgb else page
        batch = np.ascontiguousarray(channels.transpose(2, 0, 1)[None], dtype=np.float32)
        batch *= self._factor
        batch -= self._offset
        return batch


def _must_map_probabilities(session: Any, network: str) -> None:
    name = session.get_inputs()[0].name
    try:
        answer = session.run(None, {name: np.zeros((1, 3, *PROBE), dtype=np.float32)})[0]
    except Exception as error:
        raise UserError(f"{network} does not take float32 [pages, 3, height, width]: {error}") from error
    if answer.shape != (1, 1, *PROBE):
        raise UserError(
            f"{network} answers {list(answer.shape)} to a page of {list(PROBE)} pixels, expected {[1, 1, *PROBE]}: "
            "a probability for each pixel."
        )
    if not (answer.min() >= 0 and answer.max() <= 1):
        raise UserError(f"{network} does not answer probabilities: it must end in a sigmoid.")
