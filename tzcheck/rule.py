"""Rules: the packs of YAML that say what a standard asks, read, validated and checked."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
)
from sqlglot import exp

from tzcheck import condition, document, measure
from tzcheck.condition import Comparison, Condition, ConditionError, Name
from tzcheck.errors import Problem, RuleFault, hint
from tzcheck.measure import MeasureError, Ratio
from tzcheck.place import Place
from tzcheck.table import BY_NOUN, NUMERIC, TABLES, Table

PLACE_NOUNS = ("county", "city")
PACK_FILE = "pack.yaml"
CASES_SUFFIX = ".cases.yaml"
PROFILES = "profiles"


def _amount(value: Any) -> Any:
    match value:
        case str():
            return condition.parse_number(value)
        case bool() | dict() | list() | None:
            raise ValueError("45, 0.85, 85 % or 1/15")
        case _:
            return Fraction(value)


def _a_share(value: Fraction) -> Fraction:
    if not 0 < value <= 1:
        raise ValueError("a share is more than 0 and at most 100 %")
    return value


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


Amount = Annotated[
    Fraction,
    BeforeValidator(_amount),
    WithJsonSchema({"type": ["number", "string"], "description": "45, 0.85, '85 %' or '1/15'"}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Certainty = Literal["A", "B", "C", "D"]
Level = Literal["county", "zone", "municipal", "city", "province"]


class Model(BaseModel):
    """What all models share: unknown keys are errors, and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


ModelT = TypeVar("ModelT", bound=Model)


class Text(Model):
    """A text in Chinese and in English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def of(self, lang: str) -> str:
        """The text in `lang`."""
        return self.zh if lang == "zh" else self.en


class Source(Model):
    """Where a limit comes from, and how sure that is: A an official text, D not found or general knowledge."""

    document: str
    clause: str | None = None
    certainty: Certainty


class DatedValue(Model):
    """A value that has a source of its own; `value: null` is a limit that nobody could name."""

    value: Amount | None
    source: Source


Dated = dict[Day, Amount | DatedValue | None]


class ByCategory(BaseModel):
    """A parameter with a value for each category of the column `by`."""

    model_config = ConfigDict(extra="allow", frozen=True, arbitrary_types_allowed=True)
    __pydantic_extra__: dict[str, Dated] = Field(init=False)

    by: str


Parameter = ByCategory | Dated


class Share(Model):
    """A share of the subjects that must hold."""

    at_least: Annotated[Amount, AfterValidator(_a_share)]


class Measure(Model):
    """A number of each subject: an expression over the columns of a table.

    `each` is the noun of a table's row, or `county` or `city` with the table in `from`, and `by` a column of codes
    that splits each place into categories. Without `from`, a measure of places is computed from other such measures.
    """

    each: str
    by: str | None = None
    from_: str | None = Field(default=None, alias="from")
    value: str
    unit: str | None = None
    title: Text | None = None

    _expression: exp.Expr | None = PrivateAttr(default=None)

    @property
    def expression(self) -> exp.Expr:
        """The checked expression."""
        assert self._expression is not None
        return self._expression

    @cached_property
    def ratio(self) -> Ratio:
        """The expression without any division."""
        return measure.ratio(self.expression)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of facts (keys of values, other measures) that it reads, by name."""
        return tuple(sorted(measure.columns(self.expression)))

    @cached_property
    def where(self) -> exp.Expr | None:
        """Which rows of its table it reads: None for all, or those of its keys."""
        if self.table == "values":
            return exp.In(this=exp.column("key"), expressions=[exp.Literal.string(key) for key in self.columns])
        return measure.where(self.expression)

    @cached_property
    def origin(self) -> str:
        """The name under which the file and row of the rows it reads are kept; measures of the same rows share it."""
        return f"{self.table} {self.by or ''} {self.where.sql(dialect='duckdb') if self.where else ''}"

    @property
    def table(self) -> str | None:
        """The id of the table that it reads; None where it is computed from other measures."""
        return BY_NOUN[self.each].id if self.each in BY_NOUN else self.from_


