"""A recipe with files of its own, as Preprocess takes it."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ocr_processing.synthesis.fonts import find_fonts

RECIPE = """
recipe: text-lines
documents: 24
corpus: own/texts.txt
balance: 0.5
backgrounds: own/paper
handwriting: own/hands
fonts: own/fonts
"""


def with_materials(job: Any) -> Path:
    job.text("own/texts.txt", "eins\nzwei\ndrei für dich\n")
    grain = np.random.default_rng(1).integers(90, 160, (80, 200, 3), dtype=np.uint8)
    job.picture("own/paper/sheet.png", grain)
    for folder, font in (("fonts", find_fonts().latin[1]), ("hands", find_fonts().latin[0])):
        (job.documents / "own" / folder).mkdir()
        shutil.copy(font.path, job.documents / "own" / folder)
    recipe: Path = job.text("lines.yaml", RECIPE)
    return recipe


def test_what_a_recipe_draws_with_is_no_document(job: Any) -> None:
    with_materials(job)
    assert job.run() == 0
    record = job.record()
    (source,) = record["sources"]
    assert (source["format"], source["location"], len(source["sha256"])) == ("recipe", "lines.yaml", 64)
    assert record["documents"] + record["rejects"]["by_reason"].get("duplicate-document", 0) == 24
    assert "missing-label" not in record["rejects"]["by_reason"]


def test_the_record_says_what_the_recipe_drew_with(job: Any) -> None:
    with_materials(job)
    assert job.run() == 0
    recipe = job.record()["recipe"]
    corpus = (job.documents / "own/texts.txt").read_bytes()
    assert recipe["files"]["own/texts.txt"] == hashlib.sha256(corpus).hexdigest()
    assert {Path(name).parent.as_posix() for name in recipe["files"]} == {"own", "own/paper", "own/fonts", "own/hands"}
    assert recipe["content"]["backgrounds"] == "own/paper"


def test_the_dataset_is_the_same_in_any_place_and_number_of_workers(job: Any, new_job: Any) -> None:
    with_materials(job)
    assert job.run() == 0
    other = new_job()
    with_materials(other)
    assert other.run("--workers", "2") == 0
    assert job.record() == other.record()


def test_a_corpus_that_cannot_be_drawn_stops_the_job_with_a_sentence(job: Any) -> None:
    with_materials(job)
    job.text("own/texts.txt", "fine\n語\n")
    assert job.run() == 1
    assert "can draw '語': the nearest lacks '語'; name a folder" in job.message()
