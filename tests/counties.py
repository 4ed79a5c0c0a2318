"""Counties made up at random, the same ones for the same seed, and counties as files.

`make(seed)` is small and means to hurt: values exactly at a limit or one step beside it, blanks, zeros, tables that are
not there, a list for some schools and bands for others. It is plain data, as `oracle.judge` takes it. `write` and
`write_many` write what `tzcheck check` reads. Nothing here is of the package; the headers are copied from it.
"""

import csv
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from tests.oracle import STAGES_OF

Cell = int | Fraction | str | None
Row = dict[str, Cell]
County = dict[str, Any]

CODE, NAME, AS_OF = "339901", "试一县", "2022-12-31"

# The columns of each table and their first Chinese headers.
COLUMNS: dict[str, dict[str, str]] = {
    "schools": {
        "school_id": "学校标识码",
        "school": "学校名称",
        "type": "办学类型",
        "ownership": "办别",
        "area": "城乡类型",
        "boarding": "是否寄宿制",
        "planned_year": "规划建成年份",
        "students_primary": "小学在校生数",
        "students_junior": "初中在校生数",
        "students_senior": "高中在校生数",
        "classes_primary": "小学班数",
        "classes_junior": "初中班数",
        "above_degree_primary": "高于规定学历教师数(小学)",
        "above_degree_junior": "高于规定学历教师数(初中)",
        "backbone_primary": "县级以上骨干教师数(小学)",
        "backbone_junior": "县级以上骨干教师数(初中)",
        "pe_art_primary": "体育艺术专任教师数(小学)",
        "pe_art_junior": "体育艺术专任教师数(初中)",
        "teachers": "专任教师数",
        "certified": "持教师资格证专任教师数",
        "trained_360h": "五年360学时达标专任教师数",
        "teaching_area": "教学及辅助用房面积",
        "indoor_sports_area": "室内体育用房面积",
        "sports_ground_area": "运动场地面积",
        "equipment_value": "教学仪器设备资产值(万元)",
        "multimedia_rooms": "网络多媒体教室数",
        "public_funds_budget": "公用经费预算总额",
        "training_budget": "教师培训经费预算",
        "funded_students": "核定公用经费学生数",
        "in_zone_primary": "划片范围内在校生数(小学)",
        "in_zone_junior": "划片范围内在校生数(初中)",
    },
    "classes": {
        "school_id": "学校标识码",
        "stage": "学段",
        "grade": "年级",
        "class": "班级",
        "students": "学生数",
    },
    "class_bands": {"school_id": "学校标识码", "stage": "学段", "band": "班额段", "classes": "班数"},
    "rooms": {"school_id": "学校标识码", "kind": "类别", "area": "面积"},
    "room_bands": {"school_id": "学校标识码", "kind": "类别", "band": "面积段", "rooms": "间数"},
    "kindergartens": {
        "kindergarten_id": "幼儿园标识码",
        "kindergarten": "幼儿园名称",
        "ownership": "办别",
        "schedule": "办园形式",
        "children": "在园幼儿数",
        "staff": "教职工数",
        "teachers": "专任教师数",
        "carers": "保育员数",
        "certified": "持证园长和专任教师数",
        "principals": "园长数",
        "books": "图书册数",
        "outdoor_area": "室外游戏场地面积",
        "activity_area": "幼儿活动用房面积",
        "building_area": "园舍建筑面积",
        "planned_year": "规划设计年份",
    },
    "kindergarten_classes": {
        "kindergarten_id": "幼儿园标识码",
        "band": "班别",
        "class": "班级",
        "children": "幼儿数",
        "teachers": "专任教师数",
        "carers": "保育员数",
    },
    "attestations": {
        "indicator": "指标",
        "holds": "是否符合",
        "document_no": "文号",
        "document": "文件名称",
    },
    "values": {"key": "指标键", "value": "数值"},
}
COUNTY_HEADER = {"en": "county", "zh": "县(市、区)代码"}

