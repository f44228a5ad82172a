"""The stacks of the template, in the forms in which a project is created."""

from collections.abc import Callable

import pytest

from wiring.deployment import VARIANTS, Deployment, deployed


@pytest.fixture(params=VARIANTS)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Bootstrap and project, in each form."""
    return deployed(request.param)


@pytest.fixture
def whole() -> Deployment:
    """Bootstrap and project with all that can be asked for."""
    return deployed("everything")


@pytest.fixture
def connected() -> Deployment:
    """Bootstrap and project with repositories behind a connection."""
    return deployed("connection")


@pytest.fixture
def form() -> Callable[..., Deployment]:
    """Makes other forms."""
    return deployed
