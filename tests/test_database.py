"""Facts in a database, on a real server that is started here: read in place, judged as the same facts in files are."""

import csv as files
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.sql import SQL, Identifier

from bench import nation
from tests.support import ROOT, Run, problems, tzcheck
from tzcheck.cli import FORMATS
from tzcheck.database import read_map
from tzcheck.readers import csv as csv_reader
from tzcheck.readers import postgresql
from tzcheck.table import GIVEN, header_spelling

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
INITDB = BINARIES[-1] / "initdb" if BINARIES else Path(shutil.which("initdb") or "")
DAY = ("--as-of", "2022-12-31")
PASSWORD = "Sesam öffne/dich@#"
IN_ADDRESS = "Sesam%20%C3%B6ffne%2Fdich%40%23"
DEMO = ROOT / "facts" / "demo-2022"
OF_A_VERDICT = ("verdict", "basis", "value", "limit", "checked", "breaches", "reason_code", "beneath", "parts")
SCHOOL = "county text, school_id text, school text, type text, students_primary int"

pytestmark = pytest.mark.skipif(not INITDB.is_file(), reason="no PostgreSQL server")


@dataclass(frozen=True)
class Server:
    """A running server: its port on 127.0.0.1 and the folder of its socket."""

    port: int
    folder: str

    def address(self, name: str, user: str = "owner") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"


