"""The rows of manifests: reading them, writing them, and making one manifest of several."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from labelling.errors import LabellingError
from labelling.functions.texts import METADATA_END, SOURCE_KEY

Row = dict[str, Any]


def rows_of(content: bytes, where: str) -> list[Row]:
    """The rows of a manifest, JSON Lines in UTF-8. Raises LabellingError, which says `where`, for one that is none."""
    rows: list[Row] = []
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                known = row[SOURCE_KEY]
            except (ValueError, LookupError, TypeError) as error:
                raise _no_row(number, where, str(error)) from error
            if not isinstance(known, str):
                raise _no_row(number, where, f"its {SOURCE_KEY} is {known!r}")
            rows.append(row)
    return rows


def content_of(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows as a manifest."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def merged(manifests: Iterable[Iterable[Row]]) -> list[Row]:
    """One row for each picture, in the order in which they first come.

    Where several manifests have a picture, the attributes of its rows are put together, and of an attribute that
    several have that of the row which was labelled last counts; of rows labelled at the same time, that of the later
    manifest.
    """
    found: dict[str, Row] = {}
    for row in (row for manifest in manifests for row in manifest):
        other = found.get(row[SOURCE_KEY])
        if other is None:
            found[row[SOURCE_KEY]] = row
        elif labelled_at(row) >= labelled_at(other):
            found[row[SOURCE_KEY]] = other | row
        else:
            found[row[SOURCE_KEY]] = row | other
    return list(found.values())


def labelled_at(row: Mapping[str, Any]) -> str:
    """When the newest of a row's labels was made, ISO 8601; empty where it has none."""
    metadata = (value for name, value in row.items() if name.endswith(METADATA_END) and isinstance(value, Mapping))
    return max((str(each.get("creation-date", "")) for each in metadata), default="")


def _no_row(number: int, where: str, problem: str) -> LabellingError:
    return LabellingError(
        f"Row {number} of {where} is not a manifest's ({problem}); expected JSON with {SOURCE_KEY}. "
        "Nothing was changed: mend it or move the file away."
    )
