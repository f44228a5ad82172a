import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.failure import UserError
from ocr_processing.split import SPLITS, Fractions, Split, Splitter

NAMES = st.lists(st.text(min_size=1, max_size=20), min_size=3, max_size=60, unique=True)
SEEDS = st.integers(0, 2**63)


@given(names=NAMES, seed=SEEDS)
def test_every_split_has_a_document_and_moves_are_few(names: list[str], seed: int) -> None:
    splitter = Splitter(seed).filled(names)
    assert {splitter.split(name) for name in names} == set(SPLITS)
    assert len(splitter.moved) <= len(SPLITS) - 1


@given(names=NAMES, more=NAMES, seed=SEEDS)
def test_documents_keep_their_split_when_others_are_added(names: list[str], more: list[str], seed: int) -> None:
    before, after = Splitter(seed).filled(names), Splitter(seed).filled([*names, *more])
    for name in names:
        if name not in before.moved and name not in after.moved:
            assert before.split(name) == after.split(name)


@given(names=NAMES, seed=SEEDS)
def test_the_order_of_the_documents_does_not_matter(names: list[str], seed: int) -> None:
    assert Splitter(seed).filled(names) == Splitter(seed).filled(reversed(names))


def test_nothing_is_moved_when_every_split_has_documents() -> None:
    names = [f"document {number}" for number in range(200)]
    assert not Splitter(17).filled(names).moved


def test_fractions_are_kept_within_chance() -> None:
    splitter = Splitter(17, Fractions(0.6, 0.3, 0.1))
    splits = [splitter.split(f"document {number}") for number in range(10_000)]
    # Four standard deviations of a binomial share of 10,000.
    assert splits.count("train") == pytest.approx(6000, abs=200)
    assert splits.count("validation") == pytest.approx(3000, abs=185)
    assert splits.count("test") == pytest.approx(1000, abs=120)


def test_another_seed_splits_otherwise() -> None:
    names = [f"document {number}" for number in range(100)]
    assert [Splitter(1).split(name) for name in names] != [Splitter(2).split(name) for name in names]


@given(names=NAMES, seed=SEEDS)
def test_a_publishers_split_is_kept_and_validation_drawn_from_its_train(names: list[str], seed: int) -> None:
    splitter = Splitter(seed)
    assert {splitter.split(name, "test") for name in names} == {"test"}
    assert {splitter.split(name, "train") for name in names} <= {"train", "validation"}


def test_validation_gets_its_share_of_a_publishers_train() -> None:
    splits = [Splitter(17, Fractions(0.6, 0.2, 0.2)).split(f"page {number}", "train") for number in range(10_000)]
    assert splits.count("validation") == pytest.approx(2500, abs=175)


@given(count=st.integers(2, 20), tests=st.integers(1, 40), seed=SEEDS)
def test_a_publishers_test_is_not_used_to_fill_another_split(count: int, tests: int, seed: int) -> None:
    own: dict[str, Split | None] = {f"train {number}": "train" for number in range(count)}
    own |= {f"test {number}": "test" for number in range(tests)}
    splitter = Splitter(seed).filled(own, own)
    assert {name for name in own if splitter.split(name, own[name]) == "test"} == {n for n in own if own[n] == "test"}
    assert {splitter.split(name, own[name]) for name in own} == set(SPLITS)


@pytest.mark.parametrize("names", [[], ["one"], ["one", "two"]])
def test_fewer_than_three_documents_cannot_be_split(names: list[str]) -> None:
    with pytest.raises(UserError, match="too few to split"):
        Splitter(17).filled(names)