class Rule(Model):
    """One indicator: what it asks of each subject, and where that is written."""

    number: str
    title: Text
    group: str | None = None
    source: Source
    covers: tuple[str, ...] = ()
    each: str | None = None
    by: str | None = None
    levels: tuple[Level, ...] | None = None
    applies: str | None = None
    requires: str | None = None
    parameters: dict[str, Parameter] = {}
    holds_for: Literal["all"] | Share = "all"
    attested: bool = False
    target: bool = False
    soft: bool = False
    shows: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()
    counted: bool = True
    sampled: bool = False
    fix: Text | None = None
    note: Text | None = None

    _applies: Condition | None = PrivateAttr(default=None)
    _requires: Condition | None = PrivateAttr(default=None)

    @property
    def requirement(self) -> Condition | None:
        """The condition `requires`, read; None for a rule that no number decides."""
        return self._requires

    @property
    def scope(self) -> Condition | None:
        """The condition `applies`, read."""
        return self._applies


class PackHead(Model):
    """What a standard is: its title, who issued it, the places it speaks of, and what makes a place ready.

    `within` are the first digits of the codes of the places it speaks of, such as 33 for Zhejiang.
    """

    id: str
    title: Text
    issuer: Text
    document: str
    levels: tuple[Level, ...] = ("county",)
    within: str | None = Field(default=None, pattern=r"^\d{2,6}$")
    groups: dict[str, Text] = {}
    ready: Text | None = None
    ready_without: tuple[str, ...] = ()


class PackFile(Model):
    """pack.yaml."""

    pack: PackHead


class TopicFile(Model):
    """A file of measures and rules on one topic."""

    measures: dict[str, Measure] = {}
    rules: dict[str, Rule] = {}


class Case(Model):
    """A case beside the rules: facts, and the verdict that they must lead to."""

    rule: str
    name: str
    as_of: Day | None = None
    facts: dict[str, list[dict[str, Any]]] = {}
    values: dict[str, Any] = {}
    verdict: Literal["met", "unmet", "undetermined", "not_applicable", "not_counted"]


class CasesFile(Model):
    """A file of cases."""

    cases: tuple[Case, ...]


class Profile(Model):
    """Limits that a province or a user sets differently: a rule, a parameter, its dated values."""

    profile: str
    title: Text
    set: dict[str, dict[str, Parameter]] = {}


@dataclass(frozen=True)
class RulePack:
    """A standard: its head, its measures and its rules in their order."""

    head: PackHead
    measures: Mapping[str, Measure]
    rules: Mapping[str, Rule]

    @property
    def id(self) -> str:
        """The id of the standard, such as `balanced`."""
        return self.head.id

    def levels(self, rule: Rule) -> tuple[str, ...]:
        """The levels of places that a rule speaks of."""
        return rule.levels or self.head.levels

    def speaks_of(self, rule: Rule, place: Place) -> bool:
        """Whether a rule is about a place. A place without a code is taken to lie where the standard applies."""
        inside = self.head.within is None or place.code is None or place.code.startswith(self.head.within)
        return inside and place.level in self.levels(rule)


@dataclass(frozen=True)
class Rulebook:
    """All packs, with the hash of their files and the profile that was applied."""

    packs: Mapping[str, RulePack]
    cases: tuple[Case, ...]
    sha256: str
    profile: Profile
    where: Mapping[str, tuple[str, int]]

    def rules(self) -> Iterator[tuple[str, RulePack, Rule]]:
        """Every rule with its id and its pack, in order."""
        for pack in self.packs.values():
            for id, rule in pack.rules.items():
                yield id, pack, rule

    @property
    def keys(self) -> frozenset[str]:
        """The keys of county values that measures compute with."""
        measures = (one for pack in self.packs.values() for one in pack.measures.values())
        return frozenset(key for one in measures if one.table == "values" for key in one.columns)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all rules."""
        return frozenset(id for id, _, _ in self.rules())


@dataclass(frozen=True)
class Limit:
    """A parameter's value on a day: `value` is None where nobody could name it; `since` is when it begins.

    `coming` says that the day lies before the first value, which is then the one shown.
    """

    value: Fraction | None
    since: date
    source: Source | None
    coming: bool


def limits(parameter: Parameter, day: date) -> dict[str | None, Limit]:
    """The value of a parameter on `day` for each category (None: the same for all)."""
    if isinstance(parameter, ByCategory):
        found = {name: _limit(dated, day) for name, dated in (parameter.__pydantic_extra__ or {}).items()}
        return {name: limit for name, limit in found.items() if limit}
    limit = _limit(parameter, day)
    return {None: limit} if limit else {}


def _limit(dated: Dated, day: date) -> Limit | None:
    if not dated:
        return None
    past = [since for since in dated if since <= day]
    since = max(past) if past else min(dated)
    value = dated[since]
    source = value.source if isinstance(value, DatedValue) else None
    amount = value.value if isinstance(value, DatedValue) else value
    return Limit(amount, since, source, not past)


# --- reading -------------------------------------------------------------------------------------------------------


class _Loading:
    """Collects what the files say and what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.heads: dict[str, PackHead] = {}
        self.measures: dict[str, dict[str, Measure]] = {}
        self.rules: dict[str, dict[str, Rule]] = {}
        self.cases: list[Case] = []
        self.profiles: dict[str, Profile] = {}
        self.where: dict[str, tuple[str, int]] = {}
        self.lines: dict[str, document.Document] = {}
        self.hash = hashlib.sha256()

    def error(self, code: str, file: str, path: document.Path, **more: Any) -> None:
        line = self.lines[file].line(path) if file in self.lines else None
        self.problems.append(Problem("error", code, file, line, **more))


