"""What the checks written by hand have in common: the numbers of the standard and of the cross-checks, as data.

An amount is a sum of columns, each times a whole number; `"1"` is the column of ones. Nothing is divided before it is
compared, and limits are whole numbers of tenths or hundredths, so that no value at its limit is rounded beyond it.
`Column` gives a library's column by its name: what is added and multiplied here are numpy's arrays, pandas' series and
polars' expressions alike.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from operator import add
from typing import Any, NamedTuple

Amount = dict[str, int]
Column = Callable[[str], Any]
# How many subjects of an indicator were checked, and how many breach it.
Counts = dict[str, tuple[int, int]]

TABLES = ("schools", "classes", "rooms", "values", "attestations")
# Columns with two decimals: held in hundredths by what has no exact decimals.
DECIMALS = (
    "teaching_area", "indoor_sports_area", "sports_ground_area", "equipment_value", "public_funds_budget",
    "training_budget",
)  # fmt: skip
TEXTS = ("county", "school_id")
OF_STAGE = ("students", "classes", "above_degree", "backbone", "pe_art", "in_zone")
TYPES = ("primary", "junior", "nine_year", "twelve_year", "complete_secondary")
# What a school shares is split by its students, weighted so, in tenths and in hundredths.
STAGES = {"primary": 10, "junior": 11}
WEIGHTED: Amount = {"students_primary": 100, "students_junior": 110, "students_senior": 132}


class Resource(NamedTuple):
    """What a stage has, whether its school shares it, and how much a student needs of it, in tenths."""

    have: Amount
    shared: bool
    primary: int
    junior: int


RESOURCES = {
    "balanced.1": Resource({"above_degree": 100}, False, 42, 53),
    "balanced.2": Resource({"backbone": 100}, False, 10, 10),
    "balanced.3": Resource({"pe_art": 100}, False, 9, 9),
    "balanced.4": Resource({"teaching_area": 1, "indoor_sports_area": -1}, True, 45, 58),
    "balanced.5": Resource({"sports_ground_area": 1, "indoor_sports_area": 1}, True, 75, 102),
    "balanced.6": Resource({"equipment_value": 10_000}, True, 20_000, 25_000),
    "balanced.7": Resource({"multimedia_rooms": 100}, True, 23, 24),
}
REACHED, FLOOR = 6, 85
LARGEST_CLASS = {"primary": 45, "junior": 50}
LARGEST_SCHOOL, LARGEST_YEARS = 2000, 2500
ROOM_AREA = {"music": 96, "art": 90}
IN_ZONE = {"primary": 100, "junior": 95}
VARIATION = {"primary": 0.5, "junior": 0.45}
TRAINING = 5
# Sums over the schools of a county that must be all of the teachers.
ALL_TEACHERS = {"balanced.16": "trained_360h", "balanced.19": "certified"}


class Ratio(NamedTuple):
    """A part, its whole, and the least share in hundredths."""

    part: Amount
    whole: Amount
    least: int


STAYED: Amount = {"junior_graduates": 1, "junior_transferred_in": -1, "junior_transferred_out": 1}
CAME: Amount = {"junior_entrants": 1, "junior_died": -1}
PLACED: Amount = {"migrant_in_public": 1, "migrant_in_purchased": 1}
COUNTY = {
    "balanced.14": [Ratio({"special_ed_funds_per_student": 1}, {"1": 1}, 600_000)],
    "balanced.15": [Ratio({"teacher_salary": 1}, {"civil_servant_salary": 1}, 100)],
    "balanced.18": [
        Ratio({"rotated": 1}, {"rotation_eligible": 1}, 10), Ratio({"rotated_backbone": 1}, {"rotated": 1}, 20),
    ],
    "balanced.21": [Ratio({"senior_places_allocated": 1}, {"senior_places": 1}, 50)],
    "balanced.22": [Ratio(PLACED, {"migrant_children": 1}, 85)],
    "balanced.23": [Ratio(STAYED, CAME, 95)],
    "balanced.24": [Ratio({"disabled_enrolled": 1}, {"disabled_children": 1}, 95)],
    "balanced.satisfaction": [Ratio({"surveys_satisfied": 1}, {"surveys_valid": 1}, 85)],
}  # fmt: skip


class Check(NamedTuple):
    """A cross-check: `less` is at most `more`, or the same, where `of` is at least `least`."""

    less: Amount
    more: Amount
    of: Amount = {}  # noqa: RUF012
    least: int = 0
    same: bool = False


STUDENTS: Amount = {"students_primary": 1, "students_junior": 1, "students_senior": 1}
TEACHERS: Amount = {"teachers": 1}
PREFIXES = {
    "primary": 21, "teaching_point": 21, "junior": 31, "nine_year": 31, "twelve_year": 34, "complete_secondary": 34,
}  # fmt: skip
# The one stage that schools of these types have.
ONE_STAGE = {"primary": "primary", "teaching_point": "primary", "junior": "junior", "complete_secondary": "junior"}


def _times(amount: Amount, times: int) -> Amount:
    return {name: number * times for name, number in amount.items()}


# By table. Of schools: `prefix` is that of the id, `prefix_due` that of the type. Of stages, whether or not they have
# students: `listed` and `students_listed` are what the classes come to, `one_stage` is 1 where the school's type has
# one stage only, and `strangers` are the students in the other one.
CHECKS = {
    "schools": {
        "backbone_within_teachers": Check({"backbone_primary": 1, "backbone_junior": 1}, TEACHERS),
        "above_degree_within_teachers": Check({"above_degree_primary": 1, "above_degree_junior": 1}, TEACHERS),
        "pe_art_within_teachers": Check({"pe_art_primary": 1, "pe_art_junior": 1}, TEACHERS),
        "certified_within_teachers": Check({"certified": 1}, TEACHERS),
        "trained_within_teachers": Check({"trained_360h": 1}, TEACHERS),
        "indoor_sports_within_rooms": Check({"indoor_sports_area": 1}, {"teaching_area": 1}),
        "training_within_public_funds": Check({"training_budget": 1}, {"public_funds_budget": 1}),
        "id_of_type": Check({"prefix": 1}, {"prefix_due": 1}, same=True),
        "equipment_in_10000_yuan": Check({"equipment_value": 1}, _times(STUDENTS, 10), STUDENTS, 1),
        "public_funds_in_10000_yuan": Check({"public_funds_budget": 1}, _times(STUDENTS, 10), STUDENTS, 1),
        "sports_ground_plausible": Check({"sports_ground_area": 1}, _times(STUDENTS, 80), STUDENTS, 100),
        "teaching_area_plausible": Check({"teaching_area": 1}, _times(STUDENTS, 60), STUDENTS, 100),
    },
    "stages": {
        "in_zone_within_students": Check({"in_zone": 1}, {"students": 1}),
        "classes_as_listed": Check({"classes": 1}, {"listed": 1}, {"listed": 1}, 1, same=True),
        "students_as_listed": Check({"students": 1}, {"students_listed": 1}, {"listed": 1}, 1, same=True),
        "stage_of_type": Check({"strangers": 1}, {"1": 0}, {"one_stage": 1}, 1),
        "no_teachers_without_students": Check(
            {"above_degree": 1, "backbone": 1, "pe_art": 1}, {"1": 0}, {"students": -1}
        ),
        "classes_where_students": Check({"1": 1}, {"classes": 1}, {"students": 1}, 1),
    },
    "values": {
        "rotated_within_eligible": Check({"rotated": 1}, {"rotation_eligible": 1}),
        "backbone_within_rotated": Check({"rotated_backbone": 1}, {"rotated": 1}),
        "migrants_within_eligible": Check(PLACED, {"migrant_children": 1}),
        "migrants_are_no_percentage": Check({"1": 101}, PLACED, {"migrant_children": 1}, 1000),
        "allocated_within_places": Check({"senior_places_allocated": 1}, {"senior_places": 1}),
        "disabled_within_all": Check({"disabled_enrolled": 1}, {"disabled_children": 1}),
        "satisfied_within_valid": Check({"surveys_satisfied": 1}, {"surveys_valid": 1}),
        "retention_plausible": Check(_times(STAYED, 100), _times(CAME, 105)),
        "teacher_salary_in_yuan": Check({"1": 1000}, {"teacher_salary": 1}),
        "civil_servant_salary_in_yuan": Check({"1": 1000}, {"civil_servant_salary": 1}),
        "special_funds_in_yuan": Check({"1": 100}, {"special_ed_funds_per_student": 1}),
    },
}  # fmt: skip


class Side(NamedTuple):
    """A comparison: `have` must reach `need`; either divided by `per` is the value as one prints it."""

    have: Any
    need: Any
    per: Any


def at_most(value: Any, limit: Any, per: int = 1) -> Side:
    return Side(-value, -limit, -per)


def total(amount: Amount, column: Column) -> Any:
    return reduce(add, (times * column(name) for name, times in amount.items()))


def hundredths(amount: Amount, column: Column) -> Any:
    """The amount in hundredths, of columns that hold hundredths where they are DECIMALS."""
    return reduce(add, (times * (1 if name in DECIMALS else 100) * column(name) for name, times in amount.items()))


def resources(stage: str, column: Column) -> Iterator[tuple[str, Side]]:
    """The resources of a stage, of columns of schools, in thousandths."""
    for id, one in RESOURCES.items():
        have = hundredths(
            one.have if one.shared else {f"{name}_{stage}": times for name, times in one.have.items()}, column
        )
        students = total(WEIGHTED if one.shared else {f"students_{stage}": 100}, column)
        tenths = one.primary if stage == "primary" else one.junior
        yield id, Side(have * (STAGES[stage] if one.shared else 10), students * tenths, students * 10)


def ratio(one: Ratio, column: Column) -> Side:
    whole = total(one.whole, column)
    return Side(total(one.part, column) * 100, whole * one.least, whole * 100)


def check(one: Check, column: Column) -> tuple[list[Side], Any]:
    """What a cross-check compares, and where: None is everywhere."""
    less, more = (hundredths(amount, column) for amount in (one.less, one.more))
    sides = [at_most(less, more, 100), Side(less, more, 100)] if one.same else [at_most(less, more, 100)]
    return sides, total(one.of, column) >= one.least if one.of else None
