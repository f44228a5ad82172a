"""The report on the images: what it holds against its limits, and the servers that it starts."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.images_report import Figure, drawn_card, rapidocr_model, show
from benchmarks.result import Row
from benchmarks.served_page import read_by_container, read_by_process, seconds_to_ping
from images.errors import ImageError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rapidocr_model(tmp_path_factory.mktemp("ml") / "model")


def test_a_figure_at_its_limit_holds_and_one_above_it_does_not() -> None:
    assert Figure(Row.measured("size-train", 2000, "MB"), 2000).holds
    assert not Figure(Row.measured("size-train", 2000.1, "MB"), 2000).holds


def test_a_broken_limit_is_shown_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [Figure(Row.measured("size-train", 2100, "MB"), 2000), Figure(Row.measured("rebuild-train", 1, "s"), 15)]
    show(figures, Console(width=100))
    broken, holding = [line for line in capsys.readouterr().out.splitlines() if "train" in line]
    assert all(word in broken for word in ("size-train", "2,100 MB", "2,000 MB", "BROKEN"))
    assert all(word in holding for word in ("1.0 s", "15 s", "holds"))


@pytest.mark.docker
def test_a_container_reads_a_page_as_the_process_does_to_the_byte(
    built_images: Mapping[str, str], model: Path, tmp_path: Path
) -> None:
    page = drawn_card(tmp_path)
    answer = read_by_container(built_images["inference"], model, page)
    assert answer.count(b'"text"') > 10
    assert answer == read_by_process(model, page)


@pytest.mark.docker
def test_an_image_that_does_not_serve_is_an_error_with_what_it_said(
    built_images: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(ImageError, match=r"ended with exit code 1 before /ping was 200: .*model/inference\.yml"):
        seconds_to_ping(built_images["inference"], tmp_path / "model")
