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
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tzcheck import facts as reading
from tzcheck import loading, planner
from tzcheck.engines import agree, duckdb, rete
from tzcheck.engines.agree import Disagreement, Judgements
from tzcheck.errors import EXIT_INTERNAL, EngineFault
from tzcheck.facts import RowSet
from tzcheck.place import Place
from tzcheck.reading import Known
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
    return settings(max_examples=number, phases=phases)


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
    return loading.load([folder])


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
    return planner.plan(book.packs.values(), book.ids, DAY, facts.given)


def outcome(applies, holds):
    return "outside" if applies is False else holds


def judged(engine, work, facts):
    """Every subject with its outcome by an engine; `too large` where it is too large for durable_rules."""
    everyone = duckdb.judge(work, facts, everyone=True).everyone
    if engine == "duckdb":
        return [(one, outcome(one.applies, one.holds)) for one in everyone]
    judgements = {(one.rule, "facts", one.part): one for one in work.judgements if one.rule is not None}
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
def conditions(numeric, coded, numbers, most):
    """Trees of at most so many comparisons over names of numbers, and over names of codes with the codes of each."""
    name = st.tuples(st.just("name"), st.sampled_from(numeric))
    other = st.one_of(name, name, st.tuples(st.just("number"), st.sampled_from(numbers)))
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
    names = (*numeric, *numeric, "limit", "split") if category else (*numeric, "limit")
    trees, also = (conditions(names, coded, NUMBERS, most) for most in LENGTHS[engine])
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
    assert agree.expected(work, facts) == Counter((id, "facts") for id, _ in wanted)
    if engine == "duckdb":
        counted = Counter()
        for one in duckdb.judge(work, facts, everyone=False).counts:
            found = {True: one.met, False: one.unmet, None: one.unknown, "outside": one.not_applicable}
            counted.update({(one.rule, one.place, one.category, name): times for name, times in found.items()})
        assert +counted == Counter((one.rule, one.place, one.category, found) for one, found in everyone)


def limits_from(found):
    """The values that a measure comes to, as limits: a subject is exactly at its limit."""
    small = {one for one in found if isinstance(one, Fraction) and abs(one.numerator) < 10**6 > one.denominator}
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
@examples(50)
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
# Among what measures read is a difference that can be negative, 0 or positive; each is a sum, product or quotient.
SMALL_LEAVES = columns(MONEY, SEATS, "start") | st.just(("-", ("column", "finish"), ("column", "start")))
SMALL_PARTS = arithmetic(SMALL_LEAVES, 3)
SMALL_TREES = st.tuples(st.sampled_from("+-*/"), SMALL_PARTS, SMALL_PARTS)


@EACH_ENGINE
@examples(25)
@given(data=st.data())
def test_measures_of_rows_come_to_what_the_oracle_computes(folder, engine, data):
    trees = data.draw(st.fixed_dictionaries({f"m{index}": SMALL_TREES for index in range(8)}))
    values = measured(SMALL_PROJECTS, trees)
    limits = limits_from(row[name] for row in values.values() for name in trees)
    rules = [
        data.draw(rules_over(engine, "school_project", (name, name, name, MONEY), KINDS, KIND, None, (name,), limits))
        for name in trees
    ]
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
    found = {
        name: number(tree, rows[kind][0], rows[kind]) if rows[kind] else None for (kind, name), tree in trees.items()
    }
    return found | {name: number(tree, found) for name, tree in computed.items()}


def tables_behind(name, trees, computed):
    """The kinds of rows that a measure is made from."""
    tree = computed.get(name)
    kinds = {kind for kind, own in trees if own == name}
    return kinds | {kind for kind, own in trees if tree is not None and f"'{own}'" in str(tree)}


