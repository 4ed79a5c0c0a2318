"""Makes counties that do not exist, with every table filled and every figure in keeping; one seed, one county.

python bench/counties.py demo facts/demo-2022
python bench/counties.py county DIR [--schools 100] [--classes 3000] [--seed 1]
"""

import argparse
import csv
import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

Row = dict[str, Any]
AS_OF, SCHOOL_YEAR = "2022-12-31", 2022

# --- what the files look like --------------------------------------------------------------------------------------

BY_STAGE = {"primary": "小学", "junior": "初中"}
COUNTY = {"county": "县(市、区)代码"}
SCHOOL = COUNTY | {"school_id": "学校标识码"}


def by_stage(column: str, header: str) -> dict[str, str]:
    return {f"{column}_{stage}": f"{header}({zh})" for stage, zh in BY_STAGE.items()}


HEADERS: dict[str, dict[str, str]] = {
    "schools": {
        **SCHOOL, "school": "学校名称", "type": "办学类型", "ownership": "办别", "area": "城乡类型",
        "boarding": "是否寄宿制", "planned_year": "规划建成年份",
        "students_primary": "小学在校生数", "students_junior": "初中在校生数", "students_senior": "高中在校生数",
        "classes_primary": "小学班数", "classes_junior": "初中班数",
        **by_stage("above_degree", "高于规定学历教师数"),
        **by_stage("backbone", "县级以上骨干教师数"),
        **by_stage("pe_art", "体育艺术专任教师数"),
        "teachers": "专任教师数", "certified": "持教师资格证专任教师数", "trained_360h": "五年360学时达标专任教师数",
        "teaching_area": "教学及辅助用房面积", "indoor_sports_area": "室内体育用房面积",
        "sports_ground_area": "运动场地面积",
        "equipment_value": "教学仪器设备资产值(万元)", "multimedia_rooms": "网络多媒体教室数",
        "public_funds_budget": "公用经费预算总额", "training_budget": "教师培训经费预算",
        "funded_students": "核定公用经费学生数",
        **by_stage("in_zone", "划片范围内在校生数"),
    },
    "classes": {**SCHOOL, "stage": "学段", "grade": "年级", "class": "班级", "students": "学生数"},
    "class_bands": {**SCHOOL, "stage": "学段", "band": "班额段", "classes": "班数"},
    "rooms": {**SCHOOL, "kind": "类别", "area": "面积"},
    "room_bands": {**SCHOOL, "kind": "类别", "band": "面积段", "rooms": "间数"},
    "kindergartens": {
        **COUNTY, "kindergarten_id": "幼儿园标识码", "kindergarten": "幼儿园名称",
        "ownership": "办别", "schedule": "办园形式", "grade": "等级",
        "children": "在园幼儿数", "staff": "教职工数", "teachers": "专任教师数", "carers": "保育员数",
        "certified": "持证园长和专任教师数", "principals": "园长数", "books": "图书册数",
        "outdoor_area": "室外游戏场地面积", "activity_area": "幼儿活动用房面积", "building_area": "园舍建筑面积",
        "planned_year": "规划设计年份",
    },
    "kindergarten_classes": {
        **COUNTY, "kindergarten_id": "幼儿园标识码", "age": "班别", "class": "班级", "children": "幼儿数",
        "teachers": "专任教师数", "carers": "保育员数",
    },
    "attestations": {
        **COUNTY, "indicator": "指标", "holds": "是否符合", "statement": "说明", "document_no": "文号",
        "document": "文件名称", "date": "日期", "file": "佐证材料",
    },
    "marks": {**COUNTY, "indicator": "指标", "mark": "标记"},
    "published": {**COUNTY, "standard": "标准", "unmet": "未达标项数", "achievement_percent": "总达成度(%)"},
    "values": {**COUNTY, "key": "指标键", "value": "数值", "as_of": "截止日期", "document": "依据文件"},
    "waivers": {
        "indicator": "指标", **COUNTY, "subject": "对象", "reason": "理由", "document_no": "文号",
        "approved_by": "批准单位", "expires": "有效期至",
    },
    "explanations": {
        "check": "校验项", **COUNTY, "subject": "对象", "value": "数值", "explanation": "说明", "accepted_by": "认可人",
    },
    "monitoring": {**COUNTY, "point": "监测点", "score": "得分", "province_average": "省平均", "as_of": "年度"},
    "vocational_schools": {
        **SCHOOL, "school": "学校名称", "students": "在校生数", "site_area": "占地面积",
        "building_area": "校舍建筑面积",
        "teachers": "专任教师数", "equipment_value": "教学仪器设备资产值(万元)", "books": "图书册数",
    },
}  # fmt: skip
LABELS: dict[str, dict[str, str]] = {
    "ownership": {"public": "公办", "private": "民办", "inclusive_private": "普惠性民办"},
    "grade": {"first": "一级", "second": "二级", "third": "三级"},
    "area": {"urban": "城区", "town": "镇区", "rural": "乡村"},
    "boarding": {"yes": "是", "no": "否"},
    "stage": BY_STAGE,
    "kind": {"music": "音乐", "art": "美术"},
    "schedule": {"full_day": "全日制", "half_day": "半日制"},
    "age": {"nursery": "托班", "small": "小班", "middle": "中班", "large": "大班", "mixed": "混合班"},
    "holds": {"yes": "是", "no": "否"},
}

# --- the sound county: schools -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A type of school: the prefix of its id, what it is called, and how it shares its rooms among its stages."""

    prefix: str
    label: str
    name: str
    weights: dict[str, Fraction] = field(default_factory=dict)


ONE = Fraction(1)
WEIGHTS = {"primary": ONE, "junior": Fraction("1.1"), "senior": Fraction("1.32")}
KINDS = {
    "primary": Kind("21", "小学", "小学", {"primary": ONE}),
    "teaching_point": Kind("21", "小学教学点", "教学点", {"primary": ONE}),
    "junior": Kind("31", "初级中学", "初级中学", {"junior": ONE}),
    "nine_year": Kind("31", "九年一贯制学校", "九年一贯制学校", WEIGHTS),
    "twelve_year": Kind("34", "十二年一贯制学校", "十二年一贯制学校", WEIGHTS),
    "complete_secondary": Kind("34", "完全中学", "完全中学", {"junior": ONE, "senior": Fraction("1.2")}),
    "senior": Kind("34", "高级中学", "高级中学", {"senior": ONE}),
    "special": Kind("51", "特殊教育学校", "特殊教育学校", {"other": ONE}),
    "vocational": Kind("36", "中等职业学校", "中等职业学校", {"other": ONE}),
}
LABELS["type"] = {id: kind.label for id, kind in KINDS.items()}


@dataclass(frozen=True)
class Plan:
    """One school to be: its classes of each stage, and how many students where that is not left to chance."""

    kind: str
    area: str
    primary: int = 0
    junior: int = 0
    ownership: str = "public"
    boarding: str = "no"
    students: dict[str, int] = field(default_factory=dict)

    @property
    def load(self) -> Fraction:
        """How far the school is on its way to the size that it must not exceed."""
        return Fraction(self.primary + self.junior, 2500 if self.primary and self.junior else 2000)


