"""`dataset.json`: what the dataset holds and all that decided it."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ocr_processing.build import Build
from ocr_processing.config import PreprocessConfig
from ocr_processing.dataset.set_hash import SetHash
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.dictionary import Dictionary
from ocr_processing.readers import Reader
from ocr_processing.readers.recipe import RecipeReader
from ocr_processing.split import LEARNED, SPLITS
from ocr_processing.synthesis.recipe_file import files_of, load_recipe, paths_of

VERSION = 1


def dataset_record(
    build: Build,
    config: PreprocessConfig,
    readers: Sequence[Reader],
    dictionary: Dictionary,
    listed: Sequence[str],
) -> dict[str, Any]:
    """The record, ready for JSON. Nothing in it depends on when or how fast the dataset was made."""
    statistics = build.statistics
    recipes = [_recipe(reader) for reader in readers if isinstance(reader, RecipeReader)]
    return {
        "version": VERSION,
        "sha256": dataset_sha256(build),
        "seed": config.seed,
        "format": "+".join(sorted({reader.format for reader in readers})),
        "sources": [
            {"format": reader.format, "location": reader.location, "sha256": _source_sha256(reader, statistics)}
            for reader in readers
        ],
        "recipe": recipes[0] if len(recipes) == 1 else recipes or None,
        "config": config.recorded(),
        "documents": statistics.total(statistics.documents),
        "lines": statistics.total(statistics.lines),
        "splits": {
            split: {
                "documents": statistics.documents[split],
                "lines": statistics.lines[split],
                "sha256": build.part.hash(split).hex(),
            }
            for split in SPLITS
        },
        "detection": {
            split: {
                **{name: statistics.detection[name][split] for name in ("pages", "lines", "ignored")},
                "sha256": build.part.page_hash(split).hex(),
            }
            for split in LEARNED
        },
        "sources_by_split": {
            name: {split: counts[split] for split in SPLITS} for name, counts in sorted(statistics.sources.items())
        },
        "warnings": [*statistics.warnings(), *_without_pages(statistics, config)],
        "moved": {name: split for name, split in build.splitter.moved.items() if build.groups.moved.get(name) != split},
        "duplicates": {
            "exact": sum(twin.kind == "exact" for twin in build.groups.twins),
            "near": sum(twin.kind == "near" for twin in build.groups.twins),
            "moved": len(build.groups.moved),
        },
        "fields": {
            name: {split: counts[split] for split in SPLITS} for name, counts in sorted(statistics.fields.items())
        },
        "rejects": {
            "total": sum(statistics.reasons.values()),
            "by_reason": dict(sorted(statistics.reasons.items())),
        },
        "dictionary": {
            "given": dictionary.characters is not None,
            "characters": len(listed),
            "sha256": hashlib.sha256("\n".join(listed).encode()).hexdigest(),
        },
        "characters": {
            character: sum(statistics.characters[character].values()) for character in statistics.used_characters()
        },
        "rare_in_train": dict(statistics.rare_characters()),
    }


def dataset_sha256(build: Build) -> str:
    """SHA-256 over the names and the hashes of train, validation and test, in this order.

    Behind them are those of detection/train and detection/validation, where they hold pages.
    """
    hashes: dict[str, SetHash] = {split: build.part.hash(split) for split in SPLITS}
    hashes |= {f"detection/{s}": build.part.page_hash(s) for s in LEARNED if build.statistics.detection["pages"][s]}
    digest = hashlib.sha256()
    for name, members in hashes.items():
        digest.update(name.encode() + b"\0" + bytes.fromhex(members.hex()))
    return digest.hexdigest()


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as indented UTF-8 JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _without_pages(statistics: Statistics, config: PreprocessConfig) -> list[str]:
    """A sentence for each split that a detector is trained with and that has no page."""
    return [
        f"{split} has no page to train a detector with: no document says where all of its lines are"
        for split in LEARNED
        if config.detection and not statistics.detection["pages"][split]
    ]


def _source_sha256(reader: Reader, statistics: Statistics) -> str:
    """Of everything that a reader read; of a recipe, of its file and of those that it draws with."""
    if not isinstance(reader, RecipeReader):
        return SetHash(statistics.contents.get(reader.location, 0)).hex()
    files = SetHash()
    for path in (reader.file, *reader.materials()):
        files.add(path.relative_to(reader.root).as_posix().encode(), path.read_bytes())
    return files.hex()


def _recipe(reader: RecipeReader) -> dict[str, Any]:
    recipe = load_recipe(reader.file)
    folder = reader.file.parent
    relative = {name: path.relative_to(folder) for name, path in paths_of(recipe).items()}
    return {
        "file": reader.location,
        "sha256": hashlib.sha256(reader.file.read_bytes()).hexdigest(),
        "content": recipe.model_copy(update=relative).model_dump(mode="json"),
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files_of(recipe)
        },
    }
