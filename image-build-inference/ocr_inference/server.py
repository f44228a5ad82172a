"""The endpoint's HTTP: SageMaker's ``/ping`` and ``/invocations``."""

import asyncio
import logging
import math
import time
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ocr_inference.batch_transform import execution_parameters
from ocr_inference.playground import playground_routes
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call, Reply, refusal
from ocr_inference.workers.pool import OverdueError, WorkerPool
from ocr_inference.workers.process import WorkerGoneError

log = logging.getLogger(__name__)

ATTRIBUTES_HEADER = "X-Amzn-SageMaker-Custom-Attributes"
USUAL_SECONDS = 0.5
"""What a request is thought to take before one was answered."""


class RefusedError(Exception):
    """A request that the server answers by itself."""

    def __init__(self, status: int, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after
        """Seconds after which it may be sent again; None where that would not help."""


class Endpoint:
    """The two routes over the workers."""

    def __init__(self, pool: WorkerPool, settings: ServiceSettings) -> None:
        self._pool = pool
        self._settings = settings
        self._admitted = 0
        self._usual_seconds = USUAL_SECONDS

    async def ping(self, _: Request) -> Response:
        """200 while there is a worker in which a real inference has succeeded, 503 otherwise."""
        if self._pool.ready:
            return JSONResponse({"status": "ready"})
        return _response(refusal(503, "No worker can read: the model is warming up, or what reads has ended."))

    async def invocations(self, request: Request) -> Response:
        """Let a worker answer, where one can within the time."""
        if not self._pool.ready:
            raise RefusedError(503, "No worker can read: the model is warming up, or what reads has ended.", 2)
        if self._admitted >= self._settings.max_waiting:
            raise RefusedError(503, f"{self._admitted} requests are already waiting: try again.", self._retry_after())
        self._admitted += 1
        try:
            return await self._answer(request)
        finally:
            self._admitted -= 1

    async def execution_parameters(self, _: Request) -> Response:
        """What batch transform should send where the job does not say."""
        return JSONResponse(execution_parameters(self._settings))

    async def openapi(self, _: Request) -> Response:
        """The OpenAPI document."""
        from ocr_inference.openapi import openapi_document  # with it come the models of answers, and all that reads

        return JSONResponse(openapi_document())

    async def _answer(self, request: Request) -> Response:
        start = time.perf_counter()
        deadline = asyncio.get_running_loop().time() + self._settings.max_seconds
        body = await self._body_before(request, deadline)
        reply = await self._ask(_call(body, request), deadline)
        seconds = time.perf_counter() - start
        log.info("%s bytes=%d ms=%.0f", reply.summary, len(body), 1000 * seconds)
        return _response(reply)

    async def _ask(self, call: Call, deadline: float) -> Reply:
        try:
            reply, seconds = await self._pool.ask(call, deadline)
        except OverdueError as error:
            limit = f"the {self._settings.max_seconds:g} seconds that are admitted"
            if error.begun:
                raise RefusedError(503, f"Reading takes longer than {limit}: send fewer or smaller pages.") from error
            raise RefusedError(503, f"Waiting took longer than {limit}: try again.", self._retry_after()) from error
        except WorkerGoneError as error:
            raise RefusedError(503, "The process that read this request has ended: try again, once.", 2) from error
        # A mean over the last few, so that Retry-After follows what is being asked.
        self._usual_seconds += 0.1 * (seconds - self._usual_seconds)
        return reply

    def _retry_after(self) -> int:
        """Seconds after which the requests that wait now have been answered."""
        return math.ceil(self._usual_seconds * self._admitted / self._pool.size)

    async def _body_before(self, request: Request, deadline: float) -> bytes:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._body(request)
        except TimeoutError as error:
            limit = self._settings.max_seconds
            raise RefusedError(408, f"The body took longer than the {limit:g} seconds that are admitted.") from error

    async def _body(self, request: Request) -> bytes:
        limit = self._settings.max_body_bytes
        too_large = RefusedError(413, f"The request has more than the {limit} bytes that are admitted.")
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            raise too_large
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large
        return bytes(body)


def create_app(pool: WorkerPool, settings: ServiceSettings) -> Starlette:
    """The ASGI application over workers that somebody else starts and ends."""
    endpoint = Endpoint(pool, settings)
    routes = [
        Route("/ping", endpoint.ping, methods=["GET"]),
        Route("/invocations", endpoint.invocations, methods=["POST"]),
        Route("/execution-parameters", endpoint.execution_parameters, methods=["GET"]),
    ]
    if settings.playground:
        routes += [Route("/openapi.json", endpoint.openapi, methods=["GET"]), *playground_routes()]
    return Starlette(
        routes=routes,
        exception_handlers={
            RefusedError: _refuse,
            HTTPException: _refuse_route,
            ClientDisconnect: _nobody_listens,
            Exception: _bug,
        },
    )


def _call(body: bytes, request: Request) -> Call:
    headers = request.headers
    return Call(
        body,
        content_type=headers.get("content-type", ""),
        attributes=headers.get(ATTRIBUTES_HEADER, ""),
        accept=", ".join(headers.getlist("accept")),
    )


async def _refuse(_: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):  # Starlette hands over what was registered
        raise error
    reply = refusal(error.status, str(error))
    log.info(reply.summary)
    return _response(reply, None if error.retry_after is None else {"retry-after": str(error.retry_after)})


async def _refuse_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = f"{request.method} {request.url.path[:80]} is not served: use GET /ping or POST /invocations."
    return _response(refusal(status, sentence), error.headers if isinstance(error, HTTPException) else None)


async def _nobody_listens(_: Request, __: Exception) -> Response:
    return _response(refusal(400, "The request ended before its body was complete."))


async def _bug(_: Request, error: Exception) -> Response:
    log.error("Unexpected error", exc_info=error)
    return _response(
        refusal(500, "The picture could not be read because of an error of the server; its log has the details.")
    )


def _response(reply: Reply, headers: Mapping[str, str] | None = None) -> Response:
    return Response(reply.content, reply.status, {"content-type": reply.media_type, **(headers or {})})
