"""Fills in the worker's page as Ground Truth does: the objects and filters of Liquid that the page uses, no others."""

import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labelling.errors import LabellingError

TEMPLATE = Path(__file__).with_name("worker-template.liquid.html")
"""What `CreateLabelingJob` is given as `UiTemplateS3Uri`."""

_OBJECT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_EXPRESSION = re.compile(r"task\.input\.(\w+)((?:\s*\|\s*\w+)*)")


def render(template: str, task_input: Mapping[str, Any], grant_read_access: Callable[[str], str]) -> str:
    """The page for a task. `grant_read_access` makes an address that a browser may get of the picture's.

    Raises LabellingError for whatever else of Liquid the template has, and for input that the task does not have.
    """
    if "{%" in template:
        raise LabellingError("The worker template has a Liquid tag ({%); expected no more than {{ task.input.NAME }}.")
    filters: dict[str, Callable[[Any], str]] = {
        "to_json": lambda value: json.dumps(value, ensure_ascii=False),
        "escape": lambda value: html.escape(str(value)),
        "grant_read_access": lambda value: html.escape(grant_read_access(str(value))),
    }

    def fill(found: re.Match[str]) -> str:
        expression = _EXPRESSION.fullmatch(found[1].strip())
        if expression is None or expression[1] not in task_input:
            known = ", ".join(sorted(task_input))
            raise LabellingError(
                f"The worker template has {found[0]}; expected task.input with one of {known}, and filters."
            )
        value = task_input[expression[1]]
        names = expression[2].replace("|", " ").split()
        for name in names:
            if name not in filters:
                raise LabellingError(f"The worker template has the filter {name}; expected {', '.join(filters)}.")
            value = filters[name](value)
        return value if names else html.escape(str(value))

    return _OBJECT.sub(fill, template)
