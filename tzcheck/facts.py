"""Facts: the files of a fact set, typed by the tables, with every row either accepted or reported."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from itertools import islice, repeat, zip_longest
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from tzcheck.cells import level_of_attainment, share_written
from tzcheck.database import Map, read_database, read_map
from tzcheck.errors import FactsFault, NothingFault, Problem, UsageFault
from tzcheck.place import Place
from tzcheck.progress import Told, nobody, steps
from tzcheck.readers import RawTable, csv, parquet
from tzcheck.readers.rows import Bulk
from tzcheck.readers.store import RAW, ROWS, Held, Other, Plain, Store, types_of
from tzcheck.readers.yaml import cell
from tzcheck.reading import FactSet, FileRead, Known, Part, Reading, Refused, Turned
from tzcheck.row import REFERENCES, place_of, read_row
from tzcheck.sets import read_set, read_table, sets_below, table_names, unreadable
from tzcheck.table import (
    MONITORED_SUBJECTS,
    ROOM_KINDS,
    SCHOOL_ROOM_KINDS,
    SCHOOL_STAGES,
    SCHOOLS,
    SPLIT_BY_STAGE,
    STAGES,
    STAGES_OF_TYPE,
    TABLES,
    VALUES,
    Column,
    Table,
    given_as,
)

if TYPE_CHECKING:
    from tzcheck.readers.relations import Database

    Source: TypeAlias = Path | Database

# What a cell in a merged area was understood as: what the first cell of the area holds.
MERGED = "↑"
# So many rows are held as Python's at a time, and so many of them are turned into columns at once.
MOST_ROWS, AT_ONCE = 100_000, 1_000
# So many things may wait to be done with rows that were typed, while others are read.
MOST_WAITING = 4
# A table of at most so many rows is read as a whole where a cell of it is asked for.
FEW_ROWS = 2_000


@dataclass(frozen=True)
class TypedTable:
    """The accepted rows of a table, kept in the store; `files` are those of `Facts.files` that they are from."""

    table: Table
    store: Store
    files: frozenset[int] = frozenset()
    known: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=dict, compare=False)
    by_at: dict[int, list[dict[str, Any]]] = field(default_factory=dict, compare=False)
    held: dict[int, list[dict[str, Any]]] = field(default_factory=dict, compare=False)

    def counted(self, *names: str) -> list[tuple[Any, ...]]:
        """The different values that columns have together, each with the number of its rows."""
        if names not in self.known:
            self.known[names] = self.store.grouped(self.table, *names)
        return self.known[names]

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Place, file and row of every row, and its cells in some columns."""
        for place, at, *cells in self.store.cells(self.table, "_place", "_at", *names):
            yield place, *divmod(at, ROWS), *cells

    def cells(self, file: int | None, row: int | None, category: str | None) -> Mapping[str, Any]:
        """The cells of the row that was read there (of a derived table, that of the category); empty where none was."""
        return self._of(category, self._rows_at((file or 0) * ROWS + (row or 0)))

    def hold(self, wanted: Iterable[tuple[int, int]], names: Iterable[str]) -> None:
        """Reads cells of the rows of which they will be asked, by file and row: a query of all costs as much as one."""
        if not self._is_small:
            ats = [file * ROWS + row for file, row in wanted]
            self._keep(self.store.rows(self.table, ats, names), self.held)

    def cells_held(self, file: int | None, row: int | None, category: str | None) -> Mapping[str, Any]:
        """The cells that are held of a row; all of them where none are."""
        at = (file or 0) * ROWS + (row or 0)
        return self._of(category, self.held.get(at) or self._rows_at(at))

    def _of(self, category: str | None, rows: Iterable[dict[str, Any]]) -> Mapping[str, Any]:
        by = self.table.category
        return next((cells for cells in rows if by is None or cells[by] == category), {})

    def _rows_at(self, at: int) -> Iterable[dict[str, Any]]:
        """The rows read at one place."""
        if self._is_small and not self.by_at:
            self._keep(self.store.rows(self.table), self.by_at)
        if not self._is_small and at not in self.by_at:
            self._keep(self.store.rows(self.table, [at]), self.by_at)
        return self.by_at.get(at, ())

    @cached_property
    def _is_small(self) -> bool:
        """Whether all of its rows may be held at once."""
        return bool(sum(rows for *_, rows in self.counted("_place")) <= FEW_ROWS)

    def _keep(self, rows: Iterable[dict[str, Any]], kept: dict[int, list[dict[str, Any]]]) -> None:
        for cells in rows:
            kept.setdefault(cells["_at"], []).append(cells)


