from collections.abc import Callable, Sequence
from pathlib import Path

from ocr_inference.evaluation.dataset import read_test_set
from ocr_inference.evaluation.latency import LINES, machine, measure_latency
from ocr_inference.recognizer import Recognizer

WriteLmdb = Callable[[Path, Sequence[tuple[str, str]]], None]


def test_lines_and_pages_are_timed(tmp_path: Path, write_lmdb: WriteLmdb, stripe_model: Path) -> None:
    write_lmdb(tmp_path / "lines", [("ABC", "name")] * (LINES + 20))
    found = measure_latency(Recognizer.from_folder(stripe_model), read_test_set(tmp_path))
    assert found.line_ms.measured == LINES
    assert 0 < found.line_ms.p50 <= found.line_ms.p90 <= found.line_ms.p99
    assert found.page_ms.measured == (LINES + 20) // 4 + 1  # documents of four lines
    assert 3.5 < found.lines_per_page <= 4
    assert found.machine == machine() != ""
