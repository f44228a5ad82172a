"""`demo-handwriting`: the loop on handwriting, with both models: what finds words, and what reads them."""

import shutil
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from sandbox.commands.run import RunOptions
from sandbox.demo.loop import run_demo
from sandbox.settings import DEMO_FOLDER, Settings

SHIPPED = "notebooks/data/handwriting"
"""Pages in GNHK's form, in the checkout; those in `test/` judge."""

WRITERS = (46, 999)
"""Who writes the notes that are drawn beside them: none of the hands in `test/`."""

LIMITS = {"MaxTrainSeconds": "200", "DetectionMaxTrainSeconds": "50"}
"""Unless `--train-seconds` says another one for both. To tell words apart is learned sooner than to read them."""
FLOORS = {"MinExactMatch": "0.35", "MinDetectionF": "0.8", "MinEndToEndF": "0.3"}
"""Above what both start points come to, and below what these seconds of training do."""
PAGE_FLOOR = 0.25

OUTPUT = DEMO_FOLDER.with_name("demo-handwriting")


def run_handwriting_demo(
    settings: Settings,
    options: RunOptions,
    console: Console,
    *,
    notes: int,
    docker: bool,
    keep: bool,
    output_folder: Path | None,
) -> int:
    """Run the loop on the shipped pages, to learn from with so many `notes` drawn beside them; returns the exit status.

    `options` say the seed, and what is to differ from the parameters above. Raises as `run_demo` does.
    """
    output = output_folder or OUTPUT
    documents = output.with_name(f"{output.name}-documents")
    shutil.rmtree(documents, ignore_errors=True)
    chosen = replace(
        options,
        data=handwriting_folder(settings.checkout, documents, notes, options.seed),
        parameters={"Task": "both", **({} if options.train_seconds else LIMITS), **FLOORS, **options.parameters},
    )
    return run_demo(
        settings,
        chosen,
        console,
        docker=docker,
        keep=keep,
        output_folder=output,
        page_floor=PAGE_FLOOR,
        again="make demo-handwriting ARGS=--keep",
    )


def handwriting_folder(checkout: Path, folder: Path, notes: int, seed: int) -> Path:
    """A copy of the shipped pages, with a recipe in `train/` that Preprocess draws so many notes by."""
    shutil.copytree(checkout / SHIPPED, folder)
    if notes:
        first, last = WRITERS
        recipe = f"recipe: handwriting\ndocuments: {notes}\nseed: {seed}\nwriters: [{first}, {last}]\n"
        (folder / "train" / "more-notes.yaml").write_text(recipe, encoding="utf-8")
    return folder
