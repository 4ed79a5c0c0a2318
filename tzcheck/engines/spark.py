"""Spark: judges the subjects of all places by the same queries as DuckDB, on a cluster. Its traps stay in this file."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from tzcheck.engines.duckdb import details_by, judged_by, near_limits
from tzcheck.engines.exactly import settled
from tzcheck.engines.judged import Judged, Spread, Standing
from tzcheck.errors import EngineFault, Problem
from tzcheck.facts import Facts
from tzcheck.judgement import Plan, Roots
from tzcheck.progress import Told
from tzcheck.readers.catalogue import session_at, told_by
from tzcheck.table import TABLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTS, BROADCAST = "spark.sql.shuffle.partitions", "spark.sql.autoBroadcastJoinThreshold"
# Executors may come later than the session, which knows of few cores until then.
LEAST_PARTS = 8
# Where there are few rows, planning tasks and compiling queries costs more than going through them.
FEW = {
    PARTS: "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


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
        """Asks a query."""
        self._rows = iter(self.session.sql(query).collect())
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
    with TemporaryDirectory(prefix="tzcheck-") as folder, session_at(master, Path(folder)) as session:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            for option, value in (FEW if few else _many(session)).items():
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
            raise EngineFault([Problem("error", "spark", details={"why": told_by(error)})]) from error


def _many(session: "SparkSession") -> dict[str, str]:
    """Options where there are many rows, but for those that Spark is configured with.

    Two parts a core: Spark's own 200 take seconds to hand out each time. No table is sent to all executors: of a nation
    those are too large for a JVM of one GB, which Spark notices too late.
    """
    parts = max(LEAST_PARTS, 2 * session.sparkContext.defaultParallelism)
    conf = session.sparkContext.getConf()
    return {name: value for name, value in {PARTS: str(parts), BROADCAST: "-1"}.items() if not conf.contains(name)}


def _settle(cursor: Cursor, roots: Roots) -> None:
    """Has the subjects read every coefficient of variation that was `settled`."""
    ifs: dict[str, list[exp.If]] = {}
    for column, where, value in settled(cursor, roots, near_limits(cursor, roots), DIALECT):
        ifs.setdefault(column, []).append(exp.If(this=where, true=value))
    if ifs:
        from pyspark.sql.functions import expr

        subjects = cursor.session.table(roots.subjects)
        for column, found in ifs.items():
            cell = exp.Case(ifs=found, default=exp.column(column, quoted=True)).sql(dialect=DIALECT)
            subjects = subjects.withColumn(column, expr(cell))
        subjects.createOrReplaceTempView(roots.subjects)
        cursor.session.catalog.cacheTable(roots.subjects)
