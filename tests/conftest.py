"""Fixtures that all tests share."""

import pytest
from hypothesis import HealthCheck, settings

from tests.support import TAIZHOU, Run, check

# The same examples in every run, however slow the machine is: a test of this house never depends on time.
settings.register_profile(
    "tzcheck", derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("tzcheck")


@pytest.fixture(scope="session")
def taizhou() -> Run:
    """The result for the ten counties of Taizhou."""
    return check(TAIZHOU)
