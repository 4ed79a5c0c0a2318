"""Two results side by side: what was fixed, what is new, what is still open, what is no longer judged."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from tzcheck import result
from tzcheck.errors import EXIT_FACTS, EXIT_FAILED, EXIT_INTERNAL, EXIT_MET, EXIT_NOTHING
from tzcheck.result import Breach, Indicator, Place, Result, Standard
from tzcheck.texts import texts
from tzcheck.verdict import Verdict

OPEN = (Verdict.UNMET, Verdict.UNDETERMINED)
JUDGED = (Verdict.MET, Verdict.UNMET)
KINDS = ("fixed", "new", "open", "unjudged")


@dataclass(frozen=True)
class Change:
    """An indicator in a place, before and after; `kind` is fixed, new, open or unjudged."""

    kind: str
    place: Place
    indicator: str
    title: str
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True)
class Achievement:
    """How much of a standard a place achieves, before and after; None where nothing is counted or it is not there."""

    place: Place
    standard: str
    title: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class BreachChange:
    """A breach of an indicator, before and after; `kind` as of indicators."""

    kind: str
    indicator: str
    title: str
    before: Breach | None
    after: Breach | None

    @property
    def last(self) -> Breach:
        """The breach as it was found last."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class School:
    """What became of the breaches of a school, a kindergarten or whatever else was judged; of its classes too."""

    place: Place
    subject: str
    name: str
    breaches: tuple[BreachChange, ...]


@dataclass(frozen=True)
class Comparison:
    """Two results, what keeps them from being compared (in every language), and what changed between them."""

    results: tuple[Result, Result]
    notes: tuple[Mapping[str, str], ...]
    changes: tuple[Change, ...]
    schools: tuple[School, ...]
    achievements: tuple[Achievement, ...]

    @property
    def places(self) -> list[tuple[Place, list[School]]]:
        """Every place that has any, with its schools."""
        found: dict[str, list[School]] = {}
        for school in self.schools:
            found.setdefault(school.place.id, []).append(school)
        return [(each[0].place, each) for each in found.values()]


def counted(schools: Iterable[School]) -> Mapping[str, int]:
    """How many breaches there are of each kind."""
    found = Counter(one.kind for school in schools for one in school.breaches)
    return {kind: found[kind] for kind in KINDS}


def compare(old: Result, new: Result) -> Comparison:
    """Compares two results. An indicator that fell to undetermined counts as no longer judged."""
    before, after = old.columns, new.columns
    changes: list[Change] = []
    achievements = []
    breaches: dict[tuple[str, str], list[BreachChange]] = {}
    refused = _refused(new)
    for column in dict.fromkeys([*after, *before]):
        place, standard = after.get(column) or before[column]
        was, now = (found[column][1] if column in found else None for found in (before, after))
        share, later = (one.achievement if one else None for one in (was, now))
        achievements.append(Achievement(place, standard.id, standard.title, share, later))
        for one, other in _pairs(was, now):
            changes.extend(_change(place, one, other))
            for breach in _breach_changes(one, other, bool(refused & {None, place.code, place.name})):
                subject = breach.last.subject or breach.last.name or place.id
                breaches.setdefault((place.id, subject), []).append(breach)
    return Comparison(
        (old, new), tuple(_notes(old, new)), tuple(changes), tuple(_schools(breaches, old, new)), tuple(achievements)
    )


def _pairs(was: Standard | None, now: Standard | None) -> Iterator[tuple[Indicator | None, Indicator | None]]:
    before, after = ({one.id: one for one in each.indicators} if each else {} for each in (was, now))
    for id in dict.fromkeys([*after, *before]):
        yield before.get(id), after.get(id)


def _change(place: Place, one: Indicator | None, other: Indicator | None) -> Iterator[Change]:
    found = other or one
    kind = _kind(one.unwaived if one else None, other.unwaived if other else None)
    if found and kind:
        before, after = (each.verdict if each else None for each in (one, other))
        yield Change(kind, place, found.id, found.title, before, after)


