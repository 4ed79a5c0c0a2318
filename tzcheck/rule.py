"""Rules: what a standard asks. `loading` makes them of the packs of YAML."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    WithJsonSchema,
)

from tzcheck import condition
from tzcheck.condition import Condition
from tzcheck.place import Place
from tzcheck.table import BY_NOUN, TABLES, Column, Table
from tzcheck.value import CountyValue, kinds_of

if TYPE_CHECKING:
    from sqlglot import exp

PLACE_NOUNS = ("county", "city")


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

    _expression: "exp.Expr | bytes | None" = PrivateAttr(default=None)

    @property
    def expression(self) -> "exp.Expr":
        """The checked expression."""
        assert self._expression is not None
        if isinstance(self._expression, bytes):
            self._expression = pickle.loads(self._expression)
        return cast("exp.Expr", self._expression)

    @property
    def refused(self) -> bool:
        """Whether its expression is none."""
        return self._expression is None

    def __getstate__(self) -> dict[Any, Any]:
        """What is kept: what it reads, and its expression as bytes, which become a tree where one is needed."""
        if self.refused:
            return super().__getstate__()
        known = {"variation": self.variation, "columns": self.columns, "summed": self.summed}
        state = super().__getstate__()
        cells = {name: value for name, value in state["__dict__"].items() if name != "where"} | known
        private = {**state["__pydantic_private__"], "_expression": pickle.dumps(self.expression)}
        return {**state, "__dict__": cells, "__pydantic_private__": private}

    # The module of expressions is imported where one is asked, which rules that were kept seldom are.

    @cached_property
    def variation(self) -> tuple[str, str | None] | None:
        """What it is the coefficient of variation of, and the weight; None where it is none."""
        from tzcheck import measure

        return measure.variation(self.expression)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of facts (keys of values, other measures, parameters) that it reads, as they are written."""
        from tzcheck import measure

        return measure.columns(self.expression)

    @cached_property
    def where(self) -> "exp.Expr | None":
        """Which rows of its table it reads: None for all, or those of its keys."""
        from tzcheck import measure

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
        from tzcheck import measure

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


def split_table(pack: RulePack, by: str | None) -> Table | None:
    """A table that places are split by, by that column."""
    return next((TABLES[m.table] for m in pack.measures.values() if by and m.by == by and m.table), None)


def dated_values(parameter: Parameter) -> list[Dated]:
    """The dated values of a parameter: those of each category where it has several."""
    if isinstance(parameter, ByCategory):
        return list((parameter.__pydantic_extra__ or {}).values())
    return [parameter]


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


def measure_elsewhere(pack: RulePack, each: str, name: str) -> str | None:
    """The measure that `noun.name` stands for: one of the row that each subject belongs to."""
    noun, _, own = name.rpartition(".")
    table = BY_NOUN.get(each)
    one = pack.measures.get(own) if table and noun and parent_of(table, noun) else None
    return own if one and one.each == noun else None


def with_parts(pack: RulePack, name: str) -> dict[str, Measure]:
    """The measures that make up the measure of that name, by name, itself the last; empty where there is none."""
    one = pack.measures.get(name)
    if one is None:
        return {}
    parts: dict[str, Measure] = {}
    if not one.refused and not one.of_others and one.table != "values":  # None where it was refused
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