@EACH_ENGINE
@pytest.mark.parametrize("phases", [False, True], ids=["places", "phases"])
@examples(30)
@given(data=st.data())
def test_places_and_their_categories_are_judged_as_the_oracle_judges_them(folder, engine, phases, data):
    places = data.draw(PLACES)
    kinds = ["school", "whole", "value", *(["part", "part"] if phases else [])]
    names = [(kind, f"{kind}{index}") for index, kind in enumerate(kinds)]
    trees = data.draw(st.fixed_dictionaries({(kind, name): arithmetic(SOURCES[kind][1], 3) for kind, name in names}))
    plain = [name for _, name in names]
    computed = data.draw(st.fixed_dictionaries({"computed": arithmetic(columns(*plain), 2)}))
    subjects = {
        (index, phase): (place, values_of(place, phase, trees, computed) | {PHASE: phase})
        for index, place in enumerate(places)
        for phase in (CODES if phases else [None])
    }

    def values(requires, applies):
        """The values of those places (and phases) that have a row in a table that the rule reads."""
        read = {
            kind for name in names_in(requires) | names_in(applies) for kind in tables_behind(name, trees, computed)
        }
        read &= {"part"} if phases else read
        return {
            at: own for at, (place, own) in subjects.items() if any(sources_of(place, at[1])[kind] for kind in read)
        }

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


# --- one at a time -------------------------------------------------------------------------------------------------


def class_facts(*sizes):
    """Facts of one county with a class a (stage, students)."""
    return facts_of(({"classes": [{"stage": stage, "students": size} for stage, size in sizes]}, {}))


CLASS_RULE = {
    "each": "class",
    "requires": "students <= limit",
    "parameters": {"limit": {"by": "stage", "primary": {"2017-04-19": 45}, "junior": {"2017-04-19": 50}}},
}


@EACH_ENGINE
def test_a_class_of_45_holds_and_one_of_46_does_not(folder, engine):
    book = book_of(folder, {}, {"size": CLASS_RULE})
    facts = class_facts(("primary", 45), ("primary", 46), ("junior", 50), ("junior", 51), ("junior", None))
    assert by_row(engine, book, facts) == [True, False, True, False, None]


@EACH_ENGINE
def test_an_area_of_exactly_5_8_a_student_is_enough_and_not_more_than_enough(folder, engine):
    """The area and 1100, 400 and 440 students, weighted 1 : 1.1 : 1.32: divided as doubles, not quite 5.8."""
    weighted = "(students_primary + 1.1 * students_junior + 1.32 * students_senior)"
    measures = {"share": {"each": "school", "value": f"teaching_area * 1.1 / {weighted}"}}
    parameters = {"limit": {"2017-04-19": "5.8"}}
    rules = {
        name: {"each": "school", "requires": f"share {sign} limit", "parameters": parameters}
        for name, sign in {"least": ">=", "most": "<="}.items()
    }
    students = {"students_primary": 1100, "students_junior": 400, "students_senior": 440}
    rows = [{"teaching_area": area, **students} for area in ("11182.4", "11182.399999", "11182.400001")]
    facts = facts_of(({"schools": rows}, {}))
    everyone = judged(engine, plan_of(book_of(folder, measures, rules), facts), facts)
    assert {(one.rule, one.row): verdict for one, verdict in everyone} == {
        ("trial.least", 1): True, ("trial.least", 2): False, ("trial.least", 3): True,
        ("trial.most", 1): True, ("trial.most", 2): True, ("trial.most", 3): False,
    }  # fmt: skip
    assert everyone[0][0].sides == ((Fraction("5.8"), Fraction("5.8")),)


@EACH_ENGINE
def test_85_percent_of_0_9_is_0_765(folder, engine):
    rules = {
        "share": {"each": "county", "requires": "share >= 0.765"},
        "above": {"each": "county", "requires": "share > 0.765"},
    }
    book = book_of(folder, {"share": {"each": "county", "from": "values", "value": "a * 0.9"}}, rules)
    facts = facts_of(({}, {"a": "0.85"}), ({}, {"a": "0.849999"}), ({}, {"a": "0.850001"}))
    found = [(one.rule, one.place, verdict) for one, verdict in judged(engine, plan_of(book, facts), facts)]
    assert found == [
        ("trial.above", 0, False), ("trial.above", 1, False), ("trial.above", 2, True),
        ("trial.share", 0, True), ("trial.share", 1, False), ("trial.share", 2, True),
    ]  # fmt: skip