SCHOOLS = (
    Plan("primary", "urban", 48, students={"primary": 2000}),
    Plan("primary", "urban", 30),
    Plan("primary", "urban", 36),
    Plan("primary", "town", 24),
    Plan("primary", "town", 26),
    Plan("primary", "town", 18),
    Plan("primary", "rural", 12),
    Plan("primary", "rural", 12),
    Plan("primary", "urban", 36),
    Plan("primary", "rural", 11),
    Plan("primary", "town", 24),
    Plan("primary", "rural", 6, students={"primary": 93}),
    Plan("primary", "urban", 30, ownership="private"),
    Plan("primary", "rural", 12, boarding="yes"),
    Plan("primary", "town", 20),
    Plan("teaching_point", "rural", 6, students={"primary": 118}),
    Plan("teaching_point", "rural", 6, students={"primary": 84}),
    Plan("teaching_point", "rural", 4, students={"primary": 62}),
    Plan("teaching_point", "rural", 3, students={"primary": 38}),
    Plan("junior", "urban", 0, 30),
    Plan("junior", "urban", 0, 24),
    Plan("junior", "town", 0, 24),
    Plan("junior", "town", 0, 18),
    Plan("junior", "rural", 0, 12),
    Plan("junior", "rural", 0, 12, boarding="yes"),
    Plan("junior", "urban", 0, 24, ownership="private", boarding="yes"),
    Plan("nine_year", "town", 18, 9),
    Plan("nine_year", "rural", 12, 6),
    Plan("nine_year", "urban", 24, 12),
    Plan(
        "twelve_year", "urban", 28, 10, "private", "yes", {"primary": 1100, "junior": 400, "senior": 440}
    ),  # where the teaching area that gives every junior student exactly 5.8 m2 has a finite decimal fraction
    Plan("complete_secondary", "urban", 0, 18, students={"senior": 912}),
    Plan("complete_secondary", "town", 0, 12, boarding="yes", students={"senior": 588}),
    Plan("senior", "urban", boarding="yes", students={"senior": 2412}),
    Plan("special", "urban", boarding="yes", students={"other": 156}),
    Plan("vocational", "urban", boarding="yes", students={"other": 1848}),
)

GRADES = {"primary": "一二三四五六", "junior": "七八九"}
MEAN_CLASS = {"primary": (32, 39), "junior": (35, 41)}
# Teachers per 10,000 students, between two bounds; the standard is a little below the lower one.
RATES = {
    "teachers": {"primary": (545, 610), "junior": (740, 800), "senior": (790, 850), "other": (700, 900)},
    "above_degree": {"primary": (440, 520), "junior": (560, 680)},
    "backbone": {"primary": (104, 160), "junior": (104, 160)},
    "pe_art": {"primary": (96, 130), "junior": (96, 130)},
}
# What a student of a stage must have at least, by the standard.
STANDARDS = {
    "teaching": {"primary": Fraction("4.5"), "junior": Fraction("5.8")},
    "sports": {"primary": Fraction("7.5"), "junior": Fraction("10.2")},
    "equipment": {"primary": Fraction("0.2"), "junior": Fraction("0.25")},
    "multimedia": {"primary": Fraction("0.023"), "junior": Fraction("0.024")},
}
MARGIN = (103, 130)
FUNDS_PER_STUDENT = {"primary": 850, "junior": 1050, "senior": 1500, "other": 3200}
LEAST_IN_SCOPE = 50
LEAST_FUNDED = 100


@dataclass
class County:
    """A county that does not exist: its tables, and its values with the day and the document of each."""

    code: str
    name: str
    number: int
    tables: dict[str, list[Row]] = field(default_factory=dict)
    values: dict[str, tuple[Any, str | None, str | None]] = field(default_factory=dict)

    def add(self, table: str, **cells: Any) -> Row:
        row = {"county": self.code, **cells}
        self.tables.setdefault(table, []).append(row)
        return row

    def school(self, name: str) -> Row:
        return self._one("schools", school=self.name + name)

    def kindergarten(self, name: str) -> Row:
        return self._one("kindergartens", kindergarten=self.name + name)

    def rows(self, table: str, **cells: Any) -> list[Row]:
        return [row for row in self.tables[table] if all(row[column] == cell for column, cell in cells.items())]

    def classes(self, name: str, stage: str) -> list[Row]:
        return self.rows("classes", school_id=self.school(name)["school_id"], stage=stage)

    def kindergarten_classes(self, name: str, *ages: str) -> list[Row]:
        rows = self.rows("kindergarten_classes", kindergarten_id=self.kindergarten(name)["kindergarten_id"])
        return [row for row in rows if not ages or row["age"] in ages]

    def value(self, key: str, value: Any, as_of: str | None = None, document: str | None = None) -> None:
        self.values[key] = (value, as_of, document)

    def change(self, key: str, value: Any) -> None:
        self.values[key] = (value, *self.values[key][1:])

    def _one(self, table: str, **cells: Any) -> Row:
        (row,) = self.rows(table, **cells)
        return row


def sound_county(seed: int, code: str, name: str, number: int, schools: Sequence[Plan], kindergartens: int) -> County:
    """A county that meets every standard and whose figures agree."""
    rng = random.Random(seed)
    county = County(code, name, number)
    for id, plan, called in numbered(schools, number):
        add_school(rng, county, plan, id, called)
    for index in range(kindergartens):
        add_kindergarten(rng, county, NURSERIES[index % len(NURSERIES)], index + 1)
    add_attestations(county)
    add_values(rng, county)
    add_monitoring(rng, county)
    let_old_buildings_be_small(county)
    return county


def numbered(plans: Sequence[Plan], number: int) -> Iterable[tuple[str, Plan, str]]:
    """Every plan with the id and the name of its school; those of one kind are numbered through."""
    counts: dict[str, int] = {}
    for index, plan in enumerate(plans, start=1):
        kind = KINDS[plan.kind]
        counts[plan.kind] = counts.get(plan.kind, 0) + 1
        yield serial(kind.prefix, number, index), plan, f"{ordinal(counts[plan.kind])}{kind.name}"


def serial(prefix: str, number: int, index: int) -> str:
    return f"{prefix}33{900_000 + number * 1000 + index:06d}"