def load(folders: Iterable[Path], profile: str = "national", cases: bool = False) -> Rulebook:
    """The rules in `folders` (each a folder of packs) under a profile; their cases too, if asked for.

    Raises RuleFault with every fault found, each with file and line.
    """
    book, problems = examine(folders, profile, cases)
    if book is None or any(problem.severity == "error" for problem in problems):
        raise RuleFault(problem for problem in problems if problem.severity == "error")
    return book


def examine(
    folders: Iterable[Path], profile: str = "national", cases: bool = True
) -> tuple[Rulebook | None, list[Problem]]:
    """As `load`, but returns what is wrong instead of raising it; no book where a file can't be read at all."""
    loading = _Loading()
    for folder in folders:
        if not folder.is_dir():
            loading.problems.append(Problem("error", "no_such_path", str(folder)))
            continue
        for path in sorted(folder.rglob("*.yaml")):
            if cases or not path.name.endswith(CASES_SUFFIX):
                _read_file(loading, folder, path)
    if any(problem.severity == "error" for problem in loading.problems):
        return None, loading.problems
    packs = {
        id: RulePack(
            head, loading.measures.get(id, {}), dict(sorted(loading.rules.get(id, {}).items(), key=_by_number))
        )
        for id, head in loading.heads.items()
    }
    if profile not in loading.profiles:
        details = {"hint": hint(profile, loading.profiles), "expected": ", ".join(loading.profiles)}
        loading.problems.append(Problem("error", "no_such_profile", value=profile, details=details))
        return None, loading.problems
    chosen = loading.profiles[profile]
    if cases:  # whoever looks at the cases looks at every profile
        for other in loading.profiles.values():
            if other is not chosen:
                _under_profile(loading, packs, other)
    packs = _under_profile(loading, packs, chosen)
    for pack in packs.values():
        for name, one in pack.measures.items():
            _check_measure(loading, pack, name, one)
        for id, rule in pack.rules.items():
            _check_rule(loading, pack, id, rule)
    known = {id for pack in packs.values() for id in pack.rules}
    for case in loading.cases:
        if case.rule not in known:
            _unknown(loading, *loading.where[f"case {case.rule} {case.name}"], "unknown_id", case.rule, known)
    book = Rulebook(packs, tuple(loading.cases), loading.hash.hexdigest(), chosen, loading.where)
    return book, loading.problems


def _by_number(item: tuple[str, Rule]) -> tuple[bool, list[int]]:
    """Rules in the order of their numbers, `26-1` after `25`; those without a number last."""
    parts = [int(part) for part in re.findall(r"\d+", item[1].number)]
    return not item[1].number[:1].isdigit(), parts


def _unknown(loading: _Loading, file: str, line: int, code: str, value: str, known: Iterable[str]) -> None:
    names = sorted(known)
    details = {"hint": hint(value, names), "expected": ", ".join(names[:60])}
    loading.problems.append(Problem("error", code, file, line, value=value, details=details))


