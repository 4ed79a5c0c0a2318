"""What an engine returns: how many subjects hold, and the subjects themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from tzcheck.rule import Text

Value: TypeAlias = Fraction | str | None


class Subject(NamedTuple):
    """The verdict of one subject of a rule, with what was compared.

    `holds` is None where a value is missing; `sides` are the two sides of each comparison (exact numbers or codes),
    `shows` the further measures that the rule shows. `place` is the place the verdict counts for, `own` the one
    the row names; both, and `file`, are indexes into the facts.
    `rows` are all the rows (file, row) that a city's sums were read from, `part` which of the things that the rule
    asks this is, `relaxed` that it holds under a relaxation only, `pers` what the left sides were divided by where a
    shortfall is told in other units.
    """

    rule: str
    basis: str
    place: int
    own: int
    subject: str | None
    name: str | None
    category: str | None
    file: int | None
    row: int | None
    applies: bool | None
    holds: bool | None
    sides: tuple[tuple[Value, Value], ...]
    shows: tuple[Value, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()
    part: int = 0
    pers: tuple[Value, ...] = ()
    relaxed: bool = False


class Count(NamedTuple):
    """How the subjects of a rule came out in a place and category; `worst` is the left side furthest off."""

    rule: str
    basis: str
    place: int
    category: str | None
    met: int = 0
    unmet: int = 0
    unknown: int = 0
    not_applicable: int = 0
    worst: Fraction | None = None
    part: int = 0

    @property
    def checked(self) -> int:
        """How many subjects the rule applies to, or may apply to."""
        return self.met + self.unmet + self.unknown


@dataclass(frozen=True)
class Judged:
    """All counts, the subjects that are told of (see `told`), and all subjects where they were asked for.

    Of each rule that is `aside` there is but the number of its subjects, and of these are told that fail.
    """

    counts: tuple[Count, ...]
    told: tuple[Subject, ...]
    everyone: tuple[Subject, ...] | None
    aside: Mapping[str, int]


@dataclass(frozen=True)
class Spread:
    """Where the subjects of a rule stand in a place (an index into the facts) and category, for a plot.

    `values` are what is compared, in order, each with how many subjects have it and, of one alone, its name; `limit` is
    what they are compared with, None where that differs from subject to subject.
    """

    rule: str
    place: int
    category: str | None
    part: int
    title: Text | None
    unit: str | None
    comparator: str
    limit: Fraction | None
    values: tuple[tuple[Fraction, int, str | None], ...]


@dataclass(frozen=True)
class Standing:
    """How a school or kindergarten does under a rule in a place (an index into the facts); `holds` None: unknown."""

    rule: str
    place: int
    subject: str
    holds: bool | None


def told(subject: Subject) -> bool:
    """Whether a report tells of a subject: it does not plainly hold, or it has something to show."""
    return subject.applies is not False and (not subject.holds or bool(subject.shows) or subject.relaxed)
