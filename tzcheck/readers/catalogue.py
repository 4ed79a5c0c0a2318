"""Spark: a session at a master, and the tables of its catalogue, copied as CSV, so that they are read as files are.

PySpark is an extra, and needs Java: both are looked for when a session begins.
"""

import csv
import hashlib
import io
import logging
import re
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from math import isfinite
from pathlib import Path
from subprocess import STDOUT
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tzcheck.errors import FactsFault, Problem, UsageFault
from tzcheck.readers.relations import Column, Headed, Relation, copied
from tzcheck.readers.rows import RawTable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "local[*]"
CLUSTER = "spark://"
# So many seconds a master has to answer.
PATIENCE = 10
# Without the first a number too large is missing, and a quotient by 0; without the others decimals lose digits.
EXACT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.legacy.decimal.retainFractionDigitsOnTruncate": "true",
    "spark.sql.caseSensitive": "true",
}
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "OFF"}
# A task that groups several tables takes a page of memory for each, and they would be of 16 MB in a JVM of one GB.
SMALL = {"spark.buffer.pageSize": "1m"}
REFUSED = 'Exception in thread "main" org.apache.spark.SparkException: '
# Spark tells of a faulty query by these as well as by the exception.
LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
# Types whose cells Python gets as they are; what is of another is fetched as Spark writes it.
PLAIN = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "string", "char", "varchar", "boolean")
# So many rows are written at once.
AT_ONCE = 5_000
MOMENTS = ("timestamp", "timestamp_ntz")
# A line break becomes a character that is read alike, so that every line is a row.
BREAKS = str.maketrans("\n\r", "\x1e\x1e")


@contextmanager
def session_at(master: str, folder: Path) -> Iterator["SparkSession"]:
    """A session at a master, which is stopped in the end; what Java says meanwhile goes into the folder."""
    if why := _unreached(master):
        raise UsageFault([Problem("error", "no_master", details={"master": master, "why": why})])
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException, PySparkRuntimeError
        from pyspark.java_gateway import launch_gateway
        from pyspark.logger import PySparkLogger
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageFault([Problem("error", "no_pyspark", details={"why": str(error)})]) from None
    # Of a newer pandas than it knows, which nobody here asks it to use.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    for name in LOGGERS:
        PySparkLogger.getLogger(name).setLevel(logging.CRITICAL + 1)
    conf = SparkConf().setMaster(master).setAppName("tzcheck").setAll([*(EXACT | QUIET | SMALL).items()])
    said = folder / "said.txt"
    try:
        with said.open("w") as file:
            # There is one Java in a process, which a second session finds running.
            gateway = SparkContext._gateway or launch_gateway(conf, {"stdout": file, "stderr": STDOUT})
        session = SparkSession(SparkContext(conf=conf, gateway=gateway))
    except (PySparkRuntimeError, OSError) as error:
        why = _said(said) or told_by(error)
        # Where Spark itself has something against it, Java did start.
        code = "no_master" if why.startswith(REFUSED) else "no_java"
        details = {"master": master, "why": why.removeprefix(REFUSED)}
        raise UsageFault([Problem("error", code, details=details)]) from None
    except (PySparkException, Py4JError) as error:
        details = {"master": master, "why": told_by(error)}
        raise UsageFault([Problem("error", "no_master", details=details)]) from None
    try:
        yield session
    finally:
        session.stop()


def _unreached(master: str) -> str | None:
    """Why nobody answers where masters should: Spark asks them for a minute and a half. None where one does."""
    why = None
    # An address of IPv6, in brackets, is left to Spark.
    asked = master.removeprefix(CLUSTER) if master.startswith(CLUSTER) and "[" not in master else ""
    for host, port in re.findall(r"([^,:/]+):(\d+)", asked):
        try:
            socket.create_connection((host, int(port)), PATIENCE).close()
        except (OSError, OverflowError) as error:
            why = f"{host}:{port}: {error}"
        else:
            return None
    return why


def told_by(error: Exception) -> str:
    """What went wrong, in one line: what Java says of it stands behind the call that failed."""
    first, *rest = str(error).splitlines()
    of_java = next((line for line in rest if line.startswith(": ")), first)
    return of_java.removeprefix(": ")


def _said(file: Path) -> str:
    """Why Java ended: the last line that it said, but for where in a program that was."""
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n") if file.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip() and not line.startswith("\tat ")), "")