def ordinal(count: int) -> str:
    """第一, 第十二, 第四十; in digits from 100 on."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(count, 10)
    if count >= 100:
        return f"第{count}"
    return f"第{digits[tens] if tens > 1 else ''}{'十' if tens else ''}{digits[ones] if ones else ''}"


def add_school(rng: random.Random, county: County, plan: Plan, id: str, name: str) -> None:
    kind = KINDS[plan.kind]
    classes = {stage: count for stage, count in (("primary", plan.primary), ("junior", plan.junior)) if count}
    students = {stage: plan.students.get(stage) or draw_students(rng, stage, count) for stage, count in classes.items()}
    heads = plan.students | students
    in_scope = bool(classes) and not (plan.kind == "teaching_point" and students["primary"] < LEAST_IN_SCOPE)
    row = county.add("schools", school_id=id, school=county.name + name, type=plan.kind, ownership=plan.ownership)
    row |= {"area": plan.area, "boarding": plan.boarding, "planned_year": rng.randint(1986, 2020)}
    for stage in heads:
        if stage != "other":
            row[f"students_{stage}"] = heads[stage]
    for stage, count in classes.items():
        row[f"classes_{stage}"] = count
        add_classes(rng, county, id, stage, count, students[stage])
    row |= teachers(rng, heads, sum(classes.values()), in_scope)
    row |= premises(rng, kind, heads)
    row |= budget(rng, heads)
    if plan.ownership == "public":
        row |= in_zone(rng, plan, students)
    if in_scope:
        add_rooms(rng, county, id, sum(classes.values()))
    if plan.kind == "vocational":
        add_vocational_school(rng, county, row, heads["other"])


def draw_students(rng: random.Random, stage: str, classes: int) -> int:
    return classes * rng.randint(*MEAN_CLASS[stage]) + rng.randrange(classes)


def add_classes(rng: random.Random, county: County, id: str, stage: str, count: int, students: int) -> None:
    sizes = uneven(rng, spread(students, count))
    grades = GRADES[stage]
    for grade, in_grade in zip(grades, spread(count, min(count, len(grades))), strict=False):
        for number in range(1, in_grade + 1):
            cells = {"grade": f"{grade}年级", "class": f"{number}班", "students": sizes.pop(0)}
            county.add("classes", school_id=id, stage=stage, **cells)


def spread(total: int, parts: int) -> list[int]:
    """The total in parts as equal as can be, the larger ones first."""
    least, more = divmod(total, parts)
    return [least + (index < more) for index in range(parts)]


def uneven(rng: random.Random, sizes: list[int]) -> list[int]:
    """The sizes with a few students moved from one class to the next; the sum stays."""
    for index in range(0, len(sizes) - 1, 2):
        moved = rng.randint(0, min(3, sizes[index] // 6))
        sizes[index] -= moved
        sizes[index + 1] += moved
    return sizes


def teachers(rng: random.Random, heads: dict[str, int], classes: int, in_scope: bool) -> Row:
    row: Row = {}
    for column in ("above_degree", "backbone", "pe_art"):
        for stage in BY_STAGE:
            if stage in heads:
                counted = column == "above_degree" or in_scope
                row[f"{column}_{stage}"] = share(heads[stage], rng.randint(*RATES[column][stage])) if counted else 0
    total = sum(share(count, rng.randint(*RATES["teachers"][stage])) for stage, count in heads.items())
    total = max(total, ceil(Fraction(3, 2) * classes))
    # Schools outside every indicator of `balanced` may have teachers whom those indicators would not let pass.
    return row | {
        "teachers": total,
        "certified": total if in_scope else total - 1,
        "trained_360h": total - 1 + in_scope,
    }


def share(count: int, per_10000: int) -> int:
    return ceil(Fraction(count * per_10000, 10_000))


def premises(rng: random.Random, kind: Kind, heads: dict[str, int]) -> Row:
    """Rooms, grounds and equipment for the weighted students of all stages, a little above what they need."""
    weighted = sum(kind.weights[stage] * count for stage, count in heads.items())

    def enough(what: str, decimals: int = 0) -> Decimal:
        needs = [
            standard / kind.weights[stage] for stage, standard in STANDARDS[what].items() if stage in kind.weights
        ] or [STANDARDS[what]["junior"]]
        return rounded_up(max(needs) * weighted * Fraction(rng.randint(*MARGIN), 100), decimals)

    indoor = Decimal(rng.randrange(400, 1000, 20) if weighted > 600 else 0)
    teaching, sports = max(enough("teaching"), Decimal(420)), max(enough("sports"), Decimal(900))
    return {
        "teaching_area": teaching + indoor,
        "indoor_sports_area": indoor,
        "sports_ground_area": sports - indoor,
        "equipment_value": enough("equipment", 2),
        "multimedia_rooms": int(enough("multimedia")),
    }


def rounded_up(value: Fraction, decimals: int = 0) -> Decimal:
    return Decimal(ceil(value * 10**decimals)).scaleb(-decimals)


def budget(rng: random.Random, heads: dict[str, int]) -> Row:
    funded = max(sum(heads.values()), LEAST_FUNDED)
    yuan = sum(FUNDS_PER_STUDENT[stage] * count for stage, count in heads.items()) * funded // sum(heads.values())
    total = rounded_up(Fraction(yuan, 10_000), 2)
    training = rounded_up(Fraction(total) * Fraction(rng.randint(520, 700), 10_000), 2)
    return {"public_funds_budget": total, "training_budget": training, "funded_students": funded}


def in_zone(rng: random.Random, plan: Plan, students: dict[str, int]) -> Row:
    """All primary and nearly all junior students of day schools in towns; fewer where the rule does not reach."""
    day_school_in_town = plan.boarding == "no" and plan.area != "rural"
    percent = {"primary": 100, "junior": rng.randint(96, 99)} if day_school_in_town else dict.fromkeys(BY_STAGE, 88)
    return {f"in_zone_{stage}": ceil(Fraction(count * percent[stage], 100)) for stage, count in students.items()}


def add_rooms(rng: random.Random, county: County, id: str, classes: int) -> None:
    for kind, least in (("music", 96), ("art", 90)):
        areas = [rng.randint(least, least + 24) for _ in range(ceil(Fraction(classes, 12)))]
        if classes >= 24:
            areas.append(rng.randint(74, 86))  # too small to count
        for area in areas:
            county.add("rooms", school_id=id, kind=kind, area=area)


def add_vocational_school(rng: random.Random, county: County, school: Row, students: int) -> None:
    school |= {"teachers": 118, "certified": 117, "trained_360h": 116, "equipment_value": Decimal("986.40")}
    cells = {column: school[column] for column in ("school_id", "school", "teachers", "equipment_value")}
    areas = {"site_area": students * 36, "building_area": students * 22}
    county.add("vocational_schools", **cells, students=students, **areas, books=students * rng.randint(31, 36))


# --- the sound county: kindergartens -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nursery:
    """One kindergarten to be: its classes by age, and the year that it was planned."""

    ownership: str
    year: int
    classes: tuple[int, int, int, int, int]
    schedule: str = "full_day"


AGES = {"nursery": (12, 18), "small": (20, 24), "middle": (24, 28), "large": (28, 33), "mixed": (18, 25)}
NURSERIES = (
    Nursery("public", 2008, (0, 3, 3, 3, 0)),
    Nursery("public", 2019, (1, 4, 4, 4, 0)),
    Nursery("public", 2012, (0, 2, 2, 2, 0)),
    Nursery("inclusive_private", 2006, (0, 2, 2, 2, 0)),
    Nursery("public", 2018, (1, 3, 3, 3, 0)),
    Nursery("private", 2015, (1, 3, 3, 3, 0)),
    Nursery("public", 2003, (0, 2, 2, 2, 0)),
    Nursery("inclusive_private", 2014, (0, 3, 3, 3, 0)),
    Nursery("public", 2021, (0, 3, 3, 3, 0)),
    Nursery("public", 1998, (0, 0, 0, 0, 2), "half_day"),
    Nursery("inclusive_private", 2010, (0, 2, 2, 2, 0)),
    Nursery("private", 2017, (0, 2, 2, 2, 0)),
    Nursery("public", 2016, (0, 4, 4, 4, 0)),
    Nursery("inclusive_private", 2020, (1, 2, 2, 2, 0)),
    Nursery("public", 2001, (0, 0, 0, 0, 3)),
    Nursery("inclusive_private", 2009, (0, 1, 1, 1, 0)),
    Nursery("public", 2005, (0, 2, 2, 2, 1)),
    Nursery("private", 2013, (1, 2, 2, 1, 0)),
)


def add_kindergarten(rng: random.Random, county: County, plan: Nursery, index: int) -> None:
    id = serial("11", county.number, index)
    children = 0
    for age, count in zip(AGES, plan.classes, strict=True):
        for number in range(1, count + 1):
            size = rng.randint(*AGES[age])
            children += size if age != "nursery" else 0
            posts = {"teachers": 2, "carers": 1} if rng.random() < 0.9 else {"teachers": 3, "carers": 0}
            called = f"{LABELS['age'][age]}{number}班"
            county.add("kindergarten_classes", kindergarten_id=id, age=age, children=size, **posts, **{"class": called})
    classes = county.rows("kindergarten_classes", kindergarten_id=id)
    called = f"{county.name}{ordinal(index)}幼儿园"
    grade = "third" if plan.ownership == "private" else "second"
    row = county.add("kindergartens", kindergarten_id=id, kindergarten=called, ownership=plan.ownership, grade=grade)
    row |= {"schedule": plan.schedule, "children": children, "planned_year": plan.year}
    row |= kindergarten_staff(classes, children) | kindergarten_premises(rng, children)


def kindergarten_staff(classes: list[Row], children: int) -> Row:
    """The posts of all classes, at most 9 children to a teacher or carer, and at most 7 to one of the staff."""
    teachers = sum(row["teachers"] for row in classes) + 1
    carers = max(sum(row["carers"] for row in classes), ceil(Fraction(children, 9)) - teachers)
    principals = min(1 + len(classes) // 7, 3)
    staff = max(teachers + carers + principals + 3, ceil(Fraction(children, 7)))
    posts = {"staff": staff, "teachers": teachers, "carers": carers, "principals": principals}
    return posts | {"certified": teachers + principals}


def kindergarten_premises(rng: random.Random, children: int) -> Row:
    areas = {"outdoor_area": "4", "activity_area": "8.17", "building_area": "10.44"}
    margin = Fraction(rng.randint(*MARGIN), 100)
    row: Row = {column: rounded_up(Fraction(per_child) * children * margin) for column, per_child in areas.items()}
    return row | {"books": children * rng.randint(10, 14)}


def let_old_buildings_be_small(county: County) -> None:
    """Two kindergartens planned before 2017 fall short of an area each; at least half of those must not."""
    if len(county.tables["kindergartens"]) < len(NURSERIES):
        return
    garden = county.kindergarten("第七幼儿园")
    garden["outdoor_area"] = rounded_up(Fraction("3.1") * garden["children"])
    garden = county.kindergarten("第十五幼儿园")
    garden["activity_area"] = rounded_up(Fraction("7.2") * garden["children"])


# --- the sound county: documents, county values, monitoring --------------------------------------------------------

# What is said to hold, and the document that is said to say so.
DOCUMENTS = {
    "balanced.8": ("布局随人口变化逐年调整", "义务教育学校布局专项规划（2021—2025年）"),
    "balanced.9": ("四项标准城乡一致，已全部执行", "关于统一城乡义务教育学校办学标准的通知"),
    "balanced.15": ("绩效工资总量逐年核定并足额发放", "义务教育教师绩效工资总量核定表"),
    "balanced.17": ("每学年按班额和学生数重新分配", "中小学教职工编制和岗位分配方案"),
    "balanced.21": ("农村初中另有倾斜名额", "普通高中招生名额分配办法"),
    "balanced.22": ("留守儿童一人一档", "随迁子女入学和留守儿童关爱实施意见"),
    "balanced.25": ("章程全部核准", "学校章程核准和信息化建设情况汇编"),
    "balanced.27": ("设备使用有记录可查", "信息化教学应用情况年度报告"),
    "balanced.28": ("年度评估全部为良好以上", "学校德育和校园文化建设评估结果通报"),
    "balanced.29": ("课表每学期抽查一次", "课程实施情况检查通报"),
    "balanced.30": ("作业公示制度已建立", "义务教育学校作业管理实施细则"),
    "balanced.eligibility": ("近三年监测各项稳定", "申报资格自查报告"),
    "balanced.veto": ("逐条自查，没有所列情形", "不予认定情形自查报告"),
    "preschool.4": ("每园有党组织或党建指导员", "幼儿园党组织设置情况表"),
    "preschool.5": ("按常住人口测算", "幼儿园布局专项规划（2021—2035年）"),
    "preschool.6": ("规划图已标出每处用地", "公共服务设施专项规划幼儿园部分"),
    "preschool.7": ("每个乡镇都有", "乡镇公办中心幼儿园名册"),
    "preschool.8": ("移交协议逐园留存", "住宅小区配套幼儿园建设移交办法"),
    "preschool.9": ("清单内全部完成", "配套幼儿园办园性质清单"),
    "preschool.10": ("按月拨付", "公办幼儿园生均经费拨付情况表"),
    "preschool.11": ("按在园幼儿数补助", "其他部门和集体办园补助办法"),
    "preschool.12": ("每年认定一次", "普惠性民办幼儿园认定和补助办法"),
    "preschool.13": ("收费公示栏每园都有", "幼儿园收费标准公示汇总"),
    "preschool.14": ("每三年评估一次", "幼儿园保育教育费标准调整方案"),
    "preschool.15": ("全年没有查实的投诉", "幼儿园收费专项检查报告"),
    "preschool.16": ("编外教师与在编教师同一办法", "公办幼儿园教师工资保障办法"),
    "preschool.17": ("合同中写明最低工资", "民办幼儿园教师工资指导意见"),
    "preschool.18": ("责任清单覆盖各部门", "幼儿园安全监管部门责任清单"),
    "preschool.19": ("两年内没有", "幼儿园安全情况说明"),
    "preschool.20": ("年检结果公开", "民办幼儿园年检结果通报"),
    "preschool.21": ("网上可查", "幼儿园基本信息备案公示表"),
    "preschool.22": ("本轮已完成", "办园行为督导评估第一轮总结"),
    "preschool.23": ("每园一名", "幼儿园责任督学名册"),
    "preschool.24": ("没有新增", "无证幼儿园治理销号台账"),
    "preschool.25": ("审计后未发现", "民办幼儿园财务审计情况通报"),
    "preschool.26-2": ("每班一份清单", "幼儿园玩教具配备检查结果"),
    "preschool.30": ("空编已全部招聘", "公办幼儿园编制使用情况表"),
    "preschool.33": ("五年一轮", "幼儿园园长和教师全员培训规划"),
    "preschool.34": ("列入年度考核", "幼儿园师德师风建设实施办法"),
    "preschool.35": ("两年内没有", "幼儿园师德师风情况说明"),
    "preschool.36": ("每学期巡查一次", "幼儿园保教质量巡查报告"),
}


def add_attestations(county: County) -> None:
    """Numbers and days count up, so that no two documents of a county share one."""
    short = county.name.removesuffix("县")
    for number, (indicator, (statement, document)) in enumerate(DOCUMENTS.items(), start=1):
        county.add(
            "attestations",
            indicator=indicator,
            holds="yes",
            statement=statement,
            document_no=f"{short}教〔2022〕{number}号",
            document=document,
            date=f"2022-{2 + number // 5:02d}-{8 + number % 5 * 4:02d}",
            file=f"档案盒 {number:02d}",
        )


# Of the values, these are written into county.yaml; all others become rows of values.csv.
IN_COUNTY_YAML = (
    "special_ed_funds_per_student",
    "teacher_salary",
    "civil_servant_salary",
    "rotation_eligible",
    "rotated",
    "rotated_backbone",
    "basic_balance_recognised",
    "disabled_children",
    "disabled_enrolled",
    "monitoring_level",
    "monitoring_variation",
)


# What the points of the modernization monitoring count beside schools and kindergartens; some exactly at their target.
VALUES_OF_MODERNIZATION: dict[str, Any] = {
    "education_spending_per_student": 17350, "education_spending_per_student_last_year": 16900,
    "public_funds_per_student": 1890, "public_funds_per_student_last_year": 1780,
    "social_education_investment": 21300, "social_education_investment_last_year": 20950,
    "students_primary": 16150, "teachers_primary": 950, "students_junior": 8100, "teachers_junior": 600,
    "students_senior_high": 4875, "teachers_senior_high": 390, "students_secondary_vocational": 3600,
    "teachers_secondary_vocational": 310, "students_special": 84, "teachers_special": 30,
    "college_teachers_kindergarten": 588, "teachers_kindergarten": 600, "bachelor_teachers_primary": 912,
    "master_teachers_junior": 51, "master_teachers_senior_high": 82, "double_qualified_teachers": 153,
    "vocational_subject_teachers": 168, "schools_with_enough_books": 45, "schools_in_county": 45,
    "campuses_over_limit": 0, "elderly_learners": 13400, "elderly_residents": 66900, "schools_with_resource_room": 9,
    "schools_with_5_disabled_pupils": 9, "high_level_vocational": 1, "myopia_rate": "52.1",
    "myopia_rate_last_year": "53.1", "examinations_passed": 1560, "examination_candidates": 1600,
}  # fmt: skip


def add_values(rng: random.Random, county: County) -> None:
    def total(*columns: str, **cells: str) -> int:
        return sum(row.get(column) or 0 for row in county.rows("schools", **cells) for column in columns)

    compulsory, junior = total("students_primary", "students_junior"), total("students_junior")
    add_values_of_teachers(county, total("teachers", ownership="public"))
    add_values_of_students(rng, county, compulsory, junior // 3)
    children = sum(row["children"] for row in county.tables["kindergartens"])
    enrolled = children + 46
    county.value("preschool_age_population", ceil(Fraction(enrolled * 100, 97)), "2022-09-01", "常住人口分年龄统计表")
    county.value("preschool_enrolled", enrolled, "2022-09-01", "含小学附设幼儿班的在园幼儿汇总表")
    county.value("surveys_valid", compulsory // 14, "2022-11-30", "义务教育社会认可度调查报告")
    county.value("surveys_satisfied", compulsory // 14 * 94 // 100, "2022-11-30", "义务教育社会认可度调查报告")
    county.value("preschool_surveys_valid", children // 4, "2022-11-30", "学前教育社会认可度调查报告")
    county.value("preschool_surveys_satisfied", children // 4 * 93 // 100, "2022-11-30", "学前教育社会认可度调查报告")
    for key, value in VALUES_OF_MODERNIZATION.items():
        county.value(key, value, "2022-12-31", "教育现代化监测基础数据表")


def add_values_of_teachers(county: County, public: int) -> None:
    rotated = ceil(Fraction(public * 6, 100))
    county.value("special_ed_funds_per_student", 6800)
    county.value("teacher_salary", 152300)
    county.value("civil_servant_salary", 151000)
    county.value("rotation_eligible", public // 2, "2022-09-01", "符合交流条件教师名册")
    county.value("rotated", rotated, "2022-09-01", "交流轮岗教师名册")
    county.value("rotated_backbone", ceil(Fraction(rotated * 23, 100)), "2022-09-01", "交流轮岗教师名册")
    county.value("basic_balance_recognised", "2014-12-18")


def add_values_of_students(rng: random.Random, county: County, compulsory: int, year_group: int) -> None:
    moved_in, moved_out, died, left = rng.randint(20, 40), rng.randint(30, 50), 1, rng.randint(5, 12)
    migrants = compulsory // 9
    county.value("junior_entrants", year_group, "2019-09-01", "2019级七年级学籍册")
    county.value("junior_graduates", year_group + moved_in - moved_out - died - left, "2022-06-30", "2022届毕业生名册")
    county.value("junior_transferred_in", moved_in, "2022-06-30", "学籍异动表")
    county.value("junior_transferred_out", moved_out, "2022-06-30", "学籍异动表")
    county.value("junior_died", died, "2022-06-30", "学籍异动表")
    county.value("senior_places", year_group * 40 // 100, "2022-06-10", "优质高中招生计划")
    county.value("senior_places_allocated", year_group * 25 // 100, "2022-06-10", "优质高中招生计划")
    county.value("migrant_children", migrants, "2022-09-01", "随迁子女名册")
    county.value("migrant_in_public", migrants * 86 // 100, "2022-09-01", "随迁子女名册")
    county.value("migrant_in_purchased", migrants * 5 // 100, "2022-09-01", "政府购买学位协议")
    county.value("disabled_children", compulsory // 130)
    county.value("disabled_enrolled", compulsory // 130 - 2, "2022-09-01", "残疾儿童少年花名册")


def add_monitoring(rng: random.Random, county: County) -> None:
    """The 44 points of the modernization monitoring, each at or above the average of the province."""
    for point in range(1, 45):
        average = Decimal(rng.randint(120, 380)).scaleb(-2)
        score = average + Decimal(rng.randint(0, 40)).scaleb(-2)
        county.add("monitoring", point=str(point), score=score, province_average=average, as_of=str(SCHOOL_YEAR - 1))


# --- ready: nothing is wrong, and some figures are exactly at their limit -------------------------------------------


def put_figures_at_their_limits(county: County) -> None:
    """The last value that still passes; the big primary school has its 2000 students already."""
    size_of_class(county.classes("第二小学", "primary"), 0, 45)
    size_of_class(county.classes("第一初级中学", "junior"), 0, 50)
    school = county.school("第三小学")
    school["teaching_area"] = school["indoor_sports_area"] + Decimal("4.5") * school["students_primary"]
    school = county.school("第二初级中学")
    school["sports_ground_area"] = Decimal("10.2") * school["students_junior"] - school["indoor_sports_area"]
    school = county.school("第四小学")
    school["equipment_value"] = Decimal("0.2") * school["students_primary"]
    school = county.school("第一十二年一贯制学校")
    school["teaching_area"] = school["indoor_sports_area"] + Decimal("11182.4")
    school = county.school("第五小学")
    school["training_budget"] = Decimal("0.05") * school["public_funds_budget"]
    county.rows("rooms", school_id=school["school_id"], kind="music")[0]["area"] = 96
    county.change("rotation_eligible", 850)
    county.change("rotated", 85)
    county.change("rotated_backbone", 17)


def size_of_class(classes: list[Row], index: int, size: int, column: str = "students") -> None:
    """Gives one class that size; the others of the school, the largest first, give up the students."""
    chosen = classes[index]
    others = [row for row in classes if row is not chosen]
    while chosen[column] < size:
        max(others, key=lambda row: row[column])[column] -= 1
        chosen[column] += 1


# --- nearly: everything agrees, and a handful of standards is missed ------------------------------------------------


def leave_two_schools_a_backbone_teacher_short(county: County) -> None:
    for name, stage in (("第二小学", "primary"), ("第二初级中学", "junior")):
        school = county.school(name)
        school[f"backbone_{stage}"] = ceil(Fraction(school[f"students_{stage}"], 100)) - 1


def leave_a_school_short_in_two_resources(county: County) -> None:
    """Both between 85 % and 100 % of the standard, where only one may be."""
    school = county.school("第三小学")
    students = school["students_primary"]
    school["teaching_area"] = school["indoor_sports_area"] + rounded_up(Fraction("4.3") * students)
    school["equipment_value"] = rounded_up(Fraction("0.19") * students, 2)


def leave_a_school_far_short_of_sports_grounds(county: County) -> None:
    """A junior student has 1.1 × 7.6 = 8.36 m2, less than 85 % of 10.2; a primary student's 7.6 m2 are enough."""
    school = county.school("第一九年一贯制学校")
    weighted = school["students_primary"] + Fraction("1.1") * school["students_junior"]
    school["sports_ground_area"] = rounded_up(Fraction("7.6") * weighted) - school["indoor_sports_area"]


