"""Spark's catalogue: its tables are read as files are, in an order of their own, and judged to the same verdicts."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from bench import nation
from tests.support import check, tzcheck
from tzcheck.errors import EXIT_FACTS, EXIT_USAGE, FactsFault
from tzcheck.readers.catalogue import Session, session_at
from tzcheck.readers.relations import Column

pyspark = pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java"),
]

CELLS = {
    "tinyint": ("CAST(3 AS TINYINT)", "3"),
    "a double": ("CAST(2.5 AS DOUBLE)", "2.5"),
    "a whole double": ("CAST(40 AS DOUBLE)", "40"),
    "a large double": ("CAST(123456789 AS DOUBLE)", "123456789"),
    "no number": ("CAST('NaN' AS DOUBLE)", "nan"),
    "decimal": ("CAST(12.50 AS DECIMAL(10, 2))", "12.50"),
    "boolean": ("true", "true"),
    "day": ("DATE'2022-12-31'", "2022-12-31"),
    "a moment that is a day": ("TIMESTAMP'2022-12-31 00:00:00'", "2022-12-31"),
    "a moment": ("TIMESTAMP_NTZ'2022-12-31 08:30:00'", "2022-12-31 08:30:00"),
    "text": ("'一，\"二\"'", '"一，""二"""'),
    "a line break": ("'一\\n二'", "一\x1e二"),
    "nothing": ("CAST(NULL AS STRING)", ""),
    "a list": ("array(1, 2)", '"[1, 2]"'),
    "a name with ` in it": ("'x'", "x"),
}


@pytest.fixture
def session(tmp_path):
    with session_at("local[1]", tmp_path) as one:
        one.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
        one.sql(f"CREATE DATABASE edu LOCATION '{(tmp_path / 'edu').as_uri()}'")
        yield Session(one, "edu", "spark:edu")
        one.sql("DROP DATABASE edu CASCADE")


def quoted(name):
    return f"`{name.replace('`', '``')}`"


def test_every_cell_is_the_text_that_a_file_would_have(session, tmp_path):
    cells = ", ".join(f"{cell} AS {quoted(name)}" for name, (cell, _) in CELLS.items())
    session.session.sql(f"CREATE VIEW edu.one AS SELECT {cells}")
    (relation,) = session.relations()
    assert (relation.path, relation.visible) == ("edu.one", True)
    assert [column.name for column in relation.columns] == list(CELLS)
    columns = [(column.name, column, True) for column in relation.columns]
    raw, digest = session.read(relation, columns, tmp_path / "0.csv", "spark:edu/edu.one", None)
    assert raw.header == tuple(CELLS)
    wanted = ",".join(text for _, text in CELLS.values()) + "\n"
    assert (tmp_path / "0.csv").read_text(encoding="utf-8") == wanted
    assert (len(digest), raw.problems) == (64, [])


def test_rows_come_in_the_order_of_their_cells_however_they_are_stored(session, tmp_path):
    rows = "SELECT * FROM VALUES ('b', 1), ('a', 10), (NULL, 3), ('一', 2), ('a', 2)"
    session.session.sql(f"CREATE VIEW edu.one AS {rows} AS t(k, n)")
    session.session.sql(f"CREATE VIEW edu.other AS SELECT /*+ REPARTITION(3) */ * FROM ({rows} AS t(k, n))")
    hashes = set()
    for number, relation in enumerate(session.relations()):
        path = tmp_path / f"{number}.csv"
        columns = [(column.name, column, True) for column in relation.columns]
        hashes.add(session.read(relation, columns, path, relation.path, None)[1])
        assert path.read_text(encoding="utf-8") == ",3\na,2\na,10\nb,1\n一,2\n"
    assert len(hashes) == 1


def test_of_a_column_that_is_no_table_s_it_is_asked_only_whether_there_is_anything(session, tmp_path):
    session.session.sql("CREATE VIEW edu.v AS SELECT map('a', 1) AS m, 'x' AS k")
    (relation,) = session.relations()
    columns = [("k", relation.columns[1], True), ("m", relation.columns[0], False)]
    session.read(relation, columns, tmp_path / "0.csv", "v", None)
    assert (tmp_path / "0.csv").read_text(encoding="utf-8") == "x,1\n"


