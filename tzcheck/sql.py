"""Rules as SQL trees: subjects with their measures, and the verdict of each. No engine is named here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects import duckdb

from tzcheck import condition as conditions
from tzcheck.condition import And, AtLeast, Comparison, Condition, Not, Or
from tzcheck.measure import Ratio, times
from tzcheck.rule import (
    Limit,
    Text,
    parent_of,
)
from tzcheck.table import TABLES, Table, given_as

OPERATORS: Mapping[str, type[exp.Binary]] = {
    "<=": exp.LTE, ">=": exp.GTE, "<": exp.LT, ">": exp.GT, "==": exp.EQ, "!=": exp.NEQ,
}  # fmt: skip
# Texts beside the keys and names that judging reads.
WITH_TEXTS = {"attestations": ("document", "document_no")}
NULL = exp.Null()
# What is so near to its limit, as a share of it, is judged again wherever it is, when there are many subjects.
NEAR = 0.01
# A coefficient of variation is the only number with a root in it: kept with so many decimals.
VARIATION_DECIMALS = 12
# The row that each row of a table belongs to, for the name that is shown.
NAMED_BY = {"school_id": ("school", "school.school"), "kindergarten_id": ("kindergarten", "kindergarten.kindergarten")}


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

    ratio: Ratio
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

    `result` is the name of the view of its judged rows: a query of one judgement has no need of the others. Those that
    fail or can't be told are few, and many queries read them: they are kept in a table, which `failing` makes.
    """

    judgements: tuple[Judgement, ...]
    result: str
    dialect: str

    @property
    def first(self) -> Judgement:
        """One that stands for all in what they share."""
        return self.judgements[0]

    @cached_property
    def judged(self) -> str:
        """The query of its judged rows."""
        return judged(self).sql(dialect=self.dialect, copy=False)

    @cached_property
    def made(self) -> str:
        """The statement that makes the view of its judged rows."""
        return _made(self.result, judged(self), self.dialect, True)

    @cached_property
    def counts(self) -> str:
        """The query that counts its judged rows."""
        return counts(self, self.result).sql(dialect=self.dialect, copy=False)

    @cached_property
    def failing(self) -> str:
        """The statement that makes the table of the judged rows that `told` reads of judgements that tell of few."""
        numbers = [number for number, one in enumerate(self.judgements) if not one.tells_of_all]
        query = exp.Select(
            expressions=[exp.Star()],
            from_=exp.From(this=table_named(self.result)),
            where=exp.Where(this=exp.or_(exp.false(), *(_told(self.judgements[number], number) for number in numbers))),
        )
        return _made(f"{self.result}_failing", query, self.dialect, False)

    @cached_property
    def told(self) -> tuple[tuple[tuple[int, ...], str], ...]:
        """The query of the judged rows that a report tells of: one a judgement, and one for all that are aside."""
        aside = tuple(number for number, one in enumerate(self.judgements) if one.aside)
        alone = [(number,) for number, one in enumerate(self.judgements) if not one.aside]
        return tuple(
            (numbers, told(self, numbers).sql(dialect=self.dialect, copy=False))
            for numbers in [*alone, *([aside] if aside else [])]
        )

    @cached_property
    def sampled(self) -> tuple[str, ...]:
        """For each judgement the query of the judged rows that another engine judges again (`sampled`)."""
        return tuple(sampled(self, number) for number in range(len(self.judgements)))


@dataclass(frozen=True)
class Root:
    """A coefficient of variation, which has a root in it and is computed in floating point.

    It stands in `column` of the table `subjects`, split by `by`. Where it comes close to one of `limits` it must be
    computed exactly, from the rows of `source` (those for which `among` holds): the quotient in the columns `value`,
    weighted by `weight`.
    """

    subjects: str
    column: str
    by: str | None
    source: str
    value: tuple[str, ...]
    weight: str | None
    among: str | None
    limits: tuple[Fraction, ...]


