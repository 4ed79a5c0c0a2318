"""Conditions: how a text is read, and that `negate` and `affirm` are right in three-valued logic."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tzcheck.condition import (
    And,
    Comparison,
    ConditionError,
    Name,
    Not,
    Number,
    Or,
    affirm,
    comparisons,
    names,
    negate,
    parse,
    parse_number,
)

A, B, C, D = (Comparison(Name(name), "<=", Number(Fraction(1))) for name in "abcd")

# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operator", ["<=", ">=", "==", "!=", "<", ">"])
def test_a_comparison_is_read_with_its_operator_and_both_sides(operator):
    assert parse(f"students {operator} limit") == Comparison(Name("students"), operator, Name("limit"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a<=1", A),
        ("  a  <=  1  ", A),
        ("((a <= 1))", A),
        ("not a <= 1", Not(A)),
        ("not not a <= 1", Not(Not(A))),
        ("a <= 1 and b <= 1 and c <= 1", And((A, B, C))),
        ("a <= 1 or b <= 1 or c <= 1", Or((A, B, C))),
        ("a <= 1 and (b <= 1 and c <= 1)", And((A, And((B, C))))),
        ("not (a <= 1 or b <= 1)", Not(Or((A, B)))),
    ],
)
def test_parts_are_joined_as_they_are_written(text, wanted):
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a <= 1 or b <= 1 and c <= 1", Or((A, And((B, C))))),
        ("a <= 1 and b <= 1 or c <= 1", Or((And((A, B)), C))),
        ("(a <= 1 or b <= 1) and c <= 1", And((Or((A, B)), C))),
        ("a <= 1 and (b <= 1 or c <= 1)", And((A, Or((B, C))))),
        ("a <= 1 and b <= 1 or c <= 1 and d <= 1", Or((And((A, B)), And((C, D))))),
        ("not a <= 1 and b <= 1", And((Not(A), B))),
        ("not a <= 1 or b <= 1", Or((Not(A), B))),
        ("a <= 1 or not b <= 1 and c <= 1", Or((A, And((Not(B), C))))),
        ("not (a <= 1 and b <= 1) or c <= 1", Or((Not(And((A, B))), C))),
    ],
)
def test_not_binds_before_and_which_binds_before_or(text, wanted):
    assert parse(text) == wanted


def test_membership_is_one_equality_a_code_joined_by_or():
    small, large = (Comparison(Name("band"), "==", Name(code)) for code in ("small", "large"))
    assert parse("band in (small, large)") == Or((small, large))
    assert parse("band in (small)") == small
    assert parse("not band in (small,large) and a <= 1") == And((Not(Or((small, large))), A))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("45", Fraction(45)),
        ("-3", Fraction(-3)),
        ("0.505", Fraction(101, 200)),
        ("-0.5", Fraction(-1, 2)),
        ("85%", Fraction(17, 20)),
        ("85 %", Fraction(17, 20)),
        ("0.5 %", Fraction(1, 200)),
        ("-2.5%", Fraction(-1, 40)),
        ("0.10000000000000000001", Fraction(10000000000000000001, 10**20)),
    ],
)
def test_a_number_in_a_condition_is_exact(text, wanted):
    assert parse(f"a < {text}") == Comparison(Name("a"), "<", Number(wanted))
    assert parse(f"{text} < a") == Comparison(Number(wanted), "<", Name("a"))
    assert parse_number(text) == wanted


def test_a_limit_can_be_a_fraction_and_a_condition_cannot():
    assert parse_number(" 1/15 ") == Fraction(1, 15)
    with pytest.raises(ConditionError) as error:
        parse("a < 1/15")
    assert error.value.found == "/"


@pytest.mark.parametrize("text", ["", "many", "1,000", "45人", "% 5", "%", "1/2/3", "nan", "1/0"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the documented error, whatever its words
        parse_number(text)


def test_names_can_be_chinese_and_have_dots():
    assert parse("班额 <= limit.primary_2") == Comparison(Name("班额"), "<=", Name("limit.primary_2"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "…"),
        ("a <=", "…"),
        ("a b", "a b"),
        ("a = 1", "="),
        ("a <> 1", ">"),
        ("a ! 1", "!"),
        ("a + b < c", "+"),
        ("a < 1e5", "e5"),
        ("a < .5", "."),
        ("a < 5.", "."),
        ("a < -b", "-"),
        ("a < 5 % %", "%"),
        ("a < 1 b", "b"),
        ("a < b < c", "<"),
        ("a < 1 and", "…"),
        ("or a < 1", "or"),
        ("not", "…"),
        ("and < 1", "and"),
        ("a < in", "in"),
        ("(a < 1", "…"),
        ("(a < 1 b", "b"),
        ("a < 1)", ")"),
        ("a <(b)", "("),
        ("a in x", "a in x"),
        ("a in (", "…"),
        ("a in ()", ")"),
        ("a in (x", "…"),
        ("a in (x y)", "y"),
        ("a in (x,)", ")"),
        ("a == 'x'", "'"),
    ],
)
def test_what_is_no_condition_is_refused_where_reading_stopped(text, found):
    with pytest.raises(ConditionError) as error:
        parse(text)
    assert error.value.found == found


def test_comparisons_come_from_left_to_right_and_names_once():
    condition = parse("not (a <= 1 or b <= 1 and a <= 1) and (c <= 1 or d <= 1)")
    assert list(comparisons(condition)) == [A, B, A, C, D]
    assert names(condition) == {"a", "b", "c", "d"}


# --- three-valued logic --------------------------------------------------------------------------------------------

STATES = (True, False, None)
# What Kleene's tables say, written out: nothing here is computed.
AND = {(True, True): True, (True, False): False, (True, None): None,
       (False, True): False, (False, False): False, (False, None): False,
       (None, True): None, (None, False): False, (None, None): None}  # fmt: skip
OR = {(True, True): True, (True, False): True, (True, None): True,
      (False, True): True, (False, False): False, (False, None): None,
      (None, True): True, (None, False): None, (None, None): None}  # fmt: skip
NOT = {True: False, False: True, None: None}
COMPARED = {"<=": (True, True, False), ">=": (False, True, True), "==": (False, True, False),
            "!=": (True, False, True), "<": (True, False, False), ">": (False, False, True)}  # fmt: skip


def holds(condition, values):
    """Whether a condition holds, by the tables above; a value is missing where it is None."""
    match condition:
        case Comparison(Name(left), operator, Name(right)):
            one, other = values[left], values[right]
            if one is None or other is None:
                return None
            return COMPARED[operator][0 if one < other else 1 if one == other else 2]
        case And(parts):
            first, *rest = (holds(part, values) for part in parts)
            for part in rest:
                first = AND[first, part]
            return first
        case Or(parts):
            first, *rest = (holds(part, values) for part in parts)
            for part in rest:
                first = OR[first, part]
            return first
        case Not(part):
            return NOT[holds(part, values)]


def values_making(one, other):
    """Values for which `a <= b` is `one` and `c <= d` is `other`."""
    pairs = {True: (1, 1), False: (2, 1), None: (None, 1)}
    return dict(zip("abcd", pairs[one] + pairs[other], strict=True))


def without_not(condition):
    match condition:
        case Comparison():
            return True
        case And(parts) | Or(parts):
            return all(without_not(part) for part in parts)
        case Not():
            return False


FIRST, SECOND = Comparison(Name("a"), "<=", Name("b")), Comparison(Name("c"), "<=", Name("d"))


@pytest.mark.parametrize(("one", "other"), list(product(STATES, STATES)))
def test_the_negation_of_and_is_false_only_where_both_hold(one, other):
    values = values_making(one, other)
    assert holds(And((FIRST, SECOND)), values) is AND[one, other]
    assert holds(negate(And((FIRST, SECOND))), values) is NOT[AND[one, other]]
    assert holds(affirm(Not(And((FIRST, SECOND)))), values) is NOT[AND[one, other]]


@pytest.mark.parametrize(("one", "other"), list(product(STATES, STATES)))
def test_the_negation_of_or_is_true_only_where_both_fail(one, other):
    values = values_making(one, other)
    assert holds(Or((FIRST, SECOND)), values) is OR[one, other]
    assert holds(negate(Or((FIRST, SECOND))), values) is NOT[OR[one, other]]
    assert holds(affirm(Not(Or((FIRST, SECOND)))), values) is NOT[OR[one, other]]


@pytest.mark.parametrize("operator", list(COMPARED))
def test_the_negation_of_a_comparison_is_its_opposite_and_unknown_stays_unknown(operator):
    comparison = Comparison(Name("a"), operator, Name("b"))
    for a, b in product((1, 2, 3, None), (2, None)):
        values = {"a": a, "b": b}
        assert holds(negate(comparison), values) is NOT[holds(comparison, values)], values
        assert holds(negate(Not(comparison)), values) is holds(comparison, values), values


def joined(parts):
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(parts.map(Not), several.map(And), several.map(Or))


NAMES = st.sampled_from("abc").map(Name)
CONDITIONS = st.recursive(st.builds(Comparison, NAMES, st.sampled_from(list(COMPARED)), NAMES), joined, max_leaves=6)


@settings(max_examples=150)
@given(CONDITIONS)
def test_negate_and_affirm_push_not_down_without_changing_what_is_said(condition):
    affirmed, negated = affirm(condition), negate(condition)
    for found in product((1, 2, None), repeat=3):
        values = dict(zip("abc", found, strict=True))
        assert holds(affirmed, values) is holds(condition, values), values
        assert holds(negated, values) is NOT[holds(condition, values)], values
    assert without_not(affirmed)
    assert without_not(negated)
    # The engines number the comparisons from left to right, so their order must stay.
    sides = [(one.left, one.right) for one in comparisons(condition)]
    assert [(one.left, one.right) for one in comparisons(affirmed)] == sides
    assert [(one.left, one.right) for one in comparisons(negated)] == sides


def spelled(condition):
    match condition:
        case Comparison(Name(left), operator, Name(right)):
            return f"{left} {operator} {right}"
        case And(parts):
            return " and ".join(f"({spelled(part)})" for part in parts)
        case Or(parts):
            return " or ".join(f"({spelled(part)})" for part in parts)
        case Not(part):
            return f"not ({spelled(part)})"


@settings(max_examples=100)
@given(CONDITIONS)
def test_a_condition_that_is_spelled_out_is_read_as_itself(condition):
    assert parse(spelled(condition)) == condition


@pytest.mark.parametrize(
    ("text", "sound"), [("1" + "0" * 20, True), ("1" + "0" * 19 + "1" * 2, False), ("0." + "1" * 21, False)]
)
def test_a_limit_has_so_many_digits_that_engines_can_multiply_it(text, sound):
    if sound:
        assert parse_number(text) == 10**20
    else:
        with pytest.raises(ValueError, match="digits"):
            parse_number(text)
