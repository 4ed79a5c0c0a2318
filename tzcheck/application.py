"""The official form to apply with, filled in from the facts: its tables, and what in them had to stay blank."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import partial
from string import Formatter
from typing import TypeAlias

from tzcheck.engines import agree
from tzcheck.engines.judged import Subject
from tzcheck.facts import Facts
from tzcheck.planner import plan
from tzcheck.report import Report, decimals, reason
from tzcheck.rule import OF_INDICATOR, Application, OfEach, Rulebook, RulePack, blanks, valued, with_parts
from tzcheck.score import Indicator, Score, Scored, rounded
from tzcheck.table import BY_NOUN, STAGE_HEADERS, TABLES
from tzcheck.texts import text
from tzcheck.verdict import Verdict

# What the form prints where nothing is known, where nothing belongs, and for a private sponsor.
BLANK, NONE, PRIVATE = "＿＿", "——", "10"
# How the rules that measure are called; no pack has that name.
MEASURING = "application."
LEVELS = {Fraction(number): roman for number, roman in enumerate("ⅠⅡⅢⅣⅤ", start=1)}
SAYS = {Verdict.MET: "yes", Verdict.UNMET: "no", Verdict.NOT_APPLICABLE: "none", Verdict.NOT_COUNTED: "not_counted"}


@dataclass(frozen=True)
class Cell:
    """A cell of the form: a text, or a number shown with so many decimals; `below` marks what is not reached."""

    value: Fraction | str | None = None
    places: int = 0
    below: bool = False


# A cell that belongs to the one to its left, or above it.
LEFT, ABOVE = Cell("←"), Cell("↑")
Row: TypeAlias = Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """A table of the form: its title, the rows of its head, its rows, the notes below, how wide its columns are.

    `texts` are the columns, counted from 0, whose texts stand to the left.
    """

    name: str
    title: str
    widths: tuple[int, ...]
    head: tuple[Row, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    texts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Blank:
    """What stayed blank: in which place, table and cell, and why."""

    place: str
    table: str
    cell: str
    why: str


@dataclass
class _Filled:
    """The form of one place as it is filled in."""

    book: Rulebook
    pack: RulePack
    form: Application
    facts: Facts
    place: int
    score: Score
    scored: Scored
    measured: Mapping[tuple[str, str | None], Fraction | None]
    subjects: Mapping[str, Sequence[Subject]]
    reads: Mapping[str, frozenset[str]]
    attested: Mapping[str, str]
    lang: str
    blanks: list[Blank] = field(default_factory=list)

    def missing(self, table: str, cell: str, why: str, /, **about: object) -> None:
        """Notes what stays blank."""
        self.blanks.append(Blank(self.scored.place.name, table, cell, text(f"form.{why}", self.lang, **about)))

    def given(self, table: str) -> bool:
        """Whether the place has given a table."""
        typed = self.facts.tables.get(table)
        return any(place == self.place for place, _ in (typed.counted("_place") if typed else ()))

    @property
    def no_schools(self) -> str | None:
        """Why nothing can be said of all schools; None where it can."""
        return "refused" if self.lost(["schools"]) else None if self.given("schools") else "not_given"

    def lost(self, tables: Iterable[str]) -> str:
        """Those of the tables that a row of the place was refused of."""
        homes = {TABLES[table].home for table in tables}
        return ", ".join(
            sorted({one.table for one in self.facts.refused if one.table in homes and one.place in (None, self.place)})
        )


def applications(
    book: Rulebook, facts: Facts, report: Report, day: date, lang: str
) -> list[tuple[str, tuple[Sheet, ...], tuple[Blank, ...]]]:
    """The name of each place that can apply, its tables and what in them stayed blank; `report` has the verdicts."""
    found = []
    for pack in book.packs.values():
        form = pack.application
        if form is None:
            continue
        names = dict.fromkeys(name for said in form.said for name, _ in blanks(said) if name in pack.measures)
        rules = {name: f"{MEASURING}{name}" for name in names}
        wide = pack
        for name, rule in rules.items():
            wide = valued(wide, name, rule)
        asked = frozenset([*rules.values(), *form.rules])
        subjects: dict[tuple[int, str], list[Subject]] = defaultdict(list)
        work = plan([wide], asked, day, facts.given)
        for one in agree.subjects(work, facts):
            subjects[one.place, one.rule].append(one)
        reads: dict[str, frozenset[str]] = defaultdict(frozenset)
        for judgement in work.judgements:
            reads[judgement.rule or ""] |= frozenset(judgement.tables)
        attested = _attested(facts)
        index = {place.id: number for number, place in enumerate(facts.places)}
        for scored, score in report.scores:
            if score.pack.id == pack.id:
                place = index[scored.place.id]
                filled = _Filled(
                    book, pack, form, facts, place, score, scored, _measured(rules, subjects, place),
                    {id: subjects[place, id] for id in form.rules}, reads, attested[place], lang,
                )  # fmt: skip
                found.append((scored.place.name, _tables(filled), tuple(filled.blanks)))
    return found


def _measured(
    rules: Mapping[str, str], subjects: Mapping[tuple[int, str], Sequence[Subject]], place: int
) -> dict[tuple[str, str | None], Fraction | None]:
    """The measures of a place, by name and category."""
    return {
        (name, one.category): _value(one) for name, rule in rules.items() for one in subjects.get((place, rule), ())
    }


def _attested(facts: Facts) -> dict[int, dict[str, str]]:
    """What documents say, and which they are, by place and indicator."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    typed = facts.tables.get("attestations")
    for place, _, _, indicator, statement, *about in (
        typed.rows("indicator", "statement", "document", "document_no") if typed else ()
    ):
        named = " ".join(filter(None, about))
        found[place][indicator] = (statement or "") + (f"（{named}）" if named else "")
    return found


