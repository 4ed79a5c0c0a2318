"""Databases: which of their tables and columns are those of facts, by their names or as a map says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tzcheck import document
from tzcheck.errors import FactsFault, Problem, hint
from tzcheck.reading import FactSet, FileRead, Reading, Refused
from tzcheck.sets import read_table, table_names, table_of
from tzcheck.table import GIVEN, Table, header_spelling

if TYPE_CHECKING:
    from tzcheck.readers.relations import Database, Headed, Relation

KEYS, TABLE_KEYS = ("schema", "tables"), ("from", "columns")
OF_TABLE = {header_spelling(name): table for table in GIVEN.values() for name in (table.id, table.title, *table.also)}


@dataclass(frozen=True)
class Mapped:
    """What a map says of a table: the database's own, where it has another name, and columns by their ids.

    `line` is that of the table in the map, `lines` are those of its columns.
    """

    source: str | None
    columns: Mapping[str, str]
    line: int | None
    lines: Mapping[str, int | None]


@dataclass(frozen=True)
class Map:
    """The tables of facts as a database has them.

    `problems` are what is wrong with the map itself, `line` is the schema's.
    """

    file: str = ""
    schema: str | None = None
    tables: Mapping[str, Mapped] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    line: int | None = None


def read_map(path: Path) -> Map:
    """The map in a YAML file. Raises FactsFault where it can't be read or is no YAML."""
    file = path.as_posix()
    try:
        found, problems = document.read(path.read_bytes(), file)
    except OSError as error:
        raise FactsFault(
            [Problem("error", "unreadable", file, details={"why": error.strerror or str(error)})]
        ) from None
    if found is None:
        raise FactsFault(problems)
    return _MapReader(file, found).map()


class _MapReader:
    """Goes through a map and collects all that is wrong with it."""

    def __init__(self, file: str, found: document.Document) -> None:
        self.file, self.found = file, found
        self.problems: list[Problem] = []

    def map(self) -> Map:
        """The map, with all that is wrong with it."""
        top = self.mapping((), self.found.value, KEYS)
        schema = self.text(("schema",), top.get("schema"))
        tables: dict[str, Mapped | None] = {}
        for name, said in self.mapping(("tables",), top.get("tables")).items():
            path = ("tables", name)
            table = OF_TABLE.get(header_spelling(name))
            if table is None:
                self.unknown(path, name, GIVEN)
            elif table.id in tables:
                self.problem("yaml_duplicate", path, value=name)
            else:
                tables[table.id] = self.table(path, table, said)
        sound = {id: mapped for id, mapped in tables.items() if mapped}
        return Map(self.file, schema, sound, tuple(self.problems), self.found.line(("schema",)))

    def table(self, path: document.Path, table: Table, said: Any) -> Mapped | None:
        """What is said of one table: where it is from, or that and its columns; None where that can't be told."""
        if not isinstance(said, dict | None):
            said = {"from": said}
        said = self.mapping(path, said, TABLE_KEYS)
        known, columns, lines = table.spellings, {}, {}
        for name, source in self.mapping((*path, "columns"), said.get("columns")).items():
            at = (*path, "columns", name)
            id = known.get(header_spelling(name))
            if id is None:
                self.unknown(at, name, dict.fromkeys(known.values()))
            elif id in columns:
                self.problem("yaml_duplicate", at, value=name)
            elif text := self.text(at, source or 0):
                columns[id], lines[id] = text, self.found.line(at)
        source = self.text((*path, "from"), said.get("from"))
        return Mapped(source, columns, self.found.line(path), lines) if source == said.get("from") else None

    def mapping(self, path: document.Path, value: Any, keys: Sequence[str] = ()) -> dict[str, Any]:
        """A mapping, empty where nothing is said; only with `keys`, where there are any."""
        if value is not None and not isinstance(value, dict):
            self.problem("map_mapping", path, value=str(path[-1]) if path else self.file)
            return {}
        for key in value or {}:
            if keys and key not in keys:
                self.unknown((*path, key), key, keys)
        return value or {}

    def text(self, path: document.Path, value: Any) -> str | None:
        """A text, or nothing."""
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self.problem("map_text", path, value=str(path[-1]))
        return None

    def unknown(self, path: document.Path, key: str, allowed: Iterable[str]) -> None:
        """Tells of a key that means nothing."""
        details = {"hint": hint(key, allowed), "expected": ", ".join(allowed)}
        self.problem("unknown_key", path, value=key, details=details)

    def problem(self, code: str, path: document.Path, **more: Any) -> None:
        """Notes what is wrong, with its line."""
        self.problems.append(Problem("error", code, self.file, self.found.line(path), **more))


