"""Lambda function: the workers' answers about pages as rows of the output manifest.

The request and the answer are those of Ground Truth's custom labelling workflows:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3

from labelling.functions.consolidation import consolidate
from labelling.functions.texts import AnswerError, Text, texts_of_answer

logger = logging.getLogger(__name__)


def handler(event: Mapping[str, Any], _context: object = None) -> list[dict[str, Any]]:
    """Ground Truth's entry point: reads the workers' answers from S3 and consolidates them page by page.

    Raises botocore's ClientError where the answers cannot be read.
    """
    address = urlsplit(event["payload"]["s3Uri"])
    client = boto3.client("s3")
    body = client.get_object(Bucket=address.netloc, Key=address.path.removeprefix("/"))["Body"]
    pages: list[Mapping[str, Any]] = json.loads(body.read())
    return [
        {
            "datasetObjectId": page["datasetObjectId"],
            "consolidatedAnnotation": {"content": {event["labelAttributeName"]: label_of(page)}},
        }
        for page in pages
    ]


def label_of(page: Mapping[str, Any]) -> dict[str, Any]:
    """A page's label: `texts`, and with several workers how many they are and which texts they did not agree on.

    An answer that is not of the worker page's form is left out and logged. Where no answer is left, the label has a
    `failure-reason` in place of texts, which Preprocess tells as the reason of its reject.
    """
    answers: list[list[Text]] = []
    faults: list[str] = []
    for annotation in page["annotations"]:
        try:
            answers.append(texts_of_answer(annotation["annotationData"]["content"]))
        except AnswerError as error:
            faults.append(f"the answer of worker {annotation.get('workerId')} cannot be used: {error}")
            logger.warning("object %s: %s", page["datasetObjectId"], faults[-1])
    if not answers:
        return {"failure-reason": "; ".join(faults) or "nobody answered"}
    consolidated = consolidate(answers)
    label: dict[str, Any] = {"texts": [text.as_json() for text in consolidated.texts]}
    if len(answers) > 1:
        label |= {"workers": len(answers), "disputed": consolidated.disputed}
    return label