def overfill_two_classes(county: County) -> None:
    size_of_class(county.classes("第四小学", "primary"), 3, 46)
    size_of_class(county.classes("第三初级中学", "junior"), 4, 52)


def overfill_a_school(county: County) -> None:
    """13 students over 2000, each in a class that has room for one more."""
    school = county.school("第一小学")
    for row in sorted(county.classes("第一小学", "primary"), key=lambda row: row["students"])[:13]:
        row["students"] += 1
    for column in ("students_primary", "in_zone_primary", "funded_students"):
        school[column] += 13


def take_away_a_music_room(county: County) -> None:
    id = county.school("第五小学")["school_id"]
    county.tables["rooms"].remove(county.rows("rooms", school_id=id, kind="music")[0])


def rotate_too_few_backbone_teachers(county: County) -> None:
    county.change("rotated", 100)
    county.change("rotated_backbone", 19)


def lose_a_document(county: County) -> None:
    (row,) = county.rows("attestations", indicator="balanced.28")
    row |= dict.fromkeys(("document_no", "document", "date", "file"))


def leave_a_kindergarten_short_of_staff(county: County) -> None:
    garden = county.kindergarten("第三幼儿园")
    garden["staff"] = ceil(Fraction(garden["children"], 7)) - 1


def overfill_two_kindergarten_classes(county: County) -> None:
    size_of_class(county.kindergarten_classes("第一幼儿园", "small"), 0, 27, "children")
    size_of_class(county.kindergarten_classes("第九幼儿园", "large"), 1, 37, "children")


