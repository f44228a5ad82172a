"""The evaluation as a page for people: ``report.html``, one file with everything in it."""

from ocr_inference.evaluation.report.render import render_report

__all__ = ["render_report"]
