"""What a page is sent as, by what the endpoint is for."""

from model_deploy.endpoint import Request
from model_deploy.pages import Page
from model_deploy.stage import Task


def request_for(page: Page, task: Task) -> Request:
    """The request that tests an endpoint with a page.

    A whole reader is asked for what the page needs: one whose only label has no polygon is one line. An endpoint for
    one half is told no task, since that it does its half unasked is what is tested.
    """
    if task != "ocr":
        return Request(page.content, page.content_type)
    whole_image = all(line.polygon is None for line in page.label.lines)
    return Request(page.content, page.content_type, "recognition" if whole_image else "ocr")
