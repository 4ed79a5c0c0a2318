"""Both engines against an oracle that shares no code with them: Fractions, None for missing, and trees of its own.

Hypothesis makes trees of arithmetic and of conditions. Each is written out as the text that a rule file holds, which
the package reads, compiles and judges on rows; and each is worked out here, by `number` and `holds`, in three-valued
logic. What the engines say of every subject, and the values they say it of, must be the same. See docs/testing.md.
"""

import json
import operator
import os
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from math import lcm

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tzcheck import facts as reading
from tzcheck import rule, sql
from tzcheck.engines import agree, duckdb, rete
from tzcheck.engines.agree import Disagreement, Judgements
from tzcheck.errors import EXIT_INTERNAL, EngineFault
from tzcheck.facts import Known, RowSet
from tzcheck.place import Place
from tzcheck.report import check, exit_code
from tzcheck.score import score
from tzcheck.verdict import Verdict
from tzcheck.writers import json as written

WHY = rete.unavailable()
NEEDS_DURABLE = pytest.mark.skipif(WHY is not None, reason=f"durable_rules: {WHY}")
EACH_ENGINE = pytest.mark.parametrize("engine", ["duckdb", pytest.param("durable", marks=NEEDS_DURABLE)])
ALONE_AND_BOTH = pytest.mark.parametrize("engine", ["duckdb", pytest.param("both", marks=NEEDS_DURABLE)])
DAY = date(2022, 12, 31)


def examples(number):
    """So many examples, the same ones in every run. SHRINK=1 looks for a smaller one where one fails (minutes)."""
    phases = [Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate]
    return settings(
        derandomize=True, deadline=None, max_examples=number, database=None, phases=phases,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


# --- packs, facts and what the engines make of them ----------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rules")


def book_of(folder, measures, rules, levels=("county",)):
    """The rulebook of one pack, `trial`, written to the folder and read from it."""
    title = {"zh": "试", "en": "Trial"}
    about = {"number": "1", "title": title, "source": {"document": "试", "certainty": "A"}}
    head = {"id": "trial", "title": title, "issuer": title, "document": "试", "levels": levels}
    files = {
        "trial/pack.yaml": {"pack": head},
        "trial/topic.yaml": {"measures": measures, "rules": {f"trial.{id}": about | one for id, one in rules.items()}},
        "profiles/national.yaml": {"profile": "national", "title": title},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return rule.load([folder])


def facts_of(*sets):
    """Facts of one county a set: its tables that have rows, and its values."""
    found = reading.of_rows(
        [
            RowSet(Place(None, f"{number}县"), {id: rows for id, rows in tables.items() if rows}, values)
            for number, (tables, values) in enumerate(sets)
        ],
        Known(),
    )
    assert found.problems == ()
    return found


def plan_of(book, facts):
    return sql.plan(book.packs.values(), book.ids, DAY, facts.given)


def outcome(applies, holds):
    return "outside" if applies is False else holds


def judged(engine, work, facts):
    """Every subject with its outcome by an engine; `too large` where durable_rules leaves it to DuckDB."""
    everyone = duckdb.judge(work, facts, everyone=True).everyone
    if engine == "duckdb":
        return [(one, outcome(one.applies, one.holds)) for one in everyone]
    judgements = {(one.rule, "facts"): one for one in work.judgements if one.rule is not None}
    found = rete.judge(judgements, everyone)
    return [(one, "too large" if by is None else outcome(*by)) for one, by in zip(everyone, found, strict=True)]


def by_row(engine, book, facts):
    """The outcome of every subject, in the order of their rows, for a book of one rule."""
    return [found for _, found in judged(engine, plan_of(book, facts), facts)]


# --- conditions as trees -------------------------------------------------------------------------------------------
#
# ("compare", left, operator, right), each side ("name", text), ("number", text) or ("code", text);
# ("member", name, codes); ("and", *parts); ("or", *parts); ("not", part).

COMPARED = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
            "==": operator.eq, "!=": operator.ne}  # fmt: skip
BINDING = {"or": 0, "and": 1, "not": 2}


def amount(text):
    """The number that a text spells; None stays None."""
    if text is None:
        return None
    return Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)


