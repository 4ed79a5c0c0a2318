"""What a database has: its tables and views, and a session in which they are read, whichever database it is."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from tzcheck.readers import csv
from tzcheck.readers.rows import Bulk, RawTable


@dataclass(frozen=True)
class Column:
    """A column of a database: its name, what kind of text it becomes, whether the user may read it."""

    name: str
    kind: str
    allowed: bool = True


@dataclass(frozen=True)
class Relation:
    """A table or view; one that is `visible` needs no schema before its name."""

    schema: str
    name: str
    visible: bool
    columns: tuple[Column, ...]

    @property
    def path(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.name}"


# The header of each column, itself, and whether its cells are wanted or only whether there are any.
Headed: TypeAlias = Sequence[tuple[str, Column, bool]]


class Session(Protocol):
    """What tables are read in."""

    @property
    def lost(self) -> bool:
        """Whether nothing more can be read."""

    def relations(self) -> list[Relation]:
        """The tables and views that there are, with their columns in order. Raises FactsFault."""

    def read(
        self, relation: Relation, columns: Headed, path: Path, file: str, encoding: str | None
    ) -> tuple[RawTable, str]:
        """The rows of a table and the hash of their text; they are in the order of the columns, as bytes compare.

        They are written into `path`, where they must stay until they are read, and called `file`. `encoding` is that of
        a database that knows none. Row 1 is the first, and there is no header row. Raises FactsFault.
        """


class Database(Protocol):
    """A database, and its name without user and password."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    def opened(self) -> AbstractContextManager[Session]:
        """A session, as long as it is needed. Raises FactsFault where the database can't be reached."""


def copied(columns: Headed, path: Path, file: str, encoding: str | None) -> RawTable:
    """The rows of a table that was copied as CSV into `path`."""
    looked = csv.look(path, file, encoding)
    raw = RawTable(0, tuple(header for header, *_ in columns), problems=list(looked.problems))
    if looked.encoding is not None:
        raw.encoding = csv.NAMES.get(looked.encoding, looked.encoding)
        raw.records = csv.records(path, file, looked.encoding, ",", raw)
        if looked.plain:
            raw.bulk = Bulk(path, 0, ",")
    return raw