@EACH_ENGINE
def test_the_same_sum_of_a_place_and_of_its_phases_are_two_measures(folder, engine):
    total = {"each": "county", "from": "vocational_projects", "value": f"sum({TOTAL})"}
    rules = {"part": {"each": "county", "by": PHASE, "requires": "part < entire"}}
    book = book_of(folder, {"entire": total, "part": total | {"by": PHASE}}, rules)
    works = [{PHASE: "new", TOTAL: 3}, {PHASE: "continued", TOTAL: 5}]
    facts = facts_of(({"vocational_projects": works}, {}), ({"vocational_projects": works[:1]}, {}))
    found = {
        (one.place, one.category): (one.sides, verdict) for one, verdict in judged(engine, plan_of(book, facts), facts)
    }
    three, five, eight = map(Fraction, (3, 5, 8))
    assert found == {
        (0, "new"): (((three, eight),), True),
        (0, "continued"): (((five, eight),), True),
        (1, "new"): (((three, three),), False),
    }


@EACH_ENGINE
@pytest.mark.parametrize(("seats", "wanted"), [("100", True), ("101", False)])
def test_a_city_is_judged_by_its_own_row_and_those_of_its_counties(folder, engine, seats, wanted):
    measures = {
        "counties": {
            "each": "city", "from": "enrolment", "value": "sum(primary_total) filter (where level = 'county')"
        },
        "printed": {"each": "city", "from": "enrolment", "value": "sum(primary_total) filter (where level = 'city')"},
    }  # fmt: skip
    book = book_of(folder, measures, {"sum": {"each": "city", "requires": "counties == printed"}}, levels=("city",))
    rows = [
        {"county": "椒江区", "primary_total": 60},
        {"county": "黄岩区", "primary_total": 40},
        {"county": "合计", "primary_total": seats},
    ]
    facts = reading.of_rows([RowSet(Place(None, "甲市", "city"), {"enrolment": rows}, {})], Known())
    found = [(facts.places[one.place].name, verdict) for one, verdict in judged(engine, plan_of(book, facts), facts)]
    assert found == [("甲市", wanted)]


@NEEDS_DURABLE
def test_a_number_from_2_to_the_63rd_on_is_left_to_duckdb_and_counted(folder):
    measures = {"product": {"each": "school_project", "value": f"{SEATS} * {MONEY}"}}
    rules = {"product": {"each": "school_project", "requires": "product > 0"}}
    book = book_of(folder, measures, rules)
    last, first = {SEATS: 1532540863, MONEY: 6018353089}, {SEATS: 4294967296, MONEY: 2147483648}
    facts = facts_of(({"school_projects": [last, first]}, {}))
    assert [int(row[SEATS]) * row[MONEY] for row in (last, first)] == [2**63 - 1, 2**63]
    assert by_row("durable", book, facts) == [True, "too large"]
    assert by_row("duckdb", book, facts) == [True, True]
    found = agree.judge(plan_of(book, facts), facts, "both")
    assert (found.engine, found.unasked, found.disagreements) == ("both", 1, ())
    assert [(one.met, one.checked) for one in found.counts] == [(2, 2)]


@NEEDS_DURABLE
def test_a_number_down_to_minus_2_to_the_63rd_is_left_to_duckdb_too(folder):
    measures = {"product": {"each": "school_project", "value": f"-({SEATS} * {MONEY})"}}
    book = book_of(folder, measures, {"product": {"each": "school_project", "requires": "product > 0"}})
    rows = [{SEATS: 1532540863, MONEY: 6018353089}, {SEATS: 4294967296, MONEY: 2147483648}]
    assert by_row("durable", book, facts_of(({"school_projects": rows}, {}))) == [False, "too large"]


@EACH_ENGINE
def test_subjects_that_look_the_same_are_judged_one_by_one_however_many(folder, engine):
    """durable_rules refuses the same fact twice, and lost matches of several hundred facts given in one call."""
    book = book_of(folder, {}, {"size": CLASS_RULE})
    sizes = [("primary", 45), ("primary", 46), ("primary", None)] * 400
    assert by_row(engine, book, class_facts(*sizes)) == [True, False, None] * 400


WHOLE_RULES = {
    "most": {"each": "school_project", "requires": f"{SEATS} <= 3 and {MONEY} > 1"},
    "least": {"each": "school_project", "requires": "share >= limit", "applies": "not kind == rebuilt",
              "parameters": {"limit": {"2017-04-19": "1/3"}}},
    "exactly": {"each": "school_project", "requires": f"{SEATS} != 45"},
    "codes": {"each": "school_project", "requires": "kind in (new)"},
    "shown": {"each": "school_project", "requires": f"{SEATS} <= 46", "shows": ["third"]},
}  # fmt: skip