@dataclass(frozen=True)
class Base:
    """A database of one test."""

    server: Server
    name: str

    @property
    def address(self) -> str:
        return self.server.address(self.name)

    @property
    def shown(self) -> str:
        return f"postgresql://127.0.0.1:{self.server.port}/{self.name}"

    def do(self, *statements: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            for one in statements:
                connection.execute(one)  # type: ignore[arg-type]

    def load(self, table: str, header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        """A table of texts; an empty text is NULL in every second column and stays what it is in the others."""
        name, columns = Identifier(table), SQL(", ").join(SQL("{} text").format(Identifier(one)) for one in header)
        with psycopg.connect(self.address) as connection, connection.cursor() as cursor:
            cursor.execute(SQL("CREATE TABLE {} ({})").format(name, columns))
            with cursor.copy(SQL("COPY {} FROM STDIN").format(name)) as copy:
                for row in rows:
                    copy.write_row([None if cell == "" and at % 2 else cell for at, cell in enumerate(row)])

    def check(self, *arguments: object) -> Run:
        return tzcheck("check", self.address, *DAY, "--format", "json", "--lang", "en", *arguments)

    def validate(self, *arguments: object) -> Run:
        return tzcheck("validate", self.address, "--lang", "en", *arguments)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that belongs to nobody where the tests run as root, as PostgreSQL wants it."""
    folder = tempfile.mkdtemp(prefix="tzcheck-pg-")
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = f"{folder}/data"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
    made = [INITDB, "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(made, check=True, **quiet)
    rules = "host all clerk 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n"
    Path(data, "pg_hba.conf").write_text(rules, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    process = subprocess.Popen([INITDB.parent / "postgres", "-D", data, *options], **quiet)
    found = Server(port, folder)
    try:
        for _ in range(300):
            try:
                with psycopg.connect(found.address("postgres"), autocommit=True) as connection:
                    connection.execute(SQL("CREATE ROLE clerk LOGIN PASSWORD {}").format(PASSWORD))
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder)


@pytest.fixture
def base(server: Server, request: pytest.FixtureRequest) -> Iterator[Base]:
    """A new database."""
    yield from _made(server, "facts", "")


def _made(server: Server, name: str, options: str) -> Iterator[Base]:
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")  # type: ignore[arg-type]
        yield Base(server, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def demo() -> dict[str, tuple[list[str], list[list[str]]]]:
    """The tables of the three made-up counties as one each, the values of county.yaml among them."""
    tables: dict[str, tuple[list[str], list[list[str]]]] = {}
    for folder in sorted(path for path in DEMO.iterdir() if path.is_dir()):
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as text:
                header, *rows = files.reader(text)
            known, every = tables.setdefault(path.stem, (header, []))
            assert known == header
            every += rows
        said = yaml.load((folder / "county.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
        for key, value in said["values"].items():
            parts = value if isinstance(value, dict) else {"value": value}
            if "value" not in parts:
                tables["values"][1].extend(
                    [said["county"]["code"], f"{key}.{of}", one, "", ""] for of, one in parts.items()
                )
            else:
                more = [parts.get(name, "") for name in ("value", "as_of", "document")]
                tables["values"][1].append([said["county"]["code"], key, *more])
    return tables


def in_parquet(folder: Path, tables: dict[str, tuple[list[str], list[list[str]]]]) -> Path:
    """The same tables as files, in the same order, which have no header row either."""
    import duckdb

    folder.mkdir()
    for name, (header, rows) in tables.items():
        columns = ", ".join(f'"{one}" VARCHAR' for one in header)
        connection = duckdb.connect()
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(header))})", rows)
        connection.execute(f"COPY t TO '{folder / name}.parquet'")
    return folder


def alike(run: Run, base: Base) -> Any:
    """A result but for what files are called, their hashes and encodings."""
    result = json.loads(run.out.replace(f"{base.shown}/public.", ""))
    for file in result["facts"]:
        del file["sha256"], file["encoding"]
    return result


@pytest.mark.parametrize("bulk", [False, True])
def test_the_demo_counties_are_judged_as_they_are_in_files(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk: bool
) -> None:
    """To the last row of evidence, whether Python or DuckDB reads what was copied."""
    tables = demo()
    for name, (header, rows) in tables.items():
        base.load(name, header, rows[::-1])
    if bulk:
        monkeypatch.setattr(csv_reader, "LARGE", -1)
    run = base.check()
    for name, (header, rows) in tables.items():
        rows[:] = in_order(name, header, rows)
    told = tzcheck("check", in_parquet(tmp_path / "f", tables), *DAY, "--format", "json", "--lang", "en")
    found, wanted = alike(run, base), json.loads(told.out.replace(".parquet", ""))
    for file in wanted["facts"]:
        del file["sha256"], file["encoding"]
    assert found == wanted
    assert run.code == told.code == 3
    assert sum(file["rows"] for file in found["facts"]) == sum(len(rows) for _, rows in tables.values())


def in_order(name: str, header: Sequence[str], rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows as docs/database.md says that they are numbered: by place and key, then the rest, as bytes compare."""
    table = GIVEN[name]
    ids = [table.spellings[header_spelling(one)] for one in header]
    keys = (table.place, *table.key)
    columns = sorted(range(len(ids)), key=lambda at: keys.index(ids[at]) if ids[at] in keys else len(keys))
    return sorted(rows, key=lambda row: [(row[at] == "" and at % 2, row[at].encode()) for at in columns])


def test_the_demo_counties_have_the_verdicts_of_their_folders(base: Base) -> None:
    for name, (header, rows) in demo().items():
        base.load(name, header, rows)
    run = base.check()
    for place in run.result["counties"]:
        folder = {"339901": "ready", "339902": "nearly", "339903": "troubled"}[place["code"]]
        own = tzcheck("check", DEMO / folder, "--format", "json", "--lang", "en")
        found = run.indicators(place["name"])
        for id, one in own.indicators(own.result["counties"][0]["name"]).items():
            assert {key: found[id][key] for key in OF_A_VERDICT} == {key: one[key] for key in OF_A_VERDICT}


def test_a_county_of_many_rows_is_read_in_bulk_as_from_files(base: Base, tmp_path: Path, monkeypatch: Any) -> None:
    nation.write(tmp_path / "f", "county", "parquet", 1)
    types = {"schools": "teaching_area numeric(12, 1)", "classes": "students smallint"}
    for path in sorted((tmp_path / "f").glob("*.parquet")):
        import duckdb

        found = duckdb.read_parquet(str(path))
        rows = [[None if cell is None else str(cell) for cell in row] for row in found.fetchall()]
        base.load(path.stem, found.columns, rows)
        for one in filter(None, [types.get(path.stem)]):
            name, _, kind = one.partition(" ")
            base.do(f'ALTER TABLE "{path.stem}" ALTER {name} TYPE {kind} USING {name}::{kind}')
    monkeypatch.setattr(csv_reader, "LARGE", -1)
    told = tzcheck("check", tmp_path / "f", *DAY, "--format", "json", "--lang", "en")
    found = alike(base.check(), base)
    wanted = json.loads(told.out.replace(".parquet", ""))
    for file in wanted["facts"]:
        del file["sha256"], file["encoding"]
    assert found == wanted


def test_typed_columns_are_read_as_people_write_them(base: Base) -> None:
    """Numbers, days, moments of a day, booleans, lists of values, blanks and padding; what is none is told."""
    base.do(
        "CREATE TYPE kind AS ENUM ('小学', '初中'); CREATE DOMAIN code AS char(12)",
        "CREATE TABLE schools (county int, school_id code, school varchar, type kind, boarding boolean, "
        "planned_year smallint, students_primary bigint, teaching_area numeric(12, 3), sports_ground_area float8, "
        "equipment_value real, students_junior int[], multimedia_rooms numeric)",
        "INSERT INTO schools VALUES (339901, '2133000001', ' 一小 ', '小学', true, 1998, 900, 1.50, 0.1, 45, NULL, 3), "
        "(339901, '2133000002', '', NULL, false, NULL, 0, 0, 'NaN', 1e20, '{1,2}', 'NaN')",
        "CREATE TABLE attestations (county char(6), indicator text, holds boolean, document text, date timestamptz)",
        "SET timezone = 'America/New_York'; INSERT INTO attestations VALUES "
        "('339901', 'balanced.8', true, '文件', '2022-03-01 00:00+08'), "
        "('339901', 'balanced.9', false, E'甲\n乙', '2022-03-01 08:30+08'), "
        "('339901', 'balanced.17', NULL, '', 'infinity')",
        "ALTER DATABASE facts SET datestyle = 'German'; ALTER DATABASE facts SET timezone = 'America/New_York'",
    )
    data = base.validate("--format", "json").out
    found = [(one["row"], one["column"], one["code"], one["value"]) for one in json.loads(data)["problems"]]
    assert [one for one in found if one[2] in ("bad_cell", "blank_key")] == [
        (1, "date", "bad_cell", "infinity"),
        (3, "date", "bad_cell", "2022-03-01 08:30:00+08"),
        (2, "school", "blank_key", None),
        (2, "students_junior", "bad_cell", "{1,2}"),
        (2, "sports_ground_area", "bad_cell", "NaN"),
        (2, "equipment_value", "bad_cell", "1e+20"),
        (2, "multimedia_rooms", "bad_cell", "NaN"),
    ]


HOSTILE = (
    "a\nb", '"', '""', 'a","b', "a,b", "a;b\tc", "\r\n", "'; DROP TABLE schools; --", "=1+1", "\\.", "\\N", "\ufeffx",
    "\u2028", "合计", "PK", "{0}", "%s", "1\n339901,2133000009,一小,小学,1\n339901,2133000008,二小,小学,2\n", " ",
    "\x1b[31m", "é" * 90_000, '"' * 40_000,
)  # fmt: skip


@pytest.mark.parametrize("table", ["schools", "学校"])
def test_hostile_texts_are_read_the_same_by_either_reader(
    base: Base, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """And every row is accepted or told of, whatever stands in it."""
    header = [one.split()[0] for one in SCHOOL.split(", ")]
    base.load(table, header, [["339901", f"21330000{at:02}", text, "小学", "1"] for at, text in enumerate(HOSTILE)])
    listed = base.validate("--format", "json", "--show-conversions")
    with monkeypatch.context() as patch:
        patch.setattr(csv_reader, "LARGE", -1)
        assert base.validate("--format", "json", "--show-conversions") == listed
    (file,) = json.loads(listed.out)["facts"]
    assert file["rows"] == len(HOSTILE)
    told = {one["row"] for one in json.loads(listed.out)["problems"] if one["severity"] == "error"}
    assert file["rejected"] == len(told) == 3
    assert file["path"] == f"{base.shown}/public.{table}"


def test_a_cell_that_is_too_long_is_told(base: Base) -> None:
    base.load("schools", ["county", "school_id", "school"], [["339901", "2133000001", "x" * 5_000_000]])
    assert [one[:3] for one in problems(base.check()) if one[0] == "cell_too_long"] == [
        ("cell_too_long", f"{base.shown}/public.schools", 1)
    ]


def test_rows_keep_their_numbers_and_the_text_its_hash_wherever_they_are_stored(base: Base) -> None:
    rows = [["339901", f"21330000{at:02}", f"第{at}小学", "小学", "约900" if at == 7 else "900"] for at in range(20)]
    base.load("schools", [one.split()[0] for one in SCHOOL.split(", ")], rows)
    first = base.check()
    base.do("UPDATE schools SET type = type WHERE school_id < '2133000010'", "VACUUM FULL schools")
    assert base.check() == first
    base.do("UPDATE schools SET type = '初级中学' WHERE school_id = '2133000010'")
    assert base.check().result["facts"][0]["sha256"] != first.result["facts"][0]["sha256"]
    assert ("bad_cell", f"{base.shown}/public.schools", 8, "students_primary", "约900") in problems(first)


MAP = """\
schema: edu
tables:
  schools:
    from: school 2022
    columns: {school_id: sid, 学校名称: Name, type: school_kind}
  classes: old.class_view
  班额分段: {columns: {band: "Größe"}}
"""


def mapped(base: Base, path: Path, text: str = MAP) -> Path:
    base.do(
        "CREATE SCHEMA edu; CREATE SCHEMA old",
        'CREATE TABLE edu."school 2022" (id serial, county text, sid text, "Name" text, type text, school_kind text, '
        "students_primary int, photo bytea)",
        'INSERT INTO edu."school 2022" (county, sid, "Name", type, school_kind, students_primary, photo) VALUES '
        "('339901', '2133000001', '一小', 'x', '小学', 46, '\\x00ff'), ('339901', NULL, NULL, NULL, NULL, NULL, NULL)",
        "CREATE TABLE edu.schools (junk int)",
        "CREATE TABLE old.raw AS SELECT '339901' county, '2133000001' school_id, '小学' stage, '一' grade, '1' class, "
        "46 students",
        "CREATE VIEW old.class_view AS SELECT * FROM old.raw",
        'CREATE TABLE edu.class_bands (county text, school_id text, stage text, "Größe" text, classes int)',
        "INSERT INTO edu.class_bands VALUES ('339901', '2133000001', '小学', '46-50', 1)",
        "CREATE TABLE edu.pupils (id int); CREATE TABLE edu.schools_2021 (id int); CREATE TABLE edu.clases (id int)",
        "CREATE TABLE public.rooms (id int)",
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_a_map_says_which_tables_and_columns_are_which(base: Base, tmp_path: Path) -> None:
    run = base.check("--tables", mapped(base, tmp_path / "map.yaml"))
    edu = f"{base.shown}/edu"
    assert [(one["path"], one["rows"], one["accepted"]) for one in run.result["facts"]] == [
        (f"{edu}.school 2022", 2, 1),
        (f"{base.shown}/old.class_view", 1, 1),
        (f"{edu}.class_bands", 1, 1),
    ]
    told = [one[:4] for one in problems(run) if one[0] in ("blank_key", "no_place", "table_aside", "unknown_column")]
    assert told == [
        ("blank_key", f"{edu}.school 2022", 2, "school_id"),
        ("blank_key", f"{edu}.school 2022", 2, "school"),
        ("table_aside", f"{edu}.clases", None, None),
        ("unknown_column", f"{edu}.school 2022", None, "id"),
        ("unknown_column", f"{edu}.school 2022", None, "photo"),
        ("table_aside", f"{edu}.schools_2021", None, None),
    ]
    evidence = run.indicators("339901")["balanced.12"]["evidence"]
    assert [(one["subject"], one["file"], one["row"], one["column"]) for one in evidence] == [
        ("2133000001", f"{base.shown}/old.class_view", 1, "students")
    ]


WRONG = """\
schema: edu
table: {}
tables:
  schools:
    from: school 2022
    columns:
      school_id: sidd
      schol: Name
      type: 3
      area: [sid]
  clases: old.class_view
  classes:
    from: old.clas_view
    form: x
  rooms: 7
  专用教室: old.raw
  kindergartens: [1]
"""


def test_everything_that_is_wrong_with_a_map_is_told_at_once(base: Base, tmp_path: Path) -> None:
    path = mapped(base, tmp_path / "map.yaml", WRONG)
    run = base.validate("--tables", path)
    lines = [line.replace(str(path), "map.yaml").partition("; allowed are ")[0] for line in run.err.splitlines()]
    assert lines == [
        "error map.yaml:2  unknown key table; is it tables?",
        "error map.yaml:8  unknown key schol; is it school?",
        "error map.yaml:9  type must be a name; a number goes in quotes",
        "error map.yaml:10  area must be a name; a number goes in quotes",
        "error map.yaml:11  unknown key clases; is it classes?",
        "error map.yaml:14  unknown key form; is it from?",
        "error map.yaml:15  from must be a name; a number goes in quotes",
        "error map.yaml:16  the key 专用教室 is there twice",
        "error map.yaml:17  from must be a name; a number goes in quotes",
        "error map.yaml:7  the table edu.school 2022 has no column sidd; is it sid?",
        f"error map.yaml:12  {base.shown} has no table old.clas_view; is it old.class_view?",
    ]
    assert run.code == 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("schema: ed", "map.yaml:1  {shown} has no schema ed; is it edu?"),
        ("a: [", "map.yaml:2  broken YAML"),
        ("- 1", "map.yaml:1  below map.yaml there must be keys with values"),
        ("tables: 3", "map.yaml:1  below tables there must be keys with values"),
    ],
)
def test_a_map_that_is_none_is_told(base: Base, tmp_path: Path, text: str, wanted: str) -> None:
    path = mapped(base, tmp_path / "map.yaml", text)
    run = base.validate("--tables", path)
    (line,) = run.err.splitlines()
    assert line.replace(str(path), "map.yaml").startswith("error " + wanted.format(shown=base.shown))
    assert run.code == 3


def test_the_map_that_is_shown_is_one(tmp_path: Path) -> None:
    (text,) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "docs" / "database.md").read_text(encoding="utf-8"), re.M | re.S
    )
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    found = read_map(tmp_path / "map.yaml")
    assert found.problems == ()
    assert found.tables["schools"].columns == {"school_id": "sid", "school": "school_name", "type": "school_kind"}


