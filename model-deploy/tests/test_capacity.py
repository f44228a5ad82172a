"""Numbers of a stage that do not fit each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_deploy.capacity import LARGEST_PAYLOAD, Capacity


def problems(**parameters: str) -> list[str]:
    return Capacity.model_validate(parameters).problems()


def test_the_template_s_defaults_fit() -> None:
    assert problems() == []


@pytest.mark.parametrize("mode", LARGEST_PAYLOAD)
def test_a_mode_s_largest_payload_is_the_most_that_may_be_asked_for(mode: str) -> None:
    largest = LARGEST_PAYLOAD[mode]  # type: ignore[index]  # the parameter is a key of it
    assert problems(Mode=mode, MaxPayloadBytes=str(largest)) == []
    assert problems(Mode=mode, MaxPayloadBytes=str(largest + 1)) == [
        f"MaxPayloadBytes is {largest + 1}; with Mode {mode} a request has at most {largest}"
    ]


@given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_a_scaled_endpoint_starts_within_its_bounds(count: int, fewest: int, most: int) -> None:
    found = problems(InstanceCount=str(count), MinInstanceCount=str(fewest), MaxInstanceCount=str(most))
    assert (not found) == (fewest == most or fewest <= count <= most)


@pytest.mark.parametrize(
    ("routing", "percent", "waits"),
    [("ALL_AT_ONCE", "50", 120), ("CANARY", "10", 420), ("LINEAR", "50", 420), ("LINEAR", "30", 1020)],
)
def test_a_deployment_has_time_for_all_its_waits(routing: str, percent: str, waits: int) -> None:
    def given_seconds(seconds: int) -> list[str]:
        return problems(TrafficRouting=routing, TrafficStepPercent=percent, MaxDeploymentSeconds=str(seconds))

    assert given_seconds(waits + 1) == []
    (problem,) = given_seconds(waits)
    assert f"the waits alone take {waits} seconds" in problem


def test_a_serverless_endpoint_has_neither_instances_nor_steps() -> None:
    assert problems(Mode="serverless", MinInstanceCount="3", MaxInstanceCount="2", MaxDeploymentSeconds="1") == []