def let_a_kindergarten_stop_being_inclusive(county: County) -> None:
    """The one without which 79.x % of the children are left in public and inclusive kindergartens."""
    gardens = county.tables["kindergartens"]
    children = sum(row["children"] for row in gardens)
    private = sum(row["children"] for row in gardens if row["ownership"] == "private")
    for row in gardens:
        covered = Fraction(children - private - row["children"], children)
        if row["ownership"] == "inclusive_private" and Fraction(79, 100) <= covered < Fraction(80, 100):
            row["ownership"] = "private"
            return
    raise ValueError("no kindergarten brings the coverage to 79.x %")


def fall_behind_in_monitoring(county: County) -> None:
    """Four points of the modernization monitoring: three below the average of the province, one without a score."""
    for point, less in (("7", "0.31"), ("11", "0.12"), ("28", "0.45")):
        (row,) = county.rows("monitoring", point=point)
        row["score"] = row["province_average"] - Decimal(less)
    (row,) = county.rows("monitoring", point="20")
    row["score"] = Decimal(0)


NEARLY: tuple[Callable[[County], None], ...] = (
    leave_two_schools_a_backbone_teacher_short,
    leave_a_school_short_in_two_resources,
    leave_a_school_far_short_of_sports_grounds,
    overfill_two_classes,
    overfill_a_school,
    take_away_a_music_room,
    rotate_too_few_backbone_teachers,
    lose_a_document,
    leave_a_kindergarten_short_of_staff,
    overfill_two_kindergarten_classes,
    let_a_kindergarten_stop_being_inclusive,
    fall_behind_in_monitoring,
)