def test_a_map_is_for_databases(base: Base, tmp_path: Path) -> None:
    run = tzcheck("validate", DEMO / "ready", "--tables", tmp_path / "map.yaml", "--lang", "en")
    assert run.err == "error --tables goes with a database, such as postgresql://user@host/database\n"
    assert run.code == 2
    run = base.validate("--tables", tmp_path / "map.yaml")
    assert run.err == f"error {tmp_path}/map.yaml  can't be read: No such file or directory\n"
    assert run.code == 3


def test_what_has_nothing_to_do_with_facts_is_left_alone(base: Base) -> None:
    base.do("CREATE TABLE pupils (id int)", "CREATE TABLE marks_2021 (id int)")
    run = base.validate()
    assert "no table of facts in it" in run.err
    assert run.code == 3
    base.do(f"CREATE TABLE schools ({SCHOOL}) PARTITION BY LIST (county)")
    base.do("CREATE TABLE schools_1 PARTITION OF schools FOR VALUES IN ('339901')")
    base.do("INSERT INTO schools VALUES ('339901', '2133000001', '一小', '小学', 1)")
    found = base.check()
    assert [(one["path"], one["rows"]) for one in found.result["facts"]] == [(f"{base.shown}/public.schools", 1)]
    assert [one[:2] for one in problems(found)] == [("table_aside", f"{base.shown}/public.marks_2021")]


