"""Lambda function: what the worker's page is given of a row of the input manifest.

The request and the answer are those of Ground Truth's custom labelling workflows:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

from collections.abc import Mapping
from typing import Any

from labelling.functions.earlier import earlier_texts, read_texts
from labelling.functions.texts import PREFILL_KEY, SOURCE_KEY


def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    """Ground Truth's entry point. Raises AnswerError for a row that is not of this form."""
    return {"taskInput": task_input(event["dataObject"]), "isHumanAnnotationRequired": "true"}


def task_input(row: Mapping[str, Any]) -> dict[str, Any]:
    """`picture` and `lines`, with what is known of the page.

    The labels of an earlier labelling job, else what a model read; both only for a person to correct.
    """
    earlier = earlier_texts(row)
    lines = [text.as_json() for text in earlier] if earlier is not None else read_texts(row.get(PREFILL_KEY))
    return {"picture": row[SOURCE_KEY], "lines": lines}