def leave_enrolment_to_the_list_of_kindergartens(county: County) -> None:
    """No figure of its own for the children enrolled: they are those of the kindergartens."""
    del county.values["preschool_enrolled"]


CLASS_BANDS = (
    ("≤25", 25), ("26-30", 30), ("31-35", 35), ("36-40", 40), ("41-45", 45), ("46-50", 50), ("51-55", 55),
    ("56-60", 60), ("61-65", 65), ("≥66", 10_000),
)  # fmt: skip
ROOM_BANDS = {
    "music": (("≥96", 96), ("73≤x<96", 73), ("61≤x<73", 61)),
    "art": (("≥90", 90), ("67≤x<90", 67), ("61≤x<67", 61)),
}


def count_by_band(county: County, *names: str) -> None:
    """Gives these schools bands of class sizes and of rooms in place of the lists."""
    ids = [county.school(name)["school_id"] for name in names]
    for id in ids:
        for stage in BY_STAGE:
            sizes = [row["students"] for row in county.rows("classes", school_id=id, stage=stage)]
            bands = [next(band for band, most in CLASS_BANDS if size <= most) for size in sizes]
            for band, _ in CLASS_BANDS:
                if band in bands:
                    county.add("class_bands", school_id=id, stage=stage, band=band, classes=bands.count(band))
        for kind, known in ROOM_BANDS.items():
            areas = [row["area"] for row in county.rows("rooms", school_id=id, kind=kind)]
            bands = [next(band for band, least in known if area >= least) for area in areas]
            for band, _ in known:
                if band in bands:
                    county.add("room_bands", school_id=id, kind=kind, band=band, rooms=bands.count(band))
    for table in ("classes", "rooms"):
        county.tables[table] = [row for row in county.tables[table] if row["school_id"] not in ids]


