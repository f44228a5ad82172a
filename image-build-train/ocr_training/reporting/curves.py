"""The picture of a run: loss, exact match, CER and learning rate over its steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, PercentFormatter, StrMethodFormatter

from ocr_training.reporting.point import Point
from ocr_training.validation import Score

INK = "#1f2933"
FAINT = "#9aa5b1"
VALIDATION = "#0b69a3"
TRAINING = "#f0b429"
BEST = "#c52707"
DOTTED_UP_TO = 60
"""Validations up to which each gets a dot of its own."""
DPI = 120


@dataclass(frozen=True)
class Panel:
    """A figure over the steps of a run."""

    title: str
    better: str
    values: list[float]
    """One a validation; none where only training has the figure."""
    share: bool = False
    """Whether it is told in percent."""
    lowest: float | None = None
    """Where its axis begins, if not where its values do."""


def draw_curves(path: Path, points: Sequence[Point[Score]], best: Point[Score], start_name: str) -> None:
    """Write a PNG of a recogniser's run. The first of the points is the start point's; folders are made."""
    first, last = points[0].score.accuracy, best.score.accuracy
    title = (
        f"Exact match {first.exact_match:.1%} → {last.exact_match:.1%},  CER {first.cer:.2%} → {last.cer:.2%}   "
        f"on {last.lines:,} validation lines, from {start_name}"
    )
    panels = [
        Panel("Loss of a line", "lower is better", [p.score.loss for p in points]),
        Panel("Exact match", "higher is better", [p.score.accuracy.exact_match for p in points], share=True),
        Panel("Character error rate", "lower is better", [p.score.accuracy.cer for p in points], share=True, lowest=0),
    ]
    draw_panels(path, title, panels, points, best, "training, augmented and replayed lines")


def draw_panels(
    path: Path,
    title: str,
    panels: Sequence[Panel],
    points: Sequence[Point[Any]],
    best: Point[Any],
    training: str,
) -> None:
    """Write a PNG of three or four panels; the first shows the training loss too, under the name `training`, and the
    learning rate is the fourth where there are three."""
    layout = ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.1)
    figure = Figure(figsize=(11, 7), layout=layout, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 2, sharex=True)
    figure.suptitle(title, fontsize=12, color=INK)
    for axis, panel in zip(axes.flat, panels, strict=False):
        _draw(axis, panel, points, best)
        if panel.share:
            axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
        if panel.lowest is not None:
            axis.set_ylim(bottom=panel.lowest)
    _draw_training_loss(axes[0, 0], points, panels[0].values, training)
    if len(panels) < axes.size:
        _draw_rate(axes[1, 1], points, best)
    for axis in axes[1]:
        axis.set_xlabel("step", color=INK)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    shown = dict(zip(*reversed(axes[0, 1].get_legend_handles_labels()), strict=True))
    shown |= dict(zip(*reversed(axes[0, 0].get_legend_handles_labels()), strict=True))
    figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=len(shown), frameon=False, fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI)


def _draw(axis: Axes, panel: Panel, points: Sequence[Point[Any]], best: Point[Any]) -> None:
    _style(axis, panel.title, panel.better)
    steps = [p.step for p in points]
    margin = 0.025 * steps[-1] or 1
    axis.set_xlim(-margin, steps[-1] + margin)
    if not panel.values:
        return
    axis.plot(steps, panel.values, color=VALIDATION, marker=_dots(points), linewidth=1.6, label="validation", zorder=3)
    axis.axhline(panel.values[0], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axis.plot(
        steps[:1],
        panel.values[:1],
        marker="o",
        markersize=8,
        color="white",
        markeredgecolor=INK,
        markeredgewidth=1.6,
        linestyle="",
        label="start point",
        zorder=4,
        clip_on=False,
    )
    axis.axvline(best.step, color=BEST, linewidth=0.8, alpha=0.5, zorder=1)
    axis.plot(
        [best.step],
        [panel.values[points.index(best)]],
        marker="*",
        markersize=14,
        color=BEST,
        markeredgecolor="white",
        linestyle="",
        label=f"best, step {best.step:,}",
        zorder=5,
        clip_on=False,
    )


def _draw_training_loss(axis: Axes, points: Sequence[Point[Any]], validation: list[float], name: str) -> None:
    trained = [(p.step, p.train_loss) for p in points if p.train_loss is not None]
    axis.plot(
        [step for step, _ in trained],
        [loss for _, loss in trained],
        color=TRAINING,
        marker=_dots(points),
        linewidth=1.6,
        label=name,
        zorder=2,
    )
    losses = validation + [loss for _, loss in trained]
    # A plateau of CTC hides what comes after it otherwise.
    if losses and min(losses) > 0 and max(losses) / min(losses) > 20:
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.yaxis.set_minor_locator(NullLocator())
    else:
        axis.set_ylim(bottom=0)


def _draw_rate(axis: Axes, points: Sequence[Point[Any]], best: Point[Any]) -> None:
    _style(axis, "Learning rate", "")
    # The start point has none: nothing was learned before it.
    learned = points[1:]
    steps, rates = [p.step for p in learned], [p.learning_rate for p in learned]
    axis.plot(steps, rates, color=VALIDATION, marker=_dots(points), linewidth=1.6)
    axis.axvline(best.step, color=BEST, linewidth=0.8, alpha=0.5)
    axis.yaxis.set_major_formatter(StrMethodFormatter("{x:.2g}"))
    axis.set_ylim(bottom=0)


def _dots(points: Sequence[Point[Any]]) -> str:
    return "." if len(points) <= DOTTED_UP_TO else ""


def _style(axis: Axes, title: str, better: str) -> None:
    axis.set_title(title, loc="left", fontsize=11, color=INK, fontweight="bold")
    axis.set_title(better, loc="right", fontsize=9, color=FAINT)
    axis.grid(color="#e4e7eb", linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=INK, labelsize=9, length=0)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.spines["bottom"].set_color(FAINT)
