"""Fixtures that all tests share."""

import pytest

from tests.support import TAIZHOU, Run, check


@pytest.fixture(scope="session")
def taizhou() -> Run:
    """The result for the ten counties of Taizhou."""
    return check(TAIZHOU)