@dataclass(frozen=True)
class Plan:
    """What an engine has to do: from `tables` make each of `subjects` a table, settle `roots`, judge each batch.

    The queries of each step of `subjects` read what the steps before have made, and may run side by side. Those that
    are `views` cost less to compute where they are read than to write down.

    `judgements` are all that were asked for; those without any facts are in no batch. `checks` are the rules among
    them that are cross-checks.
    """

    tables: tuple[str, ...]
    subjects: tuple[Mapping[str, exp.Expr], ...]
    roots: tuple[Root, ...]
    judgements: tuple[Judgement, ...]
    batches: tuple[Batch, ...]
    checks: frozenset[str]
    dialect: str
    views: frozenset[str]

    @cached_property
    def steps(self) -> tuple[tuple[str, ...], ...]:
        """The statements that make each of `subjects` a table or a view, step by step."""
        return tuple(
            tuple(_made(name, query, self.dialect, name in self.views) for name, query in step.items())
            for step in self.subjects
        )

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a plan: its texts, and not the trees that they were written from."""
        written = {"steps": self.steps}
        for batch in self.batches:
            for name in ("judged", "made", "counts", "failing", "told", "sampled"):
                getattr(batch, name)  # written now, while the trees are there
        return {**self.__dict__, **written, "subjects": ()}


def _made(name: str, query: exp.Expr, dialect: str, view: bool) -> str:
    """The statement that makes a table of a query, or a view."""
    kind = "VIEW" if view else "TABLE"
    # A view costs nothing to make anew: nobody need remember which are there.
    return exp.Create(this=table_named(name), kind=kind, expression=query, replace=view).sql(dialect=dialect)


def table_named(name: str, alias: str | None = None) -> exp.Table:
    """A table by its name, whatever the name means in SQL."""
    named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True)) if alias else None
    return exp.Table(this=exp.to_identifier(name, quoted=True), alias=named)


def origin_ends(each: str) -> tuple[str, ...]:
    """What is kept of the rows that a measure was read from: the first and the last, of a city's measure all."""
    return ("rows",) if each == "city" else ("from", "to")


def aliased(value: exp.Expr, name: str) -> exp.Expr:
    """A value under a name, whatever the name means in SQL."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def comparison_sql(left: Side, operator: str, right: Side) -> exp.Expr:
    """The comparison without a division: numerator against limit times denominator."""
    if left.codes:
        return OPERATORS[operator](this=left.ratio.numerator.copy(), expression=right.ratio.numerator.copy())
    return OPERATORS[operator](
        this=exp.paren(times(left.ratio.numerator, right.ratio.denominator)),
        expression=exp.paren(times(right.ratio.numerator, left.ratio.denominator)),
    )


def condition_sql(condition: Condition, tests: Iterable[exp.Expr]) -> exp.Expr:
    """The condition as SQL; `tests` are its comparisons, in order. Unknown stays NULL."""
    return _condition_sql(condition, iter(tests))


def _condition_sql(condition: Condition, rest: Iterator[exp.Expr]) -> exp.Expr:
    match condition:
        case Comparison():
            return exp.paren(next(rest))
        case And(parts):
            return exp.paren(exp.and_(*(_condition_sql(part, rest) for part in parts)))
        case Or(parts):
            return exp.paren(exp.or_(*(_condition_sql(part, rest) for part in parts)))
        case AtLeast(number, parts):
            tests = [_condition_sql(part, rest) for part in parts]
            return _at_least(number, tests)
        case Not(part):
            return exp.paren(exp.not_(_condition_sql(part, rest)))
        case _:
            raise AssertionError("scopes are put in before a condition is compiled")


def _at_least(number: int, tests: list[exp.Expr]) -> exp.Expr:
    """True where so many of the tests are, false where they can't be any more, else unknown."""
    one, none = exp.Literal.number(1), exp.Literal.number(0)

    def tally(unknown: exp.Expr) -> exp.Expr:
        found: exp.Expr | None = None
        for test in tests:
            counted = exp.Case(
                ifs=[
                    exp.If(this=test.copy(), true=one.copy()),
                    exp.If(this=exp.not_(test.copy()), true=none.copy()),
                ],
                default=unknown.copy(),
            )
            found = counted if found is None else exp.Add(this=found, expression=counted)
        return exp.paren(found) if found else none.copy()

    enough = exp.Literal.number(number)
    sure = exp.GTE(this=tally(none), expression=enough)
    lost = exp.LT(this=tally(one), expression=enough.copy())
    return exp.Case(ifs=[exp.If(this=sure, true=exp.true()), exp.If(this=lost, true=exp.false())])