def _kind(before: Verdict | None, after: Verdict | None) -> str | None:
    """What became of an indicator, or None where nothing is to be told; both verdicts are those beneath a waiver."""
    if after is Verdict.UNMET:
        return "open" if before in OPEN else "new"
    if before is Verdict.UNMET and after is Verdict.MET:
        return "fixed"
    if before in JUDGED and after is not Verdict.MET:
        return "unjudged"
    if before is Verdict.UNDETERMINED and after in (Verdict.MET, Verdict.UNDETERMINED):
        return "fixed" if after is Verdict.MET else "open"
    return "new" if after is Verdict.UNDETERMINED else None


def _breach_changes(one: Indicator | None, other: Indicator | None, refused: bool) -> Iterator[BreachChange]:
    """What became of every breach. One that is gone is fixed only where nothing speaks for its not being looked at.

    Of several that are told by the same, as many are still open as there are on both sides.
    """
    before, after = (_by_key(each.breaches if each else ()) for each in (one, other))
    judged = other is not None and result.looked_at(other.basis, other.unwaived, refused)
    lacking = {result.key(item) for item in other.missing} if other else set()
    found = other or one
    assert found is not None
    for key in dict.fromkeys([*after, *before]):
        gone = "fixed" if judged and key not in lacking else "unjudged"
        for was, now in zip_longest(before.get(key, ()), after.get(key, ())):
            kind = "open" if was and now else "new" if now else gone
            yield BreachChange(kind, found.id, found.title, was, now)


def _by_key(breaches: Iterable[Breach]) -> dict[object, list[Breach]]:
    found: dict[object, list[Breach]] = {}
    for item in breaches:
        found.setdefault(result.key(item), []).append(item)
    return found


def _refused(one: Result) -> set[str | None]:
    """The places whose facts were refused in part; None stands for all. The id of a cross-check has a point in it."""
    return {each.county for each in one.problems if each.severity == "error" and "." not in each.code}


def _schools(breaches: Mapping[tuple[str, str], list[BreachChange]], old: Result, new: Result) -> Iterator[School]:
    """Place by place, each with what is said of itself first and then its schools by their ids."""
    places: dict[str, Place] = {}
    for place in (*new.counties, *old.counties):
        places.setdefault(place.id, place)
    order = {id: number for number, id in enumerate(places)}
    for id, subject in sorted(breaches, key=lambda one: (order[one[0]], one[1] != one[0], one[1])):
        found = breaches[id, subject]
        yield School(places[id], subject, places[id].name if subject == id else _name(found), tuple(found))


def _name(breaches: Sequence[BreachChange]) -> str:
    """What a school is called: that by which the names of all that is in it begin, or the first of them."""
    names = [one.last.name or "" for one in breaches]
    words = zip(*(name.split(" ") for name in names), strict=False)
    return " ".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, words)) or names[0]


def _notes(old: Result, new: Result) -> Iterator[Mapping[str, str]]:
    if new.as_of < old.as_of:
        yield texts("note.order", old=old.as_of, new=new.as_of)
    yield from result.unlike((old, new))
    for id, one, other in (("gone", old, new), ("added", new, old)):
        known = {place.id for place in other.counties}
        names = [place.name for place in one.counties if place.id not in known]
        if names:
            yield texts(f"note.{id}", places=", ".join(names))


def exit_code(comparison: Comparison) -> int:
    """The exit code of the contract: 4 engines that disagree, 3 wrong facts, 5 nothing judged, 1 something open."""
    indicators = [one for each in comparison.results for _, found in each.columns.values() for one in found.indicators]
    if any(one.engines for one in indicators):
        return EXIT_INTERNAL
    if any(problem.severity == "error" for each in comparison.results for problem in each.problems):
        return EXIT_FACTS
    if all(one.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_COUNTED) for one in indicators):
        return EXIT_NOTHING
    failing = (one for one in comparison.changes if one.kind != "fixed" and one.after is not Verdict.WAIVED)
    return EXIT_FAILED if any(failing) else EXIT_MET
