"""No row vanishes, and a row means the same whichever way it is read: by DuckDB at once, or cell by cell."""

import csv
import io
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.support import COUNTY
from tzcheck import facts as reading
from tzcheck.facts import Facts
from tzcheck.readers import csv as csv_reader
from tzcheck.readers import store
from tzcheck.reading import Known
from tzcheck.table import TABLES

KNOWN = Known(frozenset({"balanced.1", "balanced.12"}), frozenset({"balanced"}), {"rotated": "count", "area": "number"})
# Cells that are sound, sound though oddly spelled, doubtful, and wrong.
TEXTS = (
    "一", "1", "1-2", " 二 ", "第一\n小学", "\u3000三", "四\xa0", "/", "无", "-", "=1+1", "=", "#REF!", "x\x07", "注：",
    "合计", "小计一",
)  # fmt: skip
CELLS = {
    "text": TEXTS,
    "place": ("", "椒江区", "331002", "椒 江", "３３１００２", "黄岩区", "海门", "合计"),
    "count": ("0", "45", "４５", "1,234", "45.0", "45.5", "-1", "1e3", "约4", "/", "无", "", "9999999999",
              "99999999999", " 7"),
    "measure": ("0", "96.5", "96.1234567", "９６．５", "1,234.5", "-0.1", "", "—", "1e3", ".5", "5."),
    "number": ("-3.5", "3", "+3", "", "x", "－3", "12%"),
    "printed": ("70", "70.0", "73.3%", "７０", "", "0.7", "x"),
    "year": ("2022", "1899", "1900", "2100", "2101", "２０２２", "2022年", "22", ""),
    "date": ("2022-12-31", "2022/1/2", "2022年1月2日", "2022-02-30", "31.12.2022", "", "44926"),
    "band": ("26-30", "≤25", "≥66", "61≤x<73", "26—30", "25人及以下", "", "x", "<25", "１-２"),
}  # fmt: skip
IDS = ("2133000001", "2133000002", "３１３３0000001", "2.1E+09", "abc", "12", "")
KEYS = ("rotated", "area", "rotatd", "其他", "basic_balance_recognised", "monitoring_level.maths", "")
VALUES = ("5", "5.5", "5.1234567", "-1", "x", "", "2022-12-31", "Ⅲ", "14%", "/")
REFERENCES = ("balanced.1", "balanced.12", "balanced", "balanced.99", "seats.1", "")
TRIED = ("schools", "classes", "class_bands", "rooms", "kindergartens", "values", "marks", "published", "enrolment",
         "funding", "attestations", "monitoring", "school_projects")  # fmt: skip


def cells_of(table: str, column: str) -> tuple[str, ...]:
    """Cells of a column, the first two of them sound."""
    found = TABLES[table].column(column)
    if column.endswith("_id"):
        return IDS
    if (table, column) in (("values", "key"), ("values", "value")):
        return KEYS if column == "key" else VALUES
    if column in ("indicator", "standard"):
        return REFERENCES if column == "indicator" else ("balanced", "balanced", *REFERENCES)
    if found.kind == "code":
        assert found.codes is not None
        spelled = [spelling for code, labels in found.codes.items() for spelling in (code, *labels)]
        return (*spelled, spelled[0].upper(), f" {spelled[-1]}", "？", "")
    return CELLS[found.kind]


def table_of(id: str, dice: Random) -> tuple[list[str], list[list[str]]]:
    """A table: its header, and its rows: blank, or sound but for a few cells."""
    own = [column for column in TABLES[id].columns if column.kind not in ("low", "high", "prefix")]
    columns = [column.id for column in own if column.required or dice.random() < 0.8]
    rows = []
    for number in range(60):
        row = [dice.choice(cells_of(id, column)[:2]) for column in columns]
        for column in TABLES[id].key:
            if TABLES[id].column(column).kind == "text" and column.endswith(("_id", "no", "class")):
                row[columns.index(column)] = f"21330000{number:02d}"
        for _ in range(dice.choice((0, 0, 1, 1, 2))):
            at = dice.randrange(len(columns))
            row[at] = dice.choice(cells_of(id, columns[at]))
        rows.append([""] * len(columns) if dice.random() < 0.05 else row)
    return columns, rows


