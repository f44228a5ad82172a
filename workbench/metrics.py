"""A training job's metrics: the curves in its log, by the expressions that the job itself was given."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workbench.log import Log
from workbench.picture import Picture, open_page
from workbench.table import Shown, Table


@dataclass(frozen=True)
class Curve:
    """One metric: when it was printed, and what it was."""

    name: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.values[-1]


@dataclass(frozen=True)
class Metrics(Shown):
    """The curves of one job by the metrics' names."""

    job: str
    curves: Mapping[str, Curve]

    def table(self) -> Table:
        """How often each was printed, its first and last value and its ends."""
        rows = [
            (curve.name, len(curve.values), curve.values[0], curve.last, min(curve.values), max(curve.values))
            for curve in self.curves.values()
        ]
        return Table(f"metrics of {self.job}", ("metric", "values", "first", "last", "lowest", "highest"), rows)

    def plot(self, *names: str) -> Picture:
        """The curves over time, those of the given names or all that have two values or more."""
        from matplotlib.figure import Figure

        wanted = [
            curve for curve in self.curves.values() if curve.name in names or (not names and len(curve.values) > 1)
        ]
        figure = Figure(figsize=(10, 2.4 * max(1, len(wanted))), layout="constrained")
        for axes, curve in zip(figure.subplots(max(1, len(wanted)), squeeze=False)[:, 0], wanted, strict=False):
            start = curve.times[0]
            axes.plot([(time - start).total_seconds() for time in curve.times], curve.values, marker=".")
            axes.set(title=curve.name, xlabel="seconds")
        written = io.BytesIO()
        figure.savefig(written, format="png")
        return Picture(open_page(written.getvalue()))


def read_metrics(job: str, log: Log, definitions: Sequence[Mapping[str, str]]) -> Metrics:
    """Look for each metric of the job's MetricDefinitions in each line of its log, as SageMaker does."""
    curves = {}
    for definition in definitions:
        expression = re.compile(definition["Regex"])
        found = [(line.time, match) for line in log.lines for match in [expression.search(line.text)] if match]
        if found:
            values = tuple(float(match.group(1)) for _, match in found)
            curves[definition["Name"]] = Curve(definition["Name"], tuple(time for time, _ in found), values)
    return Metrics(job, curves)
