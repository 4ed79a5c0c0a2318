"""Rules: the packs of YAML that say what a standard asks, read, validated and checked."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from string import Formatter
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
from tzcheck.measure import MeasureError
from tzcheck.place import Place
from tzcheck.table import BY_NOUN, NUMERIC, TABLES, Column, Table
from tzcheck.value import VALUES_FILE, CountyValue, kinds_of, read_values

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
            return condition.within_bounds(Fraction(value))


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
ParameterName = Annotated[str, Field(pattern=r"^[a-z_]\w*$")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Certainty = Literal["A", "B", "C", "D"]
Level = Literal["county", "zone", "municipal", "city", "province"]


class Model(BaseModel):
    """What all models share: unknown keys are errors, and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, arbitrary_types_allowed=True)


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

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True, arbitrary_types_allowed=True)
    __pydantic_extra__: dict[str, Dated] = Field(init=False)

    by: str


Parameter = ByCategory | Dated


class Share(Model):
    """A share of the subjects that must hold: an amount, or the name of a parameter."""

    at_least: Annotated[Amount, AfterValidator(_a_share)] | ParameterName


class Measure(Model):
    """A number of each subject: an expression over the columns of a table.

    `each` is the noun of a table's row, or `county` or `city` with the table in `from`, and `by` a column of codes
    that splits each place into categories; `among` is the scope of the rows that count. With `from`, a measure of
    rows is an aggregate over the rows of another table that belong to each. Without it, a measure of places is
    computed from other such measures. A shortfall of a quotient is told in the unit `counts_in` of its dividend, or in
    the unit `lacks_in` of its divisor, of which there must be more.
    """

    each: str
    by: str | None = None
    from_: str | None = Field(default=None, alias="from")
    among: str | None = None
    value: str
    unit: str | None = None
    counts_in: str | None = None
    lacks_in: str | None = None
    title: Text | None = None

    _expression: exp.Expr | None = PrivateAttr(default=None)

    @property
    def expression(self) -> exp.Expr:
        """The checked expression."""
        assert self._expression is not None
        return self._expression

    @cached_property
    def variation(self) -> tuple[str, str | None] | None:
        """What it is the coefficient of variation of, and the weight; None where it is none."""
        return measure.variation(self.expression)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of facts (keys of values, other measures, parameters) that it reads, as they are written."""
        return measure.columns(self.expression)

    @cached_property
    def where(self) -> exp.Expr | None:
        """Which rows of its table it reads: None for all, or those of its keys."""
        if self.table == "values":
            own = measure.keys_in(sorted(set(self.columns) - set(self.summed)))
            if self.each != "city":
                return own
            inside = measure.keys_in(sorted(self.summed))
            return measure.own_or_inside(own, inside)
        return measure.where(self.expression)

    @cached_property
    def summed(self) -> tuple[str, ...]:
        """The keys of county values that it sums over the counties of a city."""
        return measure.summed(self.expression) if self.table == "values" else ()

    @cached_property
    def origin(self) -> str:
        """The name under which the file and row of the rows it reads are kept; measures of the same rows share it."""
        return f"{self.table} {self.by or ''} {self.where.sql() if self.where else ''}"

    @property
    def table(self) -> str | None:
        """The id of the table that it reads; None where it is computed from other measures of places."""
        return self.from_ or (BY_NOUN[self.each].id if self.each in BY_NOUN else None)

    @property
    def of_others(self) -> bool:
        """Whether a measure of rows aggregates the rows of another table."""
        return self.each in BY_NOUN and self.from_ is not None


class Scope(Model):
    """A condition with a name, for the rules (and the measures of places) that speak of the same subjects."""

    each: str
    holds: str


class Also(Model):
    """Something else that a rule asks, of the same or of other subjects.

    With `proves: breach` only a breach is proven by it, and what does not fail remains unknown: `needs` says what
    would decide it.
    """

    each: str
    by: str | None = None
    applies: str | None = None
    requires: str
    proves: Literal["breach"] | None = None
    needs: str | None = None


class Reading(Model):
    """One way to read what the source leaves open, under a title of its own."""

    title: Text
    each: str | None = None
    by: str | None = None
    applies: str | None = None
    requires: str
    also: tuple[Also, ...] = ()


class Relaxation(Model):
    """A weaker requirement for some subjects, for as long as a profile allows it; who needs it owes the full one."""

    title: Text
    source: Source
    applies: str
    requires: str


@dataclass(frozen=True)
class Ask:
    """What a rule asks of its subjects, read and checked: the first thing, or one of those in `also`.

    Where relaxations are allowed, `requires` holds under one of them too; `strictly` is what is asked without them.
    """

    each: str
    by: str | None
    requires: Condition
    applies: Condition | None
    proves: str | None = None
    needs: str | None = None
    strictly: Condition | None = None


class Outcome(Model):
    """What other rules came to: of the place itself, or in how many (or what share) of a city's counties they hold.

    `of` are ids of rules, or of standards, which hold where the place is ready. All of them must hold, or one of them
    where `any` says so; in one `category` of their subjects only, where it names one, such as `primary`.
    """

    of: tuple[str, ...] = Field(min_length=1)
    any: bool = False
    category: str | None = None
    counties: Amount | ParameterName | None = None
    share: Annotated[Amount, AfterValidator(_a_share)] | ParameterName | None = None

    @property
    def asked(self) -> Fraction | str | None:
        """How many counties, or what share of them, it asks for, or the parameter that says so."""
        return self.counties if self.counties is not None else self.share


class Rule(Model):
    """One indicator: what it asks of each subject, and where that is written.

    `due` is the day by which a document must be there, `places` are the only ones it speaks of. What nothing could
    decide says why in `undecidable`; `differs_from` are rules that ask another thing of the same. `recounts` is the
    standard whose published achievement (table `published`) the rule counts anew.
    """

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
    also: tuple[Also, ...] = ()
    readings: dict[str, Reading] = {}
    relaxations: tuple[Relaxation, ...] = ()
    parameters: dict[str, Parameter] = {}
    holds_for: Literal["all"] | Share = "all"
    outcome: Outcome | None = None
    recounts: str | None = None
    attested: bool = False
    due: Day | None = None
    places: tuple[str, ...] = ()
    undecidable: Text | None = None
    differs_from: tuple[str, ...] = ()
    window_years: int | None = Field(default=None, ge=1)
    target: bool = False
    soft: bool = False
    shows: tuple[str, ...] = ()
    counted: bool = True
    sampled: bool = False
    waivable: bool = True
    severity: Literal["error", "query"] = "query"
    fix: Text | None = None
    note: Text | None = None

    _asks: tuple[Ask, ...] = PrivateAttr(default=())
    _reading: str | None = PrivateAttr(default=None)
    _relaxed: bool = PrivateAttr(default=False)
    _base: "Rule | None" = PrivateAttr(default=None)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What it asks, read; nothing for a rule that no number decides."""
        return self._asks

    @property
    def reading(self) -> str | None:
        """The name of the reading that is used, where the source leaves several open."""
        return self._reading

    @property
    def parts(self) -> tuple[Also, ...]:
        """What it asks, as it is written: the first thing, then those in `also`."""
        if self.requires is None or self.each is None:
            return ()
        first = Also(each=self.each, by=self.by, applies=self.applies, requires=self.requires)
        return (first, *self.also)

    @property
    def judged(self) -> bool:
        """Whether numbers, or what other rules came to, decide it: not a document alone, nor a mark."""
        return bool(self.parts or self.outcome or self.recounts)

    def read_as(self, name: str) -> "Rule":
        """The rule under one of its readings."""
        base = self._base or self
        chosen = self.readings[name]
        changes = {key: getattr(base, key) for key in ("each", "by", "applies", "requires", "also", "relaxations")}
        changes |= {key: getattr(chosen, key) for key in chosen.model_fields_set - {"title"}}
        if chosen.each:  # relaxations speak of the subjects that the rule is written for
            changes["relaxations"] = ()
        rule = self.model_copy(update=changes)
        rule._reading, rule._base = name, base
        return rule

    def relaxed(self) -> "Rule":
        """The rule with its relaxations allowed."""
        rule = self.model_copy()
        rule._relaxed = True
        return rule