def judged(batch: Batch) -> exp.Select:
    """The subjects of a batch with the place each counts for, and for each rule whether it applies and holds.

    Its columns are those of `judged_columns`: `place`, what the verdicts are made from, and for the rule number i of
    the batch `a<i>` and `h<i>`. `h<i>` is NULL where a value is missing, and where the rule does not, or may not,
    apply.
    """
    read = _columns_read(batch.judgements)
    compared: list[exp.Expr] = [exp.Alias(this=_place(batch.first), alias=exp.to_identifier("place"))]
    compared += [exp.column(name, quoted=True) for name in read]
    found: list[exp.Expr] = [exp.column("place"), *(exp.column(name, quoted=True) for name in read)]
    names: dict[Any, str] = {}

    def test(left: Side, operator: str, right: Side) -> exp.Expr:
        """The column of a comparison, which several rules may make."""
        key = (left.read, operator, right.name, right.read, right.by, tuple(right.constants.items()))
        if key not in names:
            names[key] = f"c{len(names)}"
            compared.append(aliased(comparison_sql(left, operator, right), names[key]))
        return exp.column(names[key])

    for index, judgement in enumerate(batch.judgements):
        tests = [test(*sides) for sides in judgement.sides]
        holds = condition_sql(judgement.requires, tests[: judgement.required])
        if judgement.proves:
            holds = exp.Case(ifs=[exp.If(this=exp.not_(holds), true=exp.false())])
        applies: exp.Expr = exp.true()
        if judgement.applies:
            applies = condition_sql(judgement.applies, tests[judgement.required :])
            holds = exp.Case(ifs=[exp.If(this=applies.copy(), true=holds)])
        found += [aliased(applies, f"a{index}"), aliased(holds, f"h{index}")]
    inner = exp.Select(
        expressions=compared,
        from_=exp.From(this=table_named(batch.first.source)),
        where=exp.Where(this=_due(batch.first)),
    )
    return exp.Select(expressions=found, from_=exp.From(this=inner.subquery("compared", copy=False)))


def _texts(values: Iterable[str]) -> list[exp.Expr]:
    return [exp.Literal.string(value) for value in values]


def _place(judgement: Judgement) -> exp.Expr:
    """The place that a subject counts for: its own, or its city's."""
    own = exp.column("_place")
    if not judgement.levels:
        return own
    up = exp.column("_city") if judgement.rolls_up else exp.Null()
    if not judgement.own_levels:
        return up
    inside = exp.In(this=exp.column("_level"), expressions=_texts(judgement.own_levels))
    return exp.Case(ifs=[exp.If(this=inside, true=own)], default=up)


def _due(judgement: Judgement) -> exp.Expr:
    """The condition for a row to be a subject: it counts for a place, and something is known of it."""
    known: exp.Expr = exp.Not(this=exp.Is(this=exp.paren(_place(judgement)), expression=exp.Null()))
    if judgement.grouped and judgement.table is None:
        rows = [exp.column(f"_rows_{table}_{split}") for table, split in judgement.grouped]
        given = exp.Not(this=exp.Is(this=exp.func("COALESCE", *rows), expression=exp.Null()))
        known = exp.And(this=known, expression=given)
    if judgement.each == "city":
        level = exp.EQ(this=exp.column("_level"), expression=exp.Literal.string("city"))
        known = exp.And(this=known, expression=level)
    return known