def test_a_name_that_looks_like_a_mistake_is_an_error(base: Base) -> None:
    base.do(f"CREATE TABLE schools ({SCHOOL})", "CREATE TABLE clases (id int)")
    base.do("INSERT INTO schools VALUES ('339901', '2133000001', '一小', '小学', 1)")
    found = base.check()
    assert [one["rows"] for one in found.result["facts"]] == [1]
    assert "table_aside" in [one["code"] for one in found.result["problems"] if one["severity"] == "error"]
    assert found.code == 3


def test_an_empty_table_is_as_good_as_none(base: Base) -> None:
    base.do(f"CREATE TABLE schools ({SCHOOL})")
    run = base.check()
    assert problems(run) == [("empty_table", f"{base.shown}/public.schools", None, None, None)]
    assert run.code == 5


def clerk(base: Base, password: str = IN_ADDRESS) -> str:
    return base.address.replace("owner@", f"clerk:{password}@")


def refused(address: str, *arguments: object) -> Run:
    """A run that can't read anything and tells so in one line, without a traceback or a password."""
    run = tzcheck("check", address, *DAY, "--lang", "en", *arguments)
    assert run.out == ""
    assert run.err.startswith("error ")
    assert len(run.err.splitlines()) == 1
    assert not any(part in run.err for part in (PASSWORD, IN_ADDRESS, "Sesam", "clerk:", "Traceback")), run.err
    return run


