"""What one county ought to be told, worked out the long way: Fractions, None for missing, nothing of the package.

`judge` takes a county as plain data, a dict of tables (lists of rows, a row a dict of column and cell, None where the
cell is blank) and of `values`, and says what each indicator that numbers or documents decide must come to:

    judge({"schools": [{"school_id": "2133000001", "type": "primary", …}], "values": {…}})["balanced.11"].verdict

True, False and None (can't be told) are the three truth values. A number that is missing makes every sum, quotient
and comparison that needs it missing; so does a division by zero.

A breach is (subject, category, value, limit): the two sides of the comparison that fails. The subject is None where
the county is judged as a whole; value and limit are None where one subject has several conditions to keep.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

Truth = bool | None
Number = Fraction | None
Row = Mapping[str, Any]
County = Mapping[str, Any]
Breach = tuple[str | None, str | None, Number, Number]

MET, UNMET, UNDETERMINED = "met", "unmet", "undetermined"
NOT_APPLICABLE, NOT_COUNTED = "not_applicable", "not_counted"


@dataclass(frozen=True)
class Coefficient:
    """The coefficient of variation of a stage; its square is exact and is what the limit was held against."""

    coefficient: float
    squared: Fraction
    holds: bool


@dataclass(frozen=True)
class Expected:
    """What an indicator must come to. `coefficients` has the stages that count; None where it can't be told."""

    verdict: str
    breaches: list[Breach] = field(default_factory=list)
    coefficients: dict[str, Coefficient | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """One thing that is judged: whether the indicator asks for it, whether it holds, and its breaches where not."""

    scope: Truth
    holds: Truth
    breaches: tuple[Breach, ...] = ()


# --- three truth values, and numbers that may be missing -----------------------------------------------------------


def every(*parts: Truth) -> Truth:
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def some(*parts: Truth) -> Truth:
    if any(part is True for part in parts):
        return True
    return None if any(part is None for part in parts) else False


def total(numbers: Iterable[Number]) -> Number:
    found = list(numbers)
    return None if any(one is None for one in found) else sum(found, Fraction(0))


def minus(left: Number, right: Number) -> Number:
    return None if left is None or right is None else left - right


def times(left: Number, right: Number) -> Number:
    return None if left is None or right is None else left * right


def quotient(left: Number, right: Number) -> Number:
    return None if left is None or right is None or right == 0 else left / right


def at_least(left: Number, right: Number) -> Truth:
    return None if left is None or right is None else left >= right


def at_most(left: Number, right: Number) -> Truth:
    return at_least(right, left)


def below(left: Number, right: Number) -> Truth:
    return None if left is None or right is None else left < right


def is_one_of(cell: str | None, *codes: str) -> Truth:
    return None if cell is None else cell in codes


def number(row: Row, column: str) -> Number:
    cell = row.get(column)
    return None if cell is None else Fraction(cell)


# --- verdicts ------------------------------------------------------------------------------------------------------


def in_order(breaches: Iterable[Breach]) -> list[Breach]:
    """The breaches sorted, None before everything else."""
    return sorted(breaches, key=lambda breach: [(part is not None, 0 if part is None else part) for part in breach])


def judged(subjects: Iterable[Subject]) -> Expected:
    """Every subject in scope has to hold."""
    asked = [one for one in subjects if one.scope is not False]
    failing = [one for one in asked if one.scope is True and one.holds is False]
    breaches = in_order(breach for one in failing for breach in one.breaches)
    if failing:
        return Expected(UNMET, breaches)
    if any(one.scope is None or one.holds is None for one in asked):
        return Expected(UNDETERMINED)
    return Expected(MET if asked else NOT_APPLICABLE)


def judged_by_share(subjects: Iterable[Subject], least: Fraction) -> Expected:
    """So large a share of the subjects has to hold, whatever comes out for those that can't be told."""
    asked = [one for one in subjects if one.scope is not False]
    holding = sum(one.scope is True and one.holds is True for one in asked)
    failing = [one for one in asked if one.scope is True and one.holds is False]
    breaches = in_order(breach for one in failing for breach in one.breaches)
    if not asked:
        return Expected(NOT_APPLICABLE)
    if Fraction(holding, len(asked)) >= least:
        return Expected(MET, breaches)
    if Fraction(len(asked) - len(failing), len(asked)) < least:
        return Expected(UNMET, breaches)
    return Expected(UNDETERMINED, breaches)


def of_county(holds: Truth, value: Number = None, limit: Number = None) -> Expected:
    """A condition on the county as a whole."""
    return judged([Subject(True, holds, ((None, None, value, limit),))])


# --- the county ----------------------------------------------------------------------------------------------------


def rows(county: County, table: str) -> list[Row]:
    return list(county.get(table) or ())


def known(county: County, key: str) -> Number:
    return number(county.get("values") or {}, key)


def rows_by(county: County, table: str, *columns: str) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(county, table):
        found.setdefault(tuple(row[column] for column in columns), []).append(row)
    return found


# --- schools and their stages --------------------------------------------------------------------------------------

STAGES = ("primary", "junior")
STAGES_OF = {
    "primary": ("primary",),
    "teaching_point": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "twelve_year": ("primary", "junior", "senior"),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
    "special": (),
    "vocational": (),
}
OUTSIDE = ("senior", "special", "vocational")
LEAST_OF_TEACHING_POINT = 50
WEIGHT = {"primary": Fraction(1), "junior": Fraction("1.1"), "senior": Fraction("1.32")}


def of_stage(school: Row, column: str, stage: str) -> Number:
    """The school's number for a stage: 0 where it is blank and the school's type does not have the stage."""
    found = number(school, f"{column}_{stage}")
    type = school.get("type")
    if found is None and type is not None and stage not in STAGES_OF[type]:
        return Fraction(0)
    return found


def stage_in_scope(school: Row, stage: str) -> Truth:
    students, type = of_stage(school, "students", stage), school.get("type")
    if students == 0 or type in OUTSIDE:
        return False
    if students is None or type is None:
        return None
    return type != "teaching_point" or students >= LEAST_OF_TEACHING_POINT


def compulsory(school: Row, column: str) -> Number:
    return total(of_stage(school, column, stage) for stage in STAGES)


def school_in_scope(school: Row) -> Truth:
    students, type = compulsory(school, "students"), school.get("type")
    if type in OUTSIDE:
        return False
    if type is None:
        return False if students == 0 else None
    if type == "teaching_point":
        return at_least(of_stage(school, "students", "primary"), Fraction(LEAST_OF_TEACHING_POINT))
    return below(Fraction(0), students)


def school_stages(county: County) -> list[tuple[Row, str]]:
    return [(school, stage) for school in rows(county, "schools") for stage in STAGES]


# --- balanced: resources -------------------------------------------------------------------------------------------

RESOURCE_LIMITS = {
    1: {"primary": Fraction("4.2"), "junior": Fraction("5.3")},
    2: {"primary": Fraction(1), "junior": Fraction(1)},
    3: {"primary": Fraction("0.9"), "junior": Fraction("0.9")},
    4: {"primary": Fraction("4.5"), "junior": Fraction("5.8")},
    5: {"primary": Fraction("7.5"), "junior": Fraction("10.2")},
    6: {"primary": Fraction(2000), "junior": Fraction(2500)},
    7: {"primary": Fraction("2.3"), "junior": Fraction("2.4")},
}
VARIATION_LIMITS = {"primary": Fraction("0.50"), "junior": Fraction("0.45")}
FLOOR, ENOUGH = Fraction("0.85"), 6


def resource(school: Row, stage: str, which: int) -> Number:
    """One of the seven resources per student of the stage (per hundred students for people and rooms)."""
    by_stage = {1: "above_degree", 2: "backbone", 3: "pe_art"}
    if which in by_stage:
        return quotient(
            times(of_stage(school, by_stage[which], stage), Fraction(100)), of_stage(school, "students", stage)
        )
    if which == 4:
        amount = minus(number(school, "teaching_area"), number(school, "indoor_sports_area"))
    elif which == 5:
        amount = total([number(school, "sports_ground_area"), number(school, "indoor_sports_area")])
    elif which == 6:
        amount = times(number(school, "equipment_value"), Fraction(10000))
    else:
        amount = times(number(school, "multimedia_rooms"), Fraction(100))
    weighted = total(times(of_stage(school, "students", each), weight) for each, weight in WEIGHT.items())
    return quotient(times(amount, WEIGHT[stage]), weighted)


def reaches(county: County, which: int) -> Expected:
    def subject(school: Row, stage: str) -> Subject:
        value, limit = resource(school, stage, which), RESOURCE_LIMITS[which][stage]
        breach = (school["school_id"], stage, value, limit)
        return Subject(stage_in_scope(school, stage), at_least(value, limit), (breach,))

    return judged(subject(*one) for one in school_stages(county))


def tolerance(county: County) -> Expected:
    """Six of the seven reach their limits, and none is below the floor."""

    def subject(school: Row, stage: str) -> Subject:
        limits = {which: limit[stage] for which, limit in RESOURCE_LIMITS.items()}
        values = {which: resource(school, stage, which) for which in limits}
        reached = [at_least(values[which], limits[which]) for which in limits]
        if reached.count(True) >= ENOUGH:
            enough: Truth = True
        elif reached.count(True) + reached.count(None) < ENOUGH:
            enough = False
        else:
            enough = None
        floor = every(*(at_least(values[which], FLOOR * limits[which]) for which in limits))
        breach = (school["school_id"], stage, None, None)
        return Subject(stage_in_scope(school, stage), every(enough, floor), (breach,))

    return judged(subject(*one) for one in school_stages(county))


def coefficient(county: County, which: int, stage: str) -> Coefficient | None:
    """The coefficient of variation of a stage, weighted by students; None where it can't be told."""
    schools = [school for school in rows(county, "schools") if stage_in_scope(school, stage) is not False]
    if any(stage_in_scope(school, stage) is None for school in schools):
        return None
    pairs = [(resource(school, stage, which), of_stage(school, "students", stage)) for school in schools]
    students = total(weight for _, weight in pairs)
    mean = quotient(total(times(value, weight) for value, weight in pairs), students)
    mean_of_squares = quotient(total(times(times(value, value), weight) for value, weight in pairs), students)
    squared = quotient(minus(mean_of_squares, times(mean, mean)), times(mean, mean))
    if squared is None:
        return None
    return Coefficient(math.sqrt(squared), squared, squared <= VARIATION_LIMITS[stage] ** 2)


def variation(county: County, which: int) -> Expected:
    counted = [
        stage
        for stage in STAGES
        if any(stage_in_scope(school, stage) is not False for school in rows(county, "schools"))
    ]
    found = {stage: coefficient(county, which, stage) for stage in counted}
    expected = judged(
        Subject(True, one and one.holds, ((None, stage, None, VARIATION_LIMITS[stage]),))
        for stage, one in found.items()
    )
    return Expected(expected.verdict, expected.breaches, found)


# --- balanced: what every school must have -------------------------------------------------------------------------

CLASSES_PER_ROOM = 12
ROOM_AREAS = {"music": Fraction(96), "art": Fraction(90)}
FULL_ROOM_BANDS = {"music": ("≥96",), "art": ("≥90",)}
CLASS_LIMITS = {"primary": Fraction(45), "junior": Fraction(50)}
# The number that each band begins with.
CLASS_BANDS = {
    "≤25": 0, "26-30": 26, "31-35": 31, "36-40": 36, "41-45": 41,
    "46-50": 46, "51-55": 51, "56-60": 56, "61-65": 61, "≥66": 66,
}  # fmt: skip


def full_rooms(county: County, school: str, kind: str) -> Number:
    """How many rooms of the kind are large enough: by the list of rooms, else by the bands of the school."""
    by_band = [row for row in rows(county, "room_bands") if row["school_id"] == school]
    has_list = any(row["school_id"] == school and row["kind"] == kind for row in rows(county, "rooms"))
    if by_band and not has_list:
        of_kind = [row for row in by_band if row["kind"] == kind]
        full = [row for row in of_kind if row["band"] in FULL_ROOM_BANDS[kind]]
        return total(number(row, "rooms") for row in full) if of_kind else None
    if not rows(county, "rooms"):
        return None
    listed = [row for row in rows(county, "rooms") if row["school_id"] == school and row["kind"] == kind]
    large = [at_least(number(row, "area"), ROOM_AREAS[kind]) for row in listed]
    return None if None in large else Fraction(large.count(True))


def rooms(county: County) -> Expected:
    def subject(school: Row, kind: str) -> Subject:
        classes = compulsory(school, "classes")
        needed = None if classes is None else Fraction(math.ceil(classes / CLASSES_PER_ROOM))
        there = full_rooms(county, school["school_id"], kind)
        return Subject(school_in_scope(school), at_least(there, needed), ((school["school_id"], kind, there, needed),))

    return judged(subject(school, kind) for school in rows(county, "schools") for kind in ROOM_AREAS)


def size(county: County) -> Expected:
    def subject(school: Row) -> Subject:
        students = compulsory(school, "students")
        limit = Fraction(2500 if school.get("type") in ("nine_year", "twelve_year") else 2000)
        return Subject(
            school_in_scope(school), at_most(students, limit), ((school["school_id"], None, students, limit),)
        )

    return judged(subject(school) for school in rows(county, "schools"))


def class_sizes(county: County) -> Expected:
    """By the list of classes of a school's stage, else by its bands, else by the mean, which can only fail it."""
    listed = rows_by(county, "classes", "school_id", "stage")
    banded = rows_by(county, "class_bands", "school_id", "stage")

    def holds(school: Row, stage: str) -> list[tuple[Truth, Number]]:
        """For each class, band or mean: whether it holds, and the value."""
        key, limit = (school["school_id"], stage), CLASS_LIMITS[stage]
        if key in listed:
            sizes = [number(row, "students") for row in listed[key]]
            return [(at_most(students, limit), students) for students in sizes]
        if key in banded:
            most = {
                row["band"]: Fraction(0) if CLASS_BANDS[row["band"]] > limit else Fraction(10**6) for row in banded[key]
            }
            return [(at_most(number(row, "classes"), most[row["band"]]), None) for row in banded[key]]
        mean = quotient(of_stage(school, "students", stage), of_stage(school, "classes", stage))
        return [(False if below(limit, mean) else None, mean)]

    def subject(school: Row, stage: str) -> Subject:
        found = holds(school, stage)
        failing = [value for held, value in found if held is False]
        breaches = tuple((school["school_id"], stage, value, CLASS_LIMITS[stage]) for value in failing)
        return Subject(stage_in_scope(school, stage), every(*(held for held, _ in found)), breaches)

    return judged(subject(*one) for one in school_stages(county))


def small_schools(county: County) -> Expected:
    """The smallest primary schools are funded as if they had a hundred students."""

    def subject(school: Row) -> Subject:
        students, funded = of_stage(school, "students", "primary"), number(school, "funded_students")
        small = every(below(Fraction(0), students), below(students, Fraction(100)))
        scope = every(is_one_of(school.get("type"), "primary", "teaching_point"), small)
        return Subject(scope, at_least(funded, Fraction(100)), ((school["school_id"], None, funded, Fraction(100)),))

    return judged(subject(school) for school in rows(county, "schools"))


def training_budget(county: County) -> Expected:
    def subject(school: Row) -> Subject:
        share, limit = (
            quotient(number(school, "training_budget"), number(school, "public_funds_budget")),
            Fraction("0.05"),
        )
        return Subject(school_in_scope(school), at_least(share, limit), ((school["school_id"], None, share, limit),))

    return judged(subject(school) for school in rows(county, "schools"))


# --- balanced: sums over schools -----------------------------------------------------------------------------------


def all_teachers(county: County, column: str) -> Expected:
    """Every teacher of the schools in scope, counted over the county, is among those of the column."""
    scopes = [school_in_scope(school) for school in rows(county, "schools")]
    if None in scopes:
        return Expected(UNDETERMINED)
    schools = [school for school, scope in zip(rows(county, "schools"), scopes, strict=True) if scope]
    if not schools:
        return Expected(NOT_APPLICABLE)
    there = total(number(school, column) for school in schools)
    teachers = total(number(school, "teachers") for school in schools)
    return of_county(None if teachers == 0 else at_least(there, teachers), there, teachers)


def nearby(county: County) -> Expected:
    """Students who live in the zone of their public day school in town."""

    def asked(school: Row, stage: str) -> Truth:
        return every(
            stage_in_scope(school, stage),
            is_one_of(school.get("ownership"), "public"),
            is_one_of(school.get("boarding"), "no"),
            is_one_of(school.get("area"), "urban", "town"),
        )

    def subject(stage: str, limit: Fraction) -> Subject:
        schools = [school for school in rows(county, "schools") if asked(school, stage) is not False]
        if not schools:
            return Subject(False, None)
        if any(asked(school, stage) is None for school in schools):
            return Subject(None, None)
        share = quotient(
            total(of_stage(school, "in_zone", stage) for school in schools),
            total(of_stage(school, "students", stage) for school in schools),
        )
        return Subject(True, at_least(share, limit), ((None, stage, share, limit),))

    return judged([subject("primary", Fraction(1)), subject("junior", Fraction("0.95"))])


# --- balanced: values of the county --------------------------------------------------------------------------------


def ratio(left: Number, right: Number, least: str) -> Expected:
    value, limit = quotient(left, right), Fraction(least)
    return of_county(at_least(value, limit), value, limit)


def special_funds(county: County) -> Expected:
    funds, limit = known(county, "special_ed_funds_per_student"), Fraction(6000)
    if funds is not None:
        return of_county(funds >= limit, funds, limit)
    special = some(*(is_one_of(school.get("type"), "special") for school in rows(county, "schools")))
    return Expected(NOT_APPLICABLE if rows(county, "schools") and special is False else UNDETERMINED)


def salaries(county: County) -> Expected:
    teacher, servant = known(county, "teacher_salary"), known(county, "civil_servant_salary")
    return of_county(at_least(teacher, servant), teacher, servant)


def rotation(county: County) -> Expected:
    rotated = known(county, "rotated")
    teachers = quotient(rotated, known(county, "rotation_eligible"))
    backbone = quotient(known(county, "rotated_backbone"), rotated)
    return of_county(every(at_least(teachers, Fraction("0.1")), at_least(backbone, Fraction("0.2"))))


def migrants(county: County) -> Expected:
    children = known(county, "migrant_children")
    if children == 0:
        return Expected(NOT_APPLICABLE)
    return ratio(total([known(county, "migrant_in_public"), known(county, "migrant_in_purchased")]), children, "0.85")


def retention(county: County) -> Expected:
    left = minus(known(county, "junior_graduates"), known(county, "junior_transferred_in"))
    stayed = total([left, known(county, "junior_transferred_out")])
    return ratio(stayed, minus(known(county, "junior_entrants"), known(county, "junior_died")), "0.95")


def monitoring(county: County) -> Expected:
    """A subject of which one of its two numbers is missing can only fail, by the other one."""
    stems = ("monitoring_level.", "monitoring_variation.")
    keys = [key for key in county.get("values") or {} if key.startswith(stems) and known(county, key) is not None]
    if not keys:
        return Expected(NOT_COUNTED)

    def subject(name: str) -> Subject:
        level, spread = (known(county, stem + name) for stem in stems)
        holds = every(at_least(level, Fraction(3)), below(spread, Fraction("0.15")))
        return Subject(True, holds, ((name, None, None, None),))

    return judged(subject(name) for name in sorted({key.split(".", 1)[1] for key in keys}))


# --- documents -----------------------------------------------------------------------------------------------------


def attested(county: County, indicator: str) -> Truth:
    """False where it is said not to hold, True where it is said to hold and a document is named."""
    for row in rows(county, "attestations"):
        if row["indicator"] == indicator and row.get("holds") is not None:
            if row["holds"] == "no":
                return False
            return True if row.get("document") or row.get("document_no") else None
    return None


def by_document(county: County, indicator: str) -> Expected:
    return Expected({True: MET, False: UNMET, None: UNDETERMINED}[attested(county, indicator)])


def by_both(county: County, indicator: str, by_number: Expected) -> Expected:
    if by_number.verdict in (UNMET, NOT_APPLICABLE):
        return by_number
    if attested(county, indicator) is False:
        return Expected(UNMET)
    if by_number.verdict == MET and attested(county, indicator) is True:
        return Expected(MET)
    return Expected(UNDETERMINED)


# --- preschool -----------------------------------------------------------------------------------------------------

KINDERGARTEN_CLASS_LIMITS = {
    "small": Fraction(25),
    "middle": Fraction(30),
    "large": Fraction(35),
    "mixed": Fraction(30),
}
PER_CHILD = {"outdoor_area": Fraction(4), "activity_area": Fraction("8.17"), "building_area": Fraction("10.44")}
PER_STAFF = {"full_day": Fraction(7), "half_day": Fraction(10)}
PER_CARING = {"full_day": Fraction(9), "half_day": Fraction(13)}
NEW_SINCE = 2017


def summed(county: County, column: str, *ownerships: str) -> Number:
    """The sum over all kindergartens, or over those of the ownerships; missing where any cell for it is blank."""
    found = rows(county, "kindergartens")
    if not ownerships:
        return total(number(row, column) for row in found)
    if any(row.get("ownership") is None or number(row, column) is None for row in found):
        return None
    return total(number(row, column) for row in found if row["ownership"] in ownerships)


def has_children(kindergarten: Row) -> Truth:
    return below(Fraction(0), number(kindergarten, "children"))


def is_new(kindergarten: Row) -> Truth:
    return at_least(number(kindergarten, "planned_year"), Fraction(NEW_SINCE))


def spacious(kindergarten: Row) -> Truth:
    children = number(kindergarten, "children")
    return every(*(at_least(quotient(number(kindergarten, id), children), limit) for id, limit in PER_CHILD.items()))


def enrolled(county: County) -> Expected:
    children = known(county, "preschool_enrolled")
    if children is None and rows(county, "kindergartens"):
        children = summed(county, "children")
    return ratio(children, known(county, "preschool_age_population"), "0.85")


def spacious_old(county: County) -> Expected:
    def subject(kindergarten: Row) -> Subject:
        old = {True: False, False: True, None: None}[is_new(kindergarten)]
        breach = (kindergarten["kindergarten_id"], None, None, None)
        return Subject(every(has_children(kindergarten), old), spacious(kindergarten), (breach,))

    return judged_by_share((subject(one) for one in rows(county, "kindergartens")), Fraction("0.5"))


def spacious_new(county: County) -> Expected:
    def subject(kindergarten: Row) -> Subject:
        scope = every(has_children(kindergarten), is_new(kindergarten))
        return Subject(scope, spacious(kindergarten), ((kindergarten["kindergarten_id"], None, None, None),))

    return judged(subject(one) for one in rows(county, "kindergartens"))


def kindergarten_classes(county: County) -> Expected:
    def subject(row: Row) -> Subject:
        if row["band"] == "nursery":
            return Subject(False, None)
        children, limit = number(row, "children"), KINDERGARTEN_CLASS_LIMITS[row["band"]]
        return Subject(True, at_most(children, limit), ((row["kindergarten_id"], row["band"], children, limit),))

    listed = {row["kindergarten_id"] for row in rows(county, "kindergarten_classes") if row["band"] != "nursery"}
    unlisted = [row for row in rows(county, "kindergartens") if row["kindergarten_id"] not in listed]
    found = judged_by_share((subject(row) for row in rows(county, "kindergarten_classes")), Fraction("0.85"))
    if not listed and not unlisted:
        return Expected(UNDETERMINED)
    # How many classes a kindergarten without a list has, nobody knows.
    return replace(found, verdict=UNDETERMINED) if any(has_children(row) is not False for row in unlisted) else found


def staffing(county: County) -> Expected:
    def class_is_staffed(row: Row, two_are_enough: Truth) -> Truth:
        teachers, carers = number(row, "teachers"), number(row, "carers")
        return some(
            at_least(teachers, Fraction(3)),
            every(at_least(teachers, Fraction(2)), some(at_least(carers, Fraction(1)), two_are_enough)),
        )

    def subject(kindergarten: Row) -> Subject:
        id, schedule = kindergarten["kindergarten_id"], kindergarten.get("schedule")
        caring = total([number(kindergarten, "teachers"), number(kindergarten, "carers")])
        children = number(kindergarten, "children")
        classes = [
            row
            for row in rows(county, "kindergarten_classes")
            if row["kindergarten_id"] == id and row["band"] != "nursery"
        ]
        two_are_enough = some(is_one_of(schedule, "half_day"), len(classes) == 1)
        holds = every(
            below(Fraction(0), number(kindergarten, "staff")),
            at_most(children, times(number(kindergarten, "staff"), PER_STAFF.get(schedule))),
            below(Fraction(0), caring),
            at_most(children, times(caring, PER_CARING.get(schedule))),
            every(*(class_is_staffed(row, two_are_enough) for row in classes)) if classes else None,
        )
        return Subject(has_children(kindergarten), holds, ((id, None, None, None),))

    return judged(subject(one) for one in rows(county, "kindergartens"))


def children_per_teacher(county: County) -> Expected:
    children, teachers, limit = summed(county, "children"), summed(county, "teachers"), Fraction(15)
    if children == 0:
        return Expected(NOT_APPLICABLE)
    return of_county(at_most(children, times(teachers, limit)), quotient(children, teachers), limit)


def all_certified(county: County) -> Expected:
    certified = summed(county, "certified")
    asked = total([summed(county, "teachers"), summed(county, "principals")])
    return of_county(at_least(certified, asked) if asked != 0 else None, certified, asked)


def books(county: County) -> Expected:
    """Nobody can name the number of books a child."""
    given = rows(county, "kindergartens")
    nobody = bool(given) and all(number(row, "children") == 0 for row in given)
    return Expected(NOT_APPLICABLE if nobody else UNDETERMINED)


def content_with_preschool(county: County) -> Expected:
    value = quotient(known(county, "preschool_surveys_satisfied"), known(county, "preschool_surveys_valid"))
    return of_county(below(Fraction("0.85"), value), value, Fraction("0.85"))


# --- all of it -----------------------------------------------------------------------------------------------------

BY_DOCUMENT = tuple(f"balanced.{part}" for part in (8, 9, 17, 25, 27, 28, 29, 30, "eligibility", "veto"))
OF_SCHOOLS: dict[str, Callable[[County], Expected]] = {
    "balanced.resources": tolerance,
    "balanced.10": rooms,
    "balanced.11": size,
    "balanced.12": class_sizes,
    "balanced.13": small_schools,
    "balanced.16": lambda county: all_teachers(county, "trained_360h"),
    "balanced.19": lambda county: all_teachers(county, "certified"),
    "balanced.20": nearby,
    "balanced.26": training_budget,
}
OF_KINDERGARTENS: dict[str, Callable[[County], Expected]] = {
    "preschool.2": lambda county: ratio(
        summed(county, "children", "public", "inclusive_private"), summed(county, "children"), "0.8"
    ),
    "preschool.3": lambda county: ratio(summed(county, "children", "public"), summed(county, "children"), "0.5"),
    "preschool.26-3": spacious_old,
    "preschool.27": spacious_new,
    "preschool.29": staffing,
    "preschool.31": children_per_teacher,
    "preschool.32": all_certified,
}


def judge(county: County) -> dict[str, Expected]:
    """What each indicator must come to, by its id."""

    def share(left: str, right: str, least: str) -> Expected:
        return ratio(known(county, left), known(county, right), least)

    def where_given(table: str, judge: Callable[[County], Expected]) -> Expected:
        return judge(county) if rows(county, table) else Expected(UNDETERMINED)

    found = {id: by_document(county, id) for id in BY_DOCUMENT}
    found |= {id: where_given("schools", judge) for id, judge in OF_SCHOOLS.items()}
    for which in RESOURCE_LIMITS:
        found[f"balanced.{which}"] = where_given("schools", lambda county, which=which: reaches(county, which))
        found[f"balanced.variation.{which}"] = where_given(
            "schools", lambda county, which=which: variation(county, which)
        )
    allocated = share("senior_places_allocated", "senior_places", "0.5")
    found |= {
        "balanced.14": special_funds(county),
        "balanced.15": by_both(county, "balanced.15", salaries(county)),
        "balanced.18": rotation(county),
        "balanced.21": by_both(county, "balanced.21", allocated),
        "balanced.22": by_both(county, "balanced.22", migrants(county)),
        "balanced.23": retention(county),
        "balanced.24": share("disabled_enrolled", "disabled_children", "0.95"),
        "balanced.31": monitoring(county),
        "balanced.satisfaction": share("surveys_satisfied", "surveys_valid", "0.85"),
    }
    found |= {id: where_given("kindergartens", judge) for id, judge in OF_KINDERGARTENS.items()}
    found |= {
        "preschool.1": enrolled(county),
        "preschool.26-1": books(county),
        "preschool.28": kindergarten_classes(county),
        "preschool.satisfaction": content_with_preschool(county),
    }
    return found
