from typing import Any

import pytest

from ocr_processing.dataset.balance import NAMED, first_of, lacks, origin
from ocr_processing.dataset.histogram import BLURS, CONTRASTS, HEIGHTS, WIDTHS, Scale


def test_what_a_split_lacks_is_named_with_what_the_others_have() -> None:
    counts = {"name": {"train": 7, "validation": 0, "test": 2}, "sex": {"train": 1, "validation": 1, "test": 1}}
    assert lacks("field", counts, "line") == ["validation has no line of the field 'name' (train 7, test 2)"]


def test_warnings_are_few() -> None:
    listed = first_of(f"{number}" for number in range(NAMED + 5))
    assert len(listed) == NAMED + 1
    assert listed[-1] == "and 5 more of this kind"


@pytest.mark.parametrize(
    ("source", "found"),
    [("box/2019/1.csv", "box"), ("lines/rec_gt.txt", "lines/rec_gt.txt"), ("identity-card", "identity-card")],
)
def test_a_source_belongs_to_the_reader_whose_location_it_is_in(source: str, found: str) -> None:
    assert origin(source, frozenset({"box", "lines/rec_gt.txt"})) == found


def test_the_shares_of_each_source_and_field_are_recorded_and_a_lack_is_told(
    job: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    job.label_file(job.some_lines(40))
    job.page("scans/1.jpg", 100)
    job.text("scans/1.txt", "10,10,90,10,90,40,10,40,one page\n")
    assert job.run() == 0
    sources = job.record()["sources_by_split"]
    assert sources.keys() == {"rec_gt.txt", "scans"}
    assert sum(sources["rec_gt.txt"].values()) == 40
    assert sum(sources["scans"].values()) == 1
    (warning,) = job.record()["warnings"]
    assert "of the source 'scans'" in warning
    assert warning in capfd.readouterr().out
    assert "of the source &#39;scans&#39;" in (job.output / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("scale", [HEIGHTS, WIDTHS, CONTRASTS, BLURS])
def test_every_value_has_its_bar(scale: Scale) -> None:
    values = [0, scale.step, scale.step * 1.5, scale.top - 1e-6, scale.top, scale.top * 9, float("inf")]
    counts: dict[int, int] = {}
    for value in values:
        counts[scale.bin(value)] = counts.get(scale.bin(value), 0) + 1
    bars = scale.bars(counts)
    assert sum(bar.count for bar in bars) == len(values)
    assert bars[0].count == 1
    assert bars[1].count == 2
    assert bars[-1].count == 3
    assert max(bar.height for bar in bars) == 1


def test_the_report_shows_sizes_and_quality(job: Any) -> None:
    job.label_file(job.some_lines())
    assert job.run() == 0
    report = (job.output / "report.html").read_text(encoding="utf-8")
    for scale in (HEIGHTS, WIDTHS, CONTRASTS, BLURS):
        assert f'aria-label="Histogram of {scale.name}"' in report
        assert f"{scale.meaning}." in report
    assert "height from 32: 12 lines" in report