def _read_file(loading: _Loading, root: Path, path: Path) -> None:
    file = path.relative_to(root.parent).as_posix()
    data = path.read_bytes()
    if not path.name.endswith(CASES_SUFFIX):
        loading.hash.update(path.relative_to(root).as_posix().encode() + b"\0" + data + b"\0")
    found, problems = document.read(data, file)
    loading.problems.extend(problems)
    if found is None:
        return
    loading.lines[file] = found
    pack = path.parent.name
    if path.parent.name == PROFILES:
        profile = _validated(loading, Profile, file, found)
        if profile:
            loading.profiles[profile.profile] = profile
            loading.where[f"profile {profile.profile}"] = (file, 1)
    elif path.name == PACK_FILE:
        head = _validated(loading, PackFile, file, found)
        if head and head.pack.id in loading.heads:
            loading.error("duplicate_id", file, ("pack", "id"), value=head.pack.id)
        elif head and head.pack.id != pack:
            loading.error("pack_folder", file, ("pack", "id"), value=head.pack.id, details={"folder": pack})
        elif head:
            loading.heads[head.pack.id] = head.pack
            loading.where[f"pack {head.pack.id}"] = (file, 1)
    elif path.name.endswith(CASES_SUFFIX):
        cases = _validated(loading, CasesFile, file, found)
        for index, case in enumerate(cases.cases if cases else ()):
            loading.cases.append(case)
            loading.where[f"case {case.rule} {case.name}"] = (file, found.line(("cases", index)) or 1)
    else:
        topic = _validated(loading, TopicFile, file, found)
        if topic:
            _add_topic(loading, pack, file, topic)


def _validated(loading: _Loading, model: type[ModelT], file: str, found: document.Document) -> ModelT | None:
    try:
        return model.model_validate(found.value)
    except ValidationError as error:
        told: set[tuple[Any, ...]] = set()
        for fault in error.errors(include_url=False, include_context=False):
            # A parameter is one of several shapes, and pydantic complains of each: one complaint is enough.
            loc = fault["loc"]
            at = loc[: loc.index("parameters") + 2] if "parameters" in loc else ()
            if at and at in told:
                continue
            told.add(at)
            loading.problems.append(_parameter_fault(loc, file, found) if at else _fault(fault, model, file, found))
        return None


def _parameter_fault(loc: tuple[Any, ...], file: str, found: document.Document) -> Problem:
    """A parameter of the wrong shape, at the deepest line that pydantic's path leads to."""
    path: tuple[Any, ...] = ()
    for part in loc:
        path = (*path, part) if (*path, part) in found.lines else path
    shown = ".".join(map(str, path))
    return Problem("error", "bad_parameter", file, found.line(path), column=shown, value=str(path[-1]))


def _fault(fault: Any, model: type[Model], file: str, found: document.Document) -> Problem:
    """One of pydantic's complaints as a problem with the line it is about."""
    path = tuple(part for part in fault["loc"] if part in _keys_at(found, fault["loc"], part))
    line = found.line(path)
    shown = ".".join(map(str, path))
    if fault["type"] == "extra_forbidden":
        key = str(fault["loc"][-1])
        known = _known_keys(model, path[:-1])
        details = {"hint": hint(key, known, 0.6), "expected": ", ".join(known)}
        return Problem("error", "unknown_key", file, line, column=shown, value=key, details=details)
    if fault["type"] == "missing":
        return Problem("error", "missing_key", file, line, column=shown, value=str(fault["loc"][-1]))
    value = fault["input"]
    text = str(value) if isinstance(value, str | int | float) else None
    return Problem("error", "bad_value", file, line, column=shown, value=text, details={"why": fault["msg"]})


def _keys_at(found: document.Document, loc: tuple[Any, ...], part: Any) -> set[Any]:
    """The keys of the document at which a part of pydantic's path can stand (it names union members too)."""
    return {key for path in found.lines for key in path} | ({loc[-1]} if part == loc[-1] else set())


