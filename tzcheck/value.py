"""County values: what each is called, in which unit, and of which kind it must be."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tzcheck.errors import Problem, hint
from tzcheck.texts import text

# The file of a folder of packs that describes them: key, title, title_en, unit, kind.
VALUES_FILE = "values.csv"
COLUMNS = ("key", "title", "title_en", "unit", "kind")
KINDS = frozenset({"count", "measure", "number", "percent", "share", "level", "date"})
# A value of the year before has the key of this year's with this behind it.
LAST_YEAR = "_last_year"


@dataclass(frozen=True)
class CountyValue:
    """What a county value is called in Chinese and English, its unit and its kind."""

    zh: str
    en: str
    unit: str
    kind: str

    def of(self, lang: str) -> str:
        """The title in `lang`, with the unit."""
        title = self.zh if lang == "zh" else self.en
        return text("template.with_unit", lang, title=title, unit=unit_shown(self.unit)) if self.unit else title


def unit_shown(unit: str) -> str:
    """A unit for people."""
    return "m²" if unit == "m2" else unit


def read_values(folder: Path) -> tuple[dict[str, CountyValue], list[Problem]]:
    """The values that a folder of packs describes, and what is wrong with its file."""
    path = folder / VALUES_FILE
    found: dict[str, CountyValue] = {}
    problems: list[Problem] = []
    if not path.is_file():
        return found, problems
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        lacking = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if lacking:
            details = {"lacking": ", ".join(lacking)}
            return found, [Problem("error", "values_columns", str(path), 1, details=details)]
        for row in rows:
            if row["kind"] not in KINDS:
                about = {"expected": ", ".join(sorted(KINDS)), "hint": hint(row["kind"] or "", KINDS)}
                problems.append(
                    Problem("error", "value_kind", str(path), rows.line_num, "kind", row["kind"], details=about)
                )
            found[row["key"]] = CountyValue(row["title"], row["title_en"], row["unit"], row["kind"])
    return found, problems


def kinds_of(values: Mapping[str, CountyValue], keys: Iterable[str]) -> dict[str, str]:
    """The kind of every value that is described, this year's and last's; of other `keys`, that it is a number."""
    described = {key + year: one.kind for key, one in values.items() for year in ("", LAST_YEAR)}
    return dict.fromkeys(keys, "number") | described
