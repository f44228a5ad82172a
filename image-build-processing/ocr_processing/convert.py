"""Turn labelled documents of any format that Preprocess reads into one that people label with, or train from."""

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from ocr_processing.config import Format
from ocr_processing.corpus import Corpus
from ocr_processing.detect import find_readers
from ocr_processing.dictionary import DICTIONARY_NAME
from ocr_processing.document import Document, Reject, UnreadableImageError
from ocr_processing.failure import UserError
from ocr_processing.publish import created
from ocr_processing.readers import PlannedDocument
from ocr_processing.synthesis.fonts import FontError
from ocr_processing.synthesis.recipe import RecipeError
from ocr_processing.writers import Writer
from ocr_processing.writers.groundtruth import GroundTruthWriter
from ocr_processing.writers.paddleocr import PaddleOcrWriter
from ocr_processing.writers.ppocrlabel import PpocrLabelWriter

Target = Literal["paddleocr", "ppocrlabel", "groundtruth"]
REJECTS_NAME = "rejects.jsonl"


@dataclass
class Converted:
    """What was written, and by reason what was left out."""

    documents: int = 0
    lines: int = 0
    rejects: Counter[str] = field(default_factory=Counter)


def convert(source: Path, target: Path, to: Target, wanted: Format = "auto", join_words: bool = False) -> Converted:
    """Write what the folder `source` holds into the new folder `target`, and beside it what was left out and why.

    Raises UserError when there is nothing to read, nothing is left, or `target` is there already; then there is no
    `target`, or the one that was.
    """
    source = source.resolve()
    corpus = Corpus(source, find_readers(source, wanted, join_words))
    converted = Converted()
    first: Reject | None = None
    try:
        with created(target) as folder:
            writer = _writer(to, folder, target.resolve())
            for reject in _write(corpus, writer, converted):
                first = first or reject
                converted.rejects[reject.reason] += 1
                with (folder / REJECTS_NAME).open("a", encoding="utf-8", newline="\n") as file:
                    file.write(json.dumps(asdict(reject), ensure_ascii=False, sort_keys=True) + "\n")
            converted.lines = writer.lines
            if not converted.lines:
                raise UserError(f"No line of {source} could be converted (the first: {first and first.detail}).")
            if (source / DICTIONARY_NAME).is_file():
                shutil.copyfile(source / DICTIONARY_NAME, folder / DICTIONARY_NAME)
    except (RecipeError, FontError) as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or target} cannot be read or written: {error.strerror}.") from error
    return converted


def _writer(to: Target, folder: Path, home: Path) -> Writer:
    """The writer of a format into `folder`, which will be `home` once it is written."""
    if to == "groundtruth":
        return GroundTruthWriter(folder)
    return PaddleOcrWriter(folder) if to == "paddleocr" else PpocrLabelWriter(folder, home)


def _write(corpus: Corpus, writer: Writer, converted: Converted) -> Iterator[Reject]:
    names: set[str] = set()
    for item in corpus.items():
        if isinstance(item, Reject):
            yield item
        elif item.name in names:
            detail = f"{item.name} has been labelled before; the first labels are kept"
            yield Reject(item.source, item.name, "duplicate-document", detail)
        else:
            names.add(item.name)
            yield from _written(item, writer, converted)


def _written(item: Document | PlannedDocument, writer: Writer, converted: Converted) -> Iterator[Reject]:
    document = item if isinstance(item, Document) else item.render()
    before = writer.lines
    try:
        document = replace(document, image=document.encoded())
    except OSError as error:
        yield Reject(document.source, document.name, "unreadable-image", str(error))
        return
    try:
        yield from writer.add(document)
    except UnreadableImageError as error:
        yield Reject(document.source, document.name, "unreadable-image", str(error))
    converted.documents += writer.lines > before


def main(arguments: Sequence[str] | None = None) -> int:
    """Turn labelled documents of any format that Preprocess reads into PaddleOCR's, PPOCRLabel's or Ground Truth's."""
    parser = argparse.ArgumentParser(prog="python -m ocr_processing.convert", description=main.__doc__)
    parser.add_argument("source", metavar="IN", type=Path, help="folder of labelled documents")
    parser.add_argument("target", metavar="OUT", type=Path, help="folder to write, which must be new or empty")
    parser.add_argument("--to", required=True, choices=get_args(Target), help="format to write")
    parser.add_argument("--format", default="auto", choices=get_args(Format), help="format of IN (default auto)")
    parser.add_argument(
        "--join-words", action="store_true", help="join words to lines, where they say which they are of"
    )
    options = parser.parse_args(arguments)
    try:
        converted = convert(options.source, options.target, options.to, options.format, options.join_words)
    except UserError as error:
        print(f"nothing was converted: {error}", file=sys.stderr)
        return 1
    print(f"{converted.documents} documents with {converted.lines} lines: {options.target}")
    for reason, count in sorted(converted.rejects.items()):
        print(f"left out: {count} {reason} ({options.target / REJECTS_NAME})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
