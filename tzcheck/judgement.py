"""What an engine has to do: what is compared, of which subjects, and the queries that do it, as texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tzcheck import condition as conditions
from tzcheck.condition import Comparison, Condition
from tzcheck.rule import Limit, Text, parent_of
from tzcheck.table import TABLES, Table, given_as

if TYPE_CHECKING:
    from tzcheck.measure import Ratio

# Texts beside the keys and names that judging reads.
WITH_TEXTS = {"attestations": ("document", "document_no")}
# What is so near to its limit, as a share of it, is judged again wherever it is, when there are many subjects.
NEAR = 0.01
# A coefficient of variation is the only number with a root in it: kept with so many decimals.
VARIATION_DECIMALS = 12


@dataclass(frozen=True)
class Side:
    """One side of a comparison: SQL, what it is called, and how its value is read from a judged row.

    `read` are the columns of the row that hold its numerator and, where there is one, its denominator. A side that
    reads none is constant: `constants` gives its value, by the category in the row's column `by` (None: for all).
    `codes` are the codes it can be, where it is no number, `labels` how they are written; `column` is the column of
    the facts behind it, `columns` all of them, `summed` those of its dividend where they are several, `keys` the
    county values, `limits` the dated values behind a parameter.
    `per` are the columns that hold what a quotient is divided by, where a shortfall is told in the unit `counts_in` of
    its dividend or `lacks_in` of its divisor; `shared` says that the dividend is the whole school's and not the
    stage's, `single` that it is one cell, `child` is the table whose rows it counts. `homes` are the tables that a
    number of a place may come from, each with its column.
    """

    ratio: "Ratio"
    name: str
    read: tuple[str, ...] = ()
    constants: Mapping[str | None, Fraction | str | None] = field(default_factory=dict)
    by: str | None = None
    codes: tuple[str, ...] | None = None
    column: str | None = None
    unit: str | None = None
    limits: Mapping[str | None, Limit] | None = None
    title: Text | None = None
    keys: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    columns: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    counts_in: str | None = None
    lacks_in: str | None = None
    shared: bool = False
    single: bool = False
    child: str | None = None
    homes: tuple[tuple[str, str], ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a side: not the tree that queries are written from."""
        return {name: value for name, value in self.__dict__.items() if name != "ratio"}


