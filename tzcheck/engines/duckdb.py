"""DuckDB: measures and judges the subjects of all places at once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from functools import partial
from operator import itemgetter
from typing import Any, TypeAlias

import duckdb

from tzcheck import condition as conditions
from tzcheck.engines.judged import Count, Judged, Spread, Standing, Subject, Value, told
from tzcheck.errors import EngineFault, Problem
from tzcheck.facts import Facts
from tzcheck.judgement import (
    Batch,
    Judgement,
    Plan,
    Root,
    Roots,
    Side,
    judged_columns,
    names_of,
    origin_ends,
    read_of_worst,
    told_columns,
)
from tzcheck.progress import Told, nobody
from tzcheck.readers.store import ROWS
from tzcheck.row import REFERENCES
from tzcheck.table import LABELS, TABLES

ORDER = {code: number for number, code in enumerate(LABELS)}
_Pair: TypeAlias = tuple[Fraction, Fraction]


def judge(plan: Plan, facts: Facts, everyone: bool, few: bool = False, progress: Told = nobody) -> Judged:
    """Every subject's verdict, counted by rule, place and category.

    With `everyone` all subjects (but those of cross-checks) are returned, not only those that a report tells of.
    Where there are `few`, they are counted here and not by DuckDB: a query costs more. Raises EngineFault where
    DuckDB can't compute (a number out of range).
    """
    try:
        facts.store.only_facts()
        facts.store.make(TABLES[id] for id in plan.tables)
        with facts.store.bounded():
            return judged_by(facts.store.connection, _settle, plan, everyone, few, progress)
    except duckdb.Error as error:
        raise EngineFault([Problem("error", "duckdb", details={"why": str(error).splitlines()[0]})]) from error


def judged_by(
    connection: Any, settle: Callable[[Any, Roots], None], plan: Plan, everyone: bool, few: bool, progress: Told
) -> Judged:
    """What a database comes to that has the plan's tables and speaks its dialect; `settle` is its own `_settle`."""
    counts: list[Count] = []
    subjects: list[Subject] = []
    subjects_told: list[Subject] = []
    aside: Counter[str] = Counter()

    def judged(batch: Batch) -> tuple[int, list[Count], list[Subject], list[Subject]]:
        """How many rows a batch has, its counts, the subjects that are told of, and all that everyone is asked of."""
        own = connection.cursor()
        # Of a place there is one row, or one a category: they need no counting.
        if not (everyone or few) and batch.first.table is not None:
            own.execute(batch.made)
            number, found = _counts(own, batch)
            own.execute(batch.failing)
            return number, found, list(_subjects(own, batch)), []
        rows = own.execute(batch.judged).fetchall()
        at = {name: index for index, name in enumerate(judged_columns(batch.judgements))}
        if "_at" in at:  # of several that are as far off the first in the files is told of
            rows.sort(key=itemgetter(at["_at"]))
        counted: list[Count] = []
        of_told: list[Subject] = []
        of_all: list[Subject] = []
        for number, judgement in enumerate(batch.judgements):
            if judgement.aside:
                holds, make = at[f"h{number}"], _maker(judgement, number, at)
                of_told += [make(row) for row in rows if row[holds] is False]
                continue
            whole = everyone and judgement.rule not in plan.checks
            tallied, some = _tallied(judgement, number, at, rows, whole)
            counted += tallied
            (of_all if whole else of_told).extend(some)
        return len(rows), counted, of_told, of_all

    def make(query: str) -> None:
        connection.cursor().execute(query)

    # While the database works for one thread, Python can for the other.
    with ThreadPoolExecutor(2) as pool:
        progress("judging", 0, len(plan.batches))
        for step in plan.steps:
            list(pool.map(make, step))
        places = [pool.submit(make, query) for query in plan.places]
        # Those whose subjects are rows need not wait for places.
        of_rows = {batch.result: pool.submit(judged, batch) for batch in plan.batches if batch.first.table}
        for made in places:
            made.result()
        for roots in plan.roots:
            settle(connection, roots)
        every = [of_rows.get(batch.result) or pool.submit(judged, batch) for batch in plan.batches]
        for number, (batch, outcome) in enumerate(zip(plan.batches, every, strict=True), start=1):
            rows, counted, of_told, of_all = outcome.result()
            progress("judging", number, len(plan.batches))
            aside.update({one.rule: rows for one in batch.judgements if one.aside and one.rule})
            counts += counted
            subjects_told += of_told
            subjects += of_all
    for found in (subjects, subjects_told):
        found.sort(key=_order)
    counts.sort(key=lambda one: (one.rule, one.place, _rank(one.category)))
    every_told = tuple(one for one in (*subjects, *subjects_told) if told(one))
    return Judged(tuple(counts), every_told, tuple(subjects) if everyone else None, aside)


