"""Maps of official forms: under which label each item is found, and which column of which table it goes to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tzcheck import document
from tzcheck.cells import parse_date
from tzcheck.errors import Problem, RuleFault
from tzcheck.place import spelled
from tzcheck.table import WHOLE_UNITS

FOLDER = Path(__file__).parent / "forms"
# Units by what they measure, and how many of its smallest each is.
UNITS = {
    "元": ("money", 1), "千元": ("money", 1000), "万元": ("money", 10_000), "亿元": ("money", 100_000_000),
    "平方米": ("area", 1), "m2": ("area", 1), "m^2": ("area", 1), "平米": ("area", 1), "平方": ("area", 1),
    "人": ("count", 1), "名": ("count", 1), "个": ("count", 1), "间": ("count", 1), "所": ("count", 1),
    "班": ("count", 1), "册": ("books", 1), "年": ("years", 1), "是/否": ("yes", 1),
}  # fmt: skip
UNIT_BEHIND = re.compile(r"\(([^()]+)\)$")
# The line of a sheet that names the unit of all its values: 单位：元. 填报单位 is the school that fills it in.
UNIT_OF_SHEET = re.compile(r"(?:^|[^报])单位:([^():]+)")
# Signs by which a form marks an item that must be filled in, and what stands before its name.
ORNAMENTS = re.compile(r"^(?:[*#]+|\(?[0-9]+[)、]|[0-9]+\.(?![0-9])|[一二三四五六七八九十]+、|其中[::]?)+|[*::]+$")

LabelPath = tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """An item of a form: its labels (in a form of rows), or the labels of its row and column (in a form of sheets).

    Each of several labels is a path, outermost first. A `band` stands in place of the row's label. `stage` is that of
    the schools that have the item, `block` a label that its row stands below in schools that have a senior stage.
    `known` are the cells that it was found in elsewhere, `zero_if_blank` whether the form leaves a 0 blank. `label` is
    what it is called in messages.
    """

    id: str
    rows: tuple[LabelPath, ...]
    columns: tuple[LabelPath, ...] = ()
    label: str = ""
    number: int | None = None
    unit: str | None = None
    stage: str | None = None
    required: bool = True
    sheet: str | None = None
    band: str | None = None
    block: str | None = None
    known: tuple[str, ...] = ()
    zero_if_blank: bool = False

    @property
    def counts(self) -> bool:
        """Whether its value is a whole number."""
        return self.unit in WHOLE_UNITS

    @property
    def is_amount(self) -> bool:
        """Whether its value is a number of something."""
        return self.unit is not None and not self.is_question

    @property
    def is_question(self) -> bool:
        """Whether it is answered by yes or no."""
        return self.unit is not None and UNITS[spelled(self.unit)][0] == "yes"


@dataclass(frozen=True)
class Target:
    """Where items go: the column of a table, in the row that `row` names beside the school.

    `terms` are items with `+`, `-` or `/` before each. In a column or row with a `*` it goes to the only stage that the
    school has. `answers` give, for the items in order, what is written where the answer is yes; a `latest` one also
    rules out a no behind it. `meant` is what the column stands for, where the form has something else.
    """

    table: str
    column: str
    terms: tuple[tuple[str, str], ...]
    row: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    answers: tuple[str, ...] = ()
    latest: bool = False
    meant: Mapping[str, str] | None = None

    @property
    def is_quotient(self) -> bool:
        """Whether one item is divided by another."""
        return any(sign == "/" for sign, _ in self.terms)


@dataclass(frozen=True)
class Form:
    """A form in one version: the days that it was in use, where the map is from, its items and where they go.

    `layout` is `list` (a row an item, under the headers `columns`), `sheets` (sheets whose names begin as `names`
    says), or `unknown`: it can be told, but not read. `same` are items that say the same, `totals` items with the
    others that they are the total of.
    """

    id: str
    title: Mapping[str, str]
    layout: str
    since: date | None
    until: date | None
    source: Mapping[str, str]
    names: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def target(self, table: str, column: str) -> str | None:
        """The item that alone goes to a column; None where there is none."""
        found = (one.terms[0][1] for one in self.targets if (one.table, one.column) == (table, column))
        return next(found, None)

    @property
    def of_school(self) -> bool:
        """Whether a form of this kind is of one school."""
        return any(one.table == "schools" for one in self.targets)


def labelled(text: str) -> str:
    """A label as it is compared: half-width, without spaces, numbering and a unit in brackets behind it."""
    folded = ORNAMENTS.sub("", spelled(text).casefold())
    behind = UNIT_BEHIND.search(folded)
    return folded[: behind.start()] if behind and unit_of(behind[1]) else folded


def unit_of(text: str) -> str | None:
    """The unit that a cell names; None where it is none."""
    folded = spelled(text).casefold().removeprefix("单位:")
    bare = folded[1:-1] if folded.startswith("(") and folded.endswith(")") else folded
    return bare if bare in UNITS else None


def unit_behind(text: str) -> str | None:
    """The unit in brackets behind a label."""
    behind = UNIT_BEHIND.search(spelled(text))
    return unit_of(behind[1]) if behind else None


def units_of_sheet(text: str) -> list[str]:
    """The units that a line such as 单位：元 names for the whole sheet."""
    named = UNIT_OF_SHEET.search(spelled(text))
    found = map(unit_of, re.split("[、,;/]", named[1])) if named else ()
    return [unit for unit in found if unit]


def forms(folder: Path = FOLDER) -> tuple[Form, ...]:
    """All maps. Raises RuleFault where one is wrong."""
    return tuple(_form(path) for path in sorted(folder.glob("*.yaml")))


def _form(path: Path) -> Form:
    found, problems = document.read(path.read_bytes(), path.name)
    if found is None:
        raise RuleFault(problems)
    try:
        return _read(found.value)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RuleFault([Problem("error", "bad_value", path.name, details={"why": repr(error)})]) from None


def _read(value: dict[str, Any]) -> Form:
    items = {id: _item(id, about, None) for id, about in value.get("items", {}).items()}
    for sheet, about in value.get("sheets", {}).items():
        items |= {id: _item(id, about.get("all", {}) | one, sheet) for id, one in about["items"].items()}
    targets = []
    for table, columns in value.get("into", {}).items():
        if isinstance(columns, list):
            for row in columns:
                *keys, (column, terms) = row.items()
                targets.append(_target(table, column, terms, dict(keys)))
        else:
            targets += [_target(table, column, terms, {}) for column, terms in columns.items()]
    same = tuple((first, second) for first, second in value.get("same", ()))
    totals = {total: tuple(parts) for total, parts in value.get("totals", {}).items()}
    named = {id for one in targets for _, id in one.terms} | {id for pair in same for id in pair}
    for id in named.union(totals, *totals.values()):
        items[id]  # a name that is no item is an error of the map
    valid = value["valid"]
    return Form(
        value["form"], value["title"], value["layout"],
        parse_date(valid.get("from", "")), parse_date(valid.get("until", "")), value["source"],
        value.get("names", ""), value.get("columns", {}), items, tuple(targets), same, totals,
    )  # fmt: skip


def _item(id: str, about: dict[str, Any], sheet: str | None) -> Item:
    rows = about.get("row", [about["label"]] if "label" in about else [])
    columns = about.get("column", ())
    label = " × ".join([about.get("band") or rows[0], *columns[:1]])
    return Item(
        id, _paths(rows), _paths(columns), label, about.get("number"), about.get("unit"), about.get("stage"),
        about.get("required", True), sheet, about.get("band"), about.get("block"), tuple(about.get("known", ())),
        about.get("blank") == 0,
    )  # fmt: skip


def _paths(labels: Sequence[str]) -> tuple[LabelPath, ...]:
    return tuple(tuple(labelled(one) for one in label.split(" > ")) for label in labels)


def _target(table: str, column: str, terms: Any, row: dict[str, str]) -> Target:
    match terms:
        case {"is": expression, "unit": unit}:
            return Target(table, column, _terms(expression), row, unit, meant=terms.get("meant"))
        case {"latest": answers}:
            return Target(table, column, tuple(("+", id) for id in answers.values()), row, None, tuple(answers), True)
        case {"yes": answers}:
            return Target(table, column, tuple(("+", id) for id in answers.values()), row, None, tuple(answers))
        case str():
            return Target(table, column, _terms(terms), row)
    raise ValueError(terms)


def _terms(expression: str) -> tuple[tuple[str, str], ...]:
    """`a + b - c` as `+ a`, `+ b`, `- c`."""
    words = ["+", *expression.split()]
    if len(words) % 2 or not set(words[::2]) <= {"+", "-", "/"}:
        raise ValueError(expression)
    return tuple(zip(words[::2], words[1::2], strict=True))
