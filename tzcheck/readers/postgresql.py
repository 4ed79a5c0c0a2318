"""PostgreSQL: tables and views of a database, copied as CSV in UTF-8, so that they are read as files are.

The driver, psycopg, is an extra: this module can't be imported without it.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composed, Identifier, Literal

from tzcheck.errors import FactsFault, Problem, UsageFault
from tzcheck.readers.relations import Column, Headed, Relation, copied
from tzcheck.readers.rows import RawTable

# So many seconds a server has to answer, where the address does not say.
PATIENCE = 10
# libpq hands over a row at a time; so many of them are written at once.
AT_ONCE = 5_000
# How texts are printed, whatever the server's settings are; the room that sorting may take.
SETTINGS = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'Asia/Shanghai'; SET LOCAL work_mem = '64MB'"
RELATIONS = """
SELECT n.nspname::text, c.relname::text, pg_table_is_visible(c.oid), a.attname::text,
  CASE WHEN t.typname IN ('timestamp', 'timestamptz') THEN 'time' WHEN t.typcategory IN ('N', 'B', 'D') THEN 'plain'
    ELSE 'text' END, has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY 1, 2, a.attnum
"""
# What a cell is as text. A line break becomes a character that is read alike, so that every line is a row.
TEXTS = {
    "plain": SQL("{0}::text"),
    "time": SQL("CASE WHEN {0} = date_trunc('day', {0}) THEN {0}::date::text ELSE {0}::text END"),
    "text": SQL("translate({0}::text, E'\\n\\r', E'\\x1e\\x1e')"),
}
FILLED = SQL("CASE WHEN {0} IS NOT NULL THEN '…' END")


@dataclass(frozen=True)
class Session:
    """A connection in one read-only transaction, which sees the tables as they were when it began."""

    connection: psycopg.Connection
    name: str

    @property
    def lost(self) -> bool:
        """Whether nothing more can be read."""
        return bool(self.connection.closed)

    def relations(self) -> list[Relation]:
        """The tables and views that there are, but for the system's, with their columns in order. Raises FactsFault."""
        found: dict[tuple[str, str, bool], list[Column]] = {}
        try:
            self.connection.execute(SETTINGS)
            for schema, name, visible, *column in self.connection.execute(RELATIONS):
                found.setdefault((schema, name, visible), []).append(Column(*column))
        except (psycopg.Error, UnicodeError) as error:
            raise _fault("unreadable", self.name, error) from None
        return [Relation(*about, tuple(columns)) for about, columns in found.items()]

    def read(
        self, relation: Relation, columns: Headed, path: Path, file: str, encoding: str | None
    ) -> tuple[RawTable, str]:
        """The rows of a table and the hash of their text (`relations.Session`). Raises FactsFault."""
        sure = self.connection.info.parameter_status("server_encoding") != "SQL_ASCII"
        try:
            digest = _copied(self.connection, _query(relation, columns, "UTF8" if sure else "SQL_ASCII"), path)
        except (psycopg.Error, OSError) as error:
            raise _fault("unreadable", file, error) from None
        return copied(columns, path, file, "utf-8" if sure else encoding), digest


@dataclass(frozen=True)
class Database:
    """A database: the address to connect to, which may hold a password, and its name without user and password."""

    dsn: str = field(repr=False)
    name: str

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def opened(self) -> Iterator[Session]:
        """A session, as long as it is needed. Raises FactsFault where the database can't be reached."""
        said = "connect_timeout" in conninfo_to_dict(self.dsn) or "PGCONNECT_TIMEOUT" in os.environ
        patience = None if said else PATIENCE
        try:
            connection = psycopg.connect(
                self.dsn, client_encoding="UTF8", application_name="tzcheck", connect_timeout=patience
            )
        except psycopg.Error as error:
            raise _fault("database_unreached", self.name, error) from None
        try:
            connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
            yield Session(connection, self.name)
        finally:
            connection.close()


def database(dsn: str) -> Database:
    """The database at an address `postgresql://user@host:port/name`.

    Raises UsageFault, which never repeats the address, where it is none, or where a password may be taken for a host.
    """
    _, _, rest = dsn.partition("://")
    authority, path, _ = re.fullmatch(r"([^/?]*)([^?]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    try:
        if authority.count("@") > 1 or "@" in path:
            raise psycopg.ProgrammingError
        said = conninfo_to_dict(dsn)
    except psycopg.Error:
        raise UsageFault([Problem("error", "database_address")]) from None
    host, port = (str(said.get(key) or "") for key in ("host", "port"))
    host = "" if host.startswith(("/", "@")) else f"[{host}]" if ":" in host else host
    name = said.get("dbname") or os.environ.get("PGDATABASE") or ""
    return Database(dsn, f"postgresql://{host}{':' if host and port else ''}{port if host else ''}/{name}")


def _query(relation: Relation, columns: Headed, encoding: str) -> Composed:
    """Copies a table as CSV, its rows in an order that neither collations nor where they are stored can change."""
    cells, names = [], [Identifier(f"c{number}") for number in range(len(columns))]
    for (_, column, wanted), name in zip(columns, names, strict=True):
        text = TEXTS[column.kind] if wanted else FILLED if column.allowed else SQL("NULL::text")
        cells.append(SQL("{} AS {}").format(text.format(Identifier("r", column.name)), name))
    return SQL("COPY (SELECT * FROM (SELECT {} FROM {} r) t ORDER BY {}) TO STDOUT (FORMAT csv, ENCODING {})").format(
        SQL(", ").join(cells),
        Identifier(relation.schema, relation.name),
        SQL(", ").join(SQL('{} COLLATE "C"').format(name) for name in names),
        Literal(encoding),
    )


def _copied(connection: psycopg.Connection, query: Composed, path: Path) -> str:
    """Writes what a query copies into a file; the hash of it. Raises psycopg.Error and OSError.

    A fault leaves the transaction as it was before, so that the next table can be read.
    """
    digest = hashlib.sha256()
    with path.open("wb") as out, connection.transaction(), connection.cursor() as cursor, cursor.copy(query) as rows:
        while lines := b"".join(islice(rows, AT_ONCE)):
            out.write(lines)
            digest.update(lines)
    return digest.hexdigest()


def _fault(code: str, file: str, error: Exception) -> FactsFault:
    """What a server says, in one line; it never repeats a password."""
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    why = said or "; ".join(filter(None, map(str.strip, str(error).splitlines())))
    return FactsFault([Problem("error", code, file, details={"why": why})])
