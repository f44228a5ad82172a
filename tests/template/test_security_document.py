"""docs/security.md names tests that there are."""

import re
from pathlib import Path

from images.catalogue import ROOT

TESTS = Path(__file__).parent
NAMED = re.findall(
    r"`(test_[a-z_]+\.py)::(test_[a-z0-9_]+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
)


def test_every_test_that_it_names_exists() -> None:
    missing = [
        (file, name) for file, name in NAMED if f"\ndef {name}(" not in (TESTS / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_control_has_a_test() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    controls = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| control")]
    assert len(controls) == len(NAMED) > 40