# The codes of a column in Chinese.
WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("schools", "type"): {
        "primary": "小学",
        "teaching_point": "小学教学点",
        "junior": "初级中学",
        "nine_year": "九年一贯制学校",
        "twelve_year": "十二年一贯制学校",
        "complete_secondary": "完全中学",
        "senior": "高级中学",
        "special": "特殊教育学校",
        "vocational": "中等职业学校",
    },
    ("schools", "ownership"): {"public": "公办", "private": "民办"},
    ("schools", "area"): {"urban": "城区", "town": "镇区", "rural": "乡村"},
    ("schools", "boarding"): {"yes": "是", "no": "否"},
    ("classes", "stage"): {"primary": "小学", "junior": "初中"},
    ("class_bands", "stage"): {"primary": "小学", "junior": "初中"},
    ("rooms", "kind"): {"music": "音乐", "art": "美术"},
    ("room_bands", "kind"): {"music": "音乐", "art": "美术"},
    ("kindergartens", "ownership"): {"public": "公办", "inclusive_private": "普惠性民办", "private": "民办"},
    ("kindergartens", "schedule"): {"full_day": "全日制", "half_day": "半日制"},
    ("kindergarten_classes", "band"): {
        "nursery": "托班",
        "small": "小班",
        "middle": "中班",
        "large": "大班",
        "mixed": "混合班",
    },
    ("attestations", "holds"): {"yes": "是", "no": "否"},
}

# What names a row; never blank, since a row without it is refused and not merely incomplete.
NAMING = {
    "school_id",
    "school",
    "stage",
    "grade",
    "class",
    "kind",
    "band",
    "kindergarten_id",
    "kindergarten",
    "indicator",
}

PREFIX = {
    "primary": "21",
    "teaching_point": "21",
    "junior": "31",
    "nine_year": "31",
    "twelve_year": "34",
    "complete_secondary": "34",
    "senior": "34",
    "special": "51",
    "vocational": "36",
}
USUAL_TYPES = (
    ["primary"] * 6 + ["junior"] * 4 + ["nine_year"] * 3 + ["teaching_point"] * 3 + ["twelve_year"] * 2
    + ["complete_secondary"] * 2 + ["senior", "special", "vocational"]
)  # fmt: skip
RARE_TYPES = ["senior", "special", "vocational", "teaching_point"]
SIZES = {
    "primary": [500, 1000, 1000, 250, 400, 720, 99, 100, 101, 1999, 2000, 2001, 7, 50],
    "teaching_point": [49, 50, 51, 50, 99, 100, 12],
    "junior": [1000, 500, 1000, 250, 600, 333, 1999, 2000, 2001],
    "senior": [500, 100, 1000, 300],
}
PAIRS_OF_SIZES = [(1500, 1000), (1500, 1001), (1000, 1500), (1500, 999), (500, 1000), (1000, 500), (90, 30), (720, 0)]

WEIGHTS = {"primary": Fraction(1), "junior": Fraction("1.1"), "senior": Fraction("1.32")}
# Per stage: the limit of a resource for one student, in the unit of its column.
BY_STAGE = {
    "above_degree": {"primary": Fraction("0.042"), "junior": Fraction("0.053")},
    "backbone": {"primary": Fraction("0.01"), "junior": Fraction("0.01")},
    "pe_art": {"primary": Fraction("0.009"), "junior": Fraction("0.009")},
}
BY_SCHOOL = {
    "teaching_area": ({"primary": Fraction("4.5"), "junior": Fraction("5.8")}, Fraction("0.01")),
    "sports_ground_area": ({"primary": Fraction("7.5"), "junior": Fraction("10.2")}, Fraction("0.01")),
    "equipment_value": ({"primary": Fraction("0.2"), "junior": Fraction("0.25")}, Fraction("0.0001")),
    "multimedia_rooms": ({"primary": Fraction("0.023"), "junior": Fraction("0.024")}, Fraction(1)),
}
CLASS_LIMITS = {"primary": 45, "junior": 50}
GRADES = {"primary": "一二三四五六", "junior": "七八九"}
ROOM_AREAS = {"music": 96, "art": 90}
ROOM_BANDS = {"music": ["≥96", "73-96", "61-73", "<61"], "art": ["≥90", "67-90", "61-67", "<61"]}
CHILDREN_LIMITS = {"small": 25, "middle": 30, "large": 35, "mixed": 30}
BY_DOCUMENT = ["8", "9", "15", "17", "21", "22", "25", "27", "28", "29", "30", "eligibility", "veto"]


