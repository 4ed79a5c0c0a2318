"""What reading costs beside the reader libraries themselves, in one run: CSV of 1,000,000 rows, XLSX of 100,000.

python bench/reading.py

`texts` is all that makes texts of a file: its encoding found, its header found, its rows held by column; `facts` is the
whole of it: hashed, every cell typed, doubles and strangers looked for.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from tzcheck import facts as reading
from tzcheck.readers import csv, workbook
from tzcheck.readers.store import Store
from tzcheck.reading import Known
from tzcheck.table import TABLES

ROUNDS, MOST = 5, 2
CLASSES = TABLES["classes"]
HEADER = ["county", "school_id", "stage", "grade", "class", "students"]


def row(number: int) -> list[str | int]:
    """A class: 40 of them a school, 50 schools a county."""
    school, of_school = divmod(number, 40)
    stage = "primary" if of_school < 20 else "junior"
    return [
        f"33{school // 50 % 10000:04d}",
        f"21{school:08d}",
        stage,
        of_school // 4 + 1,
        of_school % 4 + 1,
        30 + number % 16,
    ]


def by_duckdb(path: Path) -> None:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(
        "CREATE TABLE texts AS SELECT * FROM read_csv($1, header = true, all_varchar = true)", [str(path)]
    )
    connection.close()


def csv_texts(path: Path) -> None:
    raw = csv.read(path, path.name, CLASSES)
    assert raw.bulk
    assert Store().hold_files([(0, 0, raw.bulk)], [CLASSES.column(name) for name in HEADER], range(len(HEADER)))


def by_calamine(path: Path) -> None:
    CalamineWorkbook.from_path(path).get_sheet_by_name("classes").to_python()


def workbook_texts(path: Path) -> None:
    raw = workbook.open_workbook(path, path.name).read("classes", CLASSES)
    assert sum(1 for _ in raw.records) == 100_000


def facts(path: Path) -> None:
    found = reading.read([path.parent], Known())
    assert not found.problems
    assert found.files[0].accepted in (100_000, 1_000_000)


def best(what: Callable[[Path], None], path: Path) -> float:
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        what(path)
        found.append(time.perf_counter() - began)
    return min(found)


def main() -> None:
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        large, book = Path(folder) / "csv" / "classes.csv", Path(folder) / "xlsx" / "classes.xlsx"
        large.parent.mkdir()
        book.parent.mkdir()
        with large.open("w", encoding="utf-8") as file:
            file.write(",".join(HEADER) + "\n")
            file.writelines(",".join(map(str, row(number))) + "\n" for number in range(1_000_000))
        made = Workbook(write_only=True)
        sheet = made.create_sheet("classes")
        sheet.append(HEADER)
        for number in range(100_000):
            sheet.append(row(number))
        made.save(book)
        for path, library, texts in ((large, by_duckdb, csv_texts), (book, by_calamine, workbook_texts)):
            own = best(library, path)
            print(f"{path.name:14s} {library.__name__:12s} {own:6.3f} s")
            for what in (texts, facts):
                took = best(what, path)
                limit = f" (at most {MOST})" if what is texts else ""
                print(f"{'':14s} {what.__name__:14s} {took:6.3f} s   {took / own:5.2f} of the library's time{limit}")
                failed |= what is texts and took > MOST * own
    sys.exit(failed)


main()