class Signs(Model):
    """How a standard prints what is unmet: `zero` where its score is 0."""

    unmet: str
    zero: str


class PackHead(Model):
    """What a standard is: its title, who issued it, the places it speaks of, and what makes a place ready.

    `within` are the first digits of the codes of the places it speaks of, such as 33 for Zhejiang. A pack of `checks`
    is no standard: its rules say what facts must look like to be believed. One that `recomputes` asks for nothing but
    that figures that were printed agree with each other. Where it is `documented`, a county value
    shows nothing to be met without the document it is from. `leans_on` are the standards whose outcomes it reads.
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
    checks: bool = False
    signs: Signs | None = None
    recomputes: bool = False
    documented: bool = False
    leans_on: tuple[str, ...] = ()


class PackFile(Model):
    """pack.yaml."""

    pack: PackHead


class Heading(Model):
    """A column of the form to apply with: the rule `variation` judges how schools vary in what it shows."""

    heading: str
    short: str
    variation: str


class OfEach(Model):
    """What the form says of each subject of a rule; `{name}` is the subject, `{1}` what it is first compared by."""

    each: str


class Recognition(Model):
    """The last table of the form: the rule that decides it, and what its cells say, by row."""

    rule: str
    rows: dict[str, tuple[str, ...]]


class Application(Model):
    """The official form by which a place applies: its tables, by the rules that decide them.

    `resources` are the columns of a school, `schools` the rule about all of them, of which a school may fall short
    down to the share `allowed`. In what is said beside a rule `{measure}` is a measure of the place,
    `{measure.category}` one of its categories, `{value}`, `{checked}` and `{breaches}` those of the indicator. A
    number before % is a share, one before 级 a level.
    """

    source: Source
    allowed: Amount
    schools: str
    resources: dict[str, Heading]
    schools_note: str
    guarantee: dict[str, str | OfEach]
    quality: dict[str, str | OfEach]
    recognition: Recognition

    @property
    def said(self) -> Iterator[str]:
        """Everything that names measures of the place."""
        yield self.schools_note
        yield from (one for one in (*self.guarantee.values(), *self.quality.values()) if isinstance(one, str))
        yield from (cell for row in self.recognition.rows.values() for cell in row)

    @property
    def rules(self) -> Iterator[str]:
        """The rules that decide it."""
        yield from (self.schools, *self.resources, *(one.variation for one in self.resources.values()))
        yield from (*self.guarantee, *self.quality, self.recognition.rule)


# What an application may say of an indicator itself.
OF_INDICATOR = ("value", "checked", "breaches")


def blanks(said: str) -> list[tuple[str, str | None]]:
    """The names in a text of an application, each with its category."""
    names = [name for _, name, _, _ in Formatter().parse(said) if name]
    return [(name.partition(".")[0], name.partition(".")[2] or None) for name in names]


class TopicFile(Model):
    """A file of parameters, scopes, measures and rules on one topic, or of the form to apply with."""

    parameters: dict[str, Parameter] = {}
    scopes: dict[str, Scope] = {}
    measures: dict[str, Measure] = {}
    rules: dict[str, Rule] = {}
    application: Application | None = None


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
    """What a province or a user sets differently.

    Parameters of a rule or of a pack, readings that are open, whether relaxations are allowed, notes on rules.
    """

    profile: str
    title: Text
    set: dict[str, dict[str, Parameter]] = {}
    readings: dict[str, str] = {}
    relaxations: bool = False
    notes: dict[str, Text] = {}


@dataclass(frozen=True)
class RulePack:
    """A standard: its head, its measures and its rules in their order, with the parameters and scopes they share."""

    head: PackHead
    measures: Mapping[str, Measure]
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    application: Application | None = None

    @property
    def id(self) -> str:
        """The id of the standard, such as `balanced`."""
        return self.head.id

    def parameter(self, rule: Rule, name: str) -> Parameter | None:
        """A parameter of the rule, or one that the pack's rules share; None where there is none of that name."""
        return rule.parameters.get(name, self.parameters.get(name))

    def levels(self, rule: Rule) -> tuple[str, ...]:
        """The levels of places that a rule speaks of."""
        return rule.levels or self.head.levels

    def speaks_of(self, rule: Rule, place: Place) -> bool:
        """Whether a rule is about a place. A place without a code is taken to lie where the standard applies."""
        if rule.places:
            about = any(place.answers_to(name) for name in rule.places)
        else:
            about = self.head.within is None or place.code is None or place.code.startswith(self.head.within)
        return about and place.level in self.levels(rule)


