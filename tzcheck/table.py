"""The tables that facts come in: their columns, headers, types and keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

# What a cell of each kind must hold: texts `expected.<kind>`.
NUMERIC = frozenset({"count", "measure", "number", "year", "printed", "low", "high", "prefix"})
# What is worked out from other cells: the two ends of a band, the first two digits of an id.
WORKED_OUT = frozenset({"low", "high", "prefix"})
HALF_WIDTH = str.maketrans("（），：％", "(),:%")


def header_spelling(text: str) -> str:
    """A header as it is compared: without spaces and in half-width brackets, whatever the case."""
    return "".join(text.split()).casefold().translate(HALF_WIDTH)


@dataclass(frozen=True)
class Column:
    """A column: its id, the Chinese headers it is known by (the first is its own), its kind and unit.

    Kinds: `text`, `place` (a code or a name of a county or city), `count` (whole, 0 or more), `measure` (0 or
    more), `number`, `year`, `date`, `code` (one of `codes`), `printed` (a number whose decimals matter), `band` (a
    range such as `26-30` or `≥66`), and what is worked out and never read from a file: its two ends, `low` and `high`,
    and the `prefix` of an id.
    In a derived table `sources` names, for each code that a row was split by, the column that it was read from.
    """

    id: str
    headers: tuple[str, ...]
    kind: str = "text"
    unit: str | None = None
    codes: Mapping[str, tuple[str, ...]] | None = None
    required: bool = False
    sources: Mapping[str, str] | None = None

    @property
    def header(self) -> Mapping[str, str]:
        """What the column is called in messages: its Chinese header, or its id."""
        return {"zh": self.headers[0], "en": self.id}


@dataclass(frozen=True)
class Table:
    """A table: `noun` names one row of it in rules, `key` the columns that no two rows share.

    `subject` and `name` are the columns that identify and name a row in evidence; `category` the one that
    splits an indicator into parts. In a table `of_places` a row may stand for a city or the province, and a
    row headed 合计 is the city's. `may_be_blank` are columns that must be there and whose cells may still be blank.
    Where the key may be `prefilled` by a form, a row with nothing else in it says nothing: it is as good as blank.
    A table that is `derived` from another is made of its rows and never read from a file. `also` are other names of it.
    """

    id: str
    noun: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    subject: str
    name: tuple[str, ...] = ()
    category: str | None = None
    of_places: bool = False
    may_be_blank: tuple[str, ...] = ()
    derived: str | None = None
    prefilled: bool = False
    also: tuple[str, ...] = ()

    def column(self, id: str) -> Column:
        """The column of that id; KeyError where there is none."""
        return self._by_id[id]

    @cached_property
    def _by_id(self) -> Mapping[str, Column]:
        return {column.id: column for column in self.columns}

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """The column id for every spelling of a header that it knows."""
        known: dict[str, str] = {}
        for column in self.columns:
            if column.kind not in WORKED_OUT:
                for header in (column.id, *column.headers):
                    known.setdefault(header_spelling(header), column.id)
        return known

    @cached_property
    def column_ids(self) -> frozenset[str]:
        """The ids of its columns."""
        return frozenset(column.id for column in self.columns)

    @property
    def place(self) -> str:
        """The id of the column that names the county."""
        return self.columns[0].id

    @property
    def home(self) -> str:
        """The table of files that its rows are made of."""
        return self.derived or self.id

    @property
    def base(self) -> str:
        """The table whose rows say that a place has given it: a school's stages are there where its schools are."""
        return "schools" if self.derived == "schools" else self.id