def sampled(plan: Plan, facts: Facts, places: Sequence[int]) -> tuple[Subject, ...]:
    """All subjects of `places`, and of those elsewhere what is near to a limit (`sql.sampled`), but of cross-checks.

    The plan must have been judged before.
    """
    connection = facts.store.connection
    found: list[Subject] = []
    for batch in plan.batches:
        wanted = [(number, one) for number, one in enumerate(batch.judgements) if one.rule not in plan.checks]
        if wanted:
            connection.execute(batch.made)
        for number, judgement in wanted:
            at = {name: place for place, name in enumerate(told_columns(batch.judgements, [number]))}
            rows = connection.execute(batch.sampled[number], [list(places)]).fetchall()
            found += map(_maker(judgement, number, at), rows)
    return tuple(sorted(found, key=_order))


def _order(one: Subject) -> tuple[Any, ...]:
    """Subjects in the order of the files; of a row, those of its categories in theirs."""
    return one.rule, one.place, one.file or 0, one.row or 0, one.part, _rank(one.category)


def _rank(category: str | None) -> tuple[int, str]:
    """Categories in the order of the tables' codes, primary before junior; after these all others, by their names."""
    return (-1, "") if category is None else (ORDER.get(category, len(ORDER)), category)


def details(plan: Plan, facts: Facts, rules: Collection[str]) -> tuple[list[Spread], list[Standing]]:
    """Where the subjects of `rules` that make one comparison of numbers stand; how every school does under `rules`.

    The plan must have been judged before: the subjects that it made are read.
    """
    with facts.store.bounded():
        return details_by(facts.store.connection, plan, rules)


def details_by(connection: Any, plan: Plan, rules: Collection[str]) -> tuple[list[Spread], list[Standing]]:
    """`details` of a database that has judged the plan."""
    from tzcheck import sql

    def of_batch(batch: Batch) -> tuple[list[Spread], list[Standing]]:
        own = connection.cursor()
        spreads: list[Spread] = []
        standings: list[Standing] = []
        wanted = [(number, one) for number, one in enumerate(batch.judgements) if one.rule in rules]
        if wanted:
            own.execute(batch.made)
        for number, judgement in wanted:
            subject = judgement.table.subject if judgement.table else None
            if subject in REFERENCES:
                rows = own.execute(sql.standing(batch, number, subject)).fetchall()
                standings += (Standing(judgement.rule or "", *row) for row in rows)
            left = judgement.sides[0][0]
            if judgement.required == 1 and left.read and not left.codes:
                spreads += _spread(own, batch, number, judgement)
        return spreads, standings

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(of_batch, plan.batches))
    spreads = [one for some, _ in found for one in some]
    spreads.sort(key=lambda one: (one.rule, one.place, one.part, _rank(one.category)))
    return spreads, [one for _, some in found for one in some]


def _spread(connection: Any, batch: Batch, number: int, judgement: Judgement) -> Iterable[Spread]:
    """Where the subjects of a judgement stand, by place and category."""
    from tzcheck import sql

    left, comparator, right = judgement.sides[0]
    names = names_of(judgement.table) if judgement.table else ()
    by = [judgement.category] if judgement.category else []
    rows = connection.execute(sql.spread(batch, number, [*by, *left.read], names)).fetchall()
    values: dict[tuple[int, str | None], list[tuple[Fraction, int, str | None]]] = {}
    for place, *cells, count, name in rows:
        category = cells.pop(0) if by else None
        if all(cell is not None for cell in cells):
            above, *below = cells
            value = _quotient(above, below[0]) if below else Fraction(above)
            values.setdefault((place, category), []).append((value, count, name if count == 1 else None))
    for (place, category), some in values.items():
        limit = right.constants.get(category if right.by else None) if not right.read else None
        some.sort(key=lambda one: (one[0], one[2] or ""))
        yield Spread(
            judgement.rule or "", place, category, judgement.part, left.title, left.unit, comparator,
            limit if isinstance(limit, Fraction) else None, tuple(some),
        )  # fmt: skip