@dataclass(frozen=True)
class Facts:
    """Everything that was read. `cities` gives, for each place, the index of its city or None.

    The rows are in the `store`; `given` are the tables that have any, and keys of county values (`given_as`).
    """

    places: tuple[Place, ...]
    cities: tuple[int | None, ...]
    tables: Mapping[str, TypedTable]
    files: tuple[FileRead, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    days: tuple[tuple[str, date], ...]
    turned: tuple[Turned, ...]
    store: Store
    given: frozenset[str]

    @property
    def as_of(self) -> date:
        """The day that all sets name.

        Raises UsageFault where there is none, or more than one; FactsFault where there is none since a file is wrong,
        and NothingFault since nothing at all is filled in.
        """
        found = {day for _, day in self.days}
        if len(found) == 1:
            return found.pop()
        if not found and any(problem.severity == "error" for problem in self.problems):
            raise FactsFault([*sorted(self.problems, key=Problem.order), Problem("error", "no_day")])
        if not found and not self.given:
            raise NothingFault([Problem("query", "nothing_given")])
        if not found:
            raise UsageFault([Problem("error", "no_day")])
        shown = ", ".join(f"{file} {day}" for file, day in self.days)
        raise UsageFault([Problem("error", "several_days", details={"days": shown})])


@dataclass(frozen=True)
class RowSet:
    """Facts given as rows instead of files: the place they are of, tables as lists of rows, county values."""

    place: Place
    tables: Mapping[str, list[dict[str, Any]]]
    values: Mapping[str, Any]


def read(
    paths: Sequence["Source"],
    known: Known,
    encoding: str | None = None,
    progress: Told = nobody,
    tables: Path | None = None,
    memory: str | None = None,
) -> Facts:
    """The facts in `paths`: folders of a county or city, folders of such folders, single tables, or databases.

    `tables` is a map of what the tables and columns of the databases are, `memory` how much of them is kept in memory.
    Raises FactsFault where nothing at all could be read, UsageFault where the memory is too little.
    """
    reading = Reading(known, encoding, memory)
    map = read_map(tables) if tables else Map()
    reading.problems.extend(map.problems)
    with ExitStack() as kept:
        for path in paths:
            before, errors = len(reading.files), reading.errors
            if isinstance(path, Path):
                is_there = _read_path(reading, path, progress)
            else:
                folder = Path(kept.enter_context(TemporaryDirectory(prefix="tzcheck-")))
                is_there = read_database(reading, path, map, folder, partial(steps, progress, "reading"))
            if is_there and len(reading.files) == before and reading.errors == errors:
                reading.error("no_tables", str(path), details=table_names())
        if not reading.files:
            raise FactsFault(reading.problems)
        _type_tables(reading, progress)
    _check_schools(reading)
    return _facts(reading)


def _read_path(reading: Reading, path: Path, progress: Told) -> bool:
    """Reads the sets in a folder, or a single table; False where nothing is there."""
    try:
        is_there = path.exists()
    except OSError as error:
        unreadable(reading, error)
        return False
    if not is_there:
        reading.error("no_such_path", str(path))
        return False
    before = len(reading.files)
    sets = sets_below(reading, path)
    step = steps(progress, "reading", sum(len(files) for _, files in sets))
    for _, files in sets:
        read_set(reading, path, files, step)
    root = _from_here(path if path.is_dir() else path.parent)
    reading.files[before:] = [replace(file, root=root) for file in reading.files[before:]]
    return True


def _from_here(folder: Path) -> str:
    """A folder as it is called from where tzcheck was started, where it lies below that."""
    whole, here = folder.resolve(), Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else folder).as_posix()