# --- a county ------------------------------------------------------------------------------------------------------


def make(seed: int) -> County:
    """A county of up to 7 schools and up to 5 kindergartens. Seeds of less than 10000 have no id in common."""
    maker = _Maker(seed)
    county = {**maker.schools(), **maker.kindergartens()}
    county["attestations"] = maker.attestations()
    county["values"] = maker.values(county)
    maker.leave_out(county)
    maker.zero(county)
    maker.blank(county)
    return county


class _Maker:
    """The choices of one county: how good it is, and how full its tables are."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.serial = seed % 10000 * 100
        self.good = self.chance(0.3)
        self.blanks = self.random.choice([0, 0, 0, 0, 0.005, 0.01, 0.03, 0.15])
        self.zeros = self.random.choice([0, 0, 0, 0, 0.01, 0.03])
        self.moods: dict[str, bool] = {}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def fine(self, topic: str) -> bool:
        """Whether the value that is chosen next for a topic shall pass: always in some counties, mostly in others."""
        if topic not in self.moods:
            self.moods[topic] = self.good or self.chance(0.5)
        return self.moods[topic] or self.chance(0.65)

    def id(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}33{self.serial:06}"

    def about(self, topic: str, need: Fraction | int, step: Fraction | int = 1, floor: bool = False) -> int | Fraction:
        """A multiple of the step: the least that reaches what is needed, or beside it; at least 0.

        With `floor`, often the least that reaches 85 % of what is needed, or one step less.
        """
        least = math.ceil(Fraction(need) / step)
        if self.fine(topic):
            steps = self.random.choice([least, least, least, least + 1, math.ceil(least * Fraction("1.2"))])
        elif floor and self.chance(0.6):
            steps = math.ceil(Fraction(need) * Fraction("0.85") / step) - self.random.choice([0, 0, 1])
        else:
            steps = self.random.choice([least - 1, least - 1, least - 1, least // 2, 0])
        return _plain(max(steps, 0) * Fraction(step))

    def up_to(self, topic: str, most: int) -> int:
        """All of them, or all but one where it shall not pass; seldom one too many."""
        if self.fine(topic):
            return most + (1 if self.chance(0.03) else 0)
        return max(most - self.random.choice([1, 1, 2]), 0)

    # --- schools

    def schools(self) -> County:
        pool = RARE_TYPES if self.chance(0.06) else USUAL_TYPES
        found: County = {"schools": [], "classes": [], "class_bands": [], "rooms": [], "room_bands": []}
        if self.chance(0.2):
            found["schools"] = self.unequal_schools()
        else:
            for _ in range(self.random.randint(1, 7)):
                type = self.random.choice(pool)
                found["schools"].append(self.school(type, self.students(type)))
        detail = self.random.choice(["list", "list", "bands", "both", "none"])
        for school in found["schools"]:
            self.add_classes(found, school)
            self.add_rooms(found, school, detail)
        return found

    def students(self, type: str) -> dict[str, int]:
        """The students of each stage that the type has."""
        if type in ("nine_year", "twelve_year") and self.chance(0.7):
            found = dict(zip(("primary", "junior"), self.random.choice(PAIRS_OF_SIZES), strict=True))
        else:
            found = {
                stage: self.random.choice(SIZES["teaching_point" if type == "teaching_point" else stage])
                if self.chance(0.8)
                else self.random.randint(30, 900)
                for stage in STAGES_OF[type]
                if stage != "senior"
            }
        if self.good:
            found = {stage: min(students, 1000) for stage, students in found.items()}
        if "senior" in STAGES_OF[type]:
            found["senior"] = self.random.choice(SIZES["senior"])
        if self.chance(0.04):
            found = dict.fromkeys(found, 0)
        return found

    def school(self, type: str, students: Mapping[str, int]) -> Row:
        random = self.random
        school: Row = dict.fromkeys(COLUMNS["schools"])
        school |= {
            "school_id": self.id(PREFIX[type]),
            "type": type,
            "planned_year": random.choice([2005, 2010, 2016, 2019]),
        }
        school["school"] = f"第{self.serial}学校"
        school["ownership"] = "public" if self.chance(0.75) else "private"
        school["area"] = random.choice(["urban", "town", "rural"])
        school["boarding"] = "no" if self.chance(0.75) else "yes"
        for stage, people in students.items():
            school[f"students_{stage}"] = people
        for stage in ("primary", "junior"):
            if stage in students:
                self.add_stage(school, stage, students[stage])
            elif self.chance(0.1):
                school[f"students_{stage}"] = 0
        self.add_buildings(school, students)
        people = sum(students.get(stage, 0) for stage in ("primary", "junior"))
        school["teachers"] = max(people // 15, 2)
        school["certified"] = self.up_to("certified", school["teachers"])
        school["trained_360h"] = self.up_to("trained_360h", school["teachers"])
        small = type in ("primary", "teaching_point") and 0 < people < 100
        school["funded_students"] = self.about("funded_students", 100) if small else people
        hundredths = random.randint(1, 50000)
        school["public_funds_budget"] = _plain(Fraction(hundredths, 100))
        school["training_budget"] = self.about("training_budget", Fraction(hundredths, 2000), Fraction("0.0001"))
        return school

    def add_stage(self, school: Row, stage: str, students: int) -> None:
        classes = max(math.ceil(Fraction(students, CLASS_LIMITS[stage])), 1)
        if not self.fine("few classes"):
            classes = max(classes - 1, 1)
        elif self.chance(0.3):
            classes += self.random.randint(1, 3)
        school[f"classes_{stage}"] = classes
        for column, limits in BY_STAGE.items():
            school[f"{column}_{stage}"] = self.about(column, students * limits[stage], floor=True)
        in_zone = students if stage == "primary" else math.ceil(students * Fraction("0.95"))
        school[f"in_zone_{stage}"] = min(self.up_to("in_zone", in_zone), students)

    def add_buildings(self, school: Row, students: Mapping[str, int]) -> None:
        weighted = sum((people * WEIGHTS[stage] for stage, people in students.items()), Fraction(0))
        indoor = self.random.choice([Fraction(0), Fraction("0.01"), Fraction(360), Fraction("812.5")])
        for column, (limits, step) in BY_SCHOOL.items():
            needs = [limits[stage] * weighted / WEIGHTS[stage] for stage in limits if students.get(stage)] or [
                Fraction(0)
            ]
            need = max(needs) if self.good or self.chance(0.7) else self.random.choice(needs)
            if column == "sports_ground_area":
                need = max(need - indoor, Fraction(0))
            school[column] = self.about(column, need, step, floor=True)
        school["teaching_area"] = _plain(school["teaching_area"] + indoor)
        school["indoor_sports_area"] = _plain(indoor)

    def unequal_schools(self) -> list[Row]:
        """Two or four schools of one stage and size, half with few and half with many teachers of a kind: the
        coefficient of variation is exactly at its limit, or one teacher in one school beside it."""
        stage = self.random.choice(["primary", "junior"])
        few, many = {"primary": (10, 30), "junior": (11, 29)}[stage]
        students = self.random.choice([200, 300, 437])
        found = [self.school(stage, {stage: students}) for _ in range(self.random.choice([2, 4]))]
        for column in self.random.sample(sorted(BY_STAGE), self.random.randint(1, 3)):
            times = self.random.choice([1, 2])
            for index, school in enumerate(found):
                school[f"{column}_{stage}"] = times * (many if index % 2 else few)
            found[-1][f"{column}_{stage}"] += self.random.choice([-1, 0, 0, 1])
        self.random.shuffle(found)
        return found

    def add_classes(self, found: County, school: Row) -> None:
        for stage in ("primary", "junior"):
            students, classes = school[f"students_{stage}"], school[f"classes_{stage}"]
            how = self.random.choice(["list", "list", "list", "bands", "bands", "mean"])
            if not classes or how == "mean":
                continue
            sizes = [students // classes + (number < students % classes) for number in range(classes)]
            if not self.fine("crowded"):
                moved = min(CLASS_LIMITS[stage] + 1 - sizes[0], sizes[-1])
                if len(sizes) > 1 and moved > 0:
                    sizes[0], sizes[-1] = sizes[0] + moved, sizes[-1] - moved
            if how == "list":
                found["classes"] += [
                    {
                        "school_id": school["school_id"],
                        "stage": stage,
                        "grade": f"{GRADES[stage][number % len(GRADES[stage])]}年级",
                        "class": f"{number // len(GRADES[stage]) + 1}班",
                        "students": size,
                    }
                    for number, size in enumerate(sizes)
                ]
                continue
            counted = dict.fromkeys(["≤25", *(f"{low}-{low + 4}" for low in range(26, 66, 5)), "≥66"], 0)
            for size in sizes:
                counted[_class_band(size)] += 1
            empty_too = self.chance(0.5)
            found["class_bands"] += [
                {"school_id": school["school_id"], "stage": stage, "band": band, "classes": number}
                for band, number in counted.items()
                if number or empty_too
            ]

    def add_rooms(self, found: County, school: Row, detail: str) -> None:
        if detail == "none" or self.chance(0.04):
            return
        how = self.random.choice(["list", "bands"]) if detail == "both" else detail
        needed = math.ceil(Fraction(sum(school[f"classes_{stage}"] or 0 for stage in ("primary", "junior")), 12))
        for kind, least in ROOM_AREAS.items():
            full = self.about("rooms", needed)
            small = self.random.choice([0, 0, 1, 2])
            head = {"school_id": school["school_id"], "kind": kind}
            if how == "list":
                areas = [
                    self.random.choice([Fraction(least), least + Fraction("0.01"), Fraction(120)]) for _ in range(full)
                ]
                areas += [
                    self.random.choice([least - Fraction("0.01"), Fraction(73), Fraction(0)]) for _ in range(small)
                ]
                found["rooms"] += [head | {"area": _plain(area)} for area in areas]
            else:
                bands = ROOM_BANDS[kind]
                numbers = {bands[0]: full, self.random.choice(bands[1:]): small}
                if self.chance(0.05):
                    del numbers[bands[0]]
                found["room_bands"] += [head | {"band": band, "rooms": rooms} for band, rooms in numbers.items()]

    # --- kindergartens

    def kindergartens(self) -> County:
        found: County = {"kindergartens": [], "kindergarten_classes": []}
        if self.chance(0.05):
            for plan in self.plans_at_the_share():
                self.add_kindergarten(found, plan)
            return found
        alike = self.class_plan() if self.chance(0.5) else None
        for _ in range(self.random.randint(0, 5)):
            self.add_kindergarten(found, alike or self.class_plan())
        return found

    def plans_at_the_share(self) -> list[list[tuple[str, int]]]:
        """Five kindergartens of four classes: 17 of the 20 within their limits, or one class more or less."""
        sizes = [31] * self.random.choice([2, 3, 3, 4])
        sizes += [30] * (20 - len(sizes))
        self.random.shuffle(sizes)
        return [[("middle", size) for size in sizes[start : start + 4]] for start in range(0, 20, 4)]

    def class_plan(self) -> list[tuple[str, int]]:
        """The bands of a kindergarten's classes and their children."""
        if self.chance(0.25):
            bands = [self.random.choice(["mixed", "small", "large"])]
        else:
            bands = self.random.choice([["small", "middle", "large"], ["small", "large"], ["small", "small", "middle"]])
        plan = []
        for band in bands:
            limit = CHILDREN_LIMITS[band]
            fine = self.fine("children of a class")
            plan.append(
                (band, self.random.choice([limit, limit, limit - 1, 18] if fine else [limit + 1, limit + 1, 45]))
            )
        if self.chance(0.25):
            plan.insert(self.random.randint(0, len(plan)), ("nursery", self.random.choice([10, 20, 40])))
        return plan

    def add_kindergarten(self, found: County, plan: list[tuple[str, int]]) -> None:
        random = self.random
        id = self.id("11")
        schedule = "full_day" if self.chance(0.75) else "half_day"
        two_are_enough = schedule == "half_day" or sum(band != "nursery" for band, _ in plan) == 1
        teachers = carers = 0
        empty = self.chance(0.04)
        for number, (band, children) in enumerate(plan, start=1):
            if self.fine("posts of a class"):
                posts = random.choice(
                    [(2, 0), (2, 0), (2, 1), (3, 0)] if two_are_enough else [(2, 1), (2, 1), (3, 0), (3, 1)]
                )
            else:
                posts = random.choice([(1, 2), (1, 1), (1, 0)] if two_are_enough else [(2, 0), (1, 2), (1, 3)])
            row = {"band": band, "class": f"{number}班", "children": 0 if empty else children}
            found["kindergarten_classes"].append(
                {"kindergarten_id": id} | row | {"teachers": posts[0], "carers": posts[1]}
            )
            teachers, carers = teachers + posts[0], carers + posts[1]
        children = 0 if empty else sum(children for band, children in plan if band != "nursery")
        least = self.about("children per teacher", Fraction(children, 15))
        teachers = max(teachers, least) if self.fine("few teachers") else least
        caring = self.about("caring", Fraction(children, 9 if schedule == "full_day" else 13))
        principals = random.choice([1, 1, 0, 2])
        found["kindergartens"].append(
            {
                "kindergarten_id": id,
                "kindergarten": f"第{self.serial}幼儿园",
                "ownership": random.choice(["public", "public", "inclusive_private", "private"])
                if not self.fine("ownership")
                else random.choice(["public", "public", "inclusive_private"]),
                "schedule": schedule,
                "children": children,
                "staff": self.about("staff", Fraction(children, 7 if schedule == "full_day" else 10)),
                "teachers": teachers,
                "carers": max(caring - teachers, carers if self.fine("carers") else 0),
                "certified": self.up_to("certified in kindergartens", teachers + principals),
                "principals": principals,
                "books": children * 10,
                "outdoor_area": self.about("space", Fraction(children * 4), Fraction("0.01")),
                "activity_area": self.about("space", children * Fraction("8.17"), Fraction("0.01")),
                "building_area": self.about("space", children * Fraction("10.44"), Fraction("0.01")),
                "planned_year": random.choice([2008, 2016, 2017, 2017, 2020]),
            }
        )

    # --- the county as a whole

    def attestations(self) -> list[Row]:
        found = []
        for indicator in BY_DOCUMENT:
            if self.chance(0.02 if self.good else 0.1):
                continue
            row: Row = {"indicator": f"balanced.{indicator}", "holds": "yes", "document_no": None, "document": None}
            if not self.fine("documents") and self.chance(0.4):
                row["holds"] = "no"
            if self.fine("documents") or self.chance(0.5):
                for column in self.random.choice([["document"], ["document_no"], ["document", "document_no"]]):
                    row[column] = {"document": "自评报告", "document_no": "试教〔2022〕3号"}[column]
            found.append(row)
        return found

    def values(self, county: County) -> dict[str, int | Fraction]:
        random = self.random
        step = Fraction("0.01")
        servant = Fraction(random.randint(8_000_000, 20_000_000), 100)
        teachers = random.choice([40, 200, 333])
        rotated = self.about("rotated", Fraction(teachers, 10))
        places = random.choice([1000, 999, 1001])
        migrants = random.choice([100, 99, 200, 1, 0])
        migrants_in = self.about("migrants", migrants * Fraction("0.85"))
        purchased = random.randint(0, migrants_in)
        entrants, died = random.choice([1000, 400, 997]), random.choice([0, 1, 20])
        moved_in, moved_out = random.choice([0, 3, 30]), random.choice([0, 2, 30])
        stayed = self.about("retention", (entrants - died) * Fraction("0.95"))
        disabled = random.choice([100, 20, 37, 1])
        valid = random.choice([1000, 600, 20, 777])
        preschool_valid = random.choice([1000, 600, 20, 777])
        groups: list[dict[str, Cell]] = [
            {"special_ed_funds_per_student": self.about("special", 6000, step)},
            {"teacher_salary": self.about("salary", servant, step), "civil_servant_salary": _plain(servant)},
            {
                "rotation_eligible": teachers,
                "rotated": rotated,
                "rotated_backbone": self.about("backbone among rotated", Fraction(rotated, 5)),
            },
            {"senior_places": places, "senior_places_allocated": self.about("places", Fraction(places, 2))},
            {
                "migrant_children": migrants,
                "migrant_in_public": migrants_in - purchased,
                "migrant_in_purchased": purchased,
            },
            {
                "junior_graduates": max(stayed + moved_in - moved_out, 0),
                "junior_entrants": entrants,
                "junior_transferred_in": moved_in,
                "junior_transferred_out": moved_out,
                "junior_died": died,
            },
            {
                "disabled_children": disabled,
                "disabled_enrolled": self.about("disabled", disabled * Fraction("0.95")),
            },
            {"surveys_valid": valid, "surveys_satisfied": self.about("satisfied", valid * Fraction("0.85"))},
            {
                "preschool_surveys_valid": preschool_valid,
                "preschool_surveys_satisfied": self.about(
                    "content", math.floor(preschool_valid * Fraction("0.85")) + 1
                ),
            },
            self.preschool_values(county),
        ]
        found = {key: value for group in groups if self.good or self.chance(0.9) for key, value in group.items()}
        if self.chance(0.5):
            for subject in random.sample(["maths", "chinese", "science"], random.randint(1, 3)):
                fine = self.fine("monitoring")
                found[f"monitoring_level.{subject}"] = random.choice([3, 3, 4] if fine else [2, 3])
                spread = random.choice(["0.14", "0.1", "0"] if fine else ["0.15", "0.16"])
                found[f"monitoring_variation.{subject}"] = _plain(Fraction(spread))
        return found

    def preschool_values(self, county: County) -> dict[str, Cell]:
        children = sum(row["children"] for row in county["kindergartens"])
        enrolled = children + self.random.choice([0, 17]) if self.chance(0.4) or not children else None
        reached = (enrolled or children) / Fraction("0.85")
        fine = self.fine("preschool population")
        population = self.random.choice([0, 1, 5]) if not reached else math.floor(reached) + (0 if fine else 1)
        return {"preschool_age_population": population} | ({} if enrolled is None else {"preschool_enrolled": enrolled})

    # --- what is missing

    def leave_out(self, county: County) -> None:
        """Takes whole tables away, and with schools and kindergartens all that belongs to them."""
        rate = 0.01 if self.good else 0.05
        for table in ("classes", "class_bands", "rooms", "room_bands", "kindergarten_classes", "attestations"):
            if self.chance(rate):
                county[table] = []
        if county["kindergartens"] and self.chance(rate / 2):
            for table in ("schools", "classes", "class_bands", "rooms", "room_bands"):
                county[table] = []
        elif self.chance(rate / 2):
            county["kindergartens"] = county["kindergarten_classes"] = []
        if self.chance(rate / 2):
            county["values"] = {}

    def zero(self, county: County) -> None:
        """Puts 0 for some numbers; students and the values of the county have zeros of their own."""
        for table, index, column in list(cells(county)):
            kept = table == "values" or column == "planned_year" or column.startswith("students")
            if not kept and not isinstance(county[table][index][column], str) and self.chance(self.zeros):
                county[table][index][column] = 0
        for school in county["schools"]:
            school["indoor_sports_area"] = min(school["indoor_sports_area"], school["teaching_area"])

    def blank(self, county: County) -> None:
        for cell in list(cells(county)):
            if self.chance(self.blanks):
                _blank(county, cell)


