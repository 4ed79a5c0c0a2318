"""What the writers of results that were written before say alike: what made them, an achievement."""

from collections.abc import Mapping

from tzcheck.report import percent
from tzcheck.result import Result, exact


def share(achievement: float | None) -> str:
    """An achievement of a result for people."""
    return percent(None if achievement is None else exact(achievement))


def made_by(one: Result) -> Mapping[str, object]:
    """The day, profile and rules of a result, as JSON has them."""
    return {"as_of": one.as_of.isoformat(), "profile": one.profile, "rules": {"sha256": one.rules.sha256}}
