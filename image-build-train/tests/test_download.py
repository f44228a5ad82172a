"""One file is fetched over HTTP, within bounds."""

import socket
from typing import Any

import pytest

from ocr_training.errors import UserError
from ocr_training.pretrained.download import download

LIMIT = 1000
NO_PAUSES = (0.0, 0.0)


def test_the_content_is_what_the_server_has(site: Any) -> None:
    site.content = bytes(range(200))
    assert download(site.url, LIMIT, NO_PAUSES) == site.content
    assert site.requests == 1


def test_a_missing_file_is_not_asked_for_again(site: Any) -> None:
    site.answers = [404] * 3
    with pytest.raises(UserError, match="the server answered 404 Not Found"):
        download(site.url, LIMIT, NO_PAUSES)
    assert site.requests == 1


def test_a_busy_server_is_asked_again(site: Any) -> None:
    site.content, site.answers = b"content", [503, 429]
    assert download(site.url, LIMIT, NO_PAUSES) == b"content"
    assert site.requests == 3


def test_a_connection_that_ends_early_is_tried_again_and_then_named(site: Any) -> None:
    site.content, site.cut = bytes(1000), True
    with pytest.raises(UserError, match=r"3 attempts failed.* ended after 500 of 1000 bytes"):
        download(site.url, LIMIT, NO_PAUSES)
    assert site.requests == 3


def test_a_server_that_is_down_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(UserError, match=r"3 attempts failed.*refused"):
        download(f"http://127.0.0.1:{port}/x.tar", LIMIT, NO_PAUSES)


def test_an_announced_size_above_the_limit_is_refused(site: Any) -> None:
    site.content = bytes(LIMIT + 1)
    with pytest.raises(UserError, match="it is 1001 bytes; at most 1000 are taken"):
        download(site.url, LIMIT, NO_PAUSES)


def test_a_size_that_is_not_announced_is_limited_too(site: Any) -> None:
    site.content, site.announced = bytes(LIMIT + 1), False
    with pytest.raises(UserError, match="it is more than the 1000 bytes"):
        download(site.url, LIMIT, NO_PAUSES)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x.tar", "/opt/x.tar", "http://[1"])
def test_only_web_addresses_are_opened(url: str) -> None:
    with pytest.raises(UserError, match=r"scheme is|no address"):
        download(url, LIMIT, NO_PAUSES)