@dataclass(frozen=True)
class Rulebook:
    """All packs, with the hash of their files and the profile that was applied; `skipped` were not asked for.

    `values` are the county values that are described, by key.
    """

    packs: Mapping[str, RulePack]
    cases: tuple[Case, ...]
    sha256: str
    profile: str
    where: Mapping[str, tuple[str, int]]
    skipped: frozenset[str] = frozenset()
    values: Mapping[str, CountyValue] = field(default_factory=dict)

    def rules(self) -> Iterator[tuple[str, RulePack, Rule]]:
        """Every rule with its id and its pack, in order."""
        for pack in self.packs.values():
            for id, rule in pack.rules.items():
                yield id, pack, rule

    def leading_to(self, wanted: frozenset[str]) -> frozenset[str]:
        """The rules `wanted`, with those whose outcomes they read."""
        found: set[str] = set()
        waiting = list(wanted)
        while waiting:
            id = waiting.pop()
            if id in found:
                continue
            found.add(id)
            pack = self.packs.get(id.partition(".")[0])
            outcome = pack.rules[id].outcome if pack else None
            recounted = pack.rules[id].recounts if pack else None
            for read in (*(outcome.of if outcome else ()), *([recounted] if recounted else ())):
                waiting += [read] if "." in read else list(self.packs[read].rules)
        return frozenset(found)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of county values that measures compute with."""
        measures = (one for pack in self.packs.values() for one in pack.measures.values())
        return frozenset(key for one in measures if one.table == "values" for key in one.columns)

    @property
    def kinds(self) -> Mapping[str, str]:
        """Of which kind each county value must be."""
        return kinds_of(self.values, self.keys)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the rules of all standards."""
        return frozenset(id for id, pack, _ in self.rules() if not pack.head.checks)

    @property
    def checks(self) -> frozenset[str]:
        """The ids of the cross-checks."""
        return frozenset(id for id, pack, _ in self.rules() if pack.head.checks)

    @property
    def standards(self) -> frozenset[str]:
        """The ids of the standards."""
        return frozenset(id for id, pack in self.packs.items() if not pack.head.checks)


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
        self.parameters: dict[str, dict[str, Parameter]] = {}
        self.scopes: dict[str, dict[str, Scope]] = {}
        self.applications: dict[str, Application] = {}
        self.cases: list[Case] = []
        self.profiles: dict[str, Profile] = {}
        self.homes: dict[str, Path] = {}
        self.where: dict[str, tuple[str, int]] = {}
        self.lines: dict[str, document.Document] = {}
        self.hash = hashlib.sha256()
        self.values: dict[str, CountyValue] = {}
        self.skipped: set[str] = set()

    def error(self, code: str, file: str, path: document.Path, **more: Any) -> None:
        line = self.lines[file].line(path) if file in self.lines else None
        self.problems.append(Problem("error", code, file, line, **more))


def load(
    folders: Iterable[Path], profile: str = "national", cases: bool = False, only: frozenset[str] | None = None
) -> Rulebook:
    """The rules in `folders` (each a folder of packs) under a profile; their cases too, if asked for.

    `only` these packs are loaded, and the cross-checks. Raises RuleFault with every fault found, each with file and
    line.
    """
    book, problems = examine(folders, profile, cases, only)
    if book is None or any(problem.severity == "error" for problem in problems):
        raise RuleFault(problem for problem in problems if problem.severity == "error")
    return book


def examine(
    folders: Iterable[Path], profile: str = "national", cases: bool = True, only: frozenset[str] | None = None
) -> tuple[Rulebook | None, list[Problem]]:
    """As `load`, but returns what is wrong instead of raising it; no book where a file can't be read at all."""
    loading = _Loading()
    for folder in folders:
        if not folder.is_dir():
            loading.problems.append(Problem("error", "no_such_path", str(folder)))
            continue
        described, faults = read_values(folder)
        loading.values |= described
        loading.problems += faults
        loading.hash.update((folder / VALUES_FILE).read_bytes() if described else b"")
        checks, leaned = _folders_beside(folder, only) if only is not None else (set(), set())
        for path in sorted(folder.rglob("*.yaml")):
            pack = path.parent.name
            if only is not None and pack not in (*only, *leaned, PROFILES) and path.parent not in checks:
                loading.skipped.add(pack)
            elif cases or not path.name.endswith(CASES_SUFFIX):
                _read_file(loading, folder, path)
    if any(problem.severity == "error" for problem in loading.problems):
        return None, loading.problems
    packs = {
        id: RulePack(
            head,
            loading.measures.get(id, {}),
            dict(sorted(loading.rules.get(id, {}).items(), key=_by_number)),
            loading.parameters.get(id, {}),
            loading.scopes.get(id, {}),
            loading.applications.get(id),
        )
        for id, head in loading.heads.items()
    }
    names = profile.split("+")
    for wanted in names:
        if wanted not in loading.profiles:
            details = {"hint": hint(wanted, loading.profiles), "expected": ", ".join(loading.profiles)}
            loading.problems.append(Problem("error", "no_such_profile", value=wanted, details=details))
            return None, loading.problems
    packs = {id: _with_first_readings(pack) for id, pack in packs.items()}
    if cases:  # whoever looks at the cases looks at every profile
        for name, other in loading.profiles.items():
            if name not in names:
                _under_profile(loading, packs, other)
    for name in names:
        packs = _under_profile(loading, packs, loading.profiles[name])
    for one_pack in packs.values():
        for name, one in one_pack.measures.items():
            _check_measure(loading, one_pack, name, one)
        for name, one in one_pack.measures.items():
            _check_parts(loading, one_pack, name, one)
        _check_pack(loading, one_pack)
        if one_pack.application:
            _check_application(loading, one_pack, one_pack.application)
        for id, rule in one_pack.rules.items():
            _check_rule(loading, one_pack, id, rule)
    _check_outcomes(loading, packs)
    known = {id for pack in packs.values() for id in pack.rules}
    for case in loading.cases:
        if case.rule not in known:
            _unknown(loading, *loading.where[f"case {case.rule} {case.name}"], "unknown_id", case.rule, known)
    skipped = frozenset(loading.skipped)
    sha = loading.hash.hexdigest()
    book = Rulebook(packs, tuple(loading.cases), sha, profile, loading.where, skipped, loading.values)
    return book, loading.problems


