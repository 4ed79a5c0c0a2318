"""Coverage: which statement of a catalogue is covered by which rule, and how."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tzcheck.errors import Problem, UsageFault
from tzcheck.readers.csv import look
from tzcheck.rule import Rule, Rulebook, RulePack, Text

NO_RULE = Text(zh="没有规则涉及", en="no rule covers it")
# How sure a statement is to be decided, best first.
HOWS = ("judged", "recomputed", "attested", "undecidable")


@dataclass(frozen=True)
class Covered:
    """A statement: how it is covered (None: not at all), by which rule, and what the rule says (or why it can't)."""

    id: str
    how: str | None
    rule: str | None
    why: Text


def read(path: Path) -> list[str]:
    """The ids in the column `id` of a CSV, in its order. Raises UsageFault with all that is wrong with it."""
    if not path.is_file():
        raise UsageFault([Problem("error", "no_such_path", str(path))])
    looked = look(path, path.name, None)
    if looked.encoding is None:
        raise UsageFault(looked.problems)
    problems: list[Problem] = []
    try:
        with path.open(encoding=looked.encoding, newline="") as text:
            rows = list(csv.reader(text, strict=True))
    except csv.Error as error:
        raise UsageFault([Problem("error", "csv_syntax", path.name, details={"why": str(error)})]) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    if "id" not in header:
        raise UsageFault([Problem("error", "no_id_column", path.name, 1, details={"found": ", ".join(header) or "—"})])
    column = header.index("id")
    ids: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        id = cells[column].strip() if len(cells) > column else ""
        if not any(cell.strip() for cell in cells):
            continue
        if not id:
            problems.append(Problem("error", "no_statement", path.name, number, "id"))
        elif id in ids:
            problems.append(Problem("error", "same_statement", path.name, number, "id", id, details={"first": ids[id]}))
        else:
            ids[id] = number
    if not ids and not problems:
        problems.append(Problem("error", "no_rows", path.name))
    if problems:
        raise UsageFault(problems)
    return list(ids)


def coverage(book: Rulebook, statements: Iterable[str]) -> list[Covered]:
    """How each statement is covered; of several rules the one that decides most."""
    best: dict[str, Covered] = {}
    for id, pack, rule in book.rules():
        how = _how(pack, rule)
        for statement in rule.covers:
            before = best.get(statement)
            if before is None or before.how is None or HOWS.index(how) < HOWS.index(before.how):
                best[statement] = Covered(statement, how, id, rule.undecidable or rule.title)
    return [best.get(statement, Covered(statement, None, None, NO_RULE)) for statement in statements]


def _how(pack: RulePack, rule: Rule) -> str:
    if rule.judged:
        return "recomputed" if pack.head.recomputes else "judged"
    return "attested" if rule.attested else "undecidable"