def spelled(tree, around="or"):
    """The text of a condition, with no more parentheses than it needs."""
    match tree:
        case ("compare", left, sign, right):
            return f"{left[1]} {sign} {right[1]}"
        case ("member", name, codes):
            return f"{name} in ({', '.join(codes)})"
        case ("not", part):
            return f"not {spelled(part, 'not')}"
        case (kind, *parts):
            text = f" {kind} ".join(spelled(part, kind) for part in parts)
            return f"({text})" if BINDING[kind] < BINDING[around] else text


def side(one, values):
    match one:
        case ("name", text):
            return values[text]
        case ("number", text):
            return amount(text)
        case ("code", text):
            return text


def holds(tree, values):
    """Whether a condition holds: True, False, or None where that hangs on a missing value."""
    match tree:
        case ("compare", left, sign, right):
            one, other = side(left, values), side(right, values)
            return None if one is None or other is None else COMPARED[sign](one, other)
        case ("member", name, codes):
            return None if values[name] is None else values[name] in codes
        case ("not", part):
            found = holds(part, values)
            return None if found is None else not found
        case (kind, *parts):
            found = [holds(part, values) for part in parts]
            deciding = kind == "or"
            return deciding if deciding in found else None if None in found else not deciding


def pairs(tree, values):
    """Both sides of every comparison, from left to right."""
    match tree:
        case None:
            return []
        case ("compare", left, _, right):
            return [(side(left, values), side(right, values))]
        case ("member", name, codes):
            return [(values[name], code) for code in codes]
        case (_, *parts):
            return [pair for part in parts for pair in pairs(part, values)]


def names_in(tree):
    match tree:
        case None:
            return set()
        case ("compare", left, _, right):
            return {text for kind, text in (left, right) if kind == "name"}
        case ("member", name, _):
            return {name}
        case (_, *parts):
            return set().union(*map(names_in, parts))


def comparisons_in(tree):
    match tree:
        case ("compare", *_):
            return 1
        case ("member", _, codes):
            return len(codes)
        case (_, *parts):
            return sum(map(comparisons_in, parts))


@cache
def conditions(numeric, coded, numbers, most, constant=()):
    """Trees of at most so many comparisons over names of numbers, of constants, and of codes with the codes of each.

    One side at least of a comparison is no constant.
    """
    name = st.tuples(st.just("name"), st.sampled_from(numeric))
    other = st.tuples(st.just("name"), st.sampled_from([*numeric, *constant, *constant]))
    other = st.one_of(other, other, st.tuples(st.just("number"), st.sampled_from(numbers)))
    sign = st.sampled_from(list(COMPARED))
    leaves = [st.tuples(st.just("compare"), *sides) for sides in ((name, sign, other), (other, sign, name))]
    for text, codes in coded:
        code, equal = st.tuples(st.just("code"), st.sampled_from(codes)), st.sampled_from(["==", "!="])
        leaves.append(st.tuples(st.just("compare"), st.just(("name", text)), equal, code))
        some = st.lists(st.sampled_from(codes), min_size=1, max_size=3).map(tuple)
        leaves.append(st.tuples(st.just("member"), st.just(text), some))
    trees = st.recursive(st.one_of(leaves), joined, max_leaves=most)
    return trees.filter(lambda tree: comparisons_in(tree) <= most)


def joined(part):
    several = st.lists(part, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.just("not"), part),
        several.map(lambda parts: ("and", *parts)),
        several.map(lambda parts: ("or", *parts)),
    )


# --- arithmetic as trees -------------------------------------------------------------------------------------------
#
# ("column", name); ("literal", text); ("negative", part); ("absolute", part); (one of + - * /, left, right);
# (sum, min, max or count, tree over the columns of a row, condition for a row to count); ("count", None, condition).

RANK = {"+": 0, "-": 0, "*": 1, "/": 1}
SIGNS = {"==": "=", "!=": "<>"}


