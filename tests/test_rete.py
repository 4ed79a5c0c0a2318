"""What durable_rules is given: both sides of every comparison are guarded, and only whole numbers are asserted."""

from fractions import Fraction

import pytest

from tzcheck.condition import affirm, negate, parse
from tzcheck.engines import rete
from tzcheck.engines.rete import _whole, ways


def guarded(number: int, test: dict[str, object]) -> list[dict[str, object]]:
    return [{"$ex": {f"l{number}": 1}}, {"$ex": {f"r{number}": 1}}, test]


def test_both_sides_of_a_comparison_are_guarded() -> None:
    assert ways(parse("students <= limit"), 0) == [{"$and": guarded(0, {"$lte": {"l0": {"$m": "r0"}}})}]


def test_comparisons_are_numbered_from_left_to_right_and_not_is_pushed_down() -> None:
    condition = parse("a == b and not (c < d or e >= f)")
    same, more, less = {"l2": {"$m": "r2"}}, {"$gte": {"l3": {"$m": "r3"}}}, {"$lt": {"l4": {"$m": "r4"}}}
    assert ways(affirm(condition), 2) == [{"$and": [*guarded(2, same), *guarded(3, more), *guarded(4, less)]}]
    assert ways(negate(condition), 0)[0] == {"$and": guarded(0, {"$neq": {"l0": {"$m": "r0"}}})}
    assert len(ways(negate(condition), 0)) == 3


def test_so_many_of_several_is_every_way_to_choose_them() -> None:
    found = ways(parse("at least 2 of (a < 1, b < 1, c < 1)"), 0)
    assert [sorted(test["$lt"]) for way in found for test in way["$and"] if "$lt" in test] == [
        ["l0"], ["l1"], ["l0"], ["l2"], ["l1"], ["l2"],
    ]  # fmt: skip


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


@pytest.mark.skipif(rete.unavailable() is not None, reason="durable_rules does not import here")
def test_a_fact_whose_hash_was_seen_before_is_asserted_all_the_same() -> None:
    """durable_rules takes {n: 4424, l0: 40, r0: 40} and {n: 4744, l0: 36, r0: 45} for the same fact."""
    fired: list[int] = []
    rules = {"low": {"all": [{"m": ways(parse("a <= b"), 0)[0]}], "run": lambda closure: fired.append(closure.m.n)}}

    class Host(rete.engine.Host):  # type: ignore[misc]
        def _run(self) -> None:
            pass

    host = Host()
    host.register_rulesets({"hashes": rules})
    for fact in ({"n": 4424, "l0": 40, "r0": 40}, {"n": 4744, "l0": 36, "r0": 45}, {"n": 1, "l0": 2, "r0": 1}):
        rete._asserted(host, "hashes", fact)
    assert fired == [4424, 4744]
