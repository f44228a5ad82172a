"""A folder that is being labelled: its pages, what is known of them, and what becomes of an answer."""

import json
from pathlib import Path
from typing import Any

from labelling.errors import LabellingError
from labelling.functions.earlier import earlier_job
from labelling.functions.post_annotation import label_of
from labelling.functions.pre_annotation import task_input
from labelling.functions.texts import PREFILL_KEY, SOURCE_KEY, AnswerError
from labelling.local.labels import Labels
from labelling.manifest import Page, read_page
from labelling.pictures import local_pictures
from labelling.reading import Read


class RefusedAnswerError(LabellingError):
    """An answer that the page must not have sent."""


class LabelledFolder:
    """Pages by number, from 1; nothing outside the folder is read or written."""

    def __init__(self, folder: Path, read: Read | None = None, kind: str = "printed") -> None:
        """Raises LabellingError where the folder holds no pictures or is being labelled."""
        self.root = folder.resolve()
        self.pictures = local_pictures(self.root)
        self.labels = Labels(self.root)
        self._read = read
        self._kind = kind
        self._known: dict[int, dict[str, Any]] = {}

    def __contains__(self, number: int) -> bool:
        return 1 <= number <= len(self.pictures)

    def name(self, number: int) -> str:
        """The picture's path relative to the folder."""
        return self.pictures[number - 1]

    def picture(self, number: int) -> bytes:
        """The picture's bytes.

        Raises LabellingError where the file has gone, or was replaced by a link that leads out of the folder.
        """
        path = self.root / self.name(number)
        if not path.is_file() or not path.resolve().is_relative_to(self.root):
            raise LabellingError(f"{self.name(number)} is no file of {self.root} any more.")
        return path.read_bytes()

    def is_labelled(self, number: int) -> bool:
        """Whether a person has labelled the page."""
        row = self.labels.row(self.name(number))
        return row is not None and earlier_job(row) is not None

    def next(self) -> int | None:
        """The first page that nobody has labelled; None when there is none left."""
        numbers = range(1, len(self.pictures) + 1)
        return next((number for number in numbers if not self.is_labelled(number)), None)

    def task(self, number: int) -> dict[str, Any]:
        """What the worker's page is given, as by Ground Truth.

        Raises LabellingError where the model did not read the page, or the labels of the page are not of this form;
        `blank_task` is without them.
        """
        name = self.name(number)
        row = dict(self.labels.row(name) or {SOURCE_KEY: name})
        if self._read is not None and not self.is_labelled(number):
            if number not in self._known:
                page = Page(name, lambda: self.picture(number))
                self._known[number] = read_page(page, self._read, self._kind)
            row[PREFILL_KEY] = self._known[number]
        try:
            return task_input(row)
        except AnswerError as error:
            raise LabellingError(f"The labels of {name} cannot be shown: {error}") from error

    def blank_task(self, number: int) -> dict[str, Any]:
        """The task of a page of which nothing is known."""
        return task_input({SOURCE_KEY: self.name(number)})

    def answer(self, number: int, form: Any) -> None:
        """Write the label that an answer makes, by the function that Ground Truth calls.

        Raises RefusedAnswerError for an answer that is not of the worker page's form; nothing is written then.
        """
        annotation = {"workerId": "local", "annotationData": {"content": json.dumps(form)}}
        label = label_of({"datasetObjectId": self.name(number), "annotations": [annotation]})
        if "failure-reason" in label:
            raise RefusedAnswerError(str(label["failure-reason"]))
        self.labels.save(self.name(number), label)
