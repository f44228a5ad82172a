"""Pages kept with the endpoint's answers: `NAME.jpg`, or another picture, and `NAME.json` beside it."""

from collections.abc import Iterator
from pathlib import Path

from ocr_processing.drift.exchange import Exchange, LeftOut, LeftOutError, parse_answer
from ocr_processing.readers.images import is_image, walk_files


def read_answered_pages(folder: Path) -> Iterator[Exchange | LeftOut]:
    """Each picture below `folder` with its answer."""
    for path in walk_files(folder):
        if is_image(path):
            where = path.relative_to(folder).as_posix()
            try:
                answer = parse_answer(_answer_file(path).read_bytes())
            except LeftOutError as error:
                yield LeftOut(where, error.reason, str(error))
            else:
                yield Exchange(where, path.read_bytes(), answer)


def _answer_file(picture: Path) -> Path:
    answer = picture.with_suffix(".json")
    if not answer.is_file():
        raise LeftOutError("no-answer", f"{answer.name} is not beside the picture")
    return answer