def test_a_password_is_in_nothing_that_is_written(base: Base, tmp_path: Path) -> None:
    """Nor is the user: neither in a report of any format nor in a message."""
    for name, (header, rows) in demo().items():
        base.load(name, header, rows)
    base.do("GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk")
    for format in FORMATS:
        run = tzcheck("check", clerk(base), *DAY, "--format", format, "--output", tmp_path / format, "--details")
        assert run.code == 3
        assert "Sesam" not in run.out + run.err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FORMATS)
    for path in tmp_path.iterdir():
        written = path.read_bytes()
        assert b"Sesam" not in written
        assert b"clerk" not in written
    assert base.shown.encode() in (tmp_path / "sarif").read_bytes()
    uris = {one["location"]["uri"] for one in json.loads((tmp_path / "sarif").read_text())["runs"][0]["artifacts"]}
    assert f"{base.shown}/public.schools" in uris


def test_a_server_that_does_not_answer_is_told(base: Base) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = refused(f"postgresql://clerk:{IN_ADDRESS}@127.0.0.1:{port}/facts")
    assert f"error postgresql://127.0.0.1:{port}/facts  the database can't be reached: connection failed" in run.err
    assert run.code == 3


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ("clerk:Sesam@", 'password authentication failed for user "clerk"'),
        ("clerk@", "no password supplied"),
        ("nobody_else@", 'role "nobody_else" does not exist'),
        ("owner@127.0.0.1:{port}/nowhere", 'database "nowhere" does not exist'),
    ],
)
def test_who_may_not_connect_is_told(base: Base, change: str, wanted: str) -> None:
    changed = change.format(port=base.server.port)
    address = f"postgresql://{changed}" if "/" in changed else base.address.replace("owner@", changed)
    run = refused(address)
    assert wanted in run.err
    assert run.code == 3


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://clerk:Sesam@dich@127.0.0.1/facts",
        "postgresql://clerk:Sesam/dich@127.0.0.1/facts",
        "postgresql://clerk:Sesam?dich/@127.0.0.1/facts",
        "postgresql://clerk:Sesam%zz@127.0.0.1/facts",
        "postgresql://clerk:Sesam@127.0.0.1/facts?sslmod=require",
        "postgres://[clerk:Sesam",
    ],
)
def test_an_address_that_is_none_is_told_and_not_repeated(address: str) -> None:
    run = refused(address)
    assert run.err.startswith("error no address of a database; wanted is postgresql://user@host:port/database")
    assert run.code == 2


