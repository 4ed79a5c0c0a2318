"""The store: the rows of every table in DuckDB, where texts become typed cells without a Python object for each.

Names in statements are ids of tables and columns, which no file can choose; what a file says is a parameter or a row.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import chain, count
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeAlias

import duckdb

from tzcheck.errors import Problem, UsageFault
from tzcheck.readers.csv import LONGEST_CELL
from tzcheck.readers.rows import Bulk
from tzcheck.table import NUMERIC, WORKED_OUT, Column, Table

CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 2, "autoinstall_known_extensions": "false"}
# Joins have the side with fewer and narrower rows on the right, which DuckDB's estimate behind a filter takes for the
# larger one; and to see that no sum can be pushed below a join takes as long as all else of planning what is counted.
UNWANTED = ("build_side_probe_side", "partial_aggregate_pushdown")
# Enough for a province; with this, and the objects of its report, a nation stays below 2 GiB.
MEMORY = "1GB"
AMOUNT = "DECIMAL(38, 6)"
TYPES = {"count": "HUGEINT", "year": "HUGEINT", "date": "DATE"}
# `_at` is where a row was read: the number of its file times this, plus its row.
ROWS = 2**32
PLACES = {"_place": "INTEGER", "_city": "INTEGER", "_level": "VARCHAR"}
OWN = {**PLACES, "_at": "BIGINT", "_set": "INTEGER", "_raw": "BIGINT", "_plain": "BOOLEAN"}
RAW = {
    "_row": "BIGINT",
    "_set": "INTEGER",
    "_file": "INTEGER",
    "_first": "VARCHAR",
    "_extra": "VARCHAR",
}
# The spellings that need no second look: whatever is spelled otherwise is left to `tzcheck.cells`.
DIGITS, AMOUNTS, SIGNED = "[0-9]{1,9}", "[0-9]{1,9}([.][0-9]{1,6})?", "-?[0-9]{1,9}([.][0-9]{1,6})?"
SPELLINGS = {"count": DIGITS, "measure": AMOUNTS, "number": SIGNED, "printed": SIGNED, "year": "(19|20)[0-9]{2}"}
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
BAND = "[0-9]{1,6}-[0-9]{1,6}", "[≤<][0-9]{1,6}", "[≥>][0-9]{1,6}"
# What may stand for nothing, and what `str.strip` takes away: `tzcheck.cells` has the last word.
SIGNS = r"[/／\-－﹣–—―ー无無\x{20}\x{3000}]{1,8}"
BLANKS = "".join(f"\\x{{{code:x}}}" for code in range(0x3001) if chr(code).isspace())
# How a row may begin that is no fact: a total, or a remark below the table.
NO_FACT = ".*计.*|[ 　]*[(（]?(备?注|说明|填|制表|审核|单位负责|负责|联系).*"
CONTROLS = "\\x00-\\x1f\\x7f-\\x9f"
SOUND = f"[^{BLANKS}{CONTROLS}#=]([^{CONTROLS}]*[^{BLANKS}{CONTROLS}])?"
# A row that is not spelled plainly: id, set, file, row, first text (blank: it is none), text beyond the header, cells.
Other: TypeAlias = tuple[int, int, int, int, str, str | None, dict[str, str | None]]
# The kinds of numbers of which most are whole.
OFTEN_WHOLE = frozenset({"count", "measure", "number"})


def _opened(config: dict[str, str | bool | int | float | list[str]]) -> duckdb.DuckDBPyConnection:
    """A database in memory, without the optimizers that are `UNWANTED`, of which a DuckDB may not have all."""
    connection = duckdb.connect(config=config)
    known = {name for (name,) in connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    connection.execute(f"SET GLOBAL disabled_optimizers = '{','.join(known.intersection(UNWANTED))}'")
    return connection


def type_of(column: Column) -> str:
    """The SQL type that the cells of a column have."""
    return TYPES.get(column.kind, AMOUNT if column.kind in NUMERIC else "VARCHAR")


def types_of(table: Table) -> dict[str, str]:
    """The SQL columns of a table, beside its own, and their types.

    Of a number whose decimals matter `id/printed` has the text; of a county value `number` what it is as a number.
    """
    types = {}
    for column in table.columns:
        types[column.id] = type_of(column)
        if column.kind == "printed":
            types[f"{column.id}/printed"] = "VARCHAR"
    return types | ({"number": AMOUNT} if table.id == "values" else {})


@dataclass(frozen=True)
class Plain:
    """What the references in a table may be for a row to be typed without a second look.

    `named` are, by column, the ids that it may name; `counts` and `numbers` the county values that must be numbers.
    """

    named: Mapping[str, Sequence[str]]
    counts: Sequence[str] = ()
    numbers: Sequence[str] = ()


@dataclass(frozen=True)
class Held:
    """Rows of texts as they were read: the query that has them, and the tables that were made for it."""

    rows: str
    kept: tuple[str, ...] = ()


class Store:
    """The tables of a fact set. A row is typed at once where its cells are spelled plainly, else by the caller."""

    def __init__(self, memory: str | None = None) -> None:
        """`memory` is how much the tables may take, such as `2GB`; what is more goes to a temporary folder."""
        self.memory = memory or MEMORY
        spilled = Path(gettempdir(), f"tzcheck.{os.getpid()}.{id(self)}")
        config = {**CONFIG, "temp_directory": str(spilled), "memory_limit": self.memory}
        # It takes as long as to read some files, which can be done meanwhile.
        self._opening = ThreadPoolExecutor(1).submit(_opened, config)
        self.tables: set[str] = set()
        self._names = (f"held_{number}" for number in count())

    @property
    def connection(self) -> Any:
        """The connection, of which every thread takes a cursor of its own."""
        return self._opening.result()

    def only_facts(self) -> None:
        """Lets every table go that an engine has made."""
        for name, kind in self.made().items():
            if name not in self.tables:
                self._do(f'DROP {kind} "{name}"')

    def made(self) -> dict[str, str]:
        """The tables and views that are there, by name, views first, which may read the others."""
        views = "SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal"
        return dict(self._all(f"{views} UNION ALL SELECT table_name, 'TABLE' FROM duckdb_tables()"))

    def make(self, tables: Iterable[Table]) -> None:
        """Empty tables, where there are none yet."""
        made = []
        for table in tables:
            if table.id not in self.tables:
                self.tables.add(table.id)
                columns = [f'"{name}" {kind}' for name, kind in {**OWN, **types_of(table)}.items()]
                made.append(f'CREATE TABLE "{table.id}" ({", ".join(columns)})')
        if made:
            self._do("; ".join(made))

    def places(self, cities: Sequence[int | None], levels: Sequence[str]) -> None:
        """The table of places: the index of each, of its city, its level."""
        self.tables.add("places")
        self._lists("places", PLACES, (range(len(levels)), cities, levels))

    def hold(self, columns: Mapping[str, Sequence[Any]]) -> Held:
        """Keeps rows of texts as they were read, by column: `RAW` and the columns that the files have."""
        kept = next(self._names)
        kinds = {name: RAW.get(name, "VARCHAR") for name in columns}
        self._lists(kept, kinds, tuple(columns.values()))
        return Held(f"(SELECT rowid AS _id, * FROM {kept})", (kept,))

    def hold_files(
        self, files: Sequence[tuple[int, int, Bulk]], columns: Sequence[Column | None], telling: Iterable[int]
    ) -> Held | None:
        """Keeps the rows of files as `hold` does; None where DuckDB can't read them. Of each its set and its number.

        They are one of Parquet, or of CSV and alike. A row with nothing in any of the columns `telling` is none.
        """
        bulk = files[0][-1]
        known = [f'c{index} AS "{column.id}"' for index, column in enumerate(columns) if column]
        every = ", ".join(f"c{index}" for index in range(len(columns)))
        try:
            if bulk.delimiter is None:
                # Typed where it is: that takes half the time, since Parquet has every text once. But a damaged page
                # must be found before the first row is typed.
                source = _parquet(bulk.path, len(columns), bulk.by_order)
                kept: tuple[str, ...] = ()
                self._all(f"SELECT bit_xor(hash({every})) FROM {source}")
            else:
                source, kept = self._hold_csv(files, len(columns))
        except duckdb.Error:
            return None
        told = ", ".join(["NULL", *(f"c{index}" for index in telling)])
        unnamed = [f"c{index}" for index in bulk.unnamed]
        beyond = f"coalesce({', '.join(unnamed)})" if unnamed else "NULL"
        set, file, _ = files[0]
        where = "_set, _file, rowid - _begin" if len(files) > 1 else f"{set} AS _set, {file} AS _file, rowid"
        rows = (
            f"(SELECT rowid AS _id, {where} + {bulk.skip + 1} AS _row, coalesce({every}) AS _first, "
            f"{beyond} AS _extra, {', '.join(known)} FROM {source} WHERE coalesce({told}) IS NOT NULL)"
        )
        return Held(rows, kept)

    def _hold_csv(self, files: Sequence[tuple[int, int, Bulk]], columns: int) -> tuple[str, tuple[str, ...]]:
        """Reads files that are alike: what their rows are read from, and the tables that were made for it.

        Of several `_set` and `_file` stand beside each row, and `_begin`, the `rowid` of the first row of its file.
        """
        bulk, kept = files[0][-1], next(self._names)
        values = {"paths": [whatever_named(one.path) for *_, one in files], "delimiter": bulk.delimiter}
        several = len(files) > 1
        index = ", file_index AS _index" if several else ""
        self._do(f"CREATE TABLE {kept} AS SELECT *{index} FROM {_csv(columns, bulk.skip)}", values)
        if not several:
            return kept, (kept,)
        sets, numbers, _ = zip(*files, strict=True)
        self._do(
            f"CREATE TABLE {kept}_of AS SELECT * FROM (SELECT _index, CASE WHEN max(rowid) - min(rowid) < count(*) "
            f"THEN min(rowid) ELSE error('rows out of order') END AS _begin FROM {kept} GROUP BY _index) JOIN "
            "(SELECT unnest($1) AS _index, unnest($2) AS _set, unnest($3) AS _file) USING (_index)",
            [list(range(len(files))), list(sets), list(numbers)],
        )
        return f"(SELECT {kept}.rowid, * FROM {kept} JOIN {kept}_of USING (_index))", (kept, f"{kept}_of")

    def places_named(self, held: Held, table: Table, given: frozenset[str]) -> list[tuple[int, str, int, int]]:
        """The set and the text of every place that rows name, their file and how many they are; '' for no text.

        They are in the order of their first rows.
        """
        places = f"SELECT _set, {_place_text(table, given)} AS text, _file, count(*)"
        return self._all(f"{places} FROM {held.rows} r GROUP BY ALL ORDER BY _file, min(_row)")

    def type(
        self,
        held: Held,
        table: Table,
        given: frozenset[str],
        placed: Mapping[tuple[int, str], tuple[int, int | None, str]],
        plain: Plain,
    ) -> Iterable[Other]:
        """Types rows that were held, adds those whose cells are all spelled plainly to the table, lets all of them go.

        `given` are the columns that they have, `placed` gives for the set and text of each place its index, that of
        its city and its level. Returns the other rows. Those for one table may not be typed side by side.
        """
        kinds = {"set": "INTEGER", "text": "VARCHAR", **PLACES}
        named_places = [(*key, *place) for key, place in placed.items()]
        lists = list(zip(*named_places, strict=True)) or [()] * len(kinds)
        placing = ", ".join(f'unnest($p{name}::{kind}[]) AS "{name}"' for name, kind in kinds.items())
        cells = {column.id: _typed(column, table, given) for column in table.columns}
        for one in table.columns:
            if one.kind == "printed":
                cells[f"{one.id}/printed"] = f'r."{one.id}"' if one.id in given else "NULL::VARCHAR"
        if table.id == "values":
            cells["number"] = _matching("value", SIGNED, AMOUNT) if "value" in given else f"NULL::{AMOUNT}"
        named = ", ".join(f'{cell} AS "{name}"' for name, cell in cells.items())
        tests, values = _tests(table, given, plain)
        raws = [f'r."{one.id}" AS "{one.id}/raw"' for one in table.columns if one.id in given]
        own = "_place, _city, _level, _at, _set, _raw"
        order = ", ".join(f'"{name}"' for name in cells)
        self._do(
            f'INSERT INTO "{table.id}" ({own}, _plain, {order}) '
            f"SELECT {own}, coalesce({' AND '.join(tests)}, false), {order} FROM ("
            f"SELECT p._place, p._city, p._level, r._file * {ROWS} + r._row AS _at, r._set, r._id AS _raw, "
            f"r._first, r._extra, {', '.join([named, *raws])} "
            f"FROM {held.rows} r LEFT JOIN (SELECT {placing}) p ON p.set = r._set "
            f"AND p.text = {_place_text(table, given)}) t",
            values | {f"p{name}": list(cells) for name, cells in zip(kinds, lists, strict=True)},
        )
        names = [column.id for column in table.columns if column.id in given]
        found: list[Any] = []
        if self._all(f'SELECT 1 FROM "{table.id}" WHERE NOT _plain LIMIT 1'):
            cells_read = ", ".join(f"r.{name}" for name in _quoted(names))
            found = self._all(
                f"SELECT r._id, r._set, r._file, r._row, r._first, r._extra, {cells_read} "
                f'FROM {held.rows} r JOIN "{table.id}" t ON t._raw = r._id '
                f"WHERE NOT t._plain ORDER BY r._file, r._row, r._id"
            )
            self._do(f'DELETE FROM "{table.id}" WHERE NOT _plain')
        if held.kept:
            self._do("; ".join(f"DROP TABLE {name}" for name in held.kept))
        return map(partial(_other, names), found)

    def add(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Adds typed rows: `OWN` but for the last, then the cells in the order of `types_of`."""
        kinds = {name: kind for name, kind in OWN.items() if name != "_plain"} | types_of(table)
        columns = [
            [format(cell, "f") if isinstance(cell, Decimal) else cell for cell in cells]
            for cells in zip(*rows, strict=True)
        ]
        parts = [f"unnest(${number}::{_sent(kind)}[])::{kind}" for number, kind in enumerate(kinds.values(), 1)]
        names = ", ".join(_quoted(kinds))
        self._do(f'INSERT INTO "{table.id}" ({names}) SELECT {", ".join(parts)}', columns)

    def repeated(self, table: Table, apart: bool) -> list[list[int]]:
        """The rows of every key that more than one row has, by their ids, in order; sets `apart` or not."""
        keys = [*(["_set"] if apart else []), *("_place" if name == table.place else f'"{name}"' for name in table.key)]
        by = f'FROM "{table.id}" GROUP BY {", ".join(keys)} HAVING count(*) > 1'
        # To find out that there are none is much cheaper than to list them, and by one number than by several texts.
        [(once,)] = self._all(f'SELECT count(DISTINCT hash({", ".join(keys)})) = count(*) FROM "{table.id}"')
        if once:
            return []
        return [one for (one,) in self._all(f"SELECT list(rowid ORDER BY _at, rowid) {by} ORDER BY min(_at)")]

    def strangers(self, table: Table, home: Table) -> list[tuple[int, int, int, str]]:
        """The rows that name a school (or a kindergarten) that its place lacks: row id, `_at`, place, school."""
        id = home.subject
        return self._all(
            f'SELECT t.rowid, t._at, t._place, t."{id}" FROM "{table.id}" t ANTI JOIN "{home.id}" h '
            f'ON h._place = t._place AND h."{id}" = t."{id}" ORDER BY t._at'
        )

    def remove(self, table: Table, ids: Sequence[int]) -> None:
        """Takes rows out."""
        self._do(f'DELETE FROM "{table.id}" WHERE rowid IN (SELECT unnest($1::BIGINT[]))', [list(ids)])

    def blank_is_none(self, table: Table, changed: Mapping[str, Sequence[str]]) -> None:
        """Makes a blank 0, by column, in the rows of the types of schools that are named."""
        cells = [
            f'"{name}" = CASE WHEN "{name}" IS NULL AND type IN ({", ".join(map(_text, types))}) THEN 0 '
            f'ELSE "{name}" END'
            for name, types in changed.items()
        ]
        self._do(f'UPDATE "{table.id}" SET {", ".join(cells)}')

    def crossed(self, table: Table, home: Table, by: str, codes: Iterable[str]) -> None:
        """A view with a row for each row of `home` and each code: its cells, and those that stand for the code."""
        parts = []
        for code in codes:
            cells = [
                f"{_text(code)} AS {by}"
                if column.id == by
                else f'"{column.sources[code] if column.sources else column.id}" AS "{column.id}"'
                for column in table.columns
            ]
            parts.append(f'SELECT {", ".join(OWN)}, {", ".join(cells)} FROM "{home.id}"')
        self._do(f'CREATE VIEW "{table.id}" AS {" UNION ALL ".join(parts)}')
        self.tables.add(table.id)

    def by_file(self, tables: Iterable[Table]) -> list[tuple[str, int, int, int]]:
        """The rows of tables: table, file, place, number."""
        each = [
            f'SELECT {_text(one.id)}, _at // {ROWS}, _place, count(*) FROM "{one.id}" GROUP BY ALL' for one in tables
        ]
        return self._all(" UNION ALL ".join(each)) if each else []

    def cells(self, table: Table, *names: str) -> list[tuple[Any, ...]]:
        """Some columns of every row of a table, in the order of files and rows."""
        order = f"_at, _raw{', ' + table.category if table.category else ''}"
        return self._all(f'SELECT {", ".join(_quoted(names))} FROM "{table.id}" ORDER BY {order}')

    def write(self, name: str, path: Path) -> None:
        """A table as a Parquet file, whole numbers as decimals: as such of 128 bits they would become doubles."""
        found = self._all("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1", [name])
        cells = [
            f'"{column}"::DECIMAL(38, 0) AS "{column}"' if kind == "HUGEINT" else f'"{column}"'
            for column, kind in found
        ]
        self._do(f'COPY (SELECT {", ".join(cells)} FROM "{name}") TO {_text(str(path))} (FORMAT parquet)')

    def rows(
        self,
        table: Table,
        ats: Sequence[int] | None = None,
        columns: Iterable[str] | None = None,
        ids: Sequence[int] = (),
    ) -> Iterator[dict[str, Any]]:
        """The rows of a table, those read at some places, or those of some ids, as mappings.

        `_place` and `_at` stand beside the cells, those of some `columns` or all.
        """
        where, wanted = "", None
        if ats is not None:
            where, wanted = "WHERE _at IN (SELECT unnest($1::BIGINT[]))", [list(ats)]
        if ids:
            where = f"WHERE rowid IN ({', '.join(map(str, ids))})"
        names = ["_place", "_at", *(types_of(table) if columns is None else columns)]
        for cells in self._all(
            f'SELECT {", ".join(_quoted(names))} FROM "{table.id}" {where} ORDER BY _at, _raw', wanted
        ):
            yield dict(zip(names, cells, strict=True))

    def grouped(self, table: Table, *names: str) -> list[tuple[Any, ...]]:
        """The different values that columns have together, each with the number of its rows."""
        each = ", ".join(_quoted(names))
        return self._all(f'SELECT {each}, count(*) FROM "{table.id}" GROUP BY ALL')

    def _lists(self, name: str, kinds: Mapping[str, str], columns: Sequence[Sequence[Any]]) -> None:
        """A table from Python columns, which are handed over as one text each: of a list every cell is looked at."""
        whole: list[str] = []
        split, texts = [], []
        for (column, kind), cells in zip(kinds.items(), columns, strict=True):
            if whole and cells and cells[0] == cells[-1] and list(cells).count(cells[0]) == len(cells):
                joined, separator = "" if cells[0] is None else str(cells[0]), ""
            else:
                known = ("" if cell is None else cell for cell in cells) if None in cells else cells
                joined, separator = _joined(list(map(str, known)))
            texts.append(joined)
            whole.append(f'${len(texts)} AS "{column}"')
            one = f"unnest(string_split(\"{column}\", '{separator}'))" if separator else f'"{column}"'
            split.append(f"nullif({one}, '')::{kind} AS \"{column}\"")
        self._do(f"CREATE OR REPLACE TABLE joined AS SELECT {', '.join(whole)}", texts)
        rows = f"SELECT {', '.join(split)} FROM joined LIMIT {len(columns[0])}"
        self._do(f'CREATE TABLE "{name}" AS {rows}; DROP TABLE joined')

    def _do(self, statement: str, values: Any = None) -> None:
        with self.bounded():
            self.connection.cursor().execute(statement, values)

    def _all(self, query: str, values: Any = None) -> list[Any]:
        with self.bounded():
            found: list[Any] = self.connection.cursor().execute(query, values).fetchall()
        return found

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Raises UsageFault where the memory, or the room for what it can't hold, is too small for what is done."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            details = {"limit": self.memory, "why": str(error).splitlines()[0]}
            raise UsageFault([Problem("error", "memory", details=details)]) from error