def sql_of(tree, around=-1, right=False):
    """The SQL of an arithmetic tree, with no more parentheses than it needs."""
    match tree:
        case ("column", name):
            return name
        case ("literal", text):
            return text
        case ("negative", part):
            return f"(-{sql_of(part, 2)})"
        case ("absolute", part):
            return f"abs({sql_of(part)})"
        case (("+" | "-" | "*" | "/") as sign, one, other):
            text = f"{sql_of(one, RANK[sign])} {sign} {sql_of(other, RANK[sign], True)}"
            return f"({text})" if RANK[sign] < around or (right and RANK[sign] == around) else text
        case (aggregate, part, counting):
            text = f"{aggregate}({'*' if part is None else sql_of(part)})"
            return text if counting is None else f"{text} filter (where {filter_of(counting)})"


def filter_of(tree):
    match tree:
        case ("compare", left, sign, right):
            one, other = (f"'{text}'" if kind == "code" else text for kind, text in (left, right))
            return f"{one} {SIGNS.get(sign, sign)} {other}"
        case ("member", name, codes):
            shown = ", ".join(f"'{code}'" for code in codes)
            return f"{name} in ({shown})"
        case ("not", part):
            return f"not ({filter_of(part)})"
        case (kind, *parts):
            return f" {kind} ".join(f"({filter_of(part)})" for part in parts)


def number(tree, row, rows=()):
    """What an arithmetic tree comes to for a row, or for all rows of a place; None where a value is missing."""
    match tree:
        case ("column", name):
            return row[name]
        case ("literal", text):
            return amount(text)
        case ("negative", part):
            found = number(part, row, rows)
            return None if found is None else -found
        case ("absolute", part):
            found = number(part, row, rows)
            return None if found is None else abs(found)
        case (("+" | "-" | "*" | "/") as sign, one, other):
            left, right = number(one, row, rows), number(other, row, rows)
            if left is None or right is None or (sign == "/" and right == 0):
                return None
            return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[sign](right)
        case (aggregate, part, counting):
            counted = [True if counting is None else holds(counting, one) for one in rows]
            values = [
                Fraction(1) if part is None else number(part, one)
                for one, counts in zip(rows, counted, strict=True)
                if counts
            ]
            if None in counted or None in values:
                return None
            if aggregate == "count":
                return Fraction(len(values))
            return {"sum": sum, "min": min, "max": max}[aggregate](values) if values else None


def leaves_of(tree):
    """What an arithmetic tree reads: columns and aggregates."""
    match tree:
        case ("literal", _):
            return 0
        case ("negative" | "absolute", part):
            return leaves_of(part)
        case ("+" | "-" | "*" | "/", one, other):
            return leaves_of(one) + leaves_of(other)
        case _:
            return 1


@cache
def arithmetic(leaf, most, signs="+-*/"):
    """Trees of arithmetic over `leaf` that read something."""

    def combined(part):
        return st.one_of(
            st.tuples(st.sampled_from(signs), part, part),
            st.tuples(st.sampled_from(signs), part, part),
            st.tuples(st.sampled_from(["negative", "absolute"]), part),
        )

    literal = st.tuples(st.just("literal"), st.sampled_from(["0", "1", "3", "0.5", "100", "0.85"]))
    found = st.recursive(st.one_of(leaf, leaf, literal), combined, max_leaves=most)
    return found.filter(lambda tree: leaves_of(tree) > 0)


@cache
def columns(*names):
    return st.tuples(st.just("column"), st.sampled_from(names))


def aggregates(names, coded):
    """Aggregates over the columns of a table, filtered or not."""
    inner = arithmetic(columns(*names), 2, "+-")
    counting = st.one_of(st.none(), st.none(), conditions(names, coded, ("0", "1", "3", "4.5"), 3))
    of_values = st.tuples(st.sampled_from(["sum", "sum", "min", "max", "count"]), inner, counting)
    return st.one_of(of_values, of_values, st.tuples(st.just("count"), st.none(), counting))


# --- rules ---------------------------------------------------------------------------------------------------------

NUMBERS = ("0", "1", "3", "45", "46", "-3", "0.505", "-0.505", "85 %", "-0.000001", "4.5", "9999999999", "0.3333333")
LIMITS = ["45", "46", "1/3", "-2/7", "0.505", "85 %", "4.5", "0", "-3", "1/6", "0.000001", None]


