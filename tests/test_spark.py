"""Spark against DuckDB: the same subjects, verdicts and values, in one process and by executors of which one dies."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import sqlglot

from tests import counties
from tests.support import ROOT, TAIZHOU, check, facts, tzcheck
from tzcheck import cases, cli, report
from tzcheck.engines import spark
from tzcheck.errors import EXIT_USAGE
from tzcheck.progress import nobody
from tzcheck.readers import catalogue
from tzcheck.readers.catalogue import session_at
from tzcheck.verdict import Verdict

pyspark = pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java"),
]


# Of a school's stage, a class, a county's number, one with a root in it.
ENGINES = ("spark", "duckdb")
SOME = ("balanced.4", "balanced.12", "balanced.15", "balanced.variation.4")


@cache
def book():
    return cli._book((), "national", cases=True)


def judged(folder, engine, *standards, day=None, master="local[2]", progress=nobody, thorough=False):
    """The report, without the name of its engine and why others did not judge."""
    found = cli._facts((folder,), book(), None, nobody)
    wanted = cli._wanted(book(), standards)
    day = day or found.as_of
    made = report.check(book(), found, wanted, day, engine, thorough=thorough, progress=progress, master=master)
    return {name: value for name, value in vars(made).items() if name not in ("engine", "note")}


def executors():
    """The processes of the executors that Spark has started."""
    jvm = pyspark.SparkContext._gateway.proc.pid
    for each in Path("/proc").iterdir():
        try:
            parent = int((each / "stat").read_text().rpartition(")")[2].split()[1]) if each.name.isdigit() else 0
            if parent == jvm and b"CoarseGrainedExecutorBackend" in (each / "cmdline").read_bytes():
                yield int(each.name)
        except OSError:  # it has ended
            continue


def test_an_executor_that_is_killed_changes_nothing():
    killed = []

    def kill(stage, number, of):
        if stage == "judging" and number == 2:
            found = list(executors())
            assert len(found) == 2
            os.kill(found[0], signal.SIGKILL)
            killed.append(found[0])

    folder = ROOT / "facts" / "demo-2022" / "troubled"
    by_spark = judged(folder, "spark", *SOME, master="local-cluster[2,1,1024]", progress=kill)
    assert killed
    assert by_spark == judged(folder, "duckdb", *SOME)


def test_every_verdict_and_value_of_taizhou_is_that_of_duckdb():
    assert judged(TAIZHOU, "spark") == judged(TAIZHOU, "duckdb")


def test_every_verdict_and_value_of_a_county_is_that_of_duckdb():
    folder = ROOT / "facts" / "demo-2022" / "troubled"
    assert judged(folder, "spark") == judged(folder, "duckdb")


def test_where_subjects_stand_is_what_duckdb_says():
    folder = ROOT / "facts" / "demo-2022" / "nearly"
    one, other = (judged(folder, engine, "balanced.12", thorough=True) for engine in ("spark", "duckdb"))
    assert one == other
    assert one["spreads"]
    assert one["schools"]


def test_subjects_that_spark_counts_are_those_that_duckdb_counts(monkeypatch):
    monkeypatch.setattr("tzcheck.engines.agree.MOST_SUBJECTS", 0)
    folder = ROOT / "facts" / "demo-2022" / "troubled"
    assert judged(folder, "spark", *SOME) == judged(folder, "duckdb", *SOME)


def test_counties_made_up_at_random_are_judged_as_by_duckdb(tmp_path):
    """Of every second a cell is blank, so that there is something of every state."""
    many = {}
    for seed in range(60):
        county, dice = counties.make(seed), random.Random(seed)
        blank = counties.without(county, dice.choice(list(counties.cells(county))))
        code = f"{420100 + seed + 1}"
        many[code, code] = blank if seed % 2 else county
    folder = counties.write_many(many, tmp_path / "facts")
    one, other = (judged(folder, engine, "balanced", day=date.fromisoformat(counties.AS_OF)) for engine in ENGINES)
    assert one == other
    verdicts = {indicator.verdict for place in one["places"] for indicator in place.scores[0].indicators}
    assert {Verdict.MET, Verdict.UNMET, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE} <= verdicts


def test_every_case_beside_the_rules_comes_out():
    wanted = frozenset(id for id in book().ids if id.startswith("balanced."))
    number, problems = cases.run(book(), "spark", wanted)
    assert number > 100
    assert problems == []


CLASSES = "school_id,stage,grade,class,students\n3133000001,primary,1,1,45\n3133000001,primary,1,2,46\n"


def test_a_result_names_spark_and_nothing_but_the_report_is_printed(tmp_path, capfd):
    folder = facts(tmp_path / "facts", classes=CLASSES)
    by_duckdb = check(folder, "--engine", "duckdb", "--standard", "balanced.12").result
    run = check(folder, "--engine", "spark", "--master", "local[1]", "--standard", "balanced.12")
    assert run.result == by_duckdb | {"engine": "spark"}
    assert run.err == ""
    assert capfd.readouterr() == ("", "")


def test_a_master_is_for_spark_only(tmp_path):
    run = tzcheck("check", facts(tmp_path, classes=CLASSES), "--master", "local[1]")
    assert run.code == EXIT_USAGE
    assert "--master is for --engine spark and spark:DB only" in run.err


def test_a_master_that_is_none_is_told_of(tmp_path):
    asked = ("check", facts(tmp_path, classes=CLASSES), "--engine", "spark", "--standard", "balanced.12")
    tzcheck(*asked, "--master", "local[1]")  # a Java that has started, which is asked for a second session
    run = tzcheck(*asked, "--master", "nowhere", "--lang", "en")
    assert run.code == EXIT_USAGE
    assert run.err.startswith("error there is no Spark at nowhere (")
    assert run.err.count("\n") == 1


def test_where_no_master_answers_it_is_told_of_at_once(tmp_path):
    """Spark itself asks for a minute and a half. The second of two masters may be the one that answers."""
    asked = ("check", facts(tmp_path, classes=CLASSES), "--engine", "spark", "--lang", "en", "--master")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen
        dead = f"127.0.0.1:{silent.getsockname()[1]}"
        run = tzcheck(*asked, f"spark://{dead}")
        assert run.code == EXIT_USAGE
        assert run.err.startswith(f"error there is no Spark at spark://{dead} ({dead}: ")
        with socket.create_server(("127.0.0.1", 0)) as server:
            alive = f"127.0.0.1:{server.getsockname()[1]}"
            assert catalogue._unreached(f"spark://{dead},{alive}") is None
    assert catalogue._unreached("local[2]") is None
    assert catalogue._unreached("spark://[::1]:1") is None


ASKED = [
    ("CAST(1.2 AS DECIMAL(38, 12)) > CAST(1 AS DECIMAL(38, 0))", True),
    ("CAST(CAST(1.000001 AS DECIMAL(38, 6)) * CAST(1.000001 AS DECIMAL(38, 6)) AS TEXT)", "1.000002000001"),
    ("CAST(99999999999999999999 AS HUGEINT) // CAST(2 AS HUGEINT)", Decimal("49999999999999999999")),
    ("CAST(-7 AS HUGEINT) // CAST(2 AS HUGEINT)", Decimal(-3)),
    ("CAST(1e20 AS DECIMAL(38, 6)) * CAST(1e20 AS DECIMAL(38, 6))", "NUMERIC_VALUE_OUT_OF_RANGE"),
    ("CAST(9e37 AS HUGEINT) + CAST(9e37 AS HUGEINT)", "NUMERIC_VALUE_OUT_OF_RANGE"),
    ("CAST(1 AS DOUBLE) / CAST(0 AS DOUBLE)", "DIVIDE_BY_ZERO"),
]


def test_numbers_are_exact_or_a_fault_and_never_missing(tmp_path):
    with session_at("local[1]", tmp_path) as session:
        for expression, wanted in ASKED:
            query = sqlglot.transpile(f"SELECT {expression}", read="duckdb", write=spark.DIALECT)[0]
            try:
                [(found,)] = spark.Cursor(session).execute(query).fetchall()
            except pyspark.errors.ArithmeticException as error:
                found = error.getCondition().partition(".")[0]
            assert found == wanted, query


def run_apart(folder, *before, more=(), **environment):
    """A check by Spark in a process of its own, where something is missing."""
    start = f"{'; '.join(['import sys', *before])}; from tzcheck.cli import main; main()"
    arguments = ("check", folder, "--engine", "spark", "--standard", "balanced.12", "--lang", "en", *more)
    return subprocess.run(
        [sys.executable, "-c", start, *arguments], env={**os.environ, **environment}, capture_output=True, text=True
    )


def test_a_master_that_spark_refuses_before_it_begins_is_told_of_as_such(tmp_path):
    run = run_apart(facts(tmp_path, classes=CLASSES), more=("--master", "nowhere"))
    assert (run.returncode, run.stdout) == (EXIT_USAGE, "")
    assert run.stderr.startswith("error there is no Spark at nowhere (Master must ")
    assert run.stderr.count("\n") == 1


def test_without_java_a_message_says_what_to_install(tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "env", "dirname"):
        (programs / name).symlink_to(shutil.which(name))
    run = run_apart(facts(tmp_path / "facts", classes=CLASSES), PATH=str(programs), JAVA_HOME="")
    assert (run.returncode, run.stdout) == (EXIT_USAGE, "")
    assert run.stderr.startswith("error Spark needs Java 17 or later, which did not start (")
    assert run.stderr.count("\n") == 1


def test_without_pyspark_a_message_says_what_to_install(tmp_path):
    run = run_apart(facts(tmp_path / "facts", classes=CLASSES), "sys.modules['pyspark'] = None")
    assert (run.returncode, run.stdout) == (EXIT_USAGE, "")
    assert run.stderr.startswith("error PySpark is not installed (")
    assert run.stderr.endswith("install tzcheck[spark], or judge files with --engine duckdb\n")