def counts(batch: Batch, source: str) -> exp.Select:
    """How the subjects of `source` (the result of `judged`) came out: a row a place, category and keyed rule.

    Then how many there are; and for each rule of the batch that is not aside: how many hold, hold not, can't be told,
    and are outside, and `read_of_worst` of the worst of those that hold not, else of those that hold.
    """
    first = batch.first
    keys: list[exp.Expr] = [
        exp.column("place"),
        exp.column(first.category) if first.category else exp.cast(exp.Null(), "VARCHAR"),
        exp.column("indicator") if first.rule is None else exp.cast(exp.Null(), "VARCHAR"),
    ]
    found = [*(key.copy() for key in keys), exp.Count(this=exp.Star())]
    for index, judgement in enumerate(batch.judgements):
        if judgement.aside:
            continue
        applies, holds = exp.column(f"a{index}"), exp.column(f"h{index}")
        fails, inside = exp.Not(this=holds.copy()), exp.Is(this=applies.copy(), expression=exp.false())
        unknown = exp.And(
            this=exp.Is(this=holds.copy(), expression=exp.Null()), expression=exp.Not(this=exp.paren(inside.copy()))
        )
        found += [_number_of(test) for test in (holds.copy(), fails.copy(), unknown, inside)]
        one = judgement.requires
        for name in read_of_worst(judgement):
            if isinstance(one, Comparison) and one.operator != "!=" and not judgement.proves:
                # What fails is further off than what holds.
                found.append(_worst(judgement, name, exp.Not(this=exp.Is(this=holds.copy(), expression=exp.Null()))))
            else:
                both = (_worst(judgement, name, among.copy()) for among in (fails, holds))
                found.append(exp.func("COALESCE", *both))
    return exp.Select(expressions=found, from_=exp.From(this=table_named(source)), group=exp.Group(expressions=keys))


def _number_of(test: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=test))


def read_of_worst(judgement: Judgement) -> tuple[str, ...]:
    """The columns that the first comparison reads on its left; none where it compares codes."""
    left = judgement.sides[0][0]
    return () if left.codes else left.read


def _worst(judgement: Judgement, name: str, among: exp.Expr) -> exp.Expr:
    """A column of the subject that is furthest on the wrong side of the first comparison."""
    left, operator, right = judgement.sides[0]
    one, other = _approximate(left.ratio), _approximate(right.ratio)
    if operator in (">", ">="):
        one, other = other, one
    badness: exp.Expr = exp.Sub(this=exp.paren(one), expression=exp.paren(other))
    if operator in ("==", "!="):
        badness = exp.Abs(this=badness)
    known: exp.Expr = among.copy()
    if judgement.table and (right.read or right.by not in (None, judgement.category)):
        # Limits may differ, so that of several that are as far off it must be the first in the files.
        known = exp.And(this=known, expression=exp.not_(exp.Is(this=exp.paren(badness.copy()), expression=exp.Null())))
        badness = exp.Tuple(expressions=[badness, exp.Neg(this=exp.column("_at"))])
    column = exp.column(name, quoted=True)
    return exp.Filter(this=exp.ArgMax(this=column, expression=badness), expression=exp.Where(this=known))


def _spelled(query: str, dialect: str) -> str:
    """A query that is written out here, in the dialect of an engine."""
    return sqlglot.parse_one(query, dialect=duckdb.DuckDB).sql(dialect=dialect)


def _approximate(ratio: Ratio) -> exp.Expr:
    above = exp.cast(ratio.numerator.copy(), "DOUBLE")
    if ratio.denominator is None:
        return above
    return exp.Div(this=above, expression=exp.cast(ratio.denominator.copy(), "DOUBLE"))


def told(batch: Batch, numbers: Sequence[int]) -> exp.Select:
    """The judged rows of a batch that a report tells of: of one of the judgements `numbers`.

    It may not hold, or shows a measure; one that is aside fails. Its columns are `told_columns`.
    """
    few = not any(batch.judgements[number].tells_of_all for number in numbers)
    return exp.Select(
        expressions=[exp.column(name, quoted=True) for name in told_columns(batch, numbers)],
        from_=exp.From(this=table_named(f"{batch.result}_failing" if few else batch.result)),
        where=exp.Where(this=exp.or_(*(_told(batch.judgements[number], number) for number in numbers))),
    )


def _told(judgement: Judgement, number: int) -> exp.Expr:
    """Whether a report tells of a row for judgement `number`."""
    if judgement.aside:
        return exp.not_(exp.column(f"h{number}"))
    inside = exp.not_(exp.paren(exp.Is(this=exp.column(f"a{number}"), expression=exp.false())))
    unsure = exp.not_(exp.paren(exp.Is(this=exp.column(f"h{number}"), expression=exp.true())))
    return inside if judgement.tells_of_all else exp.and_(inside, unsure)