def _folders_beside(root: Path, only: frozenset[str]) -> tuple[set[Path], set[str]]:
    """The folders of cross-checks, which are made whatever is asked for, and the packs that `only` these lean on."""
    checks: set[Path] = set()
    leans_on: dict[str, list[str]] = {}
    for file in root.rglob(PACK_FILE):
        read, _ = document.read(file.read_bytes(), file.name)
        head = read.value.get("pack") if read and isinstance(read.value, dict) else None
        if isinstance(head, dict) and head.get("checks") is True:
            checks.add(file.parent)
        if isinstance(head, dict) and isinstance(head.get("leans_on"), list):
            leans_on[file.parent.name] = [str(one) for one in head["leans_on"]]
    found: set[str] = set()
    waiting = list(only)
    while waiting:
        for one in leans_on.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return checks, found


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
        # A folder of one's own may set a profile anew; one folder must not have it twice.
        if profile and loading.homes.get(profile.profile) == root:
            loading.error("duplicate_id", file, ("profile",), value=profile.profile)
        elif profile:
            loading.profiles[profile.profile] = profile
            loading.homes[profile.profile] = root
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
        "measures": Measure, "scopes": Scope, "also": Also, "readings": Reading, "relaxations": Relaxation,
        "rules": Rule, "cases": Case, "pack": PackHead,
        "source": Source, "outcome": Outcome, "signs": Signs, "title": Text, "fix": Text, "note": Text,
        "holds_for": Share, "application": Application, "resources": Heading, "recognition": Recognition,
    }  # fmt: skip
    target: type[BaseModel] = model
    for part in path:
        target = table.get(part, target)
    return [info.alias or name for name, info in target.model_fields.items()]


def _add_topic(loading: _Loading, pack: str, file: str, topic: TopicFile) -> None:
    shared: tuple[tuple[str, dict[str, Any], Mapping[str, Any]], ...] = (
        ("parameters", loading.parameters.setdefault(pack, {}), topic.parameters),
        ("scopes", loading.scopes.setdefault(pack, {}), topic.scopes),
    )
    for section, known, given in shared:
        for name, thing in given.items():
            if name in known:
                loading.error("duplicate_id", file, (section, name), value=name)
                continue
            known[name] = thing
            loading.where[f"{section} {pack}.{name}"] = (file, loading.lines[file].line((section, name)) or 1)
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
    if topic.application and pack in loading.applications:
        loading.error("duplicate_id", file, ("application",), value="application")
    elif topic.application:
        loading.applications[pack] = topic.application
        loading.where[f"application {pack}"] = (file, loading.lines[file].line(("application",)) or 1)


def _under_profile(loading: _Loading, packs: dict[str, RulePack], profile: Profile) -> dict[str, RulePack]:
    """The packs with the profile's parameters and readings in place of their own."""
    result = dict(packs)
    where = loading.where[f"profile {profile.profile}"]
    for id, changes in profile.set.items():
        pack = result.get(id.split(".")[0])
        if pack is not None and id == pack.id:
            for name in changes.keys() - pack.parameters.keys():
                _unknown(loading, *where, "unknown_name", name, pack.parameters)
            result[id] = replace(pack, parameters={**pack.parameters, **changes})
            continue
        if pack is None or id not in pack.rules:
            if id.split(".")[0] not in loading.skipped:
                _unknown(loading, *where, "unknown_id", id, [rule for one in packs.values() for rule in one.rules])
            continue
        rule = pack.rules[id]
        for name in changes.keys() - rule.parameters.keys():
            _unknown(loading, *where, "unknown_name", name, rule.parameters)
        known = {name: dated for name, dated in changes.items() if name in rule.parameters}
        changed = rule.model_copy(update={"parameters": {**rule.parameters, **known}})
        result[pack.id] = replace(pack, rules={**pack.rules, id: changed})
    for id, name in profile.readings.items():
        pack = result.get(id.split(".")[0])
        read = pack.rules.get(id) if pack else None
        if pack is None or read is None:
            if id.split(".")[0] not in loading.skipped:
                _unknown(loading, *where, "unknown_id", id, [rule for one in packs.values() for rule in one.rules])
        elif name not in read.readings:
            _unknown(loading, *where, "unknown_reading", name, read.readings)
        else:
            result[pack.id] = replace(pack, rules={**pack.rules, id: read.read_as(name)})
    for id, note in profile.notes.items():
        pack = result.get(id.split(".")[0])
        if pack is not None and id in pack.rules:
            noted = pack.rules[id].model_copy(update={"note": note})
            result[pack.id] = replace(pack, rules={**pack.rules, id: noted})
        elif id.split(".")[0] not in loading.skipped:
            _unknown(loading, *where, "unknown_id", id, [rule for one in packs.values() for rule in one.rules])
    if profile.relaxations:
        for pack in result.values():
            rules = {id: rule.relaxed() if rule.relaxations else rule for id, rule in pack.rules.items()}
            result[pack.id] = replace(pack, rules=rules)
    return result