def test_counts_are_the_same_whether_all_subjects_are_returned_or_not(folder):
    book = book_of(folder, measures_of(ROW_MEASURES, each="school_project"), WHOLE_RULES)
    facts = facts_of(({"school_projects": PROJECTS}, {}), ({"school_projects": PROJECTS[:30]}, {}))
    work = plan_of(book, facts)
    all_of_them, some = (duckdb.judge(work, facts, everyone=everyone) for everyone in (True, False))
    assert some.counts == all_of_them.counts
    assert some.told == all_of_them.told
    assert (some.everyone, len(all_of_them.everyone)) == (None, len(WHOLE_RULES) * (len(PROJECTS) + 30))
    assert {one.rule for one in some.counts if one.met and one.unmet and one.unknown} == book.ids
    doubtful = [one for one in all_of_them.everyone if one.applies is not False and one.holds is not True]
    assert [one for one in some.told if one.rule != "trial.shown"] == [
        one for one in doubtful if one.rule != "trial.shown"
    ]
    shown = [one.shows for one in some.told if one.rule == "trial.shown"]
    assert shown == [one.shows for one in all_of_them.everyone if one.rule == "trial.shown"]
    assert Counter(shown)[(Fraction(15),)] == 21


def test_the_worst_value_is_the_same_where_the_limit_stands_on_the_left(folder):
    book = book_of(folder, {}, {"size": {"each": "class", "requires": "45 >= students"}})
    facts = class_facts(("primary", 45), ("primary", 46))
    work = plan_of(book, facts)
    assert duckdb.judge(work, facts, everyone=False).counts == duckdb.judge(work, facts, everyone=True).counts


@pytest.mark.parametrize("change", [-1, 1])
def test_a_subject_without_a_verdict_and_a_verdict_without_a_subject_are_faults(folder, change):
    book = book_of(folder, {}, {"size": CLASS_RULE})
    facts = class_facts(("primary", 45), ("primary", 46), ("primary", None))
    work = plan_of(book, facts)
    due, found = agree.expected(work, facts), duckdb.judge(work, facts, everyone=True)
    agree._check_number(due, found)
    (one,) = found.counts
    assert (one.met, one.unmet, one.unknown) == (1, 1, 1)
    for outcome in ("met", "unmet", "unknown", "not_applicable"):
        changed = one._replace(**{outcome: getattr(one, outcome) + change})
        with pytest.raises(EngineFault) as error:
            agree._check_number(due, replace(found, counts=(changed,)))
        (problem,) = error.value.problems
        assert problem.code == "verdicts_lost"
        assert problem.details == {"rule": "trial.size", "due": 3, "came": 3 + change}


def test_a_rule_whose_subjects_are_all_lost_is_a_fault(folder):
    book = book_of(folder, {}, {"size": CLASS_RULE})
    facts = class_facts(("primary", 45))
    work = plan_of(book, facts)
    lost = replace(work, batches=())
    with pytest.raises(EngineFault) as error:
        agree.judge(lost, facts, "duckdb")
    assert error.value.exit_code == EXIT_INTERNAL
    assert [problem.details for problem in error.value.problems] == [{"rule": "trial.size", "due": 1, "came": 0}]


@NEEDS_DURABLE
def test_every_way_to_disagree_is_found_and_every_way_to_agree_is_none(folder):
    """DuckDB's subjects are changed before durable_rules judges them from their sides."""
    rules = {"size": CLASS_RULE | {"applies": "students > 0"}}
    book = book_of(folder, {}, rules)
    facts = class_facts(("primary", 45), ("primary", 46), ("primary", None), ("primary", 0))
    work = plan_of(book, facts)
    found = duckdb.judge(work, facts, everyone=True)
    right = [(one.applies, one.holds) for one in found.everyone]
    assert right == [(True, True), (True, False), (None, None), (False, None)]
    seen = {}
    for row, one in enumerate(found.everyone):
        for wrong in right:
            changed = one._replace(applies=wrong[0], holds=wrong[1])
            everyone = (*found.everyone[:row], changed, *found.everyone[row + 1 :])
            seen[right[row], wrong] = agree._compare(work, everyone)
            wanted = () if wrong == right[row] else (Disagreement(changed, wrong, right[row]),)
            assert seen[right[row], wrong] == (wanted, 0)
    assert len(seen) == 16


