"""The lines of a split in LMDB: `image` a JPEG or PNG file, `label` the text, `meta` JSON."""

import json
import math

from ocr_processing.dataset.lmdb_writer import LmdbWriter
from ocr_processing.examine import Examined, Record


class LineWriter(LmdbWriter):
    """Appends documents' lines; `documents` tells how many they were."""

    documents = 0

    def add(self, examined: Examined) -> None:
        """Append a document's lines."""
        self.documents += 1
        for record in examined.records:
            self.append(record.image, record.text.encode(), meta_json(examined, record))


def meta_json(examined: Examined, record: Record) -> bytes:
    """Where a line comes from and how well it can be seen, as JSON; a blur without end is null."""
    blur = record.quality.blur
    meta = {
        "source": examined.source,
        "field": record.field,
        "document": examined.name,
        "line": record.line,
        "contrast": round(record.quality.contrast, 1),
        "blur": round(blur, 2) if math.isfinite(blur) else None,
    }
    return json.dumps(meta, ensure_ascii=False, sort_keys=True).encode()