def _with_first_readings(pack: RulePack) -> RulePack:
    """The pack with every rule that can be read in several ways under the first of them."""
    rules = {id: rule.read_as(next(iter(rule.readings))) if rule.readings else rule for id, rule in pack.rules.items()}
    return replace(pack, rules=rules)


# --- checking ------------------------------------------------------------------------------------------------------


def column_of(table: Table | None, name: str) -> Column | None:
    """A column by the name that rules use: one of the table's, or `noun.column` of the row that each belongs to."""
    if table is None:
        return None
    noun, _, own = name.rpartition(".")
    home = parent_of(table, noun) if noun else table
    return home.column(own) if home and own in home.column_ids else None


def parent_of(table: Table, noun: str) -> Table | None:
    """The table of that noun, where every row of `table` names one row of it."""
    home = BY_NOUN.get(noun)
    if home is None or home is table or not set(home.key) & {"school_id", "kindergarten_id"}:
        return None
    return home if set(home.key) <= table.column_ids else None


def _check_pack(loading: _Loading, pack: RulePack) -> None:
    """The scopes and parameters of a pack; names that would hide another."""
    for name, scope in pack.scopes.items():
        where = loading.where[f"scopes {pack.id}.{name}"]
        if scope.each not in BY_NOUN:
            _unknown(loading, *where, "unknown_each", scope.each, BY_NOUN)
        elif name in BY_NOUN[scope.each].column_ids:
            loading.problems.append(Problem("error", "name_clash", *where, value=name))
        else:
            part = Also(each=scope.each, requires=scope.holds)
            _checked(loading, pack, None, part, scope.holds, *where, f"{pack.id}.{name}")
    for name in pack.parameters:
        if name in pack.measures or any(name in rule.parameters for rule in pack.rules.values()):
            where = loading.where[f"parameters {pack.id}.{name}"]
            loading.problems.append(Problem("error", "name_clash", *where, value=name))
    for name, one in pack.measures.items():
        if one.each in BY_NOUN and name in BY_NOUN[one.each].column_ids:
            where = loading.where[f"measure {pack.id}.{name}"]
            loading.problems.append(Problem("error", "name_clash", *where, value=name))


def _check_application(loading: _Loading, pack: RulePack, form: Application) -> None:
    """The rules and measures that the form to apply with names must be there."""
    where = loading.where[f"application {pack.id}"]
    for id in form.rules:
        if id not in pack.rules:
            _unknown(loading, *where, "unknown_id", id, pack.rules)
    for said in form.said:
        try:
            found = blanks(said)
        except ValueError as error:
            loading.problems.append(
                Problem("error", "bad_value", *where, value=said, details={"why": f"{said}: {error}"})
            )
            continue
        for name, category in found:
            one = pack.measures.get(name)
            known = [id for id, measure in pack.measures.items() if measure.each == "county"]
            if name in OF_INDICATOR and category is None:
                continue
            if one is None or name not in known:
                _unknown(loading, *where, "unknown_name", name, [*known, *OF_INDICATOR])
                continue
            split = split_table(pack, one.by)
            codes = (split.column(one.by).codes or {}) if split and one.by else {}
            if category not in (codes or (None,)):
                _unknown(loading, *where, "unknown_category", category or "", codes)


def _check_measure(loading: _Loading, pack: RulePack, name: str, one: Measure) -> None:
    file, line = loading.where[f"measure {pack.id}.{name}"]
    if one.from_ is not None and one.from_ not in TABLES:
        _unknown(loading, file, line, "unknown_table", one.from_, TABLES)
        return
    if one.each not in (*PLACE_NOUNS, *BY_NOUN) or (one.each in BY_NOUN and one.by is not None):
        _unknown(loading, file, line, "unknown_each", one.each, [*BY_NOUN, *PLACE_NOUNS])
        return
    if one.of_others and not set(BY_NOUN[one.each].key) <= TABLES[one.from_ or ""].column_ids:
        _unknown(loading, file, line, "unknown_table", one.from_ or "", _children(BY_NOUN[one.each]))
        return
    table = None if one.table in (None, "values") else TABLES[one.table]
    if one.by is not None and one.table is not None:
        splitting = [column.id for column in TABLES[one.table].columns if column.codes and column.required]
        if one.by not in splitting:
            _unknown(loading, file, line, "unknown_name", one.by, splitting)
            return
    if one.among is not None:
        scopes = [id for id, scope in pack.scopes.items() if table and scope.each == table.noun]
        if one.among not in scopes:
            _unknown(loading, file, line, "unknown_name", one.among, scopes)
            return
    others = others_of(pack, name, one)
    known = sorted(table.column_ids) if table else [id for id, m in pack.measures.items() if m.each == one.each]
    sums = one.table == "values" and one.each == "city"
    aggregated = (one.each in PLACE_NOUNS and table is not None) or one.of_others or sums
    try:
        one._expression = measure.parse(one.value, table, aggregated, [*others, *pack.parameters])
        if one.of_others and measure.variation(one._expression):
            raise MeasureError("measure_function", one.value)
        for node in one._expression.find_all(*measure.AGGREGATES, exp.Filter) if sums else ():
            if type(node) is not exp.Sum or not isinstance(node.this, exp.Column):
                raise MeasureError("measure_function", node.sql())
        for used in measure.columns(one._expression):
            if one.table is None and used not in pack.parameters:
                if used not in known or pack.measures[used].table is None:
                    raise MeasureError("measure_of_measures", used)
            elif one.variation and used not in others and not _is_number(table, used):
                raise MeasureError("measure_not_number", used)
    except MeasureError as error:
        details = {"hint": hint(error.found, [*known, *others]), "expected": ", ".join(known)}
        loading.problems.append(
            Problem("error", error.code, file, line, column=name, value=error.found, details=details)
        )


