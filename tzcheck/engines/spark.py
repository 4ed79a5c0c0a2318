"""Spark: judges the subjects of all places by the same queries as DuckDB, on a cluster. Its traps stay in this file."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from subprocess import STDOUT
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from tzcheck.engines.duckdb import details_by, judged_by, near_limits
from tzcheck.engines.exactly import settled
from tzcheck.engines.judged import Judged, Spread, Standing
from tzcheck.errors import EngineFault, Problem, UsageFault
from tzcheck.facts import Facts
from tzcheck.judgement import Plan, Root
from tzcheck.progress import Told
from tzcheck.table import TABLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "local[*]"
# Without the first a number too large is missing, and a quotient by 0; without the others decimals lose digits.
EXACT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.legacy.decimal.retainFractionDigitsOnTruncate": "true",
    "spark.sql.caseSensitive": "true",
}
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "OFF"}
# Where there are few rows, planning tasks and compiling queries costs more than going through them.
FEW = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
# A task that groups several tables takes a page of memory for each, and they would be of 16 MB in a JVM of one GB.
SMALL = {"spark.buffer.pageSize": "1m"}
REFUSED = 'Exception in thread "main" org.apache.spark.SparkException: '
# Spark tells of a faulty query by these as well as by the exception.
LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


def _made(generator: Any, made: exp.Create) -> str:
    """A table is a view whose rows are kept."""
    name, query = generator.sql(made, "this"), generator.sql(made, "expression")
    return f"{'CACHE TABLE' if made.kind == 'TABLE' else 'CREATE OR REPLACE TEMPORARY VIEW'} {name} AS {query}"


def _divided(generator: Any, division: exp.IntDiv) -> str:
    """A whole quotient: `DIV` counts round in 64 bits, and what `/` yields may be rounded up."""
    above, below = generator.sql(division, "this"), generator.sql(division, "expression")
    return f"CAST(({above} - {above} % {below}) / {below} AS DECIMAL(38, 0))"


class ExactSpark(Spark):
    """Spark's dialect, with whole numbers of 128 bits as decimals, which is the widest that it has."""

    class Generator(SparkGenerator):
        """Writes trees as texts."""

        TYPE_MAPPING: ClassVar = {**SparkGenerator.TYPE_MAPPING, exp.DType.INT128: "DECIMAL(38, 0)"}
        TRANSFORMS: ClassVar = {**SparkGenerator.TRANSFORMS, exp.Create: _made, exp.IntDiv: _divided}


DIALECT = ExactSpark.__name__.lower()


class Cursor:
    """A session that is asked like a database of Python's: `execute`, then `fetchall` or `fetchmany`."""

    def __init__(self, session: "SparkSession") -> None:
        self.session = session
        self._rows: Iterator[Any] = iter(())

    def cursor(self) -> "Cursor":
        """Another one of the same session."""
        return Cursor(self.session)

    def execute(self, query: str) -> "Cursor":
        """Asks a query. Rows of files come in the order of these."""
        found = self.session.sql(query)
        rows = found.collect()
        if "_at" in found.columns:
            at = found.columns.index("_at")
            rows.sort(key=lambda row: row[at])
        self._rows = iter(rows)
        return self

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return list(self._rows)

    def fetchmany(self, number: int) -> list[Any]:
        """The next rows, `number` at most."""
        return list(islice(self._rows, number))


def judge(
    plan: Plan, facts: Facts, master: str, few: bool, progress: Told, detailed: Collection[str]
) -> tuple[Judged, tuple[list[Spread], list[Standing]]]:
    """What `duckdb.judge` and, of the rules `detailed`, `duckdb.details` come to, on a cluster.

    Raises UsageFault where there is no Spark or no such master, EngineFault where Spark can't compute.
    """
    with TemporaryDirectory(prefix="tzcheck-") as folder, _session(master, Path(folder)) as session:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            for option, value in FEW.items() if few else ():
                session.conf.set(option, value)
            facts.store.make(TABLES[id] for id in plan.tables)
            for name in (*plan.tables, "places"):
                path = Path(folder) / f"{name}.parquet"
                facts.store.write(name, path)
                session.read.parquet(path.as_uri()).createTempView(name)
            cursor = Cursor(session)
            judged = judged_by(cursor, _settle, plan, False, few, progress)
            return judged, details_by(cursor, plan, detailed) if detailed else ([], [])
        except (PySparkException, Py4JError) as error:
            raise EngineFault([Problem("error", "spark", details={"why": _why(error)})]) from error


def _settle(cursor: Cursor, root: Root) -> None:
    """Has the subjects read every coefficient of variation that was `settled`."""
    ifs = [exp.If(this=where, true=value) for where, value in settled(cursor, root, near_limits(cursor, root), DIALECT)]
    if ifs:
        from pyspark.sql.functions import expr

        cell = exp.Case(ifs=ifs, default=exp.column(root.column, quoted=True)).sql(dialect=DIALECT)
        subjects = cursor.session.table(root.subjects).withColumn(root.column, expr(cell))
        subjects.createOrReplaceTempView(root.subjects)
        cursor.session.catalog.cacheTable(root.subjects)


@contextmanager
def _session(master: str, folder: Path) -> Iterator["SparkSession"]:
    """A session at a master, which is stopped in the end; what Java says meanwhile goes into the folder."""
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException, PySparkRuntimeError
        from pyspark.java_gateway import launch_gateway
        from pyspark.logger import PySparkLogger
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageFault([Problem("error", "no_pyspark", details={"why": str(error)})]) from None
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
        why = _said(said) or _why(error)
        # Where Spark itself has something against it, Java did start.
        code = "no_master" if why.startswith(REFUSED) else "no_java"
        details = {"master": master, "why": why.removeprefix(REFUSED)}
        raise UsageFault([Problem("error", code, details=details)]) from None
    except (PySparkException, Py4JError) as error:
        details = {"master": master, "why": _why(error)}
        raise UsageFault([Problem("error", "no_master", details=details)]) from None
    try:
        yield session
    finally:
        session.stop()


def _why(error: Exception) -> str:
    """What went wrong, in one line: what Java says of it stands behind the call that failed."""
    first, *rest = str(error).splitlines()
    of_java = next((line for line in rest if line.startswith(": ")), first)
    return of_java.removeprefix(": ")


def _said(file: Path) -> str:
    """Why Java ended: the last line that it said, but for where in a program that was."""
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n") if file.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip() and not line.startswith("\tat ")), "")