def _tables(filled: _Filled) -> tuple[Sheet, ...]:
    return (
        _resources(filled), _schools(filled), _variations(filled),
        _conclusions(filled, "表Ⅳ", "政府保障程度评估指标", filled.form.guarantee,
                     "注：表中所有比例数值保留一位小数，其余保留整数。"),
        _conclusions(filled, "表Ⅴ", "教育质量评估指标", filled.form.quality), _recognition(filled),
    )  # fmt: skip


# --- the schools ---------------------------------------------------------------------------------------------------


def _columns(filled: _Filled, last: str) -> tuple[Row, Row]:
    """The head of the tables by indicator: their names, and L1 to L8."""
    heads = [Cell(), LEFT, *(Cell(one.heading) for one in filled.form.resources.values()), Cell(last)]
    return heads, [Cell(), LEFT, *(Cell(f"L{number}") for number in range(1, len(heads) - 1))]


def _counting(filled: _Filled, id: str, stage: str) -> list[Subject]:
    """The schools of a stage that a rule speaks of, or may speak of, in the order of the files."""
    mine = (one for one in filled.subjects[id] if one.category == stage and one.applies is not False)
    return sorted(mine, key=lambda one: (one.file or 0, one.row or 0))


def _resources(filled: _Filled) -> Sheet:
    """How many schools reach each standard."""
    why = filled.no_schools
    if why:
        filled.missing("表Ⅱ-1", "L1—L8", why, tables="schools")
    rows: list[Row] = []
    for stage, name in STAGE_HEADERS.items():
        numbers, shares = [Cell(name), Cell("达标学校总数")], [ABOVE, Cell("达标学校比例（%）")]
        for number, id in enumerate((*filled.form.resources, filled.form.schools), start=1):
            schools = _counting(filled, id, stage)
            unknown = sum(one.holds is None or one.applies is None for one in schools)
            if unknown and not why:
                filled.missing("表Ⅱ-1", f"{name} L{number}", "unknown_schools", number=unknown)
            if why or unknown or not schools:
                empty = Cell() if why or unknown else Cell(NONE)
                numbers.append(empty)
                shares.append(empty)
                continue
            reached = sum(bool(one.holds) for one in schools)
            share = Fraction(reached * 100, len(schools))
            numbers.append(Cell(Fraction(reached)))
            shares.append(Cell(share, decimals(share, 1, [Fraction(0), Fraction(100)]), share < 100))
        rows += [numbers, shares]
    return Sheet("表Ⅱ-1", "小学、初中资源配置基本情况", (8, 18, *[14] * 8), _columns(filled, "综合评估"), tuple(rows))