def _is_number(table: Table | None, name: str) -> bool:
    return table is not None and name in table.column_ids and table.column(name).kind in NUMERIC


def _check_parts(loading: _Loading, pack: RulePack, name: str, one: Measure) -> None:
    """What can be told only when all measures are read: circles, and quotients where there must be none."""
    if one._expression is None:
        return
    file, line = loading.where[f"measure {pack.id}.{name}"]
    columns = TABLES[one.table].column_ids if one.table and one.table != "values" else frozenset()
    if name in _reached(pack, one):
        loading.problems.append(Problem("error", "measure_circular", file, line, column=name, value=name))
        one._expression = None
        return
    for used in measure.undivided(one._expression):
        if used in columns:
            continue
        other = pack.measures.get(used)
        if other is not None and other._expression is not None and _is_quotient(pack, used):
            loading.problems.append(Problem("error", "measure_division", file, line, column=name, value=used))
            one._expression = None
            return


def _reached(pack: RulePack, one: Measure) -> set[str]:
    """The names of the measures that a measure is computed from, directly or not."""
    found: set[str] = set()
    waiting = [one]
    while waiting:
        this = waiting.pop()
        columns = TABLES[this.table].column_ids if this.table and this.table != "values" else frozenset()
        names = () if this._expression is None or this.of_others or this.table == "values" else this.columns
        for name in names:
            if name in pack.measures and name not in columns and name not in found:
                found.add(name)
                waiting.append(pack.measures[name])
    return found


def _is_quotient(pack: RulePack, name: str) -> bool:
    """Whether a measure divides, itself or through those it is computed from."""
    one = pack.measures[name]
    every = [one, *(pack.measures[used] for used in _reached(pack, one))]
    return any(each._expression is not None and measure.divides(each._expression) for each in every)


def others_of(pack: RulePack, name: str, one: Measure) -> list[str]:
    """The measures that a measure's expression may use beside columns: those of the rows that it is computed from."""
    if one.of_others or one.table is None:
        return []
    noun = TABLES[one.table].noun
    return [id for id, other in pack.measures.items() if other.each == noun and id != name]


def _children(table: Table) -> list[str]:
    return [id for id, one in TABLES.items() if one is not table and set(table.key) <= one.column_ids]


def _check_rule(loading: _Loading, pack: RulePack, id: str, rule: Rule) -> None:
    file, line = loading.where[id]
    if rule.group is not None and rule.group not in pack.head.groups:
        _unknown(loading, file, line, "unknown_name", rule.group, pack.head.groups)
    asked = rule.outcome.asked if rule.outcome else None
    if isinstance(asked, str) and pack.parameter(rule, asked) is None:
        _unknown(loading, file, line, "unknown_name", asked, [*rule.parameters, *pack.parameters])
    ways = [rule.requires, rule.outcome, rule.recounts, rule.undecidable]
    if sum(one is not None for one in ways) > 1 or (rule.undecidable and (rule.attested or rule.counted)):
        loading.problems.append(Problem("error", "decided_twice", file, line, value=id))
    if rule.requires is None:
        unused = rule.parameters.keys() - {asked}
        if rule.each or rule.applies or unused or rule.also:
            loading.problems.append(Problem("error", "requires_nothing", file, line, value=id))
        return
    if rule.each is None:
        _unknown(loading, file, line, "unknown_each", "", [*BY_NOUN, *PLACE_NOUNS])
        return
    for reading in rule.readings:  # those that are not in use are checked too
        if reading != rule.reading:
            for part in rule.read_as(reading).parts:
                _asked(loading, pack, id, rule, part)
    asks = [_asked(loading, pack, id, rule, part) for part in rule.parts]
    relaxed = [
        _asked(loading, pack, id, rule, rule.parts[0].model_copy(update={"applies": None, "requires": text}))
        for one in rule.relaxations
        for text in (f"({one.applies}) and ({one.requires})",)
    ]
    if rule._relaxed and asks[0]:
        either = condition.Or((asks[0].requires, *(one.requires for one in relaxed if one)))
        asks[0] = replace(asks[0], requires=either, strictly=asks[0].requires)
    rule._asks = tuple(ask for ask in asks if ask)
    used = {name for ask in rule.asks for one in (ask.requires, ask.applies) if one for name in condition.names(one)}
    for name in rule.shows:
        if name not in measures_of(pack, rule.each, rule.by):
            _unknown(loading, file, line, "unknown_name", name, operands(pack, rule.parameters, rule.parts[0]))
    if isinstance(rule.holds_for, Share) and isinstance(rule.holds_for.at_least, str):
        used.add(rule.holds_for.at_least)
        if pack.parameter(rule, rule.holds_for.at_least) is None:
            _unknown(loading, file, line, "unknown_name", rule.holds_for.at_least, [*rule.parameters, *pack.parameters])
    for name, parameter in rule.parameters.items():
        # With several readings a parameter may belong to one that is not in use.
        if name not in used and not rule.readings and not rule.relaxations and len(rule.asks) == len(rule.parts):
            loading.problems.append(Problem("error", "unused_parameter", file, line, column=id, value=name))
        if name in pack.measures or any(column_of(BY_NOUN.get(part.each), name) for part in rule.parts):
            loading.problems.append(Problem("error", "name_clash", file, line, column=id, value=name))
        if isinstance(parameter, ByCategory):
            tables = [BY_NOUN.get(part.each) or split_table(pack, part.by) for part in rule.parts]
            _check_categories(loading, file, line, [table for table in tables if table], parameter)
        for dated in dated_values(parameter):
            if not dated:
                loading.problems.append(Problem("error", "no_value", file, line, column=id, value=name))