def read_database(
    reading: Reading, database: "Database", map: Map, folder: Path, begun: Callable[[int], Callable[[], None]]
) -> bool:
    """Reads the tables of a database, all as they were at one moment, by way of files in `folder`.

    `begun` is told how many tables there are, and what it returns of each. False where it can't be read, or not to the
    end, or where the map does not fit.
    """
    own = FactSet()
    reading.sets.append(own)
    try:
        with database.opened() as session:
            wanted, mistakes, others = _tables(session.relations(), map, database)
            if map.problems or mistakes:
                raise FactsFault(mistakes)
            _tell(reading, *(problem for one in others for problem in _left_out(one, map, database)))
            read = begun(len(wanted))
            for number, (table, relation) in enumerate(wanted):
                read()
                file, path = f"{database.name}/{relation.path}", folder / f"{number}.csv"
                try:
                    raw, sha = session.read(relation, _columns(table, relation, map), path, file, reading.encoding)
                except FactsFault as fault:
                    if session.lost:
                        raise
                    _tell(reading, *fault.problems)
                    reading.refuse(Refused(table.id, None, None))
                    continue
                read_table(reading, own, table, raw, FileRead(file, sha, 0))
    except FactsFault as fault:
        _tell(reading, *fault.problems)
        for id in GIVEN:
            reading.refuse(Refused(id, None, None))
        return False
    return True


def _tell(reading: Reading, *problems: Problem) -> None:
    for one in problems:
        reading.tell(one.severity, one.code, one.file or "", one.row, value=one.value, details=one.details)


def _tables(
    relations: Sequence["Relation"], map: Map, database: "Database"
) -> tuple[list[tuple[Table, "Relation"]], list[Problem], list["Relation"]]:
    """The tables of facts and where each is; what the map says and the database does not have; what is left."""
    at_hand = [one for one in relations if (one.schema == map.schema if map.schema else one.visible)]
    by_path = {one.path: one for one in relations} | {one.name: one for one in at_hand}
    wanted: list[tuple[Table, Relation]] = []
    mistakes: list[Problem] = []

    def mistake(code: str, line: int | None, value: str, known: Iterable[str], **about: object) -> None:
        details = {**about, "hint": hint(value, known)}
        mistakes.append(Problem("error", code, map.file, line, value=value, details=details))

    if map.schema and not at_hand:
        mistake("map_schema", map.line, map.schema, [one.schema for one in relations], database=database.name)
    for id, said in map.tables.items():
        named = said.source or next((one.name for one in at_hand if _table(one) is GIVEN[id]), id)
        relation = by_path.get(named)
        if relation is None:
            mistake("map_table", said.line, named, by_path, database=database.name)
            continue
        names = [column.name for column in relation.columns]
        for column, source in said.columns.items():
            if source not in names:
                mistake("map_column", said.lines[column], source, names, table=relation.path)
        wanted.append((GIVEN[id], relation))
    used = [relation for _, relation in wanted]
    others = [one for one in at_hand if one not in used]
    own = [(table, one) for one in others if (table := _table(one)) and table.id not in map.tables]
    return wanted + own, mistakes, [one for one in others if _table(one) is None]


def _table(relation: "Relation") -> Table | None:
    """The table of facts that has the name of a database's."""
    return OF_TABLE.get(header_spelling(relation.name))


def _left_out(relation: "Relation", map: Map, database: "Database") -> Iterable[Problem]:
    """Tells of a table that is named nearly as one of facts; a database holds many that have nothing to do with any."""
    like = table_of(relation.name)
    near = get_close_matches(relation.name, [*GIVEN, *(table.title for table in GIVEN.values())], 1, 0.75)
    if like or near:
        details = {"near": like.id if like else near[0], **table_names()}
        severity = "query" if like or map.file else "error"
        yield Problem(severity, "table_aside", f"{database.name}/{relation.path}", details=details)


def _columns(table: Table, relation: "Relation", map: Map) -> "Headed":
    """The columns of a table; wanted are those that are the table's of facts, by the map or else by their own names.

    Those come first that tell the rows apart.
    """
    mapped = map.tables[table.id].columns if table.id in map.tables else {}
    by_name = {column.name: column for column in relation.columns}
    known = table.spellings
    found = [(id, id, by_name[source]) for id, source in mapped.items()]
    for column in relation.columns:
        id = known.get(header_spelling(column.name), "")
        if id not in mapped and (id or column.name not in mapped.values()):
            found.append((id, column.name, column))
    keys = (table.place, *table.key)
    found.sort(key=lambda one: (not one[0], keys.index(one[0]) if one[0] in keys else len(keys)))
    return [(header, column, bool(id)) for id, header, column in found]
