"""What every reader returns: a header and the rows below it, as texts."""

from dataclasses import dataclass

from tzcheck.errors import Problem
from tzcheck.table import WORKED_OUT, Table


@dataclass(frozen=True)
class RawTable:
    """The cells of one table of a file: `records` are (row number, cells), rows counted as a spreadsheet does.

    `lost` rows were read and could not be made a record.
    """

    header_row: int
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]
    problems: tuple[Problem, ...] = ()
    lost: int = 0


def header_spelling(text: str) -> str:
    """A header as it is compared: without spaces and in half-width brackets, whatever the case."""
    folded = "".join(text.split()).casefold()
    return folded.translate(str.maketrans("（），：％", "(),:%"))


def spellings(table: Table) -> dict[str, str]:
    """The column id for every spelling of a header that the table knows."""
    known: dict[str, str] = {}
    for column in table.columns:
        if column.kind in WORKED_OUT:
            continue
        for header in (column.id, *column.headers):
            known.setdefault(header_spelling(header), column.id)
    return known
