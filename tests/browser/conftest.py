"""A real browser, the playground of a real server in it, and the formula by which colours are judged."""

import base64
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Browser, BrowserContext, JSHandle, Locator, Page, Request, expect, sync_playwright

from benchmarks.images_report import rapidocr_model
from benchmarks.server_process import ours

CARD = Path(__file__).parents[2] / "image-build-inference" / "smoke" / "card.jpg"
DESK = {"width": 1280, "height": 900}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


TRANSFER = """([content, padding, name, type]) => {
  const transfer = new DataTransfer();
  if (content !== null) {
    const bytes = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0));
    transfer.items.add(new File([bytes, new Uint8Array(padding)], name, { type }));
  }
  return transfer;
}"""
PASTE = """(clipboardData) => {
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


class PlaygroundPage:
    """The page, with what it asked for and what the browser had to say."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.address = address
        self.asked: list[Request] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # The browser must know that somebody listens before a key is pressed, not while it is.
        self.page.on("filechooser", lambda _: None)
        self.page.goto(address)
        expect(self.page.get_by_text("The server is ready.")).to_be_visible()

    @property
    def lines(self) -> Locator:
        return self.page.locator("#lines button")

    @property
    def invocations(self) -> int:
        return sum(request.url.endswith("/invocations") for request in self.asked)

    def drop(
        self, content: bytes | None, name: str = "card.jpg", media_type: str = "image/jpeg", padding: int = 0
    ) -> None:
        transfer = self._transfer(content, name, media_type, padding)
        self.page.dispatch_event("#intake", "drop", {"dataTransfer": transfer})

    def paste(self, content: bytes) -> None:
        self.page.evaluate(PASTE, self._transfer(content, "image.jpg", "image/jpeg", 0))

    def _transfer(self, content: bytes | None, name: str, media_type: str, padding: int) -> JSHandle:
        encoded = None if content is None else base64.b64encode(content).decode()
        return self.page.evaluate_handle(TRANSFER, [encoded, padding, name, media_type])

    def read(self, content: bytes, name: str = "card.jpg", media_type: str = "image/jpeg") -> None:
        self.drop(content, name, media_type)
        expect(self.lines.first).to_be_visible()

    def clipboard(self) -> str:
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def answer_with(self, pages: list[dict[str, Any]], model: str = "sha256:0123456789abcdef") -> None:
        """Let the page get an answer that no server gave."""
        answer = {"pages": pages, "model": model, "task": "ocr", "timings_ms": {"decode": 1.5}}
        self.page.route("**/invocations", lambda route: route.fulfill(json=answer))

    def texts(self) -> list[str]:
        return self.page.locator("#lines .text").all_inner_texts()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: while it is open an event loop runs in this thread, and no test with one of its own can."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    # Reading a page takes a second, and several where the machine has other work too.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def contrast() -> Callable[[str, str], float]:
    """Of two colours as the browser computes them, by WCAG's formula of relative luminance."""

    def luminance(colour: str) -> float:
        channels = [int(value) / 255 for value in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def measure(ink: str, paper: str) -> float:
        dark, bright = sorted([luminance(ink), luminance(paper)])
        return (bright + 0.05) / (dark + 0.05)

    return measure


@pytest.fixture(scope="session")
def playground_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("playground")
    with ours(rapidocr_model(folder / "model"), folder / "log", {"OCR_PLAYGROUND": "true"}) as server:
        yield server.address
    assert "Traceback" not in (folder / "log").read_text(encoding="utf-8")


@pytest.fixture
def open_playground(browser: Browser, playground_address: str) -> Iterator[Callable[..., PlaygroundPage]]:
    """Opens the page in a browser of its own, with the options of a context of Playwright's."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> PlaygroundPage:
        contexts.append(browser.new_context(**{"viewport": DESK, **options}))
        return PlaygroundPage(contexts[-1], playground_address)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def playground(open_playground: Callable[..., PlaygroundPage]) -> PlaygroundPage:
    """At a desk, where the clipboard may be read, so that a test can see what was copied."""
    return open_playground(permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture(scope="session")
def card_file() -> Path:
    return CARD


@pytest.fixture(scope="session")
def card(card_file: Path) -> bytes:
    return card_file.read_bytes()


@pytest.fixture(scope="session")
def white() -> bytes:
    """A PNG of 100 x 100 white pixels."""
    content = io.BytesIO()
    PIL.Image.new("RGB", (100, 100), "white").save(content, "PNG")
    return content.getvalue()
