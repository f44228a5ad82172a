"""The playground's files as they are served; tests/browser of the whole project has the page in a browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from ocr_inference import playground

PAGE = Path(playground.__file__).parent / "page"
NAMES = sorted(path.name for path in PAGE.iterdir())
SOURCES = {name: (PAGE / name).read_text(encoding="utf-8") for name in NAMES}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=playground.playground_routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://playground") as client:
        yield client


@pytest.mark.anyio
async def test_the_page_comes_from_the_root(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == SOURCES["index.html"]


@pytest.mark.anyio
@pytest.mark.parametrize("name", NAMES)
async def test_every_file_comes_with_its_type_and_may_load_nothing_foreign(
    client: httpx.AsyncClient, name: str
) -> None:
    answer = await client.get(f"/playground/{name}")
    assert answer.status_code == 200
    kinds = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    assert answer.headers["content-type"].partition(";")[0] == kinds[name.rpartition(".")[2]]
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", "script-src 'self'"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["nothing.js", "..%2froutes.py", "%2e%2e/routes.py", ""])
async def test_nothing_else_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/playground/{name}")).status_code == 404


@pytest.mark.anyio
async def test_it_is_there_to_be_got(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code == 405


def test_every_file_is_named_by_another_and_every_named_file_is_there() -> None:
    named = {"index.html"}
    for name, source in SOURCES.items():
        pattern = r'"playground/([^"]+)"' if name == "index.html" else r'from "\./([^"]+)"'
        named |= set(re.findall(pattern, source))
    assert named == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_parses_html_or_names_another_host(name: str) -> None:
    source = SOURCES[name].replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|https?://", source) == []


def test_every_element_that_is_looked_up_is_there_once() -> None:
    looked_up = {found for source in SOURCES.values() for found in re.findall(r'byId\("([^"]+)"', source)}
    ids = re.findall(r'\bid="([^"]+)"', SOURCES["index.html"])
    assert looked_up <= set(ids)
    assert len(ids) == len(set(ids))
