"""What a page is sent as, by what the endpoint is for."""

import base64
import json

from model_deploy.endpoint import Request
from model_deploy.matching import corners
from model_deploy.pages import Page
from model_deploy.stage import Task


def request_for(page: Page, task: Task) -> Request:
    """The request that tests an endpoint with a page.

    A whole reader is asked for what the page needs: one whose only label has no polygon is one line. An endpoint for
    one half is told no task, since that it does its half unasked is what is tested; one that reads is told where the
    labelled lines are.
    """
    places = [line.polygon for line in page.label.lines if line.polygon is not None]
    if task == "recognition" and places:
        boxed = {"lines": [{"box": corners(polygon)} for polygon in places]}
        body = {"image": base64.b64encode(page.content).decode(), "pages": [boxed]}
        return Request(json.dumps(body).encode(), "application/json")
    if task != "ocr":
        return Request(page.content, page.content_type)
    return Request(page.content, page.content_type, "ocr" if places else "recognition")
