"""Two results side by side: what was fixed, what is new, what is still open, what is no longer judged."""

from dataclasses import dataclass
from typing import Any

from tzcheck.errors import EXIT_FACTS, EXIT_FAILED, EXIT_INTERNAL, EXIT_MET, EXIT_NOTHING
from tzcheck.texts import text

OPEN = ("unmet", "undetermined")
KINDS = ("fixed", "new", "open", "unjudged")


@dataclass(frozen=True)
class Change:
    """An indicator in a place, before and after; `kind` is fixed, new, open or unjudged."""

    kind: str
    place: str
    indicator: str
    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """The changes, and the achievement of every place and standard before and after."""

    changes: tuple[Change, ...]
    achievements: tuple[tuple[str, str, float | None, float | None], ...]


def compare(old: dict[str, Any], new: dict[str, Any]) -> Comparison:
    """Compares two results (as JSON objects). An indicator that fell to undetermined counts as no longer judged."""
    before, after = _indicators(old), _indicators(new)
    changes = []
    for key in dict.fromkeys([*after, *before]):
        one, other = before.get(key), after.get(key)
        was, now = (found["verdict"] if found else None for found in (one, other))
        kind = _kind(was, now)
        if kind:
            changes.append(Change(kind, key[0], key[1], (other or one or {})["title"], was, now))
    shares, later = _achievements(old), _achievements(new)
    keys = dict.fromkeys([*later, *shares])
    achievements = tuple((*key, shares.get(key), later.get(key)) for key in keys)
    return Comparison(tuple(changes), achievements)


def _kind(before: str | None, after: str | None) -> str | None:
    if after == "unmet":
        return "open" if before in OPEN else "new"
    if before == "unmet" and after == "met":
        return "fixed"
    judged = before in ("met", "unmet")
    if judged and after in (None, "undetermined", "not_applicable", "not_counted"):
        return "unjudged"
    if before == "undetermined" and after in ("met", "undetermined"):
        return "fixed" if after == "met" else "open"
    if after == "undetermined":
        return "new"
    return None


def _indicators(result: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (county["name"], one["id"]): one
        for county in result["counties"]
        for standard in county["standards"]
        for one in standard["indicators"]
    }


def _achievements(result: dict[str, Any]) -> dict[tuple[str, str], float | None]:
    return {
        (county["name"], standard["id"]): standard["achievement"]
        for county in result["counties"]
        for standard in county["standards"]
    }


def exit_code(results: list[dict[str, Any]], comparison: Comparison) -> int:
    """The exit code of the contract: 4 engines that disagree, 3 wrong facts, 5 nothing judged, 1 something open."""
    indicators = [one for result in results for one in _indicators(result).values()]
    if any("engines" in one for one in indicators):
        return EXIT_INTERNAL
    if any(problem["severity"] == "error" for result in results for problem in result["problems"]):
        return EXIT_FACTS
    if all(one["verdict"] in ("not_applicable", "not_counted") for one in indicators):
        return EXIT_NOTHING
    return EXIT_FAILED if any(change.kind != "fixed" for change in comparison.changes) else EXIT_MET


def as_data(comparison: Comparison) -> dict[str, Any]:
    """The comparison as a JSON object."""
    return {
        "schema": "tzcheck/comparison/1",
        **{
            kind: [
                {
                    "county": one.place,
                    "indicator": one.indicator,
                    "title": one.title,
                    "before": one.before,
                    "after": one.after,
                }
                for one in comparison.changes
                if one.kind == kind
            ]
            for kind in KINDS
        },
        "achievement": [
            {"county": county, "standard": standard, "before": before, "after": after}
            for county, standard, before, after in comparison.achievements
        ],
    }


def as_text(comparison: Comparison, lang: str) -> str:
    """The comparison as lines of text."""
    lines = []
    for kind in KINDS:
        found = [one for one in comparison.changes if one.kind == kind]
        lines.append(text(f"compare.{kind}", lang, number=len(found)))
        for one in found:
            before, after = (text(f"verdict.{v}", lang) if v else "—" for v in (one.before, one.after))
            lines.append(f"  {one.place} {one.indicator} {one.title}: {before} → {after}")
    moved = [one for one in comparison.achievements if one[2] != one[3]]
    if moved:
        lines.append(text("compare.achievement", lang))
        for county, standard, before_, after_ in moved:
            lines.append(f"  {county} {standard}: {_percent(before_)} → {_percent(after_)}")
    return "\n".join(lines) + "\n"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"