def _schools(filled: _Filled) -> Sheet:
    """Every school by itself, with what it reaches."""
    form = filled.form
    heads = (
        "序号", "学校名称", "举办者类型", "在校生数", "年级数", "班级数",
        *(one.heading for one in form.resources.values()),
        "该校综合评估是否达标", "备注（注明有哪几项指标达标，哪几项指标达到85%）",
    )  # fmt: skip
    labels = [Cell(f"L{number}") for number in range(1, len(heads))]
    about, grades = _stages(filled), _grades(filled)
    by_school = {
        id: {(one.subject, one.category): one for one in filled.subjects[id]} for id in (form.schools, *form.resources)
    }
    rows: list[Row] = []
    sponsors, ungraded = 0, 0
    for stage in STAGE_HEADERS:
        for number, subject in enumerate(_counting(filled, next(iter(form.resources)), stage), start=1):
            school, ownership, students, classes = about[subject.subject, stage]
            key = (subject.subject, stage)
            sponsors += ownership != "private"
            ungraded += key not in grades
            own = {id: by_school[id][key] for id in form.resources}
            for id, one in own.items():
                if one.holds is None:
                    filled.missing("表Ⅱ-2", f"{school} {form.resources[id].short}", "no_value")
            overall = by_school[form.schools][key]
            rows.append([
                Cell(Fraction(number)), Cell(school), Cell(PRIVATE if ownership == "private" else None),
                Cell(students), Cell(grades.get(key)), Cell(classes),
                *(Cell(_value(one), 2, one.holds is False) for one in own.values()),
                Cell(_said(overall.holds, overall.applies), below=overall.holds is False), Cell(_remark(filled, own)),
            ])  # fmt: skip
    if sponsors:
        filled.missing("表Ⅱ-2", "举办者类型", "no_sponsor", number=sponsors)
    if ungraded and filled.lost(["classes"]):
        filled.missing("表Ⅱ-2", "年级数", "refused", tables="classes")
    elif ungraded:
        filled.missing("表Ⅱ-2", "年级数", "no_classes", number=ungraded)
    why = filled.no_schools
    if why:
        filled.missing("表Ⅱ-2", "学校名称", why, tables="schools")
    notes = [
        *([f"注意：{text(f'form.{why}', 'zh', tables='schools')}，本表不全。"] if why else []),
        f"注：1.{_filled_in(filled, '表Ⅱ-2', '注1', form.schools_note, None)}",
        "2.举办者类型填代码：1 中央教育部门，2 中央其他部门，3 省级教育部门，4 省级其他部门，5 地级教育部门，"
        "6 地级其他部门，7 县级教育部门，8 县级其他部门，9 地方企业，10 民办。",
        "3.L7至L13保留两位小数。",
    ]
    widths = (6, 26, 8, 9, 8, 8, *[11] * len(form.resources), 10, 40)
    return Sheet(
        "表Ⅱ-2", "小学、初中资源配置基本情况（分学校）", widths, (tuple(map(Cell, heads)), (*labels, Cell())),
        tuple(rows), tuple(notes), frozenset({1, len(heads) - 1}),
    )  # fmt: skip


def _stages(filled: _Filled) -> dict[tuple[str | None, str], tuple[str, str | None, Fraction | None, Fraction | None]]:
    """Name, ownership, students and classes of every school's stages."""
    typed = filled.facts.tables.get("school_stages")
    names = ("_place", "school_id", "stage", "school", "ownership", "students", "classes")
    return {
        (id, stage): (school, ownership, _whole(students), _whole(classes))
        for place, id, stage, school, ownership, students, classes, _ in (typed.counted(*names) if typed else ())
        if place == filled.place
    }


