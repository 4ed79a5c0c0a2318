"""Problems found in facts and rules, and the faults that end a run, each with its exit code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from tzcheck.texts import text

EXIT_MET, EXIT_FAILED, EXIT_USAGE, EXIT_FACTS, EXIT_INTERNAL, EXIT_NOTHING = 0, 1, 2, 3, 4, 5

SEVERITIES = ("error", "query", "explained")
NO_DETAILS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong at one place: `code` names its text, `details` fill it in.

    `row` counts as a spreadsheet does (the header of a CSV is row 1); for YAML it is the line.
    In a workbook `file` is the file and the sheet, `a.xlsx!班级`, and `cell` the cell in it, `C7`.
    `severity` is `error` (exit code 3), `query` (to be looked at; leaves the exit code alone) or `explained` (a query
    that was answered). `check` is the id of the cross-check that failed, `subject` what it failed for.
    """

    severity: str
    code: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    county: str | None = None
    cell: str | None = None
    check: str | None = None
    subject: str | None = None
    details: Mapping[str, object] = field(default_factory=lambda: NO_DETAILS)

    def message(self, lang: str) -> str:
        """The problem as one sentence: what was found and what to do."""
        return text(f"problem.{self.code}", lang, value=self.value, column=self.column, **self.details)

    def expected(self, lang: str) -> str | None:
        """What would have been right, where that can be said."""
        wanted = self.details.get("expected")
        if wanted is None:
            return None
        return wanted[lang] if isinstance(wanted, Mapping) else str(wanted)

    def order(self) -> tuple[int, str, int]:
        """Errors before queries before what is explained, then by file and row."""
        return SEVERITIES.index(self.severity), self.file or "", self.row or 0

    def where(self) -> str:
        """`file:row:column`, or `file!sheet!cell` in a workbook, as far as known."""
        if self.cell:
            return f"{self.file}!{self.cell}"
        parts = [self.file, None if self.row is None else str(self.row), self.column]
        return ":".join(part for part in parts if part)


def hint(value: str, known: Iterable[str], cutoff: float = 0.5) -> Mapping[str, str]:
    """`; is it …?` with the known name that is nearest to `value`; empty where none is near."""
    near = get_close_matches(value, sorted(set(known)), 1, cutoff)
    return {"zh": f"；是否应为 {near[0]}？", "en": f"; is it {near[0]}?"} if near else {"zh": "", "en": ""}


class Fault(Exception):
    """Ends the run with `exit_code`; `problems` say why."""

    exit_code = EXIT_INTERNAL

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.where()} {p.message('en')}".strip() for p in self.problems))


class UsageFault(Fault):
    """The command line asks for something that is not there."""

    exit_code = EXIT_USAGE


class RuleFault(Fault):
    """A rule file is wrong."""

    exit_code = EXIT_USAGE


class NothingFault(Fault):
    """Nothing was given that could be judged."""

    exit_code = EXIT_NOTHING


class FactsFault(Fault):
    """No facts could be read at all."""

    exit_code = EXIT_FACTS


class EngineFault(Fault):
    """An engine did not do its work."""

    exit_code = EXIT_INTERNAL