@pytest.mark.parametrize("command", [["check"], ["trend"], ["import", "-o", "x"], ["compare", "a.json"]])
@pytest.mark.parametrize("scheme", ["mysql", "postgresql+psycopg"])
def test_the_address_of_something_else_is_not_repeated_either(command: list[str], scheme: str) -> None:
    run = tzcheck(*command, f"{scheme}://clerk:Sesam@host/facts")
    assert "such an address is no path" in run.err
    assert "Sesam" not in run.err
    assert run.code == 2


def test_without_the_driver_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "tzcheck.readers.postgresql")
    monkeypatch.delattr("tzcheck.readers.postgresql")
    run = refused("postgresql://clerk:Sesam@127.0.0.1/facts")
    assert run.err == "error to read a database psycopg is needed; install it: pip install 'psycopg[binary]'\n"
    assert run.code == 2


def schools(base: Base) -> None:
    """A school, and a class that has too many students."""
    base.do(
        f"CREATE TABLE schools ({SCHOOL})",
        "INSERT INTO schools VALUES ('339901', '2133000001', '一小', '小学', 46)",
        "CREATE TABLE classes AS SELECT '339901' county, '2133000001' school_id, '小学' stage, '一' grade, '1' class, "
        "46 students",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk",
    )


def test_a_table_that_may_not_be_read_leaves_doubt_and_hides_no_other(base: Base) -> None:
    schools(base)
    base.do("REVOKE ALL ON classes FROM clerk", "CREATE TABLE rooms AS SELECT '339901' county, 1 school_id, 'art' kind")
    run = tzcheck("check", clerk(base), *DAY, "--format", "json", "--lang", "en")
    told = [one for one in run.result["problems"] if one["code"] == "unreadable"]
    assert [(one["file"], one["message"]) for one in told] == [
        (f"{base.shown}/public.classes", "can't be read: permission denied for table classes"),
        (f"{base.shown}/public.rooms", "can't be read: permission denied for table rooms"),
    ]
    assert [one["path"] for one in run.result["facts"]] == [f"{base.shown}/public.schools"]
    assert run.indicators("339901")["balanced.12"]["verdict"] == "undetermined"
    assert run.code == 3