def _whole(cell: int | None) -> Fraction | None:
    return None if cell is None else Fraction(cell)


def _grades(filled: _Filled) -> dict[tuple[str | None, str], Fraction]:
    """How many grades every school's stages have, as its list of classes tells; none where rows of that were lost."""
    typed = filled.facts.tables.get("classes")
    if typed is None or filled.lost(["classes"]):
        return {}
    found: dict[tuple[str | None, str], Fraction] = defaultdict(Fraction)
    for place, school, stage, _, _ in typed.counted("_place", "school_id", "stage", "grade"):
        if place == filled.place:
            found[school, stage] += 1
    return found


def _value(subject: Subject) -> Fraction | None:
    found = subject.sides[0][0]
    return found if isinstance(found, Fraction) else None


def _said(holds: bool | None, applies: bool | None = True) -> str:
    if holds is None or applies is None:
        return text("form.undetermined", "zh")
    return text("form.yes" if holds else "form.no", "zh")


def _remark(filled: _Filled, own: Mapping[str, Subject]) -> str:
    """Which of a school's standards are reached, which are reached to the share that is allowed, and which are not."""
    found: dict[str, list[str]] = {"reached": [], "relaxed": [], "nearly": [], "short": [], "unknown": []}
    for id, one in own.items():
        value, limit = one.sides[0]
        if one.relaxed or not isinstance(value, Fraction) or not isinstance(limit, Fraction):
            kind = "relaxed" if one.relaxed else "unknown"
        else:
            kind = "reached" if value >= limit else "nearly" if value >= limit * filled.form.allowed else "short"
        found[kind].append(filled.form.resources[id].short)
    share = f"{filled.form.allowed * 100}%"
    return "；".join(
        text(f"form.{kind}", "zh", number=len(names), names="、".join(names), share=share)
        for kind, names in found.items()
        if names
    )


def _variations(filled: _Filled) -> Sheet:
    """The mean of each resource over the county, and how schools vary in it."""
    why = filled.no_schools
    if why:
        filled.missing("表Ⅲ", "L1—L8", why, tables="schools")
    about = _stages(filled)
    rows: list[Row] = []
    for stage, name in STAGE_HEADERS.items():
        means, variations = [Cell(name), Cell("全县平均值")], [ABOVE, Cell("差异系数")]
        found: list[Fraction | None] = []
        for number, (id, column) in enumerate(filled.form.resources.items(), start=1):
            schools = _counting(filled, id, stage)
            if why or not schools:
                empty = Cell() if why else Cell(NONE)
                means.append(empty)
                variations.append(empty)
                continue
            mean = _mean([(_value(one), about[one.subject, stage][2]) for one in schools])
            judged = next((one for one in filled.subjects[column.variation] if one.category == stage), None)
            variation = _value(judged) if judged else None
            if mean is None or variation is None:
                filled.missing("表Ⅲ", f"{name} L{number}", "no_variation")
            found.append(variation)
            means.append(Cell(mean, 2))
            variations.append(Cell(variation, 3, judged is not None and judged.holds is False))
        known = [one for one in found if one is not None]
        whole = sum(known, Fraction(0)) / len(known) if known and len(known) == len(found) else None
        overall = Cell(whole, 3) if found or why else Cell(NONE)
        rows += [[*means, Cell(NONE)], [*variations, overall]]
    notes = ("注：全县平均值保留两位小数，差异系数保留三位小数；按学生数加权。",)
    widths = (8, 14, *[14] * 8)
    return Sheet("表Ⅲ", "县域义务教育校际均衡情况", widths, _columns(filled, "综合"), tuple(rows), notes)


