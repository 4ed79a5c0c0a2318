"""Rule files: read, validated, checked and linted; every fault with its file and line."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ValidationError,
)
from sqlglot import exp

from tzcheck import condition, document, measure
from tzcheck.condition import Comparison, Condition, ConditionError, Name
from tzcheck.errors import Problem, RuleFault, hint
from tzcheck.measure import MeasureError
from tzcheck.rule import (
    OF_INDICATOR,
    PLACE_NOUNS,
    Also,
    Application,
    Ask,
    ByCategory,
    Case,
    CasesFile,
    Heading,
    Measure,
    Model,
    Outcome,
    PackFile,
    PackHead,
    Parameter,
    Profile,
    Reading,
    Recognition,
    Relaxation,
    Rule,
    Rulebook,
    RulePack,
    Scope,
    Share,
    Signs,
    Source,
    Text,
    TopicFile,
    blanks,
    column_of,
    dated_values,
    limits,
    measure_elsewhere,
    measures_of,
    parent_of,
    scoped,
    split_table,
    with_parts,
)
from tzcheck.table import BY_NOUN, NUMERIC, TABLES, Table
from tzcheck.value import VALUES_FILE, CountyValue, read_values

PACK_FILE = "pack.yaml"
CASES_SUFFIX = ".cases.yaml"
PROFILES = "profiles"

ModelT = TypeVar("ModelT", bound=Model)


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
        if one.of_others and measure.variation(one.expression):
            raise MeasureError("measure_function", one.value)
        for node in one.expression.find_all(*measure.AGGREGATES, exp.Filter) if sums else ():
            if type(node) is not exp.Sum or not isinstance(node.this, exp.Column):
                raise MeasureError("measure_function", node.sql())
        for used in measure.columns(one.expression):
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
    if one.refused:
        return
    file, line = loading.where[f"measure {pack.id}.{name}"]
    columns = TABLES[one.table].column_ids if one.table and one.table != "values" else frozenset()
    if name in _reached(pack, one):
        loading.problems.append(Problem("error", "measure_circular", file, line, column=name, value=name))
        one._expression = None
        return
    for used in measure.undivided(one.expression):
        if used in columns:
            continue
        other = pack.measures.get(used)
        if other is not None and not other.refused and _is_quotient(pack, used):
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
        names = () if this.refused or this.of_others or this.table == "values" else this.columns
        for name in names:
            if name in pack.measures and name not in columns and name not in found:
                found.add(name)
                waiting.append(pack.measures[name])
    return found


def _is_quotient(pack: RulePack, name: str) -> bool:
    """Whether a measure divides, itself or through those it is computed from."""
    one = pack.measures[name]
    every = [one, *(pack.measures[used] for used in _reached(pack, one))]
    return any(not each.refused and measure.divides(each.expression) for each in every)


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


def _elsewhere(pack: RulePack, part: Also, name: str) -> bool:
    """Whether a name is a number or a code of the row that each subject belongs to."""
    column = column_of(BY_NOUN.get(part.each), name) if "." in name else None
    if column is None:
        return measure_elsewhere(pack, part.each, name) is not None
    return column.kind in NUMERIC or bool(column.codes)


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