def _known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The keys that the models know below a path."""
    table: dict[str, type[BaseModel]] = {
        "measures": Measure, "rules": Rule, "cases": Case, "pack": PackHead,
        "source": Source, "title": Text, "fix": Text, "note": Text, "holds_for": Share,
    }  # fmt: skip
    target: type[BaseModel] = model
    for part in path:
        target = table.get(part, target)
    return [info.alias or name for name, info in target.model_fields.items()]


def _add_topic(loading: _Loading, pack: str, file: str, topic: TopicFile) -> None:
    measures = loading.measures.setdefault(pack, {})
    for name, one in topic.measures.items():
        if name in measures:
            loading.error("duplicate_id", file, ("measures", name), value=name)
            continue
        measures[name] = one
        loading.where[f"measure {pack}.{name}"] = (file, loading.lines[file].line(("measures", name)) or 1)
    rules = loading.rules.setdefault(pack, {})
    for id, rule in topic.rules.items():
        if id in rules:
            loading.error("duplicate_id", file, ("rules", id), value=id)
        elif not id.startswith(pack + "."):
            loading.error("rule_prefix", file, ("rules", id), value=id, details={"pack": pack})
        else:
            rules[id] = rule
            loading.where[id] = (file, loading.lines[file].line(("rules", id)) or 1)


def _under_profile(loading: _Loading, packs: dict[str, RulePack], profile: Profile) -> dict[str, RulePack]:
    """The packs with the profile's parameters in place of their own."""
    result = dict(packs)
    for id, changes in profile.set.items():
        pack = packs.get(id.split(".")[0])
        if pack is None or id not in pack.rules:
            known = [rule for one in packs.values() for rule in one.rules]
            _unknown(loading, *loading.where[f"profile {profile.profile}"], "unknown_id", id, known)
            continue
        rule = pack.rules[id]
        for name in changes:
            if name not in rule.parameters:
                where = loading.where[f"profile {profile.profile}"]
                _unknown(loading, *where, "unknown_name", name, rule.parameters)
        known_changes = {name: dated for name, dated in changes.items() if name in rule.parameters}
        changed = rule.model_copy(update={"parameters": {**rule.parameters, **known_changes}})
        rules = {**result[pack.id].rules, id: changed}
        result[pack.id] = RulePack(pack.head, pack.measures, rules)
    return result


# --- checking ------------------------------------------------------------------------------------------------------


def _check_measure(loading: _Loading, pack: RulePack, name: str, one: Measure) -> None:
    file, line = loading.where[f"measure {pack.id}.{name}"]
    if one.each in PLACE_NOUNS:
        if one.from_ is not None and one.from_ not in TABLES:
            _unknown(loading, file, line, "unknown_table", one.from_, TABLES)
            return
    elif one.each not in BY_NOUN or one.from_ is not None or one.by is not None:
        _unknown(loading, file, line, "unknown_each", one.each, [*BY_NOUN, *PLACE_NOUNS])
        return
    table = None if one.table in (None, "values") else TABLES[one.table]
    known = sorted(table.column_ids) if table else [id for id, m in pack.measures.items() if m.each == one.each]
    if one.by is not None and one.table is not None:
        splitting = [column.id for column in TABLES[one.table].columns if column.codes and column.required]
        if one.by not in splitting:
            _unknown(loading, file, line, "unknown_name", one.by, splitting)
            return
    try:
        one._expression = measure.parse(one.value, table, one.each in PLACE_NOUNS and table is not None)
        if one.table is None:
            for used in measure.columns(one._expression):
                if used not in known or pack.measures[used].table is None:
                    raise MeasureError("measure_of_measures", used)
    except MeasureError as error:
        details = {"hint": hint(error.found, known), "expected": ", ".join(known)}
        loading.problems.append(
            Problem("error", error.code, file, line, column=name, value=error.found, details=details)
        )


def table_of(rule: Rule) -> Table | None:
    """The table whose rows are the rule's subjects; None where they are counties or cities."""
    return BY_NOUN.get(rule.each) if rule.each else None