YES_NO = {"yes": ("是", "有", "y", "true", "1"), "no": ("否", "无", "n", "false", "0")}
STAGES = {"primary": ("小学",), "junior": ("初中",)}
OWNERSHIPS = {"public": ("公办",), "private": ("民办",)}
AREAS = {
    "urban": ("城区", "111", "112"),
    "town": ("镇区", "121", "122", "123"),
    "rural": ("乡村", "210", "220"),
}
SCHOOL_TYPES = {
    "primary": ("小学", "211"),
    "teaching_point": ("小学教学点", "教学点", "218"),
    "junior": ("初级中学", "初中", "311", "313"),
    "nine_year": ("九年一贯制学校", "九年一贯制", "312", "314"),
    "twelve_year": ("十二年一贯制学校", "十二年一贯制", "345"),
    "complete_secondary": ("完全中学", "341"),
    "senior": ("高级中学", "342"),
    "special": ("特殊教育学校", "511", "512", "513", "514"),
    "vocational": ("中等职业学校", "361", "362", "363", "364", "365", "366"),
}
# The points of the monitoring of modernization.
POINTS = {str(number): (f"{number}.", f"监测点{number}", f"第{number}点") for number in range(1, 45)}
# The grades that the province gives kindergartens; `ungraded` have none.
GRADES = {
    "first": ("一级", "省一级", "省一级幼儿园"),
    "second": ("二级", "省二级", "省二级幼儿园"),
    "third": ("三级", "省三级", "省三级幼儿园"),
    "ungraded": ("无等级", "未定级", "准办园"),
}
MARKS = {
    "met": ("√", "✓"),
    "unmet": ("※",),
    "below_average": ("-", "－", "–"),
    "zero": ("*", "＊"),
    "not_counted": ("——", "—"),
}
FUNDING_STAGES = {
    "kindergarten": ("幼儿园",),
    "primary": ("小学", "普通小学"),
    "junior": ("初中", "普通初中"),
    "senior_high": ("普通高中", "普高"),
    "secondary_vocational": ("中等职业教育", "中职"),
    "per_capita": ("人均教育总投入",),
}
KINDS_OF_BUILDING = {"new": ("新建",), "rebuilt": ("改扩建", "改建", "扩建")}
# The text of plan 7 counts renovations among the continued projects.
PHASES = {"preparatory": ("前期",), "new": ("新建",), "continued": ("续建", "改造")}

PEOPLE, SQUARE_METRES, TEN_THOUSAND_YUAN = "人", "m2", "万元"
# Units of which there is no half.
WHOLE_UNITS = frozenset({PEOPLE, "间", "个", "册", "所", "份"})
STAGE_HEADERS = {"primary": "小学", "junior": "初中"}


def _county() -> Column:
    return Column("county", ("县(市、区)代码", "县(市、区)", "县市区", "区县名称", "属地", "县市区代码"), "place")


def _school_id() -> Column:
    headers = ("学校标识码", "学校(机构)标识码", "学校代码", "机构编码", "办学机构代码")
    return Column("school_id", headers, required=True)


def _prefix() -> Column:
    return Column("id_prefix", ("标识码前2位",), "prefix")


def _by_stage(id: str, header: str, unit: str = PEOPLE) -> tuple[Column, ...]:
    return tuple(
        Column(f"{id}_{stage}", (f"{header}({zh})", f"{zh}{header}"), "count", unit)
        for stage, zh in STAGE_HEADERS.items()
    )