@dataclass
class Session:
    """A session of Spark, in which the tables of a database of its catalogue are read."""

    session: "SparkSession"
    database: str
    name: str
    lost: bool = False

    def relations(self) -> list[Relation]:
        """The tables and views of the database, with their columns in order. Raises FactsFault."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            tables = [one.name for one in self.session.catalog.listTables(self.database) if not one.isTemporary]
            return [self._relation(name) for name in sorted(tables)]
        except (PySparkException, Py4JError) as error:
            raise FactsFault([Problem("error", "unreadable", self.name, details={"why": told_by(error)})]) from None

    def _relation(self, name: str) -> Relation:
        from pyspark.errors import PySparkException

        try:
            fields = self.session.table(_quoted(self.database, name)).schema.fields
        except PySparkException:
            fields = []  # a view of what is gone: told of when it is read, if it is
        columns = (Column(field.name, field.dataType.simpleString()) for field in fields)
        return Relation(self.database, name, True, tuple(columns))

    def read(
        self, relation: Relation, columns: Headed, path: Path, file: str, encoding: str | None
    ) -> tuple[RawTable, str]:
        """The rows of a table and the hash of their text (`relations.Session`). Raises FactsFault."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            if not relation.columns:
                self.session.table(_quoted(relation.schema, relation.name))
            rows = self.session.sql(_query(relation, columns)).toLocalIterator(prefetchPartitions=True)
            digest = _written(rows, path)
        except (PySparkException, Py4JError, OSError) as error:
            # Spark tells by these of a query and of files; by any other that there is no Spark any more.
            self.lost = not isinstance(error, PySparkException | OSError)
            raise FactsFault([Problem("error", "unreadable", file, details={"why": told_by(error)})]) from None
        return copied(columns, path, file, "utf-8"), digest


@dataclass(frozen=True)
class Catalogue:
    """A database of Spark's catalogue, and the master that reads it."""

    database: str
    master: str = MASTER

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"spark:{self.database}"

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def opened(self) -> Iterator[Session]:
        """A session, as long as it is needed. Raises UsageFault where there is no Spark or no such master."""
        with TemporaryDirectory(prefix="tzcheck-") as folder, session_at(self.master, Path(folder)) as session:
            # A day is what it is where the facts are from, and as in the other databases.
            session.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
            yield Session(session, self.database, self.name)


def _quoted(*names: str) -> str:
    """Names as SQL; those of a database may have a catalogue before them."""
    parts = [part for name in names[:-1] for part in name.split(".")] + [*names[-1:]]
    return ".".join(f"`{part.replace('`', '``')}`" for part in parts)


def _query(relation: Relation, columns: Headed) -> str:
    """Every row, in an order that does not depend on how Spark goes through them."""
    cells = []
    for number, (_, column, wanted) in enumerate(columns):
        name, kind = _quoted(column.name), column.kind.partition("(")[0]
        text = name if kind in PLAIN else f"CAST({name} AS STRING)"
        if kind in MOMENTS:
            day = f"CAST(CAST({name} AS DATE) AS STRING)"
            text = f"CASE WHEN {name} = date_trunc('DAY', {name}) THEN {day} ELSE {text} END"
        cells.append(f"{text if wanted else f'CASE WHEN {name} IS NOT NULL THEN 1 END'} AS c{number}")
    order = ", ".join(f"c{number}" for number in range(len(columns)))
    return f"SELECT {', '.join(cells)} FROM {_quoted(relation.schema, relation.name)} ORDER BY {order}"


def _written(rows: Iterator[Any], path: Path) -> str:
    """Writes rows as CSV; the hash of it. Raises OSError, and what Spark raises."""
    digest, lines = hashlib.sha256(), io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    with path.open("wb") as out:
        while some := list(islice(rows, AT_ONCE)):
            writer.writerows([_text(cell) for cell in row] for row in some)
            data = lines.getvalue().encode(errors="replace")
            out.write(data)
            digest.update(data)
            lines.seek(0)
            lines.truncate()
    return digest.hexdigest()


def _text(cell: Any) -> str:
    """A cell as a spreadsheet shows it: a number plainly, however large it is, and whole where it is whole."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case float():
            return format(Decimal(repr(cell)), "f").removesuffix(".0") if isfinite(cell) else str(cell)
        case Decimal():
            return format(cell, "f")
        case _:
            return str(cell).translate(BREAKS)