def _other(names: Sequence[str], row: Sequence[Any]) -> Other:
    id, set, file, where, first, extra, *texts = row
    cells = ((text or "").strip() or None for text in texts)
    return id, set, file, where, first.strip(), extra, dict(zip(names, cells, strict=True))


def _csv(columns: int, skip: int) -> str:
    kinds = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(columns))
    return (
        "read_csv($paths, auto_detect = false, header = false, "
        f"skip = {skip}, delim = $delimiter, quote = '\"', escape = '\"', columns = {{{kinds}}}, "
        # A line that may hold a cell longer than any is left to `readers.csv`, which tells of it.
        f"strict_mode = true, compression = 'none', max_line_size = {LONGEST_CELL})"
    )


def whatever_named(path: Path) -> str:
    """A path as DuckDB takes it for this one file, also where it would stand for others: `a[1].csv` for `a1.csv`."""
    return re.sub(r"[\[*?]", r"[\g<0>]", str(path))


def _parquet(path: Path, columns: int, by_order: bool) -> str:
    """The cells of a file as texts, with the number of each row."""
    names = [f"c{index}" for index in range(columns)]
    texts = [
        f"CASE WHEN typeof({name}) IN ('DOUBLE', 'FLOAT') THEN regexp_replace({name}::VARCHAR, '[.]0$', '') "
        f"ELSE {name}::VARCHAR END AS {name}"
        for name in names
    ]
    named = _text(whatever_named(path))
    file = f"read_parquet({named}, file_row_number = true)"
    if by_order:
        file = f"(SELECT *, row_number() OVER () - 1 FROM read_parquet({named}))"
    return f"(SELECT rowid, {', '.join(texts)} FROM {file} t({', '.join(names)}, rowid))"