def _plain(number: Fraction | int) -> int | Fraction:
    """A whole number as an int."""
    return int(number) if number == int(number) else number


def _class_band(size: int) -> str:
    if size <= 25:
        return "≤25"
    low = (size - 1) // 5 * 5 + 1
    return "≥66" if low >= 66 else f"{low}-{low + 4}"


# --- its cells -----------------------------------------------------------------------------------------------------

At = tuple[str, int | str, str]


def cells(county: County) -> Iterator[At]:
    """Where something is that may be blank: (table, index of the row, column), and ("values", key, "value").

    The cells that name a row are left out.
    """
    for table, rows in county.items():
        if table == "values":
            yield from (("values", key, "value") for key in rows)
        else:
            for index, row in enumerate(rows):
                yield from ((table, index, id) for id, cell in row.items() if cell is not None and id not in NAMING)


def without(county: County, cell: At) -> County:
    """A copy of the county in which the cell is blank."""
    copy = {table: dict(rows) if table == "values" else [dict(row) for row in rows] for table, rows in county.items()}
    _blank(copy, cell)
    return copy


def _blank(county: County, cell: At) -> None:
    table, index, column = cell
    if table == "values":
        del county["values"][index]
    else:
        county[table][index][column] = None


# --- files ---------------------------------------------------------------------------------------------------------