def _check_rule(loading: _Loading, pack: RulePack, id: str, rule: Rule) -> None:
    file, line = loading.where[id]
    if rule.group is not None and rule.group not in pack.head.groups:
        _unknown(loading, file, line, "unknown_name", rule.group, pack.head.groups)
    for name in rule.decided_by:
        if name.split(".")[0] not in TABLES:
            _unknown(loading, file, line, "unknown_table", name, TABLES)
    if rule.requires is None:
        if rule.each or rule.applies or rule.parameters:
            loading.problems.append(Problem("error", "requires_nothing", file, line, value=id))
        return
    if rule.each is None or (rule.each not in BY_NOUN and rule.each not in PLACE_NOUNS):
        _unknown(loading, file, line, "unknown_each", rule.each or "", [*BY_NOUN, *PLACE_NOUNS])
        return
    rule._requires = _condition(loading, pack, id, rule, "requires", rule.requires)
    if rule.applies is not None:
        rule._applies = _condition(loading, pack, id, rule, "applies", rule.applies)
    used = {name for one in (rule._requires, rule._applies) if one for name in condition.names(one)}
    table = table_of(rule)
    split_by = [one.by for name in used for one in _parts(pack, name) if one.by]
    if rule.by is not None and rule.by not in split_by:
        _unknown(loading, file, line, "unknown_name", rule.by, [one.by for one in pack.measures.values() if one.by])
    for name in rule.shows:
        if name not in _measures_of(pack, rule):
            _unknown(loading, file, line, "unknown_name", name, operands(pack, rule))
    for name, parameter in rule.parameters.items():
        if name not in used and rule._requires is not None:
            loading.problems.append(Problem("error", "unused_parameter", file, line, column=id, value=name))
        if isinstance(parameter, ByCategory):
            split = next(
                (TABLES[m.table] for m in pack.measures.values() if rule.by and m.by == rule.by and m.table), None
            )
            _check_categories(loading, file, line, table or split, parameter)
        for dated in _dated(parameter):
            if not dated:
                loading.problems.append(Problem("error", "no_value", file, line, column=id, value=name))


def _dated(parameter: Parameter) -> list[Dated]:
    if isinstance(parameter, ByCategory):
        return list((parameter.__pydantic_extra__ or {}).values())
    return [parameter]


def _check_categories(loading: _Loading, file: str, line: int, table: Table | None, parameter: ByCategory) -> None:
    column = table.column(parameter.by) if table and parameter.by in table.column_ids else None
    if column is None or column.codes is None:
        known = [one.id for one in table.columns if one.codes] if table else []
        _unknown(loading, file, line, "unknown_name", parameter.by, known)
        return
    for category in parameter.__pydantic_extra__ or {}:
        if category not in column.codes:
            _unknown(loading, file, line, "unknown_category", category, column.codes)


def _condition(loading: _Loading, pack: RulePack, id: str, rule: Rule, key: str, text: str) -> Condition | None:
    file, line = loading.where[id]
    line = loading.lines[file].line(("rules", id, key)) or line
    try:
        parsed = condition.parse(text)
    except (ConditionError, ValueError) as error:
        details = {"text": text}
        loading.problems.append(Problem("error", "condition", file, line, column=id, value=str(error), details=details))
        return None
    known = operands(pack, rule)
    before = len(loading.problems)
    for comparison in condition.comparisons(parsed):
        codes = _codes(pack, rule, comparison)
        if codes is not None:
            if not isinstance(comparison.right, Name) or comparison.right.text not in codes:
                shown = comparison.right.text if isinstance(comparison.right, Name) else "number"
                _unknown(loading, file, line, "unknown_category", shown, codes)
            elif comparison.operator not in ("==", "!="):
                loading.problems.append(
                    Problem("error", "codes_in_order", file, line, column=id, value=comparison.operator)
                )
            continue
        for operand in (comparison.left, comparison.right):
            if isinstance(operand, Name) and operand.text not in known:
                _unknown(loading, file, line, "unknown_name", operand.text, known)
    return parsed if len(loading.problems) == before else None


def _codes(pack: RulePack, rule: Rule, comparison: Comparison) -> frozenset[str] | None:
    """The codes that the left side can have, where it is a column of codes."""
    if not isinstance(comparison.left, Name):
        return None
    name = comparison.left.text
    table = table_of(rule)
    if table is None and name == rule.by:
        table = next((TABLES[one.table] for one in pack.measures.values() if one.by == name and one.table), None)
    if table is None or name not in table.column_ids:
        return None
    codes = table.column(name).codes
    return frozenset(codes) if codes else None


def operands(pack: RulePack, rule: Rule) -> list[str]:
    """The names that a rule's conditions may use: its parameters, the measures of its subjects, their numbers."""
    table = table_of(rule)
    columns = [one.id for one in table.columns if one.kind in NUMERIC or one.codes] if table else []
    return [*rule.parameters, *_measures_of(pack, rule), *columns, *([rule.by] if rule.by else [])]


def _parts(pack: RulePack, name: str) -> list[Measure]:
    """The measures with a table that make up the measure of that name."""
    one = pack.measures.get(name)
    if one is None or one.table is not None:
        return [one] if one else []
    if one._expression is None:  # refused, and told already
        return []
    return [pack.measures[part] for part in one.columns if part in pack.measures]


