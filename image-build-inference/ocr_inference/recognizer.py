"""Crops of text lines in, texts out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ocr_inference.ctc import Reading, decode
from ocr_inference.image import Image
from ocr_inference.machine import available_cores
from ocr_inference.model_files import ModelFiles
from ocr_inference.model_folder import LoadedRecognizer, open_model
from ocr_inference.preprocess import padded_width, resize_line, to_batch
from ocr_inference.provider import Provider

BATCH_COLUMNS = 4096
"""Pixels of width in a batch, which bounds its memory: 12 lines of 320 pixels."""


class Recognizer:
    """A fine-tuned text line recogniser.

    Lines run in batches of one padded width, so that a line is read the same whatever is read with it.
    The batches run side by side, each on one core: these networks gain little from more.
    """

    def __init__(self, model: LoadedRecognizer, threads: int) -> None:
        self._model = model
        self._input_name: str = model.session.get_inputs()[0].name
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognizer")

    @classmethod
    def from_folder(cls, folder: Path, threads: int | None = None) -> "Recognizer":
        """Load the model in ``folder``, to run on ``threads`` cores (all when None).

        Raises:
            UserError: the folder does not hold a model whose dictionary and classes agree.
        """
        return cls.from_files(ModelFiles.read(folder), threads)

    @classmethod
    def from_files(
        cls, files: ModelFiles, threads: int | None = None, provider: Provider = Provider.CPU
    ) -> "Recognizer":
        """The same from the files' content.

        Raises:
            UserError: as for the folder, or the provider is not there.
        """
        return cls(open_model(files, provider=provider), threads or available_cores())

    @property
    def version(self) -> str:
        """What tells this model from another: the start of its SHA-256."""
        return self._model.version

    def read_lines(self, lines: Sequence[Image]) -> list[Reading]:
        """Read each line; the answers are in the order of the lines.

        Raises:
            ValueError: a line has no pixels.
        """
        resized = [resize_line(line, self._model.line_input.height) for line in lines]
        batches = list(_batches(resized))
        answers = self._pool.map(lambda batch: self._read_batch([resized[index] for index in batch]), batches)
        readings: dict[int, Reading] = {}
        for batch, answer in zip(batches, answers, strict=True):
            readings.update(zip(batch, answer, strict=True))
        return [readings[index] for index in range(len(lines))]

    def _read_batch(self, resized: Sequence[Image]) -> list[Reading]:
        batch = to_batch(resized, self._model.line_input)
        probabilities = self._model.session.run(None, {self._input_name: batch})[0]
        return decode(probabilities, self._model.classes, [line.shape[1] / batch.shape[3] for line in resized])


def _batches(resized: Sequence[Image]) -> Iterator[list[int]]:
    """Indices of lines that are padded to the same width, widest first, so that the long ones start early."""
    by_width: defaultdict[int, list[int]] = defaultdict(list)
    for index, line in enumerate(resized):
        by_width[padded_width(line.shape[1])].append(index)
    for width in sorted(by_width, reverse=True):
        size = max(1, BATCH_COLUMNS // width)
        same_width = by_width[width]
        for start in range(0, len(same_width), size):
            yield same_width[start : start + size]