def near_limits(connection: Any, roots: Roots) -> list[tuple[Root, Fraction, tuple[Any, ...]]]:
    """What is so close to a limit that floating point may err: which it is, the limit, the place and its category."""
    width = 2 if roots.by else 1
    return [
        (root, limit, row[:width])
        for row in connection.execute(roots.near).fetchall()
        for root, value in zip(roots.roots, row[width:], strict=True)
        for limit, low, high in root.limits
        if value is not None and low <= value <= high
    ]


def _settle(connection: Any, roots: Roots) -> None:
    """Stores what is near to a limit as the exact value says."""
    if found := near_limits(connection, roots):
        from tzcheck.engines import exactly

        exactly.settle(connection, roots, found)


def _counts(connection: Any, batch: Batch) -> tuple[int, list[Count]]:
    """How many the judged rows of a batch are, and how they came out."""
    rows = connection.execute(batch.counts).fetchall()
    counts: list[Count] = []
    first = 4
    for judgement in [one for one in batch.judgements if not one.aside]:
        last = first + 4 + len(read_of_worst(judgement))
        worst = _number_at(range(first + 4, last))
        basis, part = judgement.basis, judgement.part
        for row in rows:
            place, category, indicator = row[:3]
            met, unmet, unknown, outside = row[first : first + 4]
            rule = judgement.rule or indicator
            counts.append(Count(rule, basis, place, category, met, unmet, unknown, outside, worst(row), part))
        first = last
    return sum(row[3] for row in rows), counts


def _subjects(connection: Any, batch: Batch) -> Iterable[Subject]:
    """The subjects of the judged rows that a report tells of."""
    for numbers, query in batch.told:
        at = {name: place for place, name in enumerate(told_columns(batch.judgements, numbers))}
        makers = [(_maker(batch.judgements[number], number, at), at[f"h{number}"]) for number in numbers]
        found = connection.execute(query)
        while rows := found.fetchmany(10_000):
            for make, holds in makers:
                yield from map(make, rows if len(makers) == 1 else [row for row in rows if row[holds] is False])


def _tallied(
    judgement: Judgement, index: int, at: Mapping[str, int], rows: Iterable[tuple[Any, ...]], whole: bool
) -> tuple[list[Count], list[Subject]]:
    """The subjects of a judgement counted, and those that a report tells of, or the `whole` of them."""
    make = _maker(judgement, index, at)
    applies, holds, place = at[f"a{index}"], at[f"h{index}"], at["place"]
    indicator, category = at.get("indicator"), at[judgement.category] if judgement.category else None
    every = whole or judgement.tells_of_all
    left, operator, right = judgement.sides[0]
    numbers = _numbers(left, right, at)
    apart = partial(_apart, operator)
    subjects: list[Subject] = []
    # met, unmet, unknown, outside; then the numbers of those that fail, and of those that hold.
    found: dict[tuple[str, int, str | None], list[Any]] = {}
    for row in rows:
        key = (judgement.rule or row[indicator or 0], row[place], row[category] if category is not None else None)
        tally = found.setdefault(key, [0, 0, 0, 0, [], []])
        held = row[holds]
        if row[applies] is False:
            tally[3] += 1
            if whole:
                subjects.append(make(row))
            continue
        tally[2 if held is None else not held] += 1
        if held is not None and (both := numbers(row)):
            tally[5 if held else 4].append(both)
        if not held or every:
            subjects.append(make(row))
    counts = []
    for (rule, where, part), tally in found.items():
        met, unmet, unknown, outside, fails, holding = tally
        some = fails or holding
        worst = max(some, key=apart) if len(some) > 1 else some[0] if some else (None,)
        basis, number = judgement.basis, judgement.part
        counts.append(Count(rule, basis, where, part, met, unmet, unknown, outside, worst[0], number))
    return counts, subjects


def _numbers(left: Side, right: Side, at: Mapping[str, int]) -> Callable[[tuple[Any, ...]], _Pair | None]:
    """The numbers that a comparison has in a row; None where it compares codes, or lacks one."""
    if left.codes or not left.read:
        return lambda cells: None
    one, other = _reader(left, at), _reader(right, at)

    def numbers(cells: tuple[Any, ...]) -> _Pair | None:
        first, second = one(cells), other(cells)
        return (first, second) if isinstance(first, Fraction) and isinstance(second, Fraction) else None

    return numbers


def _apart(operator: str, both: _Pair) -> Fraction:
    """How far the first is on the wrong side of the second."""
    apart = both[0] - both[1]
    return apart if operator in ("<", "<=") else -apart if operator in (">", ">=") else abs(apart)