def _typed(column: Column, table: Table, given: frozenset[str]) -> str:
    """What a column's cells are where they are spelled plainly; NULL where they are blank or are not."""
    kind, text = column.kind, f'r."{column.id}"'
    if kind in ("low", "high"):
        return _end_of_band(kind) if "band" in given else f"NULL::{AMOUNT}"
    if kind == "prefix":
        subject = f'r."{table.subject}"'
        return f"(CASE WHEN {_like(subject, '[0-9]{10}')} THEN left({subject}, 2) ELSE '0' END)::{AMOUNT}"
    if column.id not in given:
        return "''" if kind == "place" else f"NULL::{type_of(column)}"
    match kind:
        case "place":
            return f"coalesce({text}, '')"
        case "code":
            assert column.codes is not None
            whens = [
                f"WHEN {_text(spelling)} THEN {_text(code)}"
                for code, labels in column.codes.items()
                for spelling in (code, *labels)
            ]
            return f"CASE {text} {' '.join(whens)} END"
        case "text":
            sound = [_like(text, SOUND)]
            if column.id.endswith("_id"):
                sound.append(f"NOT contains(upper({text}), 'E+')")
            if not column.required:
                sound.append(f"NOT {_like(text, SIGNS)}")
            return f"CASE WHEN {_digits(text)} THEN {text} WHEN {' AND '.join(sound)} THEN {text} END"
        case "date":
            return f"CASE WHEN {_like(text, DAY)} THEN try_cast({text} AS DATE) END"
        case "band":
            return f"CASE WHEN {' OR '.join(_like(text, one) for one in BAND)} THEN {text} END"
        case _:
            return _matching(column.id, SPELLINGS[kind], type_of(column), often_whole=kind in OFTEN_WHOLE)