@st.composite
def parameters(draw, limits):
    """A parameter's values by day, and the one in force on DAY (None where there is none)."""
    now, other = (draw(st.sampled_from(limits)) for _ in range(2))
    values, found = draw(
        st.sampled_from(
            [
                ({"2017-04-19": now}, now),
                ({"2017-04-19": other, "2022-12-31": now}, now),
                ({"2017-04-19": now, "2023-01-01": other}, now),
                ({"2023-01-01": other}, None),
            ]
        )
    )
    return values, amount(found)


# How many comparisons `requires` and `applies` may have: durable_rules refuses a rule that is much longer.
LENGTHS = {"duckdb": (8, 4), "durable": (4, 2)}


@st.composite
def rules_over(draw, engine, each, numeric, coded, category=None, by=None, needed=None, limits=()):
    """A rule as its file spells it, its trees, and the values of its parameters in each category."""
    constant = ("limit", "split") if category else ("limit",)
    trees, also = (conditions(numeric, coded, NUMBERS, most, constant) for most in LENGTHS[engine])
    requires = draw(trees.filter(lambda tree: names_in(tree) & set(needed)) if needed else trees)
    applies = draw(st.one_of(st.none(), also))
    spelling = {"each": each, "requires": spelled(requires), "parameters": {}}
    spelling |= {"by": by} if by else {}
    spelling |= {"applies": spelled(applies)} if applies else {}
    limits = [*LIMITS, *limits, *limits]
    categories = dict(coded).get(category, ())
    found = {code: {"limit": None, "split": None} for code in (None, *categories)}
    if "limit" in names_in(requires) | names_in(applies):
        spelling["parameters"]["limit"], value = draw(parameters(limits))
        for one in found.values():
            one["limit"] = value
    if "split" in names_in(requires) | names_in(applies):
        spelling["parameters"]["split"] = {"by": category}
        for code in draw(st.lists(st.sampled_from(categories), min_size=1, unique=True)):
            spelling["parameters"]["split"][code], found[code]["split"] = draw(parameters(limits))
    return spelling, requires, applies, found


def expected(requires, applies, values):
    """The outcome of a subject, and both sides of all its comparisons."""
    within = True if applies is None else holds(applies, values)
    found = {True: holds(requires, values), False: "outside", None: None}[within]
    return found, tuple(pairs(requires, values) + pairs(applies, values))


def too_large(sides):
    """Whether a side, once it is a whole number, does not fit into 64 bits."""
    for pair in sides:
        numbers = [one for one in pair if isinstance(one, Fraction)]
        factor = lcm(*(one.denominator for one in numbers))
        if any(abs(one * factor) >= 2**63 for one in numbers):
            return True
    return False


def see_that_it_judges(engine, folder, facts, measures, rules, values, key, category):
    """Judges the rules; every subject's outcome and sides, and all counts, must be those worked out here.

    `values` are those of each subject, by its `key`; `category` names the one of them that splits parameters.
    """
    book = book_of(folder, measures, {f"r{id}": spelling for id, (spelling, *_) in enumerate(rules)})
    work = plan_of(book, facts)
    wanted = {}
    for id, (_, requires, applies, limits) in enumerate(rules):
        for at, own in values(requires, applies).items():
            found, sides = expected(requires, applies, own | limits[own.get(category)])
            wanted[f"trial.r{id}", at] = "too large" if engine == "durable" and too_large(sides) else found, sides
    everyone = judged(engine, work, facts)
    assert {(one.rule, key(one)): (found, one.sides) for one, found in everyone} == wanted
    assert len(everyone) == len(wanted)
    if engine == "duckdb":
        counted = Counter()
        for one in duckdb.judge(work, facts, everyone=False).counts:
            found = {True: one.met, False: one.unmet, None: one.unknown, "outside": one.not_applicable}
            counted.update({(one.rule, one.place, one.category, name): times for name, times in found.items()})
        assert +counted == Counter((one.rule, one.place, one.category, found) for one, found in everyone)


def limits_from(found):
    """The values that a measure comes to, as limits: a subject is exactly at its limit."""
    small = {one for one in found if isinstance(one, Fraction) and abs(one.numerator) < 10**4 > one.denominator}
    return sorted(map(str, small))[:12]


# --- rows ----------------------------------------------------------------------------------------------------------

