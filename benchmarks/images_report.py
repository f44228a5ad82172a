"""Hold the images' sizes and times against their limits: ``python -m benchmarks.images_report``.

It builds what is not built yet, measures, prints a table and writes build/bench/images.json. Exit code 1: a limit is
broken, or the container reads a page otherwise than the process.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import onnxruntime
import psutil  # type: ignore[import-untyped]  # ships no types
import rapidocr
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.rebuild import seconds_to_rebuild
from benchmarks.result import Row, write_result
from benchmarks.served_page import read_by_container, read_by_process, seconds_to_ping
from images.build import checked_out_commit
from images.catalogue import IMAGES, ROOT
from images.docker import build, unpacked_megabytes
from images.errors import ImageError

START_LIMIT_SECONDS = 4.0
REBUILD_LIMIT_SECONDS = 15.0
STARTS = 3
CARD_SEED = 20


@dataclass(frozen=True)
class Figure:
    """One measured figure and what it may be at most."""

    row: Row
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.row.ours <= self.limit


def main() -> int:
    """Measure, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.images_report", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", type=Path, help="a model folder to serve; rapidocr's own recogniser where none is given"
    )
    options = parser.parse_args()
    console = Console()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures, same = measure(Path(folder), options.model, console)
    except ImageError as error:
        print(error, file=sys.stderr)
        return 2
    show(figures, console)
    load, cores = psutil.getloadavg()[0], psutil.cpu_count() or 1
    if load > cores:
        console.print(f"{load:.0f} processes wanted the {cores} cores: the times are longer than this machine's own.")
    path = write_result("images", [figure.row for figure in figures])
    console.print(f"Written to {path.relative_to(ROOT)}")
    console.print(
        "A page read by the container and by the process: " + ("the same bytes" if same else "different answers")
    )
    return 0 if same and all(figure.holds for figure in figures) else 1


def measure(folder: Path, model: Path | None, console: Console) -> tuple[list[Figure], bool]:
    """All figures, and whether the container and the process answer a page alike.

    Raises:
        ImageError: an image does not build or does not serve.
    """
    for image in IMAGES:
        console.print(f"Building {image.reference}")
        build(image, ROOT / image.folder, image.reference, {"COMMIT": checked_out_commit()}, quiet=True)
    figures = [
        Figure(Row.measured(f"size-{image.name}", unpacked_megabytes(image.reference), "MB"), image.largest)
        for image in IMAGES
    ]
    served = "ocr-inference"
    # Both servers look for a folder of this name, the process below SAGEMAKER_BASE_DIR.
    placed = folder / "ml" / "model"
    shutil.copytree(model, placed) if model else rapidocr_model(placed)
    page = drawn_card(folder / "card")
    console.print("Starting the server")
    start = median(seconds_to_ping(served, placed) for _ in range(STARTS))
    figures.append(Figure(Row.measured("start-inference", start, "s"), START_LIMIT_SECONDS))
    same = read_by_container(served, placed, page) == read_by_process(placed, page)
    for image in IMAGES:
        console.print(f"Building {image.reference} again after a change")
        row = Row.measured(f"rebuild-{image.name}", seconds_to_rebuild(image, folder), "s")
        figures.append(Figure(row, REBUILD_LIMIT_SECONDS))
    return figures, same


def show(figures: list[Figure], console: Console) -> None:
    """Print the figures beside their limits."""
    table = Table("what", "figure", "at most", "")
    for figure in figures:
        unit = figure.row.unit
        digits = 0 if unit == "MB" else 1
        table.add_row(
            figure.row.what,
            f"{figure.row.ours:,.{digits}f} {unit}",
            f"{figure.limit:,.0f} {unit}",
            "holds" if figure.holds else "BROKEN",
        )
    console.print(table)


def rapidocr_model(folder: Path) -> Path:
    """A model folder that needs no training: the recogniser that rapidocr's wheel carries."""
    folder.mkdir(parents=True)
    source = Path(rapidocr.__file__).parent / "models" / "PP-OCRv6_rec_small.onnx"
    shutil.copyfile(source, folder / "model.onnx")
    characters = onnxruntime.InferenceSession(str(source)).get_modelmeta().custom_metadata_map["character"]
    config = {
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters.splitlines()},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return folder


def drawn_card(folder: Path) -> bytes:
    """A fictional identity card, as JPEG.

    Raises:
        ImageError: it could not be drawn.
    """
    drawn = subprocess.run(  # noqa: S603  this Python, our own arguments
        [
            sys.executable,
            "-m",
            "ocr_processing.synthesis.card",
            f"--seed={CARD_SEED}",
            "--count=1",
            f"--output={folder}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if drawn.returncode:
        raise ImageError(f"No card could be drawn: {drawn.stderr.strip()}")
    (page,) = folder.glob("*.jpg")
    return page.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
