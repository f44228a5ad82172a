"""The endpoint's HTTP: SageMaker's ``/ping`` and ``/invocations``."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ocr_inference.batch_transform import execution_parameters
from ocr_inference.openapi import openapi_document
from ocr_inference.request import RequestError
from ocr_inference.service import Service
from ocr_inference.service_settings import ServiceSettings

log = logging.getLogger(__name__)

ATTRIBUTES_HEADER = "X-Amzn-SageMaker-Custom-Attributes"


class Endpoint:
    """The two routes over one service."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._service = service
        self._settings = settings
        self._waiting = 0
        # One page at a time: each already uses every core, and two would only evict each other's caches.
        self._one_reader = CapacityLimiter(1)

    async def ping(self, _: Request) -> Response:
        """200 once a real inference has succeeded in this process, 503 before."""
        if self._service.ready:
            return JSONResponse({"status": "ready"})
        return _error(503, "No inference has succeeded yet: the model is warming up.")

    async def invocations(self, request: Request) -> Response:
        """Read the picture in the body."""
        if self._waiting >= self._settings.max_waiting:
            raise RequestError(503, f"{self._waiting} requests are already waiting: try again.")
        self._waiting += 1
        try:
            return await self._answer(request)
        finally:
            self._waiting -= 1

    async def execution_parameters(self, _: Request) -> Response:
        """What batch transform should send where the job does not say."""
        return JSONResponse(execution_parameters(self._settings))

    async def openapi(self, _: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(openapi_document())

    async def warm_up(self) -> None:
        """Make ``/ping`` true, or say in the log why it stays false."""
        try:
            await to_thread.run_sync(self._service.warm_up, limiter=self._one_reader)
        except Exception:
            log.exception("The warm-up failed, /ping stays 503")
        else:
            log.info("The warm-up has succeeded, /ping is 200")

    async def _answer(self, request: Request) -> Response:
        start = time.perf_counter()
        body = await self._body(request)
        content_type = request.headers.get("content-type", "")
        attributes = request.headers.get(ATTRIBUTES_HEADER, "")
        accept = request.headers.get("accept", "")
        invocation = await to_thread.run_sync(self._service.decode, body, content_type, attributes, accept)
        results = await to_thread.run_sync(self._service.read, invocation, limiter=self._one_reader)
        answer = self._service.encode(results, invocation)
        pages = [page for result in results for page in result.pages]
        log.info(
            "task=%s bytes=%d images=%d pages=%d lines=%d ms=%.0f",
            invocation.task,
            len(body),
            len(results),
            len(pages),
            sum(len(page.lines) for page in pages),
            1000 * (time.perf_counter() - start),
        )
        return Response(answer.content, headers={"content-type": answer.media_type})

    async def _body(self, request: Request) -> bytes:
        limit = self._settings.max_body_bytes
        refusal = RequestError(413, f"The request has more than the {limit} bytes that are admitted.")
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            raise refusal
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise refusal
        return bytes(body)


def create_app(service: Service, settings: ServiceSettings) -> Starlette:
    """The ASGI application; it warms the service up when it starts."""
    endpoint = Endpoint(service, settings)

    @asynccontextmanager
    async def warmed_up(_: Starlette) -> AsyncIterator[None]:
        # Not awaited: the platform may already ask /ping, and must hear 503 rather than nothing.
        warm_up = asyncio.create_task(endpoint.warm_up())
        yield
        await warm_up

    routes = [
        Route("/ping", endpoint.ping, methods=["GET"]),
        Route("/invocations", endpoint.invocations, methods=["POST"]),
        Route("/execution-parameters", endpoint.execution_parameters, methods=["GET"]),
    ]
    if settings.playground:
        routes.append(Route("/openapi.json", endpoint.openapi, methods=["GET"]))
    return Starlette(
        routes=routes,
        exception_handlers={
            RequestError: _refuse,
            HTTPException: _refuse_route,
            ClientDisconnect: _nobody_listens,
            Exception: _bug,
        },
        lifespan=warmed_up,
    )


async def _refuse(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RequestError) else 500
    log.info("status=%d %s", status, error)
    return _error(status, str(error))


async def _refuse_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = f"{request.method} {request.url.path[:80]} is not served: use GET /ping or POST /invocations."
    return _error(status, sentence, error.headers if isinstance(error, HTTPException) else None)


async def _nobody_listens(_: Request, __: Exception) -> Response:
    return _error(400, "The request ended before its body was complete.")


async def _bug(_: Request, error: Exception) -> Response:
    log.error("Unexpected error", exc_info=error)
    return _error(500, "The picture could not be read because of an error of the server; its log has the details.")


def _error(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    content: dict[str, Any] = {"error": sentence}
    return JSONResponse(content, status_code=status, headers=headers)