def write(
    county: County,
    folder: Path,
    header: str = "en",
    encoding: str = "utf-8",
    with_county_column: str | None = None,
) -> Path:
    """A folder of one county: a CSV file a table, and county.yaml (always UTF-8), which holds the values.

    With Chinese headers the codes are Chinese words too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = [f'county: {{code: "{CODE}", name: {NAME}}}', f"as_of: {AS_OF}"]
    values = [f"  {key}: {spelled(value)}" for key, value in (county.get("values") or {}).items()]
    text = "\n".join(head + (["values:", *values] if values else []))
    (folder / "county.yaml").write_text(text + "\n", encoding="utf-8")
    for table in COLUMNS:
        if table != "values" and county.get(table):
            _write_table(folder, table, [(with_county_column, county[table])], header, encoding)
    return folder


def write_many(counties: Mapping[tuple[str | None, str], County], folder: Path) -> Path:
    """One set of tables for all counties, by (code, name), their values in values.csv; needs `--as-of`.

    The column `county` has the code, six digits that need not be known; of a county without one it has the name, which
    must be known.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in COLUMNS:
        parts = [(code or name, _rows(county, table)) for (code, name), county in counties.items()]
        if any(rows for _, rows in parts):
            _write_table(folder, table, parts, "en", "utf-8")
    return folder