def written(folder: Path, id: str, header: list[str], rows: list[list[str]]) -> Path:
    """A folder of 椒江区 with the table as CSV."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    (folder / "county.yaml").write_text(COUNTY, encoding="utf-8")
    (folder / f"{id}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    return folder


def told(found: Facts) -> dict[str, Any]:
    """All that was read, as it can be compared."""
    problems = sorted(
        (one.file or "", one.row or 0, one.column or "", one.code, one.value or "", one.message("zh"))
        for one in found.problems
    )
    # Which place is the first may depend on which file is read first.
    called = [place.id for place in found.places]
    tables = {id: list(typed.store.rows(typed.table)) for id, typed in found.tables.items() if not typed.table.derived}
    return {
        "tables": {id: [row | {"_place": called[row["_place"]]} for row in rows] for id, rows in tables.items()},
        "files": [(one.path, one.rows, one.accepted, one.rejected) for one in found.files],
        "problems": problems,
        "refused": sorted(
            repr((one.table, None if one.place is None else called[one.place], one.indicator, one.subject))
            for one in found.refused
        ),
        "turned": found.turned,
    }


FEW = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
SEEDS = st.integers(0, 10**6)


@pytest.mark.parametrize("id", TRIED)
@FEW
@given(seed=SEEDS)
def test_a_row_means_the_same_however_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str, seed: int
) -> None:
    header, rows = table_of(id, Random(seed))
    folder = written(tmp_path / "f", id, header, rows)
    listed = told(reading.read([folder], KNOWN))
    with monkeypatch.context() as patch:
        patch.setattr(csv_reader, "LARGE", -1)  # DuckDB reads it, where its lines are plain
        assert told(reading.read([folder], KNOWN)) == listed
    with monkeypatch.context() as patch:
        patch.setattr(store, "_tests", lambda *_: (["false"], {}))  # no row is plain: all are typed cell by cell
        assert told(reading.read([folder], KNOWN)) == listed


def spoilt(text: str, header: list[str], dice: Random) -> str:
    """A file as nobody expects it among others: its lines, its header, or the shape of its rows."""
    lines = text.split("\n")
    in_quotes = ",".join(['"x\ny"'] * len(header))
    ragged, quoted = [*lines[:3], "x", *lines[3:]], [*lines[:2], in_quotes, *lines[2:]]
    titled, blank, none = ["一张表", *lines], [*lines[:4], "", *lines[4:]], lines[:1]
    return "\n".join(dice.choice([lines, lines, ragged, quoted, titled, blank, none, [], [*lines, '"']]))


@pytest.mark.parametrize("id", TRIED)
@FEW
@given(seed=SEEDS)
def test_files_mean_the_same_whether_they_are_read_together_or_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str, seed: int
) -> None:
    dice = Random(seed)
    header, rows = table_of(id, dice)
    folder = written(tmp_path / "f", id, header, rows[:8])
    text = (folder / f"{id}.csv").read_text(encoding="utf-8")
    for number in range(1, 7):
        own = "\n".join([text.split("\n")[0], *(",".join(row).replace("\n", "") for row in rows[8 * number :][:8])])
        content = spoilt(own, header, dice).replace("\n", dice.choice(["\n", "\r\n"]))
        encoding = dice.choice(["utf-8", "utf-8", "utf-8-sig", "gb18030"])
        (folder / f"{id}_{number}.csv").write_text(content, encoding, "replace", newline="")
    listed = told(reading.read([folder], KNOWN))
    with monkeypatch.context() as patch:
        patch.setattr(csv_reader, "LARGE", -1)
        assert told(reading.read([folder], KNOWN)) == listed


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_more_files_are_read_than_may_be_open(tmp_path: Path, encoding: str) -> None:
    resource = pytest.importorskip("resource")
    for number in range(80):
        rows = "".join(f"21{number:08d},小学,一,{row},45\n" for row in range(60))
        path = tmp_path / f"f/{number}/classes.csv"
        path.parent.mkdir(parents=True)
        path.write_text("学校标识码,学段,年级,班级,学生数\n" + rows, encoding)
        (path.parent / "county.yaml").write_text(COUNTY, encoding="utf-8")
    most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 40, hard))
    try:
        found = reading.read([tmp_path / "f"], KNOWN)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    assert not found.problems
    assert sum(file.accepted for file in found.files) == 80 * 60


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("id", TRIED)
@FEW
@given(seed=SEEDS)
def test_every_row_read_is_accepted_or_told_of(tmp_path: Path, id: str, suffix: str, seed: int) -> None:
    header, rows = table_of(id, Random(seed))
    folder = written(tmp_path / "f", id, header, rows)
    if suffix == ".xlsx":
        (folder / f"{id}.csv").unlink()
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for cells in [header, *rows]:
            sheet.append([cell.replace("\x07", "") or None for cell in cells])
            for written_cell in sheet[sheet.max_row]:
                written_cell.data_type = "s" if written_cell.value is not None else "n"
        book.save(folder / f"{id}.xlsx")
    found = reading.read([folder], KNOWN)
    file = found.files[-1]
    filled = [number for number, cells in enumerate(rows, start=2) if any(cell.strip() for cell in cells)]
    kept = {row for _, _, row in found.tables[id].rows()} if id in found.tables else set()
    told_of = {one.row for one in found.problems if one.file == file.path}
    if any(one.row == 1 and one.severity == "error" for one in found.problems):
        return  # the header itself is wrong: no row was looked at
    assert file.rows == len(filled)
    assert file.accepted + file.rejected == file.rows
    assert set(filled) - kept <= told_of
    wrong = {one.row for one in found.problems if one.file == file.path and one.severity == "error"} - {None, 1}
    assert len(wrong) == file.rejected
    assert not wrong & kept