def test_a_disagreement_ends_with_exit_code_4_and_both_verdicts_in_the_json(folder):
    book = book_of(folder, {}, {"size": CLASS_RULE})
    facts = class_facts(("primary", 45), ("primary", 45))
    work = plan_of(book, facts)
    found = duckdb.judge(work, facts, everyone=True)
    agreed = check(book, facts, book.ids, DAY, "duckdb")
    assert exit_code(agreed, "never") == 0
    differing = (Disagreement(found.everyone[0], (True, True), (True, False)),)
    judgements = Judgements("both", None, found.counts, found.told, differing, 0)
    scored, problems = score(book, facts, work, judgements, book.ids, [0], DAY)
    report = replace(agreed, engine="both", places=scored, problems=problems, disagreements=len(differing))
    assert exit_code(report, "never") == EXIT_INTERNAL
    (one,) = json.loads("".join(written.write(report, "en", True)))["counties"][0]["standards"][0]["indicators"]
    assert (one["verdict"], one["engines"]) == ("undetermined", {"duckdb": "met", "durable": "unmet"})


@ALONE_AND_BOTH
def test_a_missing_value_leaves_an_indicator_undetermined_and_a_breach_decides_it(folder, engine):
    book = book_of(folder, {}, {"size": CLASS_RULE})
    verdicts = {}
    for name, sizes in {"met": (45, 44), "doubt": (45, None), "unmet": (None, 46), "nothing": (None,)}.items():
        facts = class_facts(*(("primary", size) for size in sizes))
        report = check(book, facts, book.ids, DAY, engine)
        assert (report.engine, report.disagreements, report.unasked) == (engine, 0, 0)
        verdicts[name] = report.places[0].scores[0].indicators[0].verdict
    assert verdicts == {
        "met": Verdict.MET, "doubt": Verdict.UNDETERMINED, "unmet": Verdict.UNMET, "nothing": Verdict.UNDETERMINED,
    }  # fmt: skip


@NEEDS_DURABLE
@pytest.mark.parametrize(("parts", "unasked"), [(3, 0), (12, 2)])
def test_a_condition_too_long_for_durable_rules_is_left_to_duckdb_and_counted(folder, parts, unasked):
    """It refuses a ruleset whose conditions multiply out to too much; the other rules are judged by both."""
    requires = " and ".join([f"({SEATS} > 0 or {MONEY} > 0)"] * parts)
    rules = {
        "long": {"each": "school_project", "requires": requires},
        "short": {"each": "school_project", "requires": f"{SEATS} > 0"},
    }
    book = book_of(folder, {}, rules)
    facts = facts_of(({"school_projects": [{SEATS: 1, MONEY: 1}, {SEATS: 0, MONEY: 0}]}, {}))
    work = plan_of(book, facts)
    found = agree.judge(work, facts, "both")
    assert [(one.rule, one.met, one.unmet) for one in found.counts] == [("trial.long", 1, 1), ("trial.short", 1, 1)]
    assert (found.disagreements, found.unasked) == ((), unasked)
    by_durable = [(one.rule, verdict) for one, verdict in judged("durable", work, facts)]
    assert by_durable[2:] == [("trial.short", True), ("trial.short", False)]
    assert by_durable[:2] == [("trial.long", verdict) for verdict in (["too large"] * 2 if unasked else [True, False])]


def test_a_limit_is_exact_however_large_the_product_with_a_written_denominator(folder):
    measures = {"yuan": {"each": "school_project", "value": f"{MONEY} / 10000"}}
    rules = {"yuan": {"each": "school_project", "requires": "yuan >= 300000"}}
    facts = facts_of(({"school_projects": [{MONEY: 3 * 10**9}, {MONEY: 3 * 10**9 - 1}]}, {}))
    assert by_row("duckdb", book_of(folder, measures, rules), facts) == [True, False]
