"""What an engine returns: how many subjects hold, and the subjects themselves."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Subject:
    """The verdict of one subject of a rule, with what was compared.

    `holds` is None where a value is missing; `sides` are the two sides of each comparison as exact texts
    (`n`, `n/d`, or a code), `shows` the further measures that the rule shows. `place` is the place the verdict counts for, `own` the one the row names;
    both, and `file`, are indexes into the facts.
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
    sides: tuple[tuple[str | None, str | None], ...]
    shows: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Count:
    """How the subjects of a rule came out in a place and category; `worst` is the left side furthest off."""

    rule: str
    basis: str
    place: int
    category: str | None
    met: int
    unmet: int
    unknown: int
    not_applicable: int
    worst: str | None

    @property
    def checked(self) -> int:
        return self.met + self.unmet + self.unknown


@dataclass(frozen=True)
class Judged:
    """All counts, the subjects that are told of (see `told`), and all subjects where they were asked for."""

    counts: tuple[Count, ...]
    told: tuple[Subject, ...]
    everyone: tuple[Subject, ...] | None


def told(subject: Subject) -> bool:
    """Whether a report tells of a subject: it does not plainly hold, or it has something to show."""
    return subject.applies is not False and (not subject.holds or any(subject.shows))


def exact(text: str | None) -> Fraction | None:
    """The number that a side spells; None where it is missing."""
    if text is None:
        return None
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below) if below else Fraction(above)