def _maker(judgement: Judgement, index: int, at: Mapping[str, int]) -> Callable[[tuple[Any, ...]], Subject]:
    """What makes a subject of a judged row."""
    table = judgement.table
    read_at = at["_at"] if table else None
    origins = [[at[f"{origin}/{end}"] for end in origin_ends(judgement.each)] for origin in judgement.origins]
    of_city = judgement.each == "city"
    subject = table.subject if table and table.subject != table.place else None
    names = [(at[name], " " if "." in name else "") for name in names_of(table)] if table else []
    readers: dict[Any, tuple[int, Callable[[tuple[Any, ...]], Value]]] = {}

    def number_of(side: Side) -> int:
        """Which of the values of a row a side is: several comparisons may make use of the same."""
        key: Any = side.read or (side.by, *side.constants.items())
        return readers.setdefault(key, (len(readers), _reader(side, at)))[0]

    pairs = [(number_of(left), number_of(right)) for left, _, right in judgement.sides]
    shows = [number_of(side) for side in judgement.shows]
    strictly = judgement.strictly
    per_at = {left.per: _number_at([at[name] for name in left.per]) for left, _, _ in judgement.sides}
    pers = [left.per for left, _, _ in judgement.sides] if any(per_at) else []
    reads = [reader for _, reader in readers.values()]
    place, own, applies, holds = at["place"], at["_place"], at[f"a{index}"], at[f"h{index}"]
    indicator, category = at.get("indicator"), at[judgement.category] if judgement.category else None

    def make(cells: tuple[Any, ...]) -> Subject:
        spots = [] if table else [_spots([cells[index] for index in origin]) for origin in origins]
        file, row = _read_at(spots) if read_at is None else divmod(cells[read_at], ROWS)
        values = [read(cells) for read in reads]
        sides = tuple([(values[left], values[right]) for left, right in pairs])
        divided = {per: read(cells) for per, read in per_at.items()} if pers else {}
        return Subject(
            judgement.rule or cells[indicator or 0],
            judgement.basis,
            cells[place],
            cells[own],
            str(cells[at[subject]]) if subject else None,
            "".join(f"{cells[name]}{gap}" for name, gap in names if cells[name] is not None).strip() or None,
            cells[category] if category is not None else None,
            file,
            row,
            cells[applies],
            cells[holds],
            sides,
            tuple([values[show] for show in shows]),
            tuple(divmod(one, ROWS) for one in sorted(set().union(*spots))) if of_city else (),
            judgement.part,
            tuple([divided[per] for per in pers]),
            strictly is not None and bool(cells[holds]) and not conditions.holds(strictly, sides),
        )

    return make


def _spots(found: list[Any]) -> list[int]:
    """The `_at` of the rows that a measure was read from: all of them, or the first and the last."""
    every = found[0] if found and isinstance(found[0], list) else found
    return [one for one in every or () if one is not None]


def _read_at(origins: list[list[int]]) -> tuple[int | None, int | None]:
    """The file and the row that a subject was read from: the first single row there is, else a file that has all."""
    for spots in origins:
        if spots and min(spots) == max(spots):
            return divmod(spots[0], ROWS)
    for spots in origins:
        if spots and min(spots) // ROWS == max(spots) // ROWS:
            return spots[0] // ROWS, None
    return None, None


def _reader(side: Side, at: Mapping[str, int]) -> Callable[[tuple[Any, ...]], Value]:
    """What reads the value of a side from a judged row."""
    if not side.read:
        if side.by is None:
            constant = side.constants.get(None)
            return lambda cells: constant
        by = at[side.by]
        return lambda cells: side.constants.get(cells[by])
    if side.codes:
        above = at[side.read[0]]
        return lambda cells: cells[above]
    return _number_at([at[name] for name in side.read])


def _number_at(columns: Sequence[int]) -> Callable[[tuple[Any, ...]], Fraction | None]:
    """What reads a number from a judged row: one column, or a numerator and a denominator; None of no column."""
    if not columns:
        return lambda cells: None
    above = columns[0]
    if len(columns) == 1:
        return lambda cells: None if cells[above] is None else Fraction(cells[above])
    below = columns[1]
    return lambda cells: None if cells[above] is None or cells[below] is None else _quotient(cells[above], cells[below])


def _quotient(above: int | Decimal, below: int | Decimal) -> Fraction:
    """The exact quotient."""
    (one, one_below), (other, other_below) = above.as_integer_ratio(), below.as_integer_ratio()
    return Fraction(one * other_below, one_below * other)