@dataclass(frozen=True)
class Judgement:
    """A rule made ready for the engines: what it compares, and for which subjects.

    `rule` is None where the column `indicator` of each row says which rule it is about. `origins` name the rows that
    a place's measures are read from, those of the first comparison first. `grouped` are the tables, each with the
    column it is split by, of which one at least must have a row for there to be a subject. A rule that asks several
    things has a judgement for each, `part` being its number; one that `proves` a breach only never shows compliance,
    and `needs` says what would. `share` is how many of its subjects must hold, where not all must.
    Where relaxations are allowed, `strictly` is what is asked without them. `stated` are the county values that must
    name a document, each with whether it is a city's sum over its counties.
    Of one that is `aside`, a cross-check that nobody asked for, the subjects that fail are told of, and none counted.
    """

    rule: str | None
    basis: str
    source: str
    table: Table | None
    levels: tuple[str, ...]
    sides: tuple[tuple[Side, str, Side], ...]
    requires: Condition
    applies: Condition | None
    category: str | None
    reads: frozenset[tuple[str, str | None]]
    shows: tuple[Side, ...] = ()
    origins: tuple[str, ...] = ()
    each: str = ""
    grouped: tuple[tuple[str, str | None], ...] = ()
    part: int = 0
    proves: str | None = None
    needs: str | None = None
    share: Limit | None = None
    strictly: Condition | None = None
    stated: frozenset[tuple[str, bool]] = frozenset()
    aside: bool = False

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The comparisons of `requires`."""
        return tuple(conditions.comparisons(self.requires))

    @property
    def required(self) -> int:
        """How many of `sides` belong to `requires`; they come first, and those of `applies` after them."""
        return len(self.comparisons)

    @cached_property
    def sums(self) -> bool:
        """Whether any of its left sides is a sum of columns."""
        return any(left.summed for left, _, _ in self.sides)

    @cached_property
    def cells(self) -> frozenset[str]:
        """The columns of its table of which a cell may be told: those behind its sides, and what a row is known by."""
        assert self.table is not None
        sides = [side for left, _, right in self.sides for side in (left, right)]
        behind = {name for side in sides for name in (*side.columns, *side.summed, side.column)}
        return self.table.column_ids & (behind | {"type", self.table.subject, self.table.category})

    @cached_property
    def home(self) -> str | None:
        """The table of files that its subjects are rows of; None where they are places."""
        return self.table.home if self.table else None

    @cached_property
    def base(self) -> str | None:
        """The table whose rows say that there are subjects; None where they are places."""
        return self.table.base if self.table else None

    @cached_property
    def tables(self) -> list[str]:
        """The tables of files that it reads, by name."""
        return sorted({TABLES[id].home for id, _ in self.reads})

    @property
    def tells_of_all(self) -> bool:
        """Whether a report tells of what holds too: it shows more than whether it does, or by how much it does."""
        return bool(self.shows or self.strictly) and not self.aside

    def among(self, given: frozenset[str] | None) -> bool:
        """Whether it has subjects where this is given: of places something that it reads, else rows of its table.

        None stands for all that there can be.
        """
        if given is None:
            return True
        if self.table is not None:
            return self.table.id in given
        read = {given_as(id, key) for id, key in self.reads}
        return bool(read & given) and any(id in given for id, _ in self.grouped)

    @cached_property
    def rolls_up(self) -> bool:
        """Whether what is found in counties counts for their city: the rule speaks of cities and not of counties."""
        return "city" in self.levels and "county" not in self.levels and self.each != "city"

    @cached_property
    def own_levels(self) -> tuple[str, ...]:
        """The levels of places whose own subjects count for themselves: a county's numbers are no city's."""
        return () if self.rolls_up and self.each == "county" else self.levels

    @cached_property
    def pending(self) -> bool:
        """Whether its dated share, or else every dated limit it uses, begins only after the day."""
        if self.share and self.share.since != date.min:  # a share with days of its own
            return self.share.coming
        return bool(self.limits) and all(limit.coming for limit in self.limits)

    @cached_property
    def limits(self) -> list[Limit]:
        """Every dated limit that it uses, and the share of its subjects that must hold."""
        found = [limit for _, _, side in self.sides for limit in (side.limits or {}).values()]
        return [*found, *([self.share] if self.share else [])]


@dataclass(frozen=True)
class Batch:
    """Judgements of the same subjects for the same places: one scan serves them all.

    `judged` is the query of its judged rows, and `made` makes a view of them, `result`: a query of one judgement has no
    need of the others. `counts` counts them. Those that fail or can't be told are few, and many queries read them: they
    are kept in a table, which `failing` makes. `told` reads what a report tells of: a query a judgement, and one for
    all that are aside. `sampled` reads, for each judgement, what another engine judges again.
    """

    judgements: tuple[Judgement, ...]
    result: str
    dialect: str
    judged: str
    made: str
    counts: str
    failing: str
    told: tuple[tuple[tuple[int, ...], str], ...]
    sampled: tuple[str, ...]

    @property
    def first(self) -> Judgement:
        """One that stands for all in what they share."""
        return self.judgements[0]


@dataclass(frozen=True)
class Root:
    """A coefficient of variation, which has a root in it and is computed in floating point.

    It stands in `column`. Where it lies within one of `limits` (a limit, and the range around it in which floating
    point may err) it must be computed exactly, from the rows of `source` (those for which `among` holds): the quotient
    in the columns `value`, weighted by `weight`.
    """

    column: str
    source: str
    value: tuple[str, ...]
    weight: str | None
    among: str | None
    limits: tuple[tuple[Fraction, Decimal, Decimal], ...]


@dataclass(frozen=True)
class Roots:
    """The coefficients of variation of the table `subjects`, split by `by`.

    `near` is the query of the rows in which any is close to a limit: the place, the `by`, and each coefficient.
    """

    subjects: str
    by: str | None
    roots: tuple[Root, ...]
    near: str


@dataclass(frozen=True)
class Plan:
    """What an engine has to do: from `tables` make those of subjects, settle `roots`, judge each batch.

    Subjects that are rows are made in `steps`, each of which reads what those before have made; from these are made
    the `places`, which no subject that is a row reads. The statements of a step, or of places, may run side by side.

    `judgements` are all that were asked for; those without any facts are in no batch. `checks` are the rules among
    them that are cross-checks.
    """

    tables: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    roots: tuple[Roots, ...]
    judgements: tuple[Judgement, ...]
    batches: tuple[Batch, ...]
    checks: frozenset[str]


def origin_ends(each: str) -> tuple[str, ...]:
    """What is kept of the rows that a measure was read from: the first and the last, of a city's measure all."""
    return ("rows",) if each == "city" else ("from", "to")