def publish(county: County) -> None:
    """A few marks and totals that were published elsewhere and agree with what the other tables say."""
    marks = {
        "balanced.1": "√", "balanced.2": "※", "balanced.12": "※", "balanced.18": "※", "balanced.19": "√",
        "preschool.2": "※", "preschool.31": "√", "modernization.6": "√", "modernization.7": "-",
        "modernization.20": "*",
    }  # fmt: skip
    for indicator, mark in marks.items():
        county.add("marks", indicator=indicator, mark=mark)
    county.add("published", standard="balanced", achievement_percent="70.0")
    county.add("published", standard="preschool", unmet=2, achievement_percent="92.1")
    county.add("published", standard="modernization", unmet=4, achievement_percent="90.9")


def waive(county: County) -> None:
    """One waiver that is valid on the day, and one that has run out."""
    office = f"{county.name}人民政府教育督导委员会办公室"
    short = county.name.removesuffix("县")
    county.add(
        "waivers",
        indicator="balanced.11",
        subject=county.school("第一小学")["school_id"],
        reason="新校区2023年秋季启用，届时分流两个年级",
        document_no=f"{short}政教督办〔2022〕3号",
        approved_by=office,
        expires="2023-12-31",
    )
    county.add(
        "waivers",
        indicator="balanced.12",
        subject=county.school("第四小学")["school_id"],
        reason="学年中途转入，期末前调整分班",
        document_no=f"{short}政教督办〔2022〕1号",
        approved_by=office,
        expires="2022-08-31",
    )


# --- troubled: the data are wrong, one fault a place ----------------------------------------------------------------


def miscount_a_class(county: County) -> None:
    """Hard: the classes add up to 3 students more than the school has."""
    county.classes("第二小学", "primary")[0]["students"] += 3


def miscount_the_classes(county: County) -> None:
    """Hard: one class more than the list has."""
    county.school("第十五小学")["classes_primary"] += 1


def type_a_zero_too_many_backbone_teachers(county: County) -> None:
    """Hard: more backbone teachers than teachers."""
    county.school("第四小学")["backbone_primary"] *= 10


def swap_two_areas(county: County) -> None:
    """Hard: the indoor sports rooms are larger than all teaching rooms that they are part of."""
    school = county.school("第六小学")
    school["teaching_area"], school["indoor_sports_area"] = school["indoor_sports_area"], school["teaching_area"]


def count_certificates_in_place_of_teachers(county: County) -> None:
    """Hard: more certified teachers than teachers."""
    county.school("第一初级中学")["certified"] += 2


def count_trainings_in_place_of_teachers(county: County) -> None:
    """Hard: more teachers trained than there are."""
    county.school("第二初级中学")["trained_360h"] += 5


def count_degrees_of_both_stages_twice(county: County) -> None:
    """Hard: the primary stage has the teachers of the whole school, so that both stages together have more."""
    school = county.school("第一九年一贯制学校")
    school["above_degree_primary"] = school["teachers"]


def press_a_key_twice(county: County) -> None:
    """Hard: 99 teachers of PE and art where 9 are meant, more than all teachers."""
    school = county.school("第三初级中学")
    school["pe_art_junior"] = 99


def count_too_many_in_the_zone(county: County) -> None:
    """Hard: more students from the zone than students."""
    county.school("第五小学")["in_zone_primary"] += 12


def swap_the_rotated(county: County) -> None:
    """Hard: more backbone teachers rotated than teachers."""
    rotated, backbone = county.values["rotated"][0], county.values["rotated_backbone"][0]
    county.change("rotated", backbone)
    county.change("rotated_backbone", rotated)


def count_the_nursery_class_in(county: County) -> None:
    """Hard: the children of the kindergarten include its nursery class, which does not count."""
    nursery = county.kindergarten_classes("第二幼儿园", "nursery")
    county.kindergarten("第二幼儿园")["children"] += sum(row["children"] for row in nursery)


def forget_teachers_of_a_kindergarten(county: County) -> None:
    """Hard: the classes have more teachers than the kindergarten."""
    classes = county.kindergarten_classes("第一幼儿园")
    garden = county.kindergarten("第一幼儿园")
    garden["teachers"] = sum(row["teachers"] for row in classes) - 2
    garden["certified"] = garden["teachers"] + garden["principals"]


def keep_the_id_of_a_primary_school(county: County) -> None:
    """Soft: the id of a nine-year school still begins with 21, as when it was a primary school."""
    old = county.school("第二九年一贯制学校")["school_id"]
    for rows in county.tables.values():
        for row in rows:
            if row.get("school_id") == old:
                row["school_id"] = f"21{old[2:]}"


def enter_yuan_for_ten_thousand_yuan(county: County) -> None:
    """Soft: the equipment of a school is worth 10,000 times too much."""
    county.school("第七小学")["equipment_value"] = int(county.school("第七小学")["equipment_value"] * 10_000)


def misplace_a_decimal_point(county: County) -> None:
    """Soft: the sports grounds of a school are ten times too large."""
    county.school("第八小学")["sports_ground_area"] *= 10


def enter_percentages_for_counts(county: County) -> None:
    """Soft: 85 and 5 % of the migrant children are entered as 85 and 5 children."""
    county.change("migrant_in_public", 85)
    county.change("migrant_in_purchased", 5)


def enter_a_percentage_for_a_fraction(county: County) -> None:
    """Soft: the variation between schools in mathematics is 12, where 0.12 is meant."""
    county.value("monitoring_level", 3)
    county.value("monitoring_variation", {"maths": 12, "reading": Decimal("0.11")})


def leave_cells_blank(county: County) -> None:
    county.school("第九小学")["multimedia_rooms"] = None
    county.school("第十小学")["training_budget"] = None
    county.kindergarten("第四幼儿园")["outdoor_area"] = None
    county.change("senior_places_allocated", None)


