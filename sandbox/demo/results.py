"""What the demo found out, and where it puts that."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.commands.run import RunOptions
from sandbox.demo.reading import FieldReading, fields
from sandbox.demo.stopwatch import Stopwatch
from sandbox.demo.summary import Summary, figures, figures_before, improvement, page_figures, word_figures
from sandbox.files import write_json


@dataclass
class Results:
    """What the phases of the demo fill in, one after another."""

    model_package_arn: str
    dataset_uri: str
    evaluation: dict[str, Any]
    folder: Path
    files: list[str] = field(default_factory=list)
    approval_status: str = ""
    endpoint: str = ""
    readings: list[FieldReading] = field(default_factory=list)
    server_url: str = ""
    page_image: Path = field(default_factory=Path)

    @property
    def fields_read(self) -> int:
        """How many fields of the page were read exactly."""
        return sum(reading.is_exact for reading in fields(self.readings))

    @property
    def fields_total(self) -> int:
        """How many fields the page has."""
        return len(fields(self.readings))


def start_collecting(output: Path) -> Path:
    """An empty folder beside `output`: a demo that fails leaves an earlier one's results alone."""
    folder = output.with_name(f".{output.name}.unfinished")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def publish(results: Results, output: Path, stopwatch: Stopwatch, options: RunOptions) -> None:
    """Write the summary and put everything collected in the place of an earlier demo's results."""
    gain = improvement(results.evaluation)
    summary = Summary(
        seconds=stopwatch.seconds(),
        overhead_seconds=stopwatch.overhead(),
        before=figures_before(results.evaluation),
        improvement=gain,
        lines=results.evaluation["ocr_metrics"].get("lines"),
        pages=page_figures(results.evaluation),
        words=word_figures(results.evaluation),
        model_package_arn=results.model_package_arn,
        approval_status=results.approval_status,
        endpoint=results.endpoint,
        fields_total=results.fields_total,
        fields_read=results.fields_read,
        lines_total=len(results.readings),
        lines_read=sum(reading.is_exact for reading in results.readings),
        seed=options.seed,
        documents=str(options.data or options.documents_uri or f"{options.documents} identity cards"),
        files={name: str(output / name) for name in [*results.files, str(results.page_image)]},
        **figures(results.evaluation),
    )
    write_json(results.folder / "summary.json", summary.model_dump())
    replaced = output.with_name(f".{output.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if output.exists():
        output.rename(replaced)
    results.folder.rename(output)
    shutil.rmtree(replaced, ignore_errors=True)