def of_rows(sets: Iterable[RowSet], known: Known) -> Facts:
    """Facts from rows, each set apart from the others; the file of a row is the number of its set."""
    reading = Reading(known, None)
    for number, one in enumerate(sets):
        index = reading.place(one.place)
        city = index if one.place.level == "city" else None
        own = FactSet(index, city, f" {number}")
        reading.sets.append(own)
        for id, rows in one.tables.items():
            table = TABLES[id]
            filled = [_with_keys(table, row, position) for position, row in enumerate(rows)]
            header = tuple(dict.fromkeys(key for row in filled for key in row))
            records = [
                (position, tuple(cell(row.get(key)) for key in header)) for position, row in enumerate(filled, 1)
            ]
            read_table(reading, own, table, RawTable(0, header, records), FileRead(str(number), "", 0))
        if one.values:
            rows_of_values = [
                (position, (key, cell(value))) for position, (key, value) in enumerate(one.values.items(), 1)
            ]
            read_table(
                reading, own, VALUES, RawTable(0, ("key", "value"), rows_of_values), FileRead(str(number), "", 0)
            )
    _type_tables(reading)
    return _facts(reading)


def _with_keys(table: Table, row: dict[str, Any], position: int) -> dict[str, Any]:
    """The row with a text of its own in every required text column that it leaves out."""
    missing = [one.id for one in table.columns if one.required and one.kind == "text" and one.id not in row]
    filled: dict[str, Any] = dict.fromkeys(missing, str(position))
    return filled | row


def _facts(reading: Reading) -> Facts:
    store = reading.store
    tables = [TABLES[id] for id in reading.parts]
    files: dict[str, set[int]] = defaultdict(set)
    accepted: Counter[int] = Counter(reading.sums)
    of_place: dict[str, Counter[int]] = defaultdict(Counter)
    for id, file, place, rows in store.by_file(tables):
        files[id].add(file)
        accepted[file] += rows
        of_place[id][place] += rows
    given = set(files)
    reading.tell_of_the_others()
    tables += _derive(reading, given)
    store.places([reading.cities.get(index) for index in range(len(reading.places))], [p.level for p in reading.places])
    typed = {table.id: TypedTable(table, store, frozenset(files[table.id])) for table in tables}
    for id, counted in of_place.items():
        typed[id].known["_place",] = list(counted.items())
    order = {file.path: index for index, file in enumerate(reading.files)}
    if VALUES.id in given:
        given |= {given_as(VALUES.id, key) for _, key, _ in typed[VALUES.id].counted("_place", "key")}
    return Facts(
        places=tuple(reading.places),
        cities=tuple(reading.cities.get(index) for index in range(len(reading.places))),
        tables=typed,
        files=tuple(
            replace(file, accepted=accepted[index], rejected=file.rows - accepted[index])
            for index, file in enumerate(reading.files)
        ),
        problems=tuple(sorted(reading.problems, key=Problem.order)),
        refused=tuple(reading.refused),
        days=tuple(reading.days),
        turned=tuple(sorted(reading.turned.values(), key=lambda one: order[one.file])),
        store=store,
        given=frozenset(given),
    )


def _type_tables(reading: Reading, progress: Told = nobody) -> None:
    reading.store.make(TABLES[id] for id in reading.parts)
    step = steps(progress, "typing", sum(map(len, reading.parts.values())))
    # While rows are typed those of the next table are read, so that both cores have something to do.
    todo: deque[Callable[[], None]] = deque()
    with ThreadPoolExecutor(2) as pool:
        for id, parts in reading.parts.items():
            table, plain = TABLES[id], _plain(reading, TABLES[id])
            for number, (held, given, named) in enumerate(_held(reading, table, parts, step)):
                while number and todo:  # rows for one table are typed one after the other
                    todo.popleft()()
                placed = _placed(reading, named)
                others = pool.submit(reading.store.type, held, table, given, placed, plain)
                todo.append(partial(_add_others, reading, table, others))
            todo.append(partial(_refuse_repeated, reading, table))
            while len(todo) > MOST_WAITING:
                todo.popleft()()
        for one in todo:
            one()
    for id, parts in list(reading.parts.items()):
        if not any(reading.files[part.file].rows for part in parts):
            del reading.parts[id]


def _telling(table: Table, columns: Sequence[Column | None], unnamed: Iterable[int]) -> list[int]:
    """The indexes of the columns one of which must be filled in for a row to be one: not those that a form prefills."""
    if not table.prefilled:
        return list(range(len(columns)))
    own = [index for index, column in enumerate(columns) if column and column.id not in table.key]
    return [*own, *unnamed]


