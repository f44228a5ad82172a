"""The server of the worker's page: on loopback, for the browser of this machine alone."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from labelling.errors import LabellingError
from labelling.liquid import TEMPLATE, render
from labelling.local.folder import LabelledFolder, RefusedAnswerError
from labelling.local.labels import MANIFEST_NAME
from labelling.pictures import media_type

CROWD_ELEMENTS = "https://assets.crowd.aws/crowd-html-elements.js"
STAND_IN = Path(__file__).with_name("crowd-form.js")
LARGEST_ANSWER = 4 * 1024 * 1024
HOSTS = ["127.0.0.1", "localhost"]
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
STYLE = (
    "<style>body { margin: .5rem; font: 15px/1.4 system-ui, sans-serif } nav { padding: 0 .75rem } "
    "crowd-button { align-self: start; padding: .4rem .9rem; border-radius: 4px; background: #1759c4; color: #fff; "
    "cursor: pointer }</style>"
)
"""What crowd-html-elements would style."""
HTML = "text/html; charset=utf-8"


def application(folder: LabelledFolder) -> Starlette:
    """The pages of a folder, their pictures, and where answers are sent to.

    A picture is asked for by its number, so that no request names a path. A request with another host's name is
    refused: it comes from a page of somebody else's.
    """
    routes = _Routes(folder)
    return Starlette(
        routes=[
            Route("/", routes.index),
            Route("/done", routes.done),
            # Browsers ask for one, and complain where there is none.
            Route("/favicon.ico", routes.icon),
            Route("/crowd-form.js", routes.stand_in),
            Route("/pages/{number:int}", routes.page),
            Route("/pages/{number:int}/state", routes.state),
            Route("/pictures/{number:int}", routes.picture),
            Route("/answers/{number:int}", routes.answer, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)],
    )


class _Routes:
    def __init__(self, folder: LabelledFolder) -> None:
        self._folder = folder
        self._template = TEMPLATE.read_text(encoding="utf-8").replace(CROWD_ELEMENTS, "/crowd-form.js")
        self._problems: dict[int, str] = {}

    async def index(self, _: Request) -> Response:
        number = self._folder.next()
        return RedirectResponse("/done" if number is None else f"/pages/{number}", 303, headers=HEADERS)

    async def done(self, _: Request) -> Response:
        count = len(self._folder.pictures)
        said = f"Every page of {count} is labelled, in {MANIFEST_NAME}. Stop the server with Ctrl+C."
        first = '<a href="/pages/1">The first page</a>'
        return _html(_document("Done", f'<p role="status">{said}</p>{first}'))

    async def icon(self, _: Request) -> Response:
        return Response(status_code=204, headers=HEADERS)

    async def stand_in(self, _: Request) -> Response:
        return Response(STAND_IN.read_bytes(), headers={"content-type": "text/javascript; charset=utf-8", **HEADERS})

    async def page(self, request: Request) -> Response:
        number = self._number(request)
        self._problems.pop(number, None)
        try:
            task = await run_in_threadpool(self._folder.task, number)
        except LabellingError as error:
            self._problems[number] = str(error)
            task = self._folder.blank_task(number)
        rendered = render(self._template, task, lambda _: f"/pictures/{number}")
        return _html(_document(f"Label page {number}", rendered))

    async def state(self, request: Request) -> Response:
        number = self._number(request)
        count = len(self._folder.pictures)
        state = {
            "number": number,
            "pages": count,
            "labelled": sum(self._folder.is_labelled(each) for each in range(1, count + 1)),
            "name": self._folder.name(number),
            "done": self._folder.is_labelled(number),
            "problem": self._problems.get(number),
        }
        return JSONResponse(state, headers=HEADERS)

    async def picture(self, request: Request) -> Response:
        number = self._number(request)
        try:
            content = await run_in_threadpool(self._folder.picture, number)
        except LabellingError as error:
            raise HTTPException(404, str(error)) from error
        return Response(content, headers={"content-type": media_type(self._folder.name(number)) or "", **HEADERS})

    async def answer(self, request: Request) -> Response:
        number = self._number(request)
        _require_own_page(request)
        form = await _json_body(request)
        try:
            await run_in_threadpool(self._folder.answer, number, form)
        except RefusedAnswerError as error:
            return JSONResponse({"error": str(error)}, 422, headers=HEADERS)
        except OSError as error:
            return JSONResponse({"error": f"The labels cannot be written: {error}"}, 500, headers=HEADERS)
        return JSONResponse({"saved": self._folder.name(number)}, headers=HEADERS)

    def _number(self, request: Request) -> int:
        number = int(request.path_params["number"])
        if number not in self._folder:
            raise HTTPException(404, f"There is no page {number}: the pages are 1 to {len(self._folder.pictures)}.")
        return number


def _require_own_page(request: Request) -> None:
    """Refuse what another site's page sends: it could write labels, though it could read none."""
    if request.headers.get("origin") != f"http://{request.headers['host']}":
        raise HTTPException(403, "An answer is taken from this server's own page alone.")
    if request.headers.get("content-type") != "application/json":
        raise HTTPException(415, "An answer is JSON.")


async def _json_body(request: Request) -> Any:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise HTTPException(413, f"An answer has at most {LARGEST_ANSWER} bytes.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"The answer is not JSON: {error}.") from error


def _document(title: str, body: str) -> str:
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>{STYLE}{body}'


def _html(content: str) -> Response:
    """The page, with a policy that lets it run the script that it was sent with and reach nobody else."""
    policy = [
        "default-src 'none'",
        f"script-src 'self' {_hashes(content, 'script')}",
        f"style-src {_hashes(content, 'style')}" if "<style>" in content else "style-src 'none'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return Response(content, headers={"content-type": HTML, "content-security-policy": "; ".join(policy), **HEADERS})


def _hashes(content: str, element: str) -> str:
    bodies = re.findall(rf"<{element}>(.*?)</{element}>", content, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