def _mean(values: Iterable[tuple[Fraction | None, Fraction | None]]) -> Fraction | None:
    """The mean, weighted by students, as the coefficients of variation are; None where something is missing."""
    above, below = Fraction(0), Fraction(0)
    for value, students in values:
        if value is None or students is None:
            return None
        above, below = above + value * students, below + students
    return above / below if below else None


# --- the county ----------------------------------------------------------------------------------------------------


def _conclusions(filled: _Filled, name: str, title: str, said: Mapping[str, str | OfEach], *notes: str) -> Sheet:
    """A row an indicator: what the numbers say of it in brief, and whether it is met."""
    found = {one.id: one for one in filled.score.indicators}
    rows: list[Row] = []
    for number, (id, told) in enumerate(said.items(), start=1):
        one = found[id]
        verdict = one.waived_from or one.verdict
        if verdict is Verdict.UNDETERMINED:
            filled.missing(
                name, f"{number}. {one.rule.title.of(filled.lang)}", "because", why=reason(one.reason, filled.lang)
            )
        rows.append([
            Cell(f"{number}.{one.rule.title.zh}"), Cell(_brief(filled, name, str(number), told, one)),
            Cell(text(f"form.{SAYS.get(verdict, 'undetermined')}", "zh"), below=verdict is Verdict.UNMET),
        ])  # fmt: skip
    head = (tuple(map(Cell, ("名称", "指标值或简要结论", "是否达标"))),)
    return Sheet(name, title, (44, 70, 12), head, tuple(rows), notes, frozenset({0, 1}))


def _brief(filled: _Filled, table: str, number: str, told: str | OfEach, one: Indicator) -> str:
    """What is said of an indicator: its numbers, and the document that says it holds; or that a mark does."""
    if one.basis == "mark":
        filled.missing(table, number, "only_marks")
        return text("form.by_mark", "zh")
    said = _of_each(filled, one.id, told) if isinstance(told, OfEach) else _filled_in(filled, table, number, told, one)
    return "；".join(filter(None, (said, filled.attested.get(one.id))))


def _of_each(filled: _Filled, id: str, told: OfEach) -> str:
    """What is said of each subject of a rule."""
    parts = []
    for one in filled.subjects[id]:
        numbers = {str(number): side for number, (side, _) in enumerate(one.sides, start=1)}
        limits = [limit for _, limit in one.sides if isinstance(limit, Fraction)]
        put = partial(_of_subject, {**numbers, "name": one.name}, limits)
        parts.append(_put_in(told.each, put))
    return "；".join(parts)


def _of_subject(known: Mapping[str, object], limits: Sequence[Fraction], name: str, behind: str) -> str:
    value = known.get(name)
    return _spelled(value, behind, limits, 2) if isinstance(value, Fraction) else str(value or BLANK)


def _filled_in(filled: _Filled, table: str, cell: str, said: str, one: Indicator | None) -> str:
    """A text with its numbers put in; those that are not known stay blank."""
    limits = [limit for subject in filled.subjects.get(one.id if one else "", ()) for _, limit in subject.sides]
    known = [limit for limit in limits if isinstance(limit, Fraction)]

    def put(name: str, behind: str) -> str:
        value = _number(filled, table, cell, name, one)
        return BLANK if value is None else _spelled(value, behind, known, 0)

    return _put_in(said, put)


def _number(filled: _Filled, table: str, cell: str, name: str, one: Indicator | None) -> Fraction | None:
    """A number that a text names: of the indicator itself, or a measure; None, and noted, where it can't be told."""
    measure, _, category = name.partition(".")
    if one and name in OF_INDICATOR:
        tables = filled.reads[one.id] if name != "value" else frozenset()
        value = getattr(one, name)
        found = Fraction(value) if isinstance(value, int | Fraction) else None
    else:
        tables = filled.reads[f"{MEASURING}{measure}"]
        found = filled.measured.get((measure, category or None))
    # What is counted, or added up, must not lack anything.
    lost = filled.lost(tables)
    unsure = _unsure(filled, one) if one and tables - {"values"} else 0
    if lost or unsure:
        found = None
    if found is None and not (one and one.verdict in (Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE)):
        why = "refused" if lost else "unknown_subjects" if unsure else "no_number"
        needed = "" if lost or unsure else _needed(filled, measure)
        filled.missing(table, f"{cell}. {name}", why, tables=lost, number=unsure, needed=needed)
    return found


