"""What durable_rules is given: both sides of every comparison are guarded, and only whole numbers are asserted."""

from fractions import Fraction

import pytest

from tzcheck.condition import affirm, negate, parse
from tzcheck.engines.rete import _whole, compiled


def test_both_sides_of_a_comparison_are_guarded() -> None:
    assert compiled(parse("students <= limit"), 0) == {
        "$and": [{"$ex": {"l0": 1}}, {"$ex": {"r0": 1}}, {"$lte": {"l0": {"$m": "r0"}}}]
    }


def test_comparisons_are_numbered_from_left_to_right_and_not_is_pushed_down() -> None:
    condition = parse("a == b and not (c < d or e >= f)")
    assert compiled(affirm(condition), 2) == {
        "$and": [
            {"$and": [{"$ex": {"l2": 1}}, {"$ex": {"r2": 1}}, {"l2": {"$m": "r2"}}]},
            {
                "$and": [
                    {"$and": [{"$ex": {"l3": 1}}, {"$ex": {"r3": 1}}, {"$gte": {"l3": {"$m": "r3"}}}]},
                    {"$and": [{"$ex": {"l4": 1}}, {"$ex": {"r4": 1}}, {"$lt": {"l4": {"$m": "r4"}}}]},
                ]
            },
        ]
    }
    assert compiled(negate(condition), 0)["$or"][0] == {
        "$and": [{"$ex": {"l0": 1}}, {"$ex": {"r0": 1}}, {"$neq": {"l0": {"$m": "r0"}}}]
    }


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (Fraction("0.5"), Fraction(1, 3), (3, 2)),
        (Fraction("4.505"), Fraction("4.51"), (901, 902)),
        (Fraction(45), Fraction(45), (45, 45)),
        (Fraction(1, 3), None, (1, None)),
        (None, Fraction("0.85"), (None, 17)),
        (Fraction(-1, 2), Fraction(0), (-1, 0)),
    ],
)
def test_a_pair_of_numbers_is_asserted_as_whole_numbers_in_the_same_order(
    one: Fraction | None, other: Fraction | None, wanted: tuple[int | None, int | None]
) -> None:
    assert _whole(one, other) == wanted