SCHOOLS = Table(
    "schools",
    "school",
    "学校",
    (
        _county(),
        _school_id(),
        Column("school", ("学校名称", "学校(机构)名称"), required=True),
        Column("type", ("办学类型", "学校类别", "学校类型"), "code", codes=SCHOOL_TYPES),
        Column("ownership", ("办别", "公办/民办"), "code", codes=OWNERSHIPS),
        Column("area", ("城乡类型", "所在地城乡类型", "城乡分类"), "code", codes=AREAS),
        Column("boarding", ("是否寄宿制",), "code", codes=YES_NO),
        Column("planned_year", ("规划建成年份",), "year"),
        Column("students_primary", ("小学在校生数",), "count", PEOPLE),
        Column("students_junior", ("初中在校生数",), "count", PEOPLE),
        Column("students_senior", ("高中在校生数",), "count", PEOPLE),
        Column("classes_primary", ("小学班数",), "count", "个"),
        Column("classes_junior", ("初中班数",), "count", "个"),
        *_by_stage("above_degree", "高于规定学历教师数"),
        *_by_stage("backbone", "县级以上骨干教师数"),
        *_by_stage("pe_art", "体育艺术专任教师数"),
        Column("teachers", ("专任教师数", "教师数"), "count", PEOPLE),
        Column("certified", ("持教师资格证专任教师数",), "count", PEOPLE),
        Column("trained_360h", ("五年360学时达标专任教师数",), "count", PEOPLE),
        Column("teaching_area", ("教学及辅助用房面积",), "measure", SQUARE_METRES),
        Column("indoor_sports_area", ("室内体育用房面积",), "measure", SQUARE_METRES),
        Column("sports_ground_area", ("运动场地面积",), "measure", SQUARE_METRES),
        Column("equipment_value", ("教学仪器设备资产值(万元)", "教学仪器设备资产值"), "measure", TEN_THOUSAND_YUAN),
        Column("multimedia_rooms", ("网络多媒体教室数",), "count", "间"),
        Column("public_funds_budget", ("公用经费预算总额",), "measure", TEN_THOUSAND_YUAN),
        Column("training_budget", ("教师培训经费预算",), "measure", TEN_THOUSAND_YUAN),
        Column("funded_students", ("核定公用经费学生数",), "count", PEOPLE),
        *_by_stage("in_zone", "划片范围内在校生数"),
        # What only the relaxations of 2019 ask for.
        Column("migrant_students", ("进城务工人员随迁子女在校生数",), "count", PEOPLE),
        Column("dense_centre", ("是否人口密度过高的中心城区学校",), "code", codes=YES_NO),
        Column("other_sports_area", ("地下、楼顶和校外租用运动场馆面积",), "measure", SQUARE_METRES),
        *_by_stage("pe_art_shared", "体育艺术交流轮岗、兼职、走教教师数"),
        _prefix(),
    ),
    key=("school_id",),
    subject="school_id",
    name=("school",),
)