def test_a_column_that_may_not_be_read_matters_only_where_it_is_one_of_facts(base: Base) -> None:
    schools(base)
    base.do("ALTER TABLE schools ADD phone text", "REVOKE ALL ON schools FROM clerk")
    base.do("GRANT SELECT (county, school_id, school, type, students_primary) ON schools TO clerk")
    run = tzcheck("check", clerk(base), *DAY, "--format", "json", "--lang", "en")
    assert [one["rows"] for one in run.result["facts"]] == [1, 1]
    base.do("REVOKE SELECT (type) ON schools FROM clerk")
    run = tzcheck("check", clerk(base), *DAY, "--format", "json", "--lang", "en")
    assert [one["message"] for one in run.result["problems"] if one["code"] == "unreadable"] == [
        "can't be read: permission denied for table schools"
    ]


def test_a_connection_that_is_lost_while_a_table_is_read_is_told(base: Base) -> None:
    schools(base)
    base.do(
        "ALTER TABLE schools RENAME TO raw",
        "CREATE VIEW schools AS SELECT raw.* FROM raw, LATERAL (SELECT pg_terminate_backend(pg_backend_pid())) t",
    )
    run = base.check()
    told = [one for one in run.result["problems"] if one["severity"] == "error"]
    assert [(one["file"], one["code"]) for one in told] == [(f"{base.shown}/public.schools", "unreadable")]
    assert "terminating connection" in told[0]["message"]
    assert [(one["path"], one["rows"]) for one in run.result["facts"]] == [(f"{base.shown}/public.classes", 1)]
    assert run.indicators("339901")["balanced.12"]["verdict"] == "undetermined"
    assert (run.code, run.err) == (3, "")


def test_a_statement_that_takes_too_long_is_told(base: Base) -> None:
    schools(base)
    base.do(
        "ALTER TABLE schools RENAME TO raw",
        "CREATE VIEW schools AS SELECT raw.* FROM raw, LATERAL (SELECT pg_sleep(20)) t",
    )
    run = tzcheck("validate", f"{base.address}?options=-c%20statement_timeout%3D800", "--lang", "en")
    assert f"error {base.shown}/public.schools  can't be read: canceling statement due to statement timeout" in run.out
    assert run.code == 3