def spelled(cell: Cell) -> str:
    """A cell as it is written: the exact decimal of a number, nothing for a blank."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    scaled = Fraction(cell) * 10000
    if scaled.denominator != 1:
        raise ValueError(f"{cell} has more than four decimals")
    whole, rest = divmod(abs(int(scaled)), 10000)
    return ("-" if scaled < 0 else "") + (f"{whole}.{rest:04}".rstrip("0") if rest else str(whole))


def _rows(county: County, table: str) -> list[Row]:
    if table == "values":
        return [{"key": key, "value": value} for key, value in (county.get("values") or {}).items()]
    return county.get(table) or []


def _write_table(
    folder: Path, table: str, parts: list[tuple[str | None, list[Row]]], header: str, encoding: str
) -> None:
    columns = COLUMNS[table]
    titles = [columns[id] if header == "zh" else id for id in columns]
    with_county = any(place is not None for place, _ in parts)
    with (folder / f"{table}.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([COUNTY_HEADER[header], *titles] if with_county else titles)
        for place, rows in parts:
            for row in rows:
                words = (WORDS.get((table, id), {}) if header == "zh" else {} for id in columns)
                cells = [spelled(among.get(row.get(id), row.get(id))) for id, among in zip(columns, words, strict=True)]
                writer.writerow([place, *cells] if with_county else cells)
