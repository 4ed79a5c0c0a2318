"""Fixtures that all tests share."""

import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support import TAIZHOU, Run, check

# The same examples in every run, however slow the machine is: a test of this house never depends on time.
settings.register_profile(
    "tzcheck", derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("tzcheck")


@pytest.fixture(scope="session", autouse=True)
def cache() -> Iterator[None]:
    """Compiled rules are kept in a folder of the tests' own."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", folder)
        yield


@pytest.fixture(scope="session")
def taizhou() -> Run:
    """The result for the ten counties of Taizhou."""
    return check(TAIZHOU)