# The stages that a school of each type has.
STAGES_OF_TYPE: Mapping[str, tuple[str, ...]] = {
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
SPLIT_BY_STAGE = ("students", "classes", "above_degree", "backbone", "pe_art", "pe_art_shared", "in_zone")


def _of_stage(stem: str) -> Column:
    """The column of a school's stage that stands for one column a stage in `schools`."""
    sources = {stage: f"{stem}_{stage}" for stage in STAGES}
    first = SCHOOLS.column(sources["primary"])
    return Column(stem, (stem,), first.kind, first.unit, sources=sources)


SCHOOL_STAGES = Table(
    "school_stages",
    "school_stage",
    "学校学段",
    (
        *SCHOOLS.columns,
        Column("stage", ("学段",), "code", codes=STAGES, required=True),
        *(_of_stage(stem) for stem in SPLIT_BY_STAGE),
    ),
    key=("school_id", "stage"),
    subject="school_id",
    name=("school",),
    category="stage",
    derived="schools",
)

CLASSES = Table(
    "classes",
    "class",
    "班级",
    (
        _county(),
        _school_id(),
        Column("stage", ("学段",), "code", codes=STAGES, required=True),
        Column("grade", ("年级",), required=True),
        Column("class", ("班级",), required=True),
        Column("students", ("学生数",), "count", PEOPLE),
    ),
    key=("school_id", "stage", "grade", "class"),
    subject="school_id",
    name=("grade", "class"),
    category="stage",
)


def _ends_of_band(unit: str) -> tuple[Column, Column]:
    return Column("band_low", ("下限",), "low", unit), Column("band_high", ("上限",), "high", unit)


CLASS_BANDS = Table(
    "class_bands",
    "class_band",
    "班额分段",
    (
        _county(),
        _school_id(),
        Column("stage", ("学段",), "code", codes=STAGES, required=True),
        Column("band", ("班额段",), "band", PEOPLE, required=True),
        *_ends_of_band(PEOPLE),
        Column("classes", ("班数",), "count", "个"),
    ),
    key=("school_id", "stage", "band"),
    subject="school_id",
    name=("band",),
    category="stage",
)

ROOM_KINDS = {"music": ("音乐",), "art": ("美术",)}

ROOMS = Table(
    "rooms",
    "room",
    "专用教室",
    (
        _county(),
        _school_id(),
        Column("kind", ("类别",), "code", codes=ROOM_KINDS, required=True),
        Column("area", ("面积",), "measure", SQUARE_METRES),
    ),
    key=(),
    subject="school_id",
    category="kind",
)

SCHOOL_ROOM_KINDS = Table(
    "school_room_kinds",
    "school_room_kind",
    "学校的音乐、美术教室",
    (*SCHOOLS.columns, Column("kind", ("类别",), "code", codes=ROOM_KINDS, required=True)),
    key=("school_id", "kind"),
    subject="school_id",
    name=("school",),
    category="kind",
    derived="schools",
)

ROOM_BANDS = Table(
    "room_bands",
    "room_band",
    "专用教室分段",
    (
        _county(),
        _school_id(),
        Column("kind", ("类别",), "code", codes=ROOM_KINDS, required=True),
        Column("band", ("面积段",), "band", SQUARE_METRES, required=True),
        *_ends_of_band(SQUARE_METRES),
        Column("rooms", ("间数",), "count", "间"),
    ),
    key=("school_id", "kind", "band"),
    subject="school_id",
    name=("band",),
    category="kind",
)


def _kindergarten_id() -> Column:
    return Column("kindergarten_id", ("幼儿园标识码", "学校标识码", "学校(机构)标识码"), required=True)


KINDERGARTENS = Table(
    "kindergartens",
    "kindergarten",
    "幼儿园",
    (
        _county(),
        _kindergarten_id(),
        Column("kindergarten", ("幼儿园名称", "园名"), required=True),
        Column(
            "ownership",
            ("办别",),
            "code",
            codes={
                "public": ("公办",),
                "inclusive_private": ("普惠性民办", "普惠性民办园"),
                "private": ("民办",),
            },
        ),
        Column(
            "schedule", ("办园形式", "全日制/半日制"), "code", codes={"full_day": ("全日制",), "half_day": ("半日制",)}
        ),
        Column("grade", ("等级", "园所等级"), "code", codes=GRADES),
        Column("children", ("在园幼儿数", "在园儿童数"), "count", PEOPLE),
        Column("staff", ("教职工数",), "count", PEOPLE),
        Column("teachers", ("专任教师数", "教师数"), "count", PEOPLE),
        Column("carers", ("保育员数", "保育员"), "count", PEOPLE),
        Column("certified", ("持证园长和专任教师数",), "count", PEOPLE),
        Column("principals", ("园长数",), "count", PEOPLE),
        Column("books", ("图书册数", "图书(册)", "藏书"), "count", "册"),
        Column("outdoor_area", ("室外游戏场地面积",), "measure", SQUARE_METRES),
        Column("activity_area", ("幼儿活动用房面积",), "measure", SQUARE_METRES),
        Column("building_area", ("园舍建筑面积",), "measure", SQUARE_METRES),
        Column("planned_year", ("规划设计年份",), "year"),
        _prefix(),
    ),
    key=("kindergarten_id",),
    subject="kindergarten_id",
    name=("kindergarten",),
)

BANDS = {
    "nursery": ("托班",),
    "small": ("小班",),
    "middle": ("中班",),
    "large": ("大班",),
    "mixed": ("混合班",),
}

KINDERGARTEN_CLASSES = Table(
    "kindergarten_classes",
    "kindergarten_class",
    "幼儿园班级",
    (
        _county(),
        _kindergarten_id(),
        Column("band", ("班别", "年龄段"), "code", codes=BANDS, required=True),
        Column("class", ("班级",), required=True),
        Column("children", ("幼儿数", "学生数"), "count", PEOPLE),
        Column("teachers", ("专任教师数",), "count", PEOPLE),
        Column("carers", ("保育员数",), "count", PEOPLE),
    ),
    key=("kindergarten_id", "band", "class"),
    subject="kindergarten_id",
    name=("class",),
    category="band",
)

ATTESTATIONS = Table(
    "attestations",
    "attestation",
    "佐证",
    (
        _county(),
        Column("indicator", ("指标",), required=True),
        Column(
            "holds",
            ("是否符合",),
            "code",
            codes={k: (*v, *s) for (k, v), s in zip(YES_NO.items(), (("√",), ("※",)), strict=True)},
        ),
        Column("statement", ("说明",)),
        Column("document_no", ("文号",)),
        Column("document", ("文件名称",)),
        Column("date", ("日期",), "date"),
        Column("file", ("佐证材料",)),
    ),
    key=("county", "indicator"),
    subject="indicator",
    prefilled=True,
)

MARK_TABLE = Table(
    "marks",
    "mark",
    "公布的达标标记",
    (
        _county(),
        Column("indicator", ("指标",), required=True),
        Column("mark", ("标记", "达标情况"), "code", codes=MARKS, required=True),
    ),
    key=("county", "indicator"),
    subject="indicator",
    may_be_blank=("mark",),
)

PUBLISHED = Table(
    "published",
    "published_total",
    "公布的达成度",
    (
        _county(),
        Column("standard", ("标准",), required=True),
        Column("unmet", ("未达标项数",), "count", "项"),
        Column("achievement_percent", ("总达成度(%)", "达成度(%)", "总达成度", "达成度"), "printed", "%"),
    ),
    key=("county", "standard"),
    subject="standard",
)

VALUES = Table(
    "values",
    "value",
    "县级数值",
    (
        _county(),
        Column("key", ("指标键", "项目"), required=True),
        Column("value", ("数值", "值")),
        Column("as_of", ("截止日期",), "date"),
        Column("document", ("依据文件",)),
    ),
    key=("county", "key"),
    subject="key",
    prefilled=True,
)

WAIVERS = Table(
    "waivers",
    "waiver",
    "豁免",
    (
        _county(),
        Column("indicator", ("指标",), required=True),
        Column("subject", ("对象",)),
        Column("reason", ("理由",)),
        Column("document_no", ("文号",)),
        Column("approved_by", ("批准单位",)),
        Column("expires", ("有效期至",), "date"),
    ),
    key=("county", "indicator", "subject"),
    subject="indicator",
)

EXPLANATIONS = Table(
    "explanations",
    "explanation",
    "疑问说明",
    (
        _county(),
        Column("check", ("校验项",), required=True),
        Column("subject", ("对象",)),
        Column("value", ("数值",)),
        Column("explanation", ("说明",)),
        Column("accepted_by", ("认可人",)),
    ),
    key=("county", "check", "subject", "value"),
    subject="check",
    # A result as a workbook lists the problems with room to explain each.
    prefilled=True,
    also=("数据问题", "data problems"),
)

MONITORED_SUBJECTS = Table(
    "monitored_subjects",
    "monitored_subject",
    "国家质量监测学科",
    (
        _county(),
        Column("subject", ("学科",), required=True),
        Column("level", ("学业水平",), "number"),
        Column("variation", ("校际差异率",), "number"),
    ),
    key=("county", "subject"),
    subject="subject",
    name=("subject",),
    derived="values",
)

MONITORING = Table(
    "monitoring",
    "monitoring_point",
    "教育现代化监测",
    (
        _county(),
        Column("point", ("监测点",), "code", codes=POINTS, required=True),
        Column("score", ("得分",), "measure", "分"),
        Column("province_average", ("省平均",), "measure", "分"),
        Column("as_of", ("年度", "截止日期"), "text"),
    ),
    key=("county", "point"),
    subject="point",
)

VOCATIONAL_SCHOOLS = Table(
    "vocational_schools",
    "vocational_school",
    "中等职业学校",
    (
        _county(),
        _school_id(),
        Column("school", ("学校名称",), required=True),
        Column("students", ("在校生数",), "count", PEOPLE),
        Column("site_area", ("占地面积",), "measure", SQUARE_METRES),
        Column("building_area", ("校舍建筑面积",), "measure", SQUARE_METRES),
        Column("teachers", ("专任教师数",), "count", PEOPLE),
        Column("equipment_value", ("教学仪器设备资产值(万元)", "教学仪器设备资产值"), "measure", TEN_THOUSAND_YUAN),
        Column("books", ("图书册数",), "count", "册"),
    ),
    key=("school_id",),
    subject="school_id",
    name=("school",),
)

ENROLMENT = Table(
    "enrolment",
    "enrolment",
    "义务教育在校生",
    (
        _county(),
        Column("primary_total", ("小学在校生总数",), "count", PEOPLE),
        Column("primary_public", ("小学公办在校生数",), "count", PEOPLE),
        Column("primary_private", ("小学民办在校生数",), "count", PEOPLE),
        Column("junior_total", ("初中在校生总数",), "count", PEOPLE),
        Column("junior_public", ("初中公办在校生数",), "count", PEOPLE),
        Column("junior_private", ("初中民办在校生数",), "count", PEOPLE),
    ),
    key=("county",),
    subject="county",
    of_places=True,
)

FUNDING = Table(
    "funding",
    "funding",
    "生均教育经费测算",
    (
        Column("area", ("省、市、县", "地区"), "place"),
        Column("stage", ("学段",), "code", codes=FUNDING_STAGES, required=True),
        Column("target_yuan", ("指标值(元)",), "measure", "元"),
        Column("growth_needed_percent_vs_2021", ("定基增长(%)",), "number", "%"),
        Column("gap_yuan_vs_2021", ("生均差额(元)", "人均差额(元)"), "number", "元"),
        Column("funding_needed_100m_yuan", ("达到省水平应增经费(亿元)",), "number", "亿元"),
    ),
    key=("area", "stage"),
    subject="area",
    category="stage",
    of_places=True,
)

SPENDING = Table(
    "spending",
    "spending",
    "生均教育经费执行情况",
    (
        Column("area", ("省、市、县", "地区", "县(市、区)", "县市区"), "place"),
        Column("stage", ("学段",), "code", codes=FUNDING_STAGES, required=True),
        Column("per_student_yuan", ("生均一般公共预算教育经费(元)", "人均教育总投入(元)"), "measure", "元"),
        Column("per_student_last_year_yuan", ("上年生均一般公共预算教育经费(元)",), "measure", "元"),
        Column("public_funds_yuan", ("生均公用经费(元)",), "measure", "元"),
        Column("public_funds_last_year_yuan", ("上年生均公用经费(元)",), "measure", "元"),
    ),
    key=("area", "stage"),
    subject="area",
    category="stage",
    of_places=True,
)

SCHOOL_PROJECTS = Table(
    "school_projects",
    "school_project",
    "义务教育建设项目清单",
    (
        Column("county", ("县(市、区)", "县市区"), "place"),
        Column("no", ("序号",), required=True),
        Column("project", ("项目名称",), required=True),
        Column("kind", ("建设类型",), "code", codes=KINDS_OF_BUILDING),
        Column("investment_10k_yuan", ("总投资额(万元)",), "measure", TEN_THOUSAND_YUAN),
        Column("site", ("建设地址",)),
        Column("start", ("开工或计划开工时间",), "year"),
        Column("finish", ("完工或计划完工时间",), "year"),
        Column("new_seats", ("新增学位数量(个)", "新增学位", "新增学位数量"), "count", "个"),
        Column("started_year", ("实际开工年",), "year"),
        Column("finished_year", ("实际完工年",), "year"),
        Column("seats_built", ("实际新增学位(个)", "实际新增学位"), "count", "个"),
    ),
    key=("county", "no"),
    subject="no",
    name=("project",),
    of_places=True,
)

SCHOOL_PROJECT_TOTALS = Table(
    "school_project_totals",
    "school_project_total",
    "义务教育建设项目分县数",
    (
        Column("county", ("县(市、区)", "县市区"), "place"),
        Column("starts", ("开工项目数",), "count", "个"),
        Column("seats_after_start_projects", ("建成后新增学位",), "count", "个"),
        Column("completions", ("完工项目数",), "count", "个"),
        Column("seats_completed", ("完工新增学位",), "count", "个"),
    ),
    key=("county",),
    subject="county",
    of_places=True,
)

VOCATIONAL_PROJECTS = Table(
    "vocational_projects",
    "vocational_project",
    "职业教育项目",
    (
        Column("county", ("县(市、区)", "县市区"), "place"),
        Column("no", ("序号",), required=True),
        Column("project", ("项目名称",), required=True),
        Column("scope", ("建设规模和内容",)),
        Column("site", ("建设地点",)),
        Column("phase", ("建设性质",), "code", codes=PHASES, required=True),
        Column("period", ("建设起止年限",)),
        Column("total_investment_10k_yuan", ("总投资(万元)", "总投资"), "measure", TEN_THOUSAND_YUAN),
        Column("invested_to_2022_10k_yuan", ("自开工至2022年底累计完成投资额",), "measure", TEN_THOUSAND_YUAN),
        Column("planned_2023_10k_yuan", ("2023计划投资",), "measure", TEN_THOUSAND_YUAN),
        Column("milestone_2023", ("2023年计划形象进度",)),
        Column("responsible_unit", ("责任单位",)),
        Column("invested_2023_10k_yuan", ("2023年完成投资(万元)", "2023年完成投资"), "measure", TEN_THOUSAND_YUAN),
        Column(
            "milestone_reached", ("形象进度是否达到",), "code", codes=YES_NO | {"striven_for": ("力争", "争取", "待定")}
        ),
    ),
    key=("county", "no"),
    subject="no",
    name=("project",),
    of_places=True,
)

TABLES: dict[str, Table] = {
    table.id: table
    for table in (
        SCHOOLS, CLASSES, CLASS_BANDS, ROOMS, ROOM_BANDS, KINDERGARTENS, KINDERGARTEN_CLASSES, ATTESTATIONS,
        MARK_TABLE, PUBLISHED, WAIVERS, EXPLANATIONS, VALUES, MONITORING, VOCATIONAL_SCHOOLS, ENROLMENT, FUNDING,
        SPENDING,
        SCHOOL_PROJECTS, SCHOOL_PROJECT_TOTALS, VOCATIONAL_PROJECTS, SCHOOL_STAGES, SCHOOL_ROOM_KINDS,
        MONITORED_SUBJECTS,
    )
}  # fmt: skip
# The tables that files hold.
GIVEN = {id: table for id, table in TABLES.items() if table.derived is None}

LABELS = {
    code: labels[0]
    for table in TABLES.values()
    for column in table.columns
    if column.codes and column.required
    for code, labels in column.codes.items()
}

BY_NOUN = {table.noun: table for table in TABLES.values()}


def given_as(table: str, key: str | None) -> str:
    """What facts are given, or read, by one name: a table, or a key of county values."""
    return f"{table}.{key}" if key else table