MONEY, SEATS, KIND = "investment_10k_yuan", "new_seats", "kind"
KINDS = ((KIND, ("new", "rebuilt")),)
PROJECTS = [
    {MONEY: money, SEATS: seats, KIND: kind}
    for money in (None, "0", "0.000001", "0.505", "1", "4.5", "45", "99999999.999999")
    for seats in (None, "0", "1", "3", "45", "46", "100000000")
    for kind in (None, "new", "rebuilt")
]
ROW_MEASURES = {
    "balance": ("-", ("column", SEATS), ("column", MONEY)),
    "third": ("/", ("column", MONEY), ("literal", "3")),
    "share": ("/", ("column", MONEY), ("column", SEATS)),
    "turned": ("/", ("column", SEATS), ("negative", ("column", MONEY))),
    "product": ("*", ("column", SEATS), ("column", MONEY)),
}


def exact(row, *codes):
    """A row as the oracle sees it: numbers as Fractions."""
    return {name: value if name in codes else amount(value) for name, value in row.items()}


def measured(rows, trees):
    """The values of each row and of the measures `trees`, by the row's number."""
    found = {place: exact(row, KIND) for place, row in enumerate(rows, 1)}
    return {place: row | {name: number(tree, row) for name, tree in trees.items()} for place, row in found.items()}


def measures_of(trees, **more):
    return {name: {"value": sql_of(tree), **more} for name, tree in trees.items()}


@EACH_ENGINE
@examples(70)
@given(data=st.data())
def test_rows_are_judged_as_the_oracle_judges_them(folder, engine, data):
    one = rules_over(engine, "school_project", (MONEY, SEATS, *ROW_MEASURES), KINDS, KIND)
    rules = data.draw(st.lists(one, min_size=3, max_size=3))
    measures = measures_of(ROW_MEASURES, each="school_project")
    facts = facts_of(({"school_projects": PROJECTS}, {}))
    values = measured(PROJECTS, ROW_MEASURES)
    see_that_it_judges(engine, folder, facts, measures, rules, lambda *_: values, lambda subject: subject.row, KIND)


SMALL_PROJECTS = [
    {MONEY: money, SEATS: seats, "start": start, "finish": "2000", KIND: "new"}
    for money in (None, "0", "0.505", "4.5")
    for seats in (None, "0", "1", "46")
    for start in ("1997", "2000", "2003")
]
# Among what measures read is a difference that can be negative, 0 or positive.
SMALL_LEAVES = columns(MONEY, SEATS, "start") | st.just(("-", ("column", "finish"), ("column", "start")))


@EACH_ENGINE
@examples(50)
@given(data=st.data())
def test_measures_of_rows_come_to_what_the_oracle_computes(folder, engine, data):
    trees = data.draw(st.fixed_dictionaries({name: arithmetic(SMALL_LEAVES, 4) for name in ("m1", "m2", "m3")}))
    values = measured(SMALL_PROJECTS, trees)
    limits = limits_from(row[name] for row in values.values() for name in trees)
    one = rules_over(engine, "school_project", ("m1", "m2", "m3", MONEY), KINDS, KIND, limits=limits)
    rules = data.draw(st.lists(one, min_size=3, max_size=3))
    measures = measures_of(trees, each="school_project")
    facts = facts_of(({"school_projects": SMALL_PROJECTS}, {}))
    see_that_it_judges(engine, folder, facts, measures, rules, lambda *_: values, lambda subject: subject.row, KIND)


# --- places, and categories of places ------------------------------------------------------------------------------

TOTAL, SPENT, PHASE = "total_investment_10k_yuan", "invested_to_2022_10k_yuan", "phase"
CODES = ("preparatory", "new", "continued")
PHASES = ((PHASE, CODES),)
AMOUNTS = st.sampled_from(["0", "0.505", "4.5", "45", "1", "3", "3", None])
SCHOOL_ROWS = st.fixed_dictionaries(
    {MONEY: AMOUNTS, SEATS: st.sampled_from(["0", "1", "3", "45", "46", None]), KIND: st.sampled_from(
        ["new", "new", "rebuilt", None])}
)  # fmt: skip
WORK_ROWS = st.fixed_dictionaries({TOTAL: AMOUNTS, SPENT: AMOUNTS, PHASE: st.sampled_from(CODES)})
VALUES = st.dictionaries(st.sampled_from(["a", "b", "b.c"]), st.sampled_from(["0", "1", "-3", "0.505", "-2.5", ""]))
PLACES = st.lists(
    st.tuples(st.lists(SCHOOL_ROWS, max_size=3), st.lists(WORK_ROWS, max_size=5), VALUES), min_size=6, max_size=6
)
SOURCES = {
    "school": ("school_projects", aggregates((MONEY, SEATS), KINDS)),
    "whole": ("vocational_projects", aggregates((TOTAL, SPENT), PHASES)),
    "part": ("vocational_projects", aggregates((TOTAL, SPENT), ())),
    "value": ("values", columns("a", "b", "b.c")),
}