def _end_of_band(end: str) -> str:
    _, below, above = BAND
    text = 'r."band"'
    number = f"regexp_extract({text}, '[0-9]+{'$' if end == 'high' else ''}')"
    open_end, other = (below, "'0'") if end == "low" else (above, "NULL")
    whens = f"WHEN {_like(text, open_end)} THEN {other}"
    rest = " OR ".join(_like(text, one) for one in BAND if one != open_end)
    return f"(CASE {whens} WHEN {rest} THEN {number} END)::{AMOUNT}"


def _tests(table: Table, given: frozenset[str], plain: Plain) -> tuple[list[str], dict[str, Any]]:
    """What must hold for a row to be typed as it is; and the parameters of those tests."""
    # Only a text that is not all ASCII is that of a total or a remark.
    first = f"CASE WHEN strlen(_first) = length(_first) THEN true ELSE NOT {_like('_first', NO_FACT)} END"
    tests = ["_place IS NOT NULL", "_extra IS NULL", first]
    values: dict[str, Any] = {}
    for column in table.columns:
        name = f'"{column.id}"'
        if column.kind == "place" or column.kind in WORKED_OUT:
            continue
        if column.required and column.id not in table.may_be_blank:
            tests.append(f"{name} IS NOT NULL")
        elif column.id in given:
            tests.append(f'("{column.id}/raw" IS NULL OR {name} IS NOT NULL)')
        if column.id in plain.named:
            tests.append(f"({name} IS NULL OR list_contains($named_{column.id}, {name}))")
            values[f"named_{column.id}"] = list(plain.named[column.id])
    if table.id == "values" and "value" in given:
        kinds = (("counts", plain.counts, DIGITS), ("numbers", plain.numbers, AMOUNTS))
        known = [f"(list_contains(${name}, key) AND {_like('value', spelling)})" for name, _, spelling in kinds]
        tests.append(f"coalesce(value IS NULL OR {' OR '.join(known)}, false)")
        values |= {name: list(keys) for name, keys, _ in kinds}
    return tests, values