def read_of_worst(judgement: Judgement) -> tuple[str, ...]:
    """The columns that the first comparison reads on its left; none where it compares codes."""
    left = judgement.sides[0][0]
    return () if left.codes else left.read


def judged_columns(judgements: Sequence[Judgement]) -> list[str]:
    """The names of the columns that `judged` of a batch yields, in order."""
    outcomes = (f"{letter}{number}" for number in range(len(judgements)) for letter in "ah")
    return ["place", *columns_read(judgements), *outcomes]


def told_columns(judgements: Sequence[Judgement], numbers: Sequence[int]) -> list[str]:
    """The names of the columns that `told` yields, in order: those that the judgements `numbers` need."""
    outcomes = [f"{letter}{number}" for number in numbers for letter in "ah"]
    return ["place", *columns_read([judgements[number] for number in numbers]), *outcomes]


def columns_read(judgements: Iterable[Judgement]) -> list[str]:
    """The columns of a judged row that make up the origin and the sides of verdicts."""
    names: dict[str, None] = {"_place": None}
    for judgement in judgements:
        table = judgement.table
        if table is None:
            ends = origin_ends(judgement.each)
            names |= dict.fromkeys(f"{origin}/{end}" for origin in judgement.origins for end in ends)
        else:
            subject = () if table.subject == table.place else (table.subject,)
            names |= dict.fromkeys(("_at", *subject, *names_of(table)))
        if judgement.rule is None:
            names["indicator"] = None
        if judgement.category:
            names[judgement.category] = None
        for left, _, right in judgement.sides:
            for side in (left, right):
                names |= dict.fromkeys((*side.read, *([side.by] if side.by else []), *side.per))
        for side in judgement.shows:
            names |= dict.fromkeys(side.read)
    return list(names)


class Parent(NamedTuple):
    """The table of schools or kindergartens that rows belong to: its key, and the column that has the name."""

    table: str
    key: str
    name: str

    @property
    def column(self) -> str:
        """What the name is called in a judged row."""
        return f"{self.table}.{self.name}"


PARENTS = (Parent("schools", "school_id", "school"), Parent("kindergartens", "kindergarten_id", "kindergarten"))


def parent_named(table: Table) -> Parent | None:
    """What the rows of a table are named after, where they have no name of a school or kindergarten themselves."""
    for one in PARENTS:
        if one.key in table.key and one.name not in table.column_ids and parent_of(table, TABLES[one.table].noun):
            return one
    return None


def names_of(table: Table) -> tuple[str, ...]:
    """The columns of a judged row that name it: its own, after the name of the school that it belongs to."""
    parent = parent_named(table)
    return (parent.column, *table.name) if parent else table.name


def columns_of(table: Table, used: frozenset[str]) -> list[str]:
    """The columns of a table that subjects keep: those that are `used`, its keys and names."""
    read = {*table.key, table.subject, *table.name, *WITH_TEXTS.get(table.id, ())}
    found = [column.id for column in table.columns if column.kind != "place" and column.id in used | read]
    return found + (["number"] if table.id == "values" else [])