def _held(
    reading: Reading, table: Table, parts: list[Part], step: Callable[[], None]
) -> Iterator[tuple[Held, frozenset[str], Iterable[tuple[int, str]]]]:
    """The rows of all files for a table, the columns that they have, the set and the text of every place they name.

    `step` is told of every file.
    """
    store = reading.store
    todo, listed = _in_bulk(parts)
    while todo:
        alike = todo.popleft()
        first, bulk = alike[0]
        files = [(part.own, part.file, bulk) for part, bulk in alike]
        held = store.hold_files(files, first.columns, _telling(table, first.columns, bulk.unnamed))
        if held is None and len(alike) > 1:
            # Of many files one may be odd: it is looked for by halves.
            todo.extendleft([alike[len(alike) // 2 :], alike[: len(alike) // 2]])
        elif held is None:
            damaged = parquet.damaged(reading.files[first.file].path)
            listed.append(first if bulk.delimiter else replace(first, raw=damaged))
        else:
            given = frozenset(column.id for column in first.columns if column)
            places = store.places_named(held, table, given)
            rows_of: Counter[int] = Counter()
            for *_, file, rows in places:
                rows_of[file] += rows
            for part, _ in alike:
                step()
                _count(reading, table, part, rows_of[part.file])
            yield held, given, dict.fromkeys((number, text) for number, text, *_ in places)
    for held_rows in _listed(reading, table, sorted(listed, key=attrgetter("file")), step):
        named = zip(held_rows["_set"], held_rows.get(table.place) or repeat(""), strict=False)
        yield store.hold(held_rows), frozenset(held_rows) - RAW.keys(), dict.fromkeys(named)


def _in_bulk(parts: Iterable[Part]) -> tuple[deque[list[tuple[Part, Bulk]]], list[Part]]:
    """The files that the store reads, those that are alike together; and all others."""
    alike: dict[Any, list[tuple[Part, Bulk]]] = {}
    others = []
    for part in parts:
        bulk = part.raw.bulk
        if bulk is None:
            others.append(part)
        else:
            path = bulk.path if bulk.delimiter is None else None  # a Parquet file stands alone
            columns = tuple(column and column.id for column in part.columns)
            alike.setdefault((path, bulk.delimiter, bulk.skip, bulk.unnamed, columns), []).append((part, bulk))
    found: deque[list[tuple[Part, Bulk]]] = deque()
    for (path, *_), some in alike.items():
        if path or sum(bulk.path.stat().st_size for _, bulk in some) > csv.LARGE:
            found.append(some)
        else:
            others += [part for part, _ in some]
    return found, others


def _count(reading: Reading, table: Table, part: Part, rows: int) -> None:
    """Sees to what can be told of a file only when its last row has been read."""
    raw, file, own = part.raw, reading.files[part.file], reading.sets[part.own]
    reading.files[part.file] = replace(file, rows=rows + raw.lost)
    reading.problems.extend(raw.problems)
    broken = any(problem.severity == "error" for problem in raw.problems)
    if not rows and not broken and file.sha256 and not file.sheet:
        # As good as no table at all: what reads it can't be told.
        about: dict[str, object] = {"table": {"zh": table.title, "en": table.id}}
        reading.query("empty_table", file.path, raw.header_row or None, details=about)
    if broken:
        reading.refuse(Refused(table.id, own.place, None))
    merged = [(row, index) for row, index in raw.merged if row > raw.header_row and index < len(part.columns)]
    for row, index in merged:
        if column := part.columns[index]:
            reading.turn(file.path, row, column.id, "", MERGED)
    for row, index in raw.days:
        column = part.columns[index] if index < len(part.columns) else None
        if column and row > raw.header_row and column.kind in ("text", "band"):
            days: dict[str, object] = {"header": column.header}
            reading.query("became_a_day", file.path, row, column=column.id, details=days)


def _listed(
    reading: Reading, table: Table, parts: Iterable[Part], step: Callable[[], None]
) -> Iterator[dict[str, list[Any]]]:
    """The rows of several files by column, so many at a time as take little room."""
    present = {column.id for part in parts for column in part.columns if column}
    names = [column.id for column in table.columns if column.id in present]
    held: dict[str, list[Any]] = {name: [] for name in (*RAW, *names)}
    for part in parts:
        step()
        width, rows = len(part.columns), 0
        last = max((index for index, header in enumerate(part.raw.header, start=1) if header), default=0)
        at = {column.id: index for index, column in enumerate(part.columns) if column}
        unnamed = [index for index, header in enumerate(part.raw.header) if not header]
        telling = _telling(table, part.columns, unnamed)
        found = iter(part.raw.records)
        while records := list(islice(found, min(AT_ONCE, MOST_ROWS - len(held["_row"])))):
            if table.prefilled:
                records = [one for one in records if any(one[1][width:]) or any(_cells_at(one[1], telling))]
            rows += len(records)
            for row, cells in records if any(len(cells) < last for _, cells in records) else ():
                if len(cells) < last:
                    details: dict[str, object] = {"cells": len(cells), "columns": last}
                    file = reading.files[part.file].path
                    reading.query("short_row", file, row, details=details)
            held["_set"] += [part.own] * len(records)
            held["_file"] += [part.file] * len(records)
            held["_row"] += [row for row, _ in records]
            held["_first"] += [next(filter(None, cells)) for _, cells in records]
            columns = list(zip_longest(*(cells for _, cells in records), fillvalue=""))
            beyond = [columns[index] for index in range(len(columns)) if index >= width or index in unnamed]
            blank = ("",) * len(records)
            held["_extra"] += [next(filter(None, cells), "") for cells in zip(*beyond, strict=True)] or blank
            for name in names:
                held[name] += columns[at[name]] if at.get(name, width) < min(width, len(columns)) else blank
            if len(held["_row"]) == MOST_ROWS:
                yield held
                held = {name: [] for name in held}
        _count(reading, table, part, rows)
    if held["_row"]:
        yield held


def _cells_at(cells: Sequence[str], indexes: Iterable[int]) -> Iterator[str]:
    return (cells[index] for index in indexes if index < len(cells))


def _placed(reading: Reading, named: Iterable[tuple[int, str]]) -> dict[tuple[int, str], tuple[int, int | None, str]]:
    """For the set and the text of each place that is named: its index, that of its city, its level."""
    placed = {}
    for number, text in named:
        place = place_of(reading, reading.sets[number], text)
        if place is not None:
            placed[number, text] = (place, reading.cities.get(place), reading.places[place].level)
    return placed


def _plain(reading: Reading, table: Table) -> Plain:
    """What the references in a table may be for a row to be typed in the store."""
    known = reading.known
    ids = {"indicator": known.indicators, "standard": known.standards, "check": known.checks}
    return Plain(
        {column: sorted(each) for column, each in ids.items() if column in table.column_ids},
        sorted(key for key, kind in known.kinds.items() if kind == "count"),
        sorted(key for key, kind in known.kinds.items() if kind in ("measure", "number", "percent")),
    )


def _add_others(reading: Reading, table: Table, others: Future[Iterable[Other]]) -> None:
    """Types the rows that the store left when it typed the plain ones, and adds those that are sound."""
    added: list[tuple[Any, ...]] = []
    for id, number, file, row, first, extra, cells in others.result():
        sound = read_row(reading, reading.sets[number], table, (file, row, first, extra), cells)
        if sound is not None:
            place, values = sound
            at = (place, reading.cities.get(place), reading.places[place].level, file * ROWS + row, number, id)
            added.append((*at, *(values[name] for name in types_of(table))))
    if added:
        reading.store.add(table, added)


def _refuse_repeated(reading: Reading, table: Table) -> None:
    """Takes out every row whose key another row has before it."""
    if not table.key:
        return
    gone: list[int] = []
    apart = any(own.suffix for own in reading.sets)
    for ids in reading.store.repeated(table, apart):
        first, *others = reading.store.rows(table, ids=ids)
        file, row = divmod(first["_at"], ROWS)
        for cells in others:
            number, where = divmod(cells["_at"], ROWS)
            place = cells["_place"]
            shown = " ".join(str(cells[id]) for id in table.key if cells[id] != "")
            again: dict[str, object] = {"first_file": reading.files[file].path, "first_row": row}
            county = reading.places[place].id
            reading.error(
                "duplicate", reading.files[number].path, where, column=table.key[-1], value=shown, county=county,
                details=again,
            )  # fmt: skip
            school = next((cells[id] for id in REFERENCES if cells.get(id)), None)
            reading.refuse(Refused(table.id, place, cells.get("indicator"), school))
        gone += ids[1:]
    if gone:
        reading.store.remove(table, gone)


def _check_schools(reading: Reading) -> None:
    """Rows whose school is not in `schools` (or kindergarten not in `kindergartens`) are taken out and reported."""
    for column, home in REFERENCES.items():
        if home not in reading.parts:
            continue
        refused = {(one.table, one.place, one.subject) for one in reading.refused}
        for id in reading.parts:
            table = TABLES[id]
            if id in (home, "vocational_schools") or column not in table.column_ids:
                continue
            lost = reading.store.strangers(table, TABLES[home])
            for _, at, place, subject in lost:
                file, row = divmod(at, ROWS)
                code = "home_refused" if (home, place, subject) in refused else "unlisted"
                county = reading.places[place].id
                reading.error(
                    code, reading.files[file].path, row, column=column, value=subject, county=county,
                    details={"home": home},
                )  # fmt: skip
                reading.refuse(Refused(id, place, None, subject))
            if lost:
                reading.store.remove(table, [id for id, *_ in lost])


def _derive(reading: Reading, given: set[str]) -> list[Table]:
    """Adds the tables that are made of others' rows: a row a school and stage, and so on."""
    made: list[Table] = []
    if "schools" in reading.parts:
        reading.store.blank_is_none(SCHOOLS, _stages_not_had())
        reading.store.crossed(SCHOOL_STAGES, SCHOOLS, "stage", STAGES)
        reading.store.crossed(SCHOOL_ROOM_KINDS, SCHOOLS, "kind", ROOM_KINDS)
        made += [SCHOOL_STAGES, SCHOOL_ROOM_KINDS]
    if "values" in reading.parts:
        reading.store.make([MONITORED_SUBJECTS])
        rows = list(_monitored(reading))
        if rows:
            reading.store.add(MONITORED_SUBJECTS, rows)
            given.add(MONITORED_SUBJECTS.id)
        made.append(MONITORED_SUBJECTS)
    if "schools" in given:
        given |= {SCHOOL_STAGES.id, SCHOOL_ROOM_KINDS.id}
    return made


def _stages_not_had() -> dict[str, list[str]]:
    """The types of schools that do not have the stage of a column: there a blank is not missing but 0."""
    return {
        f"{stem}_{stage}": [type for type, stages in STAGES_OF_TYPE.items() if stage not in stages]
        for stem in SPLIT_BY_STAGE
        for stage in (*STAGES, "senior")
        if f"{stem}_{stage}" in SCHOOLS.column_ids
    }


def _monitored(reading: Reading) -> Iterator[tuple[Any, ...]]:
    """A row for each subject of the state's quality monitoring, from `monitoring_level.X` and `monitoring_variation.X`.

    A level or a variation without a subject holds for every subject that has none of its own, or for all of them.
    """
    found: dict[int, dict[str, dict[str, tuple[int, str | None]]]] = {}
    given = any(key.startswith("monitoring_") for key, _ in reading.store.grouped(VALUES, "key"))
    for cells in reading.store.rows(VALUES) if given else ():
        stem, _, subject = cells["key"].partition(".")
        if stem in ("monitoring_level", "monitoring_variation"):
            of_place = found.setdefault(cells["_place"], {})
            of_place.setdefault(subject, {})[stem.removeprefix("monitoring_")] = (cells["_at"], cells["value"])
    for place, subjects in found.items():
        overall = subjects.get("", {})
        for subject, own in subjects.items():
            if not subject and len(subjects) > 1:
                continue
            rows = {**overall, **own}
            at, _ = rows.get("variation") or rows["level"]
            (_, level), (_, variation) = rows.get("level", (0, None)), rows.get("variation", (0, None))
            yield (
                place, reading.cities.get(place), reading.places[place].level, at, 0, 0, "", subject or "all",
                level_of_attainment(level) if level else None, share_written(variation) if variation else None,
            )  # fmt: skip