def _place_text(table: Table, given: frozenset[str]) -> str:
    return f"coalesce(r.\"{table.place}\", '')" if table.place in given else "''"


def _matching(name: str, spelling: str, kind: str, often_whole: bool = False) -> str:
    text = f'r."{name}"'
    whole = f"WHEN {_digits(text, 'UINTEGER')} THEN try_cast({text} AS UINTEGER)::{kind} " if often_whole else ""
    return f"CASE {whole}WHEN {_like(text, spelling)} THEN {text}::{kind} END"


def _digits(text: str, kind: str = "UBIGINT") -> str:
    """Whether a text is a whole number without zeros before it: found out several times faster than by a pattern."""
    return f"try_cast({text} AS {kind})::VARCHAR = {text}"


def _like(text: str, spelling: str) -> str:
    return f"regexp_full_match({text}, {_text(spelling)})"


def _joined(texts: Sequence[str]) -> tuple[str, str]:
    """Texts as one, and what stands between them: a character that is in none of them."""
    for separator in chain("\x1f\x1e\x1d", map(chr, range(0xE000, 0xF900))):
        joined = separator.join(texts)
        if joined.count(separator) == max(len(texts) - 1, 0):
            return joined, separator
    raise ValueError("a column with every private character")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _sent(kind: str) -> str:
    """How values of a type are handed over."""
    return "VARCHAR" if kind.startswith("DECIMAL") else kind