def facts_of_places(places):
    return facts_of(
        *(({"school_projects": school, "vocational_projects": works}, values) for school, works, values in places)
    )


def sources_of(place, phase):
    """The rows behind each kind of measure, in one place and phase, and the values of the place."""
    school, works, values = place
    projects, all_works = [exact(row, KIND) for row in school], [exact(row, PHASE) for row in works]
    keyed = dict.fromkeys(["a", "b", "b.c"]) | {key: amount(text or None) for key, text in values.items()}
    return {
        "school": projects,
        "whole": all_works,
        "part": [row for row in all_works if row[PHASE] == phase],
        "value": [keyed] if values else [],
    }


def values_of(place, phase, trees, computed):
    """What every measure comes to in one place and phase: nothing is known from a table without rows."""
    rows = sources_of(place, phase)
    found = {name: number(tree, rows[kind][0], rows[kind]) if rows[kind] else None for (kind, name), tree in trees.items()}
    return found | {name: number(tree, found) for name, tree in computed.items()}


def tables_behind(name, trees, computed):
    """The kinds of rows that a measure is made from."""
    tree = computed.get(name)
    kinds = {kind for kind, own in trees if own == name}
    return kinds | {kind for kind, own in trees if tree is not None and f"'{own}'" in str(tree)}


@EACH_ENGINE
@pytest.mark.parametrize("phases", [False, True], ids=["places", "phases"])
@examples(50)
@given(data=st.data())
def test_places_and_their_categories_are_judged_as_the_oracle_judges_them(folder, engine, phases, data):
    places = data.draw(PLACES)
    kinds = ["school", "whole", "value", *(["part", "part"] if phases else [])]
    names = [(kind, f"{kind}{index}") for index, kind in enumerate(kinds)]
    trees = data.draw(
        st.fixed_dictionaries({(kind, name): arithmetic(SOURCES[kind][1], 3) for kind, name in names})
    )
    plain = [name for _, name in names]
    computed = data.draw(st.fixed_dictionaries({"computed": arithmetic(columns(*plain), 2)}))
    subjects = {
        (index, phase): (place, values_of(place, phase, trees, computed) | {PHASE: phase})
        for index, place in enumerate(places)
        for phase in (CODES if phases else [None])
    }

    def values(requires, applies):
        """The values of those places (and phases) that have a row in a table that the rule reads."""
        read = {kind for name in names_in(requires) | names_in(applies) for kind in tables_behind(name, trees, computed)}
        read &= {"part"} if phases else read
        return {at: own for at, (place, own) in subjects.items() if any(sources_of(place, at[1])[kind] for kind in read)}

    limits = limits_from(own[name] for _, own in subjects.values() for name in (*plain, "computed"))
    by = PHASE if phases else None
    needed = [name for name in (*plain, "computed") if not phases or "part" in tables_behind(name, trees, computed)]
    coded = PHASES if phases else ()
    one = rules_over(engine, "county", (*plain, "computed"), coded, by, by, needed, limits)
    rules = data.draw(st.lists(one, min_size=3, max_size=3))
    measures = {}
    for (kind, name), tree in trees.items():
        split = {"by": PHASE} if kind == "part" else {}
        measures |= measures_of({name: tree}, each="county", **{"from": SOURCES[kind][0]}, **split)
    measures |= measures_of(computed, each="county", **({"by": PHASE} if phases else {}))
    facts = facts_of_places(places)
    see_that_it_judges(
        engine, folder, facts, measures, rules, values, lambda subject: (subject.place, subject.category), PHASE
    )