def sampled(batch: Batch, number: int) -> str:
    """The query of the judged rows of the places $1, and of what elsewhere is within `NEAR` of a limit.

    Of rows elsewhere that have the same on both sides of every comparison, one. Its columns are `told_columns`.
    """
    judgement = batch.judgements[number]
    columns = ", ".join(f'"{name}"' for name in told_columns(batch, [number]))
    inside = "place IN (SELECT unnest($1::INTEGER[]))"
    query = f'SELECT {columns} FROM "{batch.result}" WHERE {inside}'
    near = [
        f"abs({one} - {other}) <= {NEAR} * abs({other})"
        for left, _, right in (judgement.sides[: judgement.required] if judgement.rule else ())
        if left.read and not left.codes
        for one, other in [[_approximate(side.ratio).sql(dialect=batch.dialect) for side in (left, right)]]
    ]
    if not near:
        return query
    read = [name for left, _, right in judgement.sides for side in (left, right) for name in (*side.read, side.by)]
    same = ", ".join(f'"{name}"' for name in dict.fromkeys(read) if name)
    return (
        f'{query} UNION ALL (SELECT DISTINCT ON ({same}) {columns} FROM "{batch.result}" WHERE NOT {inside} '
        f"AND a{number} IS DISTINCT FROM false AND ({' OR '.join(near)}) "
        f"ORDER BY {same}, place, {'_at' if judgement.table else '_place'})"
    )


def spread(batch: Batch, number: int, columns: Iterable[str], names: Iterable[str]) -> str:
    """The query of how many subjects of a judgement have the same `columns`, by place; with a name of one."""
    by = ", ".join(["place", *(f'"{name}"' for name in columns)])
    named = " || ' ' || ".join(f"coalesce(CAST(\"{name}\" AS VARCHAR), '')" for name in names) or "NULL"
    return _spelled(
        f'SELECT {by}, count(*), trim(min({named})) FROM "{batch.result}" '
        f"WHERE coalesce(a{number}, true) GROUP BY {by}",
        batch.dialect,
    )


def standing(batch: Batch, number: int, subject: str) -> str:
    """The query of whether a judgement holds for all rows of a `subject`, by place; NULL: it can't be told."""
    return _spelled(
        f'SELECT place, "{subject}", CASE WHEN bool_or(NOT h{number}) THEN false '
        f'WHEN bool_or(h{number} IS NULL) THEN NULL ELSE true END FROM "{batch.result}" '
        f'WHERE coalesce(a{number}, true) GROUP BY place, "{subject}"',
        batch.dialect,
    )


def judged_columns(batch: Batch) -> list[str]:
    """The names of the columns that `judged` yields, in order."""
    outcomes = (f"{letter}{number}" for number in range(len(batch.judgements)) for letter in "ah")
    return ["place", *_columns_read(batch.judgements), *outcomes]


def told_columns(batch: Batch, numbers: Sequence[int]) -> list[str]:
    """The names of the columns that `told` yields, in order: those that the judgements `numbers` need."""
    outcomes = [f"{letter}{number}" for number in numbers for letter in "ah"]
    return ["place", *_columns_read([batch.judgements[number] for number in numbers]), *outcomes]


def _columns_read(judgements: Iterable[Judgement]) -> list[str]:
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


def names_of(table: Table) -> tuple[str, ...]:
    """The columns of a judged row that name it: its own, after the name of the school that it belongs to."""
    for key, (noun, name) in NAMED_BY.items():
        if key in table.key and name.rpartition(".")[2] not in table.column_ids and parent_of(table, noun):
            return (name, *table.name)
    return table.name


def columns_of(table: Table, used: frozenset[str]) -> list[str]:
    """The columns of a table that subjects keep: those that are `used`, its keys and names."""
    read = {*table.key, table.subject, *table.name, *WITH_TEXTS.get(table.id, ())}
    found = [column.id for column in table.columns if column.kind != "place" and column.id in used | read]
    return found + (["number"] if table.id == "values" else [])