def write_words_in_a_number(county: County) -> None:
    """The row is refused, and the list of classes of the school is one short."""
    county.classes("第四初级中学", "junior")[5]["students"] = "约44"


def explain_some_queries(county: County) -> None:
    """Answers to queries: one accepted, one that nobody has accepted, one for a value that has changed since."""
    office = f"{county.name}人民政府教育督导委员会办公室"
    moved, shared = county.school("第二九年一贯制学校"), county.school("第八小学")
    county.add(
        "explanations", check="checks.id_of_type", subject=moved["school_id"], value=moved["school_id"],
        explanation="由小学改办，新标识码已申请，尚未下发", accepted_by=office,
    )  # fmt: skip
    county.add(
        "explanations", check="checks.sports_ground_plausible", subject=shared["school_id"],
        value=shared["sports_ground_area"], explanation="与乡镇共用运动场",
    )  # fmt: skip
    county.add(
        "explanations", check="checks.equipment_in_10000_yuan", subject=county.school("第七小学")["school_id"],
        value=115, explanation="新建实验楼，设备尚未分摊", accepted_by=office,
    )  # fmt: skip


TROUBLED: tuple[Callable[[County], None], ...] = (
    miscount_a_class,
    miscount_the_classes,
    type_a_zero_too_many_backbone_teachers,
    swap_two_areas,
    count_certificates_in_place_of_teachers,
    count_trainings_in_place_of_teachers,
    count_degrees_of_both_stages_twice,
    press_a_key_twice,
    count_too_many_in_the_zone,
    swap_the_rotated,
    count_the_nursery_class_in,
    forget_teachers_of_a_kindergarten,
    keep_the_id_of_a_primary_school,
    enter_yuan_for_ten_thousand_yuan,
    misplace_a_decimal_point,
    enter_percentages_for_counts,
    enter_a_percentage_for_a_fraction,
    leave_cells_blank,
    write_words_in_a_number,
    fall_behind_in_monitoring,
    explain_some_queries,
)

# --- writing -------------------------------------------------------------------------------------------------------


def write(county: County, folder: Path) -> None:
    """Writes county.yaml and a CSV for every table, as Excel saves it as UTF-8; other files there are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "county.yaml").write_text(county_yaml(county), encoding="utf-8", newline="\n")
    tables = county.tables | {"values": value_rows(county)}
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADERS[table].values())
            writer.writerows([written(column, row.get(column)) for column in HEADERS[table]] for row in rows)


def written(column: str, cell: Any) -> Any:
    return LABELS.get(column, {}).get(cell, cell)


def value_rows(county: County) -> list[Row]:
    return [
        {"county": county.code, "key": key, "value": value, "as_of": as_of, "document": document}
        for key, (value, as_of, document) in county.values.items()
        if key not in IN_COUNTY_YAML
    ]


def county_yaml(county: County) -> str:
    lines = [
        "# 虚构的县，由 bench/counties.py 生成。A made-up county, written by bench/counties.py.",
        f'county: {{code: "{county.code}", name: {county.name}}}',
        f"as_of: {AS_OF}",
        f"school_year: {SCHOOL_YEAR}",
        "values:",
    ]
    for key in IN_COUNTY_YAML:
        if key in county.values:
            value, as_of, document = county.values[key]
            parts = {"value": value, "as_of": as_of, "document": document} if as_of else value
            lines.append(f"  {key}: {flow(parts)}")
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    return str(value)


# --- the commands --------------------------------------------------------------------------------------------------


def write_demo(folder: Path) -> None:
    count = len(NURSERIES)
    ready = sound_county(1, "339901", "示例甲县", 1, SCHOOLS, count)
    put_figures_at_their_limits(ready)
    write(ready, folder / "ready")

    nearly = sound_county(2, "339902", "示例乙县", 2, SCHOOLS, count)
    for plant in NEARLY:
        plant(nearly)
    leave_enrolment_to_the_list_of_kindergartens(nearly)
    count_by_band(nearly, "第六小学", "第九小学", "第一教学点", "第四初级中学", "第二九年一贯制学校")
    publish(nearly)
    waive(nearly)
    write(nearly, folder / "nearly")

    troubled = sound_county(3, "339903", "示例丙县", 3, SCHOOLS, count)
    for plant in TROUBLED:
        plant(troubled)
    count_by_band(troubled, "第十一小学", "第五初级中学")
    write(troubled, folder / "troubled")


def write_county(folder: Path, schools: int, classes: int, seed: int) -> None:
    plans = of_size(schools, classes)
    write(sound_county(seed, "339904", "示例丁县", 4, plans, max(15, schools * 6 // 10)), folder)


def of_size(schools: int, classes: int) -> list[Plan]:
    """So many schools of all kinds, with so many classes: the schools with the most room left have the more of them.

    Raises ValueError where there are too few classes for that many schools.
    """
    whole, rest = divmod(schools, len(SCHOOLS))
    plans = [*SCHOOLS * whole, *(SCHOOLS[index * len(SCHOOLS) // rest] for index in range(rest))]
    plans = [smallest(plan) for plan in plans]
    missing = classes - sum(plan.primary + plan.junior for plan in plans)
    growing = [(plan.load, index) for index, plan in enumerate(plans) if grows(plan)]
    if missing < 0 or (missing and not growing):
        raise ValueError(f"{schools} schools have {classes - missing} classes or more")
    heapq.heapify(growing)
    for _ in range(missing):
        _, index = heapq.heappop(growing)
        plans[index] = with_a_class_more(plans[index])
        heapq.heappush(growing, (plans[index].load, index))
    return plans


def grows(plan: Plan) -> bool:
    """Whether the size of the school is not given."""
    return bool(plan.primary or plan.junior) and not plan.students.keys() & BY_STAGE.keys()


def smallest(plan: Plan) -> Plan:
    """The school with a class a grade; those under 120 students stay as they are."""
    if not (plan.primary or plan.junior) or plan.students.get("primary", 120) < 120:
        return plan
    senior = {stage: count for stage, count in plan.students.items() if stage not in BY_STAGE}
    return replace(plan, primary=6 if plan.primary else 0, junior=3 if plan.junior else 0, students=senior)


def with_a_class_more(plan: Plan) -> Plan:
    """Two primary classes to a junior one where the school has both stages."""
    if plan.junior and (not plan.primary or plan.primary >= 2 * plan.junior):
        return replace(plan, junior=plan.junior + 1)
    return replace(plan, primary=plan.primary + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make counties that do not exist.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="the three counties of facts/demo-2022")
    demo.add_argument("folder", type=Path)
    county = commands.add_parser("county", help="one sound county of any size")
    county.add_argument("folder", type=Path)
    for option, default in (("--schools", 100), ("--classes", 3000), ("--seed", 1)):
        county.add_argument(option, type=int, default=default)
    asked = parser.parse_args()
    if asked.command == "demo":
        write_demo(asked.folder)
        return
    try:
        write_county(asked.folder, asked.schools, asked.classes, asked.seed)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