def _unsure(filled: _Filled, one: Indicator) -> int:
    """How many rows an indicator can't tell: those without a value, and those of which only a breach can be proven."""
    return sum(
        subject.applies is not False and (subject.holds is None or one.rule.asks[subject.part].proves is not None)
        for subject in filled.subjects[one.id]
        if one.rule.asks[subject.part].each in BY_NOUN
    )


def _needed(filled: _Filled, name: str) -> str:
    """The county values, or the columns of tables, that a measure is made from, as far as they are not given."""
    typed = filled.facts.tables.get("values")
    given = {key for place, key, _ in (typed.counted("_place", "key") if typed else ()) if place == filled.place}
    found: dict[str, None] = {}
    for part in with_parts(filled.pack, name).values():
        table = TABLES[part.table] if part.table else None
        if table and table.id != "values" and not filled.given(table.home):
            found[table.home] = None
            continue
        for column in part.columns:
            known = filled.book.values.get(column)
            if part.table == "values" and column not in given:
                found[f"{column} {known.of(filled.lang)}" if known else column] = None
            elif table and table.id != "values" and column in table.column_ids:
                found[f"{table.home}.{column}"] = None
    return ", ".join(found)


def _put_in(said: str, put: Callable[[str, str], str]) -> str:
    """A text with what `put` gives for each name, and for what stands behind it."""
    pieces = list(Formatter().parse(said))
    behind = [*(before for before, *_ in pieces[1:]), ""]
    return "".join(
        before + (put(name, after[:1]) if name else "")
        for (before, name, _, _), after in zip(pieces, behind, strict=False)
    )


def _spelled(value: Fraction, behind: str, limits: Sequence[Fraction], places: int) -> str:
    """A number as the form has it: a share of 100 with one decimal, a level in Roman numerals, others rounded."""
    if behind == "级" and value in LEVELS:
        return LEVELS[value]
    if behind == "%":
        whole = [Fraction(100), *(limit * 100 for limit in limits)]
        return f"{rounded(value * 100, decimals(value * 100, 1, whole))}"
    return f"{rounded(value, 0 if value.denominator == 1 else decimals(value, places, limits))}"


def _recognition(filled: _Filled) -> Sheet:
    """The answers of those asked, in all and of parents."""
    rows: list[Row] = []
    for name, said in filled.form.recognition.rows.items():
        cells = [Cell(name)]
        for number, one in enumerate(said, start=1):
            named, is_share = next(name for _, name, _, _ in Formatter().parse(one) if name), one.endswith("%")
            value = _number(filled, "表Ⅵ", f"{name} L{number}", named, None)
            limit = Fraction(100)
            cells.append(
                Cell(value * 100, decimals(value * 100, 1, [limit])) if is_share and value is not None else Cell(value)
            )
        rows.append(cells)
    head: tuple[Row, ...] = (
        (
            Cell(),
            Cell("问卷总数"),
            LEFT,
            LEFT,
            Cell("问卷调查综合满意度（%）"),
            Cell("实地走访人数"),
            LEFT,
            Cell("实地走访满意度（%）"),
        ),
        (ABOVE, Cell("计"), Cell("其中：回收有效问卷数"), LEFT, ABOVE, Cell("计"), Cell("其中：满意人数"), ABOVE),
        (ABOVE, ABOVE, Cell("计"), Cell("其中：满意问卷数"), ABOVE, ABOVE, ABOVE, ABOVE),
        (Cell(), *(Cell(f"L{number}") for number in range(1, 8))),
    )
    return Sheet("表Ⅵ", "社会认可度调查情况", (14, *[14] * 7), head, tuple(rows))