def _measures_of(pack: RulePack, rule: Rule) -> list[str]:
    """The measures of a rule's subjects; a measure of the whole place holds for each of its categories."""
    return [name for name, one in pack.measures.items() if one.each == rule.each and one.by in (None, rule.by)]


def lint(book: Rulebook, day: date) -> list[Problem]:
    """What a careful author would still mend: rules without cases, texts that are missing, limits that disagree."""
    problems: list[Problem] = []
    cased: dict[str, set[str]] = {}
    for case in book.cases:
        cased.setdefault(case.rule, set()).add(case.verdict)
    for id, pack, rule in book.rules():
        file, line = book.where[id]
        if rule.requires is not None and not {"met", "unmet"} <= cased.get(id, set()):
            problems.append(Problem("error", "no_cases", file, line, value=id))
        for name, parameter in rule.parameters.items():
            for category, limit in limits(parameter, day).items():
                if limit.coming and not rule.target:
                    details = {"day": day, "category": category or "", "since": limit.since}
                    problems.append(Problem("error", "no_value_on_day", file, line, id, name, details=details))
        if rule.requirement is not None:
            problems.extend(_contradictions(id, rule, day, file, line))
            problems.extend(_left_out(id, pack, rule, file, line))
    return problems


def _left_out(id: str, pack: RulePack, rule: Rule, file: str, line: int) -> Iterator[Problem]:
    """Categories that a parameter has no value for, in a rule that asks something of all of them."""
    for name, parameter in rule.parameters.items():
        if not isinstance(parameter, ByCategory) or rule.applies is not None:
            continue
        split = (TABLES[m.table] for m in pack.measures.values() if m.by == rule.by and m.table)
        table = table_of(rule) or next(split, None)
        if table is None or parameter.by not in table.column_ids:
            continue  # told already
        missing = (table.column(parameter.by).codes or {}).keys() - (parameter.__pydantic_extra__ or {}).keys()
        if missing:
            details = {"categories": ", ".join(sorted(missing))}
            yield Problem("error", "no_category", file, line, column=id, value=name, details=details)


def _contradictions(id: str, rule: Rule, day: date, file: str, line: int) -> Iterator[Problem]:
    """Pairs of comparisons joined by `and` that no value can satisfy, such as `x >= 50 and x <= 45`."""
    if not isinstance(rule.requirement, condition.And):
        return
    # The lower bound with whether it is strict, the upper one with whether it is not: so that max and min compare.
    bounds: dict[tuple[str, str | None], dict[str, tuple[Fraction, bool]]] = {}
    for part in rule.requirement.parts:
        if not isinstance(part, Comparison) or not isinstance(part.left, Name):
            continue
        values: dict[str | None, Fraction | None] = {}
        if isinstance(part.right, condition.Number):
            values = {None: part.right.value}
        elif part.right.text in rule.parameters:
            found = limits(rule.parameters[part.right.text], day)
            values = {category: limit.value for category, limit in found.items()}
        for category, value in values.items():
            side = bounds.setdefault((part.left.text, category), {})
            strict = part.operator in ("<", ">")
            if value is not None and part.operator in (">=", ">", "=="):
                side["low"] = max((value, strict), side.get("low", (value, strict)))
            if value is not None and part.operator in ("<=", "<", "=="):
                side["high"] = min((value, not strict), side.get("high", (value, not strict)))
    for (name, category), own in bounds.items():
        common = bounds.get((name, None), {}) if category else {}
        side = {
            end: furthest(one[end] for one in (own, common) if end in one)
            for end, furthest in (("low", max), ("high", min))
            if end in own or end in common
        }
        if "low" in side and "high" in side and _apart(side["low"], side["high"]):
            details = {"low": str(side["low"][0]), "high": str(side["high"][0])}
            yield Problem("error", "contradiction", file, line, column=id, value=name, details=details)


def _apart(low: tuple[Fraction, bool], high: tuple[Fraction, bool]) -> bool:
    return low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1]))


def schema() -> dict[str, Any]:
    """The JSON Schema of rule files, for editors: a topic file, a pack.yaml, a cases file or a profile."""
    models: list[type[Model]] = [TopicFile, PackFile, CasesFile, Profile]
    definitions: dict[str, Any] = {}
    for model in models:
        one = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(one.pop("$defs", {}))
        definitions[model.__name__] = one
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tzcheck rules",
        "anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in models],
        "$defs": definitions,
    }
