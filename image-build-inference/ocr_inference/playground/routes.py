"""The playground's routes: its files, from memory, with headers that let a browser load nothing else."""

from collections.abc import Mapping
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

INDEX = "index.html"
# The standard library's table of types depends on the machine's.
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    # blob: is the picture that the person chose, shown without sending it anywhere.
    "img-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    # What was read is somebody else's text: a browser that knows these refuses to take it for HTML.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
HEADERS = {
    "content-security-policy": "; ".join(POLICY),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


def playground_routes() -> list[Route]:
    """``GET /`` and, below ``/playground/``, the files that it names."""
    responses = _read_page()

    async def index(_: Request) -> Response:
        return responses[INDEX]

    async def file(request: Request) -> Response:
        found = responses.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return found

    return [Route("/", index, methods=["GET"]), Route("/playground/{name}", file, methods=["GET"])]


def _read_page() -> Mapping[str, Response]:
    folder = files(__package__) / "page"
    return {path.name: _response(path.name, path.read_bytes()) for path in folder.iterdir()}


def _response(name: str, content: bytes) -> Response:
    suffix = name[name.rindex(".") :]
    return Response(content, headers={"content-type": MEDIA_TYPES[suffix], **HEADERS})