def test_a_view_that_can_not_be_read_hides_no_other(session, tmp_path):
    session.session.sql("CREATE VIEW edu.bad AS SELECT CAST(k AS INT) AS n FROM VALUES ('一') AS t(k)")
    session.session.sql("CREATE VIEW edu.good AS SELECT 1 AS n")
    bad, good = session.relations()
    with pytest.raises(FactsFault) as fault:
        session.read(bad, [("n", Column("n", "int"), True)], tmp_path / "0.csv", "spark:edu/edu.bad", None)
    (problem,) = fault.value.problems
    assert (problem.code, problem.file, session.lost) == ("unreadable", "spark:edu/edu.bad", False)
    assert "CAST_INVALID_INPUT" in problem.message("en")
    assert session.read(good, [("n", Column("n", "int"), True)], tmp_path / "1.csv", "good", None)[0].header == ("n",)


def test_a_view_of_what_is_gone_hides_no_other(session, tmp_path):
    session.session.sql("CREATE TABLE edu.base AS SELECT 1 AS n")
    session.session.sql("CREATE VIEW edu.classes AS SELECT n FROM edu.base")
    session.session.sql("CREATE VIEW edu.good AS SELECT 1 AS n")
    session.session.sql("DROP TABLE edu.base")
    gone, good = session.relations()
    assert ([column.name for column in good.columns], gone.columns) == (["n"], ())
    with pytest.raises(FactsFault) as fault:
        session.read(gone, [], tmp_path / "0.csv", "spark:edu/edu.classes", None)
    assert "TABLE_OR_VIEW_NOT_FOUND" in fault.value.problems[0].message("en")
    assert not session.lost


def told(result):
    """What does not depend on where the rows are: of every indicator its verdict, value and breaches."""
    return [
        [
            one["id"], one["verdict"], one["value"], one["checked"], one["parts"],
            sorted([item["subject"] or "", item["category"] or "", item["value"]] for item in one["evidence"]),
        ]
        for place in result["counties"]
        for standard in place["standards"]
        for one in standard["indicators"]
    ]  # fmt: skip


def test_facts_in_the_catalogue_are_judged_by_spark_as_those_in_files_are_by_duckdb(tmp_path):
    folder, home = tmp_path / "facts", tmp_path / "spark"
    nation.write(folder, "county", "parquet", 1)
    (home / "conf").mkdir(parents=True)
    (home / "conf" / "spark-defaults.conf").write_text(
        "spark.sql.catalogImplementation hive\n"
        f"spark.sql.warehouse.dir {home / 'warehouse'}\n"
        "spark.hadoop.javax.jdo.option.ConnectionURL "
        f"jdbc:derby:;databaseName={home / 'metastore'};create=true\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "SPARK_CONF_DIR": str(home / "conf")}
    made = (
        "import sys; from pathlib import Path; from pyspark.sql import SparkSession\n"
        "session = SparkSession.builder.master('local[1]').getOrCreate()\n"
        "session.sql('CREATE DATABASE edu')\n"
        "for path in Path(sys.argv[1]).glob('*.parquet'):\n"
        "    name = {'classes': 'bj'}.get(path.stem, path.stem)\n"
        "    session.read.parquet(str(path)).write.saveAsTable(f'edu.{name}')\n"
    )
    subprocess.run(
        [sys.executable, "-c", made, str(folder)], env=environment, cwd=home, capture_output=True, check=True
    )
    map = tmp_path / "map.yaml"
    map.write_text("tables: {classes: bj}\n", encoding="utf-8")
    start = [sys.executable, "-m", "tzcheck", "check"]
    asked = ["--as-of", "2022-12-31", "--standard", "balanced", "--format", "json", "--lang", "en"]
    by = ["--engine", "spark", "--master", "local[1]"]
    run = subprocess.run(
        [*start, "spark:edu", *asked, *by, "--tables", str(map)],
        env=environment, cwd=home, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (1, "")
    found, wanted = json.loads(run.stdout), check(folder, *asked[:4], "--engine", "duckdb").result
    assert told(found) == told(wanted)
    assert sorted(one["path"] for one in found["facts"]) == sorted(
        f"spark:edu/edu.{'bj' if path.stem == 'classes' else path.stem}" for path in folder.glob("*.parquet")
    )
    assert found["engine"] == "spark"
    other = subprocess.run(
        [*start, "spark:nothing", *asked, "--master", "local[1]"],
        env=environment, cwd=home, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert other.returncode == EXIT_FACTS
    assert other.stderr.startswith("error spark:nothing  ")
    assert "SCHEMA_NOT_FOUND" in other.stderr
    assert "Traceback" not in other.stderr


@pytest.mark.parametrize("address", ["spark://host:7077", "spark:", "spark:a/b"])
def test_what_is_no_address_of_the_catalogue_is_told_of(address):
    run = tzcheck("check", address, "--standard", "balanced")
    assert run.code in (EXIT_USAGE, EXIT_FACTS)
    assert "Traceback" not in run.err
    assert address in run.err or "address" in run.err