def _check_outcomes(loading: _Loading, packs: Mapping[str, RulePack]) -> None:
    """The rules that others read the outcome of, or differ from, must be there, and none may lead back to itself."""
    known = {id: rule for pack in packs.values() for id, rule in pack.rules.items()}
    of_each: dict[str, list[str]] = {}
    for id, rule in known.items():
        pack = packs[id.partition(".")[0]]
        read = (*(rule.outcome.of if rule.outcome else ()), *([rule.recounts] if rule.recounts else ()))
        for one in (*read, *rule.differs_from):
            if one not in known and one not in packs and one.partition(".")[0] not in loading.skipped:
                _unknown(loading, *loading.where[id], "unknown_id", one, [*known, *packs])
        for one in read:
            of_each.setdefault(id, []).extend([one] if one in known else packs[one].rules if one in packs else [])
            if one.partition(".")[0] not in (pack.id, *pack.head.leans_on):
                about = {"standard": one.partition(".")[0]}
                loading.problems.append(Problem("error", "not_leaned_on", *loading.where[id], value=one, details=about))
    for id in of_each:
        reached: set[str] = set()
        waiting = list(of_each[id])
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting += of_each.get(one, [])
        if id in reached:
            loading.problems.append(Problem("error", "outcome_circular", *loading.where[id], value=id))


def split_table(pack: RulePack, by: str | None) -> Table | None:
    """A table that places are split by, by that column."""
    return next((TABLES[m.table] for m in pack.measures.values() if by and m.by == by and m.table), None)


def _asked(loading: _Loading, pack: RulePack, id: str, rule: Rule, part: Also) -> Ask | None:
    """One thing that a rule asks, read and checked; None where it can't be."""
    file, line = loading.where[id]
    if part.each not in BY_NOUN and part.each not in PLACE_NOUNS:
        _unknown(loading, file, line, "unknown_each", part.each, [*BY_NOUN, *PLACE_NOUNS])
        return None
    if part.needs is not None and part.needs not in TABLES:
        _unknown(loading, file, line, "unknown_table", part.needs, TABLES)
    requires = _condition(loading, pack, id, rule, part, "requires", part.requires)
    applies = _condition(loading, pack, id, rule, part, "applies", part.applies) if part.applies else None
    if requires is None or (part.applies and applies is None):
        return None
    used = {name for one in (requires, applies) if one for name in condition.names(one)}
    split_by = [one.by for name in used for one in with_parts(pack, name).values() if one.by]
    if part.by is not None and part.by not in split_by:
        _unknown(loading, file, line, "unknown_by", part.by, [one.by for one in pack.measures.values() if one.by])
        return None
    return Ask(part.each, part.by, requires, applies, part.proves, part.needs)


def dated_values(parameter: Parameter) -> list[Dated]:
    """The dated values of a parameter: those of each category where it has several."""
    if isinstance(parameter, ByCategory):
        return list((parameter.__pydantic_extra__ or {}).values())
    return [parameter]


def _check_categories(loading: _Loading, file: str, line: int, tables: list[Table], parameter: ByCategory) -> None:
    columns = [column for table in tables if (column := column_of(table, parameter.by)) and column.codes]
    if not columns:
        known = [one.id for table in tables for one in table.columns if one.codes]
        _unknown(loading, file, line, "unknown_name", parameter.by, known)
        return
    for category in parameter.__pydantic_extra__ or {}:
        if category not in (columns[0].codes or {}):
            _unknown(loading, file, line, "unknown_category", category, columns[0].codes or {})


def _condition(
    loading: _Loading, pack: RulePack, id: str, rule: Rule, part: Also, key: str, text: str
) -> Condition | None:
    file, line = loading.where[id]
    line = loading.lines[file].line(("rules", id, key)) or line
    return _checked(loading, pack, rule, part, text, file, line, id)


def _checked(
    loading: _Loading, pack: RulePack, rule: Rule | None, part: Also, text: str, file: str, line: int, id: str
) -> Condition | None:
    """A condition, read, with its names checked; None where something is wrong with it."""
    parsed = _parsed(loading, pack, part.each, text, file, line, id)
    if parsed is None:
        return None
    own = rule.parameters if rule else {}
    known = operands(pack, own, part)
    before = len(loading.problems)
    for comparison in condition.comparisons(parsed):
        codes = _codes(pack, part, comparison)
        if codes is not None:
            if comparison.code not in codes:
                _unknown(loading, file, line, "unknown_category", comparison.code or "number", codes)
            elif comparison.operator not in ("==", "!="):
                loading.problems.append(
                    Problem("error", "codes_in_order", file, line, column=id, value=comparison.operator)
                )
            continue
        for operand in (comparison.left, comparison.right):
            if isinstance(operand, condition.Part) and operand.name not in (*own, *pack.parameters):
                _unknown(loading, file, line, "unknown_name", operand.name, [*own, *pack.parameters])
            if isinstance(operand, Name) and operand.text not in known and not _elsewhere(pack, part, operand.text):
                _unknown(loading, file, line, "unknown_name", operand.text, known)
    return parsed if len(loading.problems) == before else None


def _parsed(loading: _Loading, pack: RulePack, each: str, text: str, file: str, line: int, id: str) -> Condition | None:
    """A condition, read, with the scopes that it refers to put in."""
    try:
        return scoped(pack, each, condition.parse(text))
    except KeyError as error:
        table = BY_NOUN.get(each)
        nouns = [each, *(noun for noun in BY_NOUN if table and parent_of(table, noun))]
        scopes = {name: scope.each for name, scope in pack.scopes.items() if scope.each in nouns}
        known = [name if noun == each else f"{noun}.{name}" for name, noun in scopes.items()]
        _unknown(loading, file, line, "unknown_scope", str(error.args[0]), known)
    except (ConditionError, ValueError) as error:
        details = {"text": text}
        loading.problems.append(Problem("error", "condition", file, line, column=id, value=str(error), details=details))
    return None