def test_nothing_can_be_written(base: Base) -> None:
    schools(base)
    base.do(
        "ALTER TABLE schools RENAME TO raw",
        "CREATE FUNCTION touched() RETURNS SETOF raw LANGUAGE sql AS 'DELETE FROM raw RETURNING *'",
        "CREATE VIEW schools AS SELECT * FROM touched()",
    )
    run = base.validate()
    assert "cannot execute DELETE in a read-only transaction" in run.out


def test_all_tables_are_read_as_they_were_at_one_moment(base: Base, tmp_path: Path) -> None:
    schools(base)
    with postgresql.database(base.address).opened() as session:
        relation = next(one for one in session.relations() if one.name == "classes")
        base.do("UPDATE classes SET students = 40", "INSERT INTO classes SELECT * FROM classes")
        columns = [(one.name, one, True) for one in relation.columns]
        raw, _ = session.read(relation, columns, tmp_path / "copy", "classes", None)
        assert list(raw.records) == [(1, ("339901", "2133000001", "小学", "一", "1", "46"))]


@pytest.mark.parametrize(("encoding", "known"), [("EUC_CN", "UTF-8"), ("SQL_ASCII", "GB18030")])
def test_a_database_in_another_encoding_is_read(server: Server, encoding: str, known: str) -> None:
    """SQL_ASCII knows none: there it is found out as that of a file is."""
    for base in _made(server, "elsewhere", f"ENCODING '{encoding}' LOCALE 'C'"):
        base.do(f"CREATE TABLE schools ({SCHOOL})")
        with psycopg.connect(base.address, client_encoding=encoding) as one:
            statement = "INSERT INTO schools VALUES ('339901', '2133000001', '第一小学', '小学', 46)"
            one.pgconn.exec_(statement.encode("gb18030"))
            one.pgconn.exec_(b"COMMIT")
        for bulk in (False, True):
            with pytest.MonkeyPatch.context() as patch:
                if bulk:
                    patch.setattr(csv_reader, "LARGE", -1)
                (file,) = base.check().result["facts"]
                assert (file["rows"], file["accepted"], file["encoding"]) == (1, 1, known)


def test_texts_that_are_in_no_encoding_are_told(server: Server) -> None:
    for base in _made(server, "broken", "ENCODING 'SQL_ASCII' LOCALE 'C'"):
        base.do(f"CREATE TABLE schools ({SCHOOL})")
        base.do("INSERT INTO schools VALUES ('339901', '1', 'a', 'primary', 1), ('339901', '2', E'\\xff\\xff', '', 2)")
        run = base.check()
        assert ("encoding", f"{base.shown}/public.schools", 2, None, None) in problems(run)
        assert run.code == 3


def test_databases_stand_beside_folders_in_every_command(base: Base, tmp_path: Path) -> None:
    tables = demo()
    for name, (header, rows) in tables.items():
        base.load(name, header, [row for row in rows if row[header.index("县(市、区)代码")] == "339901"])
    run = tzcheck("compare", base.address, DEMO / "nearly", *DAY, "--lang", "en")
    assert run.code == 1
    run = tzcheck("explain", "balanced.4", base.address, *DAY, "--lang", "en")
    assert f"{base.shown}/public.schools" in run.out
    run = tzcheck("forms", base.address, "-o", tmp_path / "forms.xlsx", *DAY, "--lang", "en")
    assert run.code == 0
    run = tzcheck("check", base.address, DEMO / "nearly", *DAY, "--format", "json")
    assert [place["code"] for place in run.result["counties"]] == ["339902", "339901"]
    run = tzcheck("check", base.address, "--annotate", tmp_path / "copy.xlsx", "--lang", "en")
    assert (run.code, run.err) == (2, "error --annotate goes with a single workbook, such as county.xlsx\n")


def test_a_day_must_be_given(base: Base) -> None:
    schools(base)
    run = tzcheck("check", base.address, "--lang", "en")
    assert run.code == 2
    assert "--as-of" in run.err