def scoped(pack: RulePack, each: str, asked: Condition) -> Condition:
    """The condition with the scopes of its own rows, and of the rows that they belong to, put in.

    Raises KeyError with the name of a scope that there is none of, ConditionError where one can't be read.
    """
    found: dict[str, Condition] = {}
    for name in condition.references(asked):
        noun, _, own = name.rpartition(".")
        scope = pack.scopes.get(own)
        if scope is None or scope.each != (noun or each):
            raise KeyError(name)
        found[own] = scoped(pack, scope.each, condition.parse(scope.holds))
    return condition.resolved(asked, found)


def _elsewhere(pack: RulePack, part: Also, name: str) -> bool:
    """Whether a name is a number or a code of the row that each subject belongs to."""
    column = column_of(BY_NOUN.get(part.each), name) if "." in name else None
    if column is None:
        return measure_elsewhere(pack, part.each, name) is not None
    return column.kind in NUMERIC or bool(column.codes)


def measure_elsewhere(pack: RulePack, each: str, name: str) -> str | None:
    """The measure that `noun.name` stands for: one of the row that each subject belongs to."""
    noun, _, own = name.rpartition(".")
    table = BY_NOUN.get(each)
    one = pack.measures.get(own) if table and noun and parent_of(table, noun) else None
    return own if one and one.each == noun else None


def _codes(pack: RulePack, part: Also, comparison: Comparison) -> frozenset[str] | None:
    """The codes that the left side can have, where it is a column of codes."""
    if not isinstance(comparison.left, Name):
        return None
    name = comparison.left.text
    table = BY_NOUN.get(part.each)
    if table is None and name == part.by:
        table = split_table(pack, name)
    column = column_of(table, name)
    return frozenset(column.codes) if column and column.codes else None


def operands(pack: RulePack, own: Collection[str], part: Also) -> list[str]:
    """The names that conditions may use: parameters (`own` are the rule's), measures of the subjects, their numbers."""
    table = BY_NOUN.get(part.each)
    columns = [one.id for one in table.columns if one.kind in NUMERIC or one.codes] if table else []
    by = [part.by] if part.by else []
    return [*own, *pack.parameters, *measures_of(pack, part.each, part.by), *columns, *by]


def with_parts(pack: RulePack, name: str) -> dict[str, Measure]:
    """The measures that make up the measure of that name, by name, itself the last; empty where there is none."""
    one = pack.measures.get(name)
    if one is None:
        return {}
    parts: dict[str, Measure] = {}
    if one._expression is not None and not one.of_others and one.table != "values":  # None where it was refused
        for used in one.columns:
            if used != name and used not in (TABLES[one.table].column_ids if one.table else ()):
                parts |= with_parts(pack, used)
    return {**parts, name: one}


def measures_of(pack: RulePack, each: str, by: str | None) -> list[str]:
    """The measures of a rule's subjects; a measure of the whole place holds for each of its categories."""
    return [name for name, one in pack.measures.items() if one.each == each and one.by in (None, by)]


def valued(pack: RulePack, name: str, rule: str) -> RulePack:
    """The pack with one rule more, which asks nothing but what a measure of places comes to (its left side)."""
    one = pack.measures[name]
    asked = condition.parse(f"{name} >= 0")
    source = Source(document=pack.head.document, certainty="A")
    made = Rule(
        number="", title=Text(zh=name, en=name), source=source, each=one.each, by=one.by, requires=f"{name} >= 0"
    )
    made._asks = (Ask(one.each, one.by, asked, None),)
    return replace(pack, rules={**pack.rules, rule: made})


def lint(book: Rulebook, day: date) -> list[Problem]:
    """What a careful author would still mend: rules without cases, texts that are missing, limits that disagree."""
    problems: list[Problem] = []
    cased: dict[str, set[str]] = {}
    for case in book.cases:
        cased.setdefault(case.rule, set()).add(case.verdict)
    for id, pack, rule in book.rules():
        file, line = book.where[id]
        if rule.judged and not {"met", "unmet"} <= cased.get(id, set()):
            problems.append(Problem("error", "no_cases", file, line, value=id))
        for name, parameter in rule.parameters.items():
            for category, limit in limits(parameter, day).items():
                if limit.coming and not rule.target:
                    details = {"day": day, "category": category or "", "since": limit.since}
                    problems.append(Problem("error", "no_value_on_day", file, line, id, name, details=details))
        if rule.asks:
            problems.extend(_contradictions(id, rule, day, file, line))
            problems.extend(_left_out(id, pack, rule, file, line))
    return problems


def _left_out(id: str, pack: RulePack, rule: Rule, file: str, line: int) -> Iterator[Problem]:
    """Categories that a parameter has no value for, in a rule that asks something of all of them."""
    for name, parameter in rule.parameters.items():
        if not isinstance(parameter, ByCategory) or rule.applies is not None:
            continue
        ask = rule.asks[0]
        column = column_of(BY_NOUN.get(ask.each) or split_table(pack, ask.by), parameter.by)
        if column is None:
            continue  # told already
        missing = (column.codes or {}).keys() - (parameter.__pydantic_extra__ or {}).keys()
        if missing:
            details = {"categories": ", ".join(sorted(missing))}
            yield Problem("error", "no_category", file, line, column=id, value=name, details=details)


def _contradictions(id: str, rule: Rule, day: date, file: str, line: int) -> Iterator[Problem]:
    """Pairs of comparisons joined by `and` that no value can satisfy, such as `x >= 50 and x <= 45`."""
    requires = rule.asks[0].requires
    if not isinstance(requires, condition.And):
        return
    # The lower bound with whether it is strict, the upper one with whether it is not: so that max and min compare.
    bounds: dict[tuple[str, str | None], dict[str, tuple[Fraction, bool]]] = {}
    for part in requires.parts:
        if not isinstance(part, Comparison) or not isinstance(part.left, Name):
            continue
        values: dict[str | None, Fraction | None] = {}
        if isinstance(part.right, condition.Number):
            values = {None: part.right.value}
        elif isinstance(part.right, Name) and part.right.text in rule.parameters:
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
