"""Reading: what is known, and what is collected while the sets of facts are read."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tzcheck.errors import Problem
from tzcheck.place import Place, Places
from tzcheck.readers import RawTable
from tzcheck.readers.store import Store
from tzcheck.table import Column

MOST_EXAMPLES = 5
# So many problems of a kind are told of a file one by one.
MOST_OF_A_KIND = 10_000


@dataclass(frozen=True)
class FileRead:
    """A file of facts: its path below FACTS, its hash, and how many rows were read, accepted and refused.

    Of a workbook each sheet is a file of its own: its path is `a.xlsx!班级`. `letters` are the letters of its columns,
    `root` the folder that its path is below, as it was given.
    """

    path: str
    sha256: str
    rows: int
    accepted: int = 0
    rejected: int = 0
    sheet: str | None = None
    encoding: str | None = None
    letters: Mapping[str, str] = field(default_factory=dict)
    root: str = ""

    @property
    def given(self) -> str:
        """The path of the file from where tzcheck was started."""
        return f"{self.root}/{self.book}" if self.root not in ("", ".") else self.book

    @property
    def book(self) -> str:
        """The path without the sheet."""
        return self.path.removesuffix(f"!{self.sheet}") if self.sheet else self.path

    def cell(self, row: int | None, column: str | None) -> str | None:
        """The cell of a workbook in a row and column, `C7`."""
        letter = self.letters.get(column or "")
        return f"{letter}{row}" if letter and row else None


@dataclass(frozen=True)
class Known:
    """What facts may refer to: indicators, standards, checks, and of which kind county values must be.

    `others` are standards whose rules were not loaded.
    """

    indicators: frozenset[str] = frozenset()
    standards: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    checks: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def indicator(self, id: str) -> bool:
        """Whether an indicator may have that id."""
        return id in self.indicators or id.partition(".")[0] in self.others

    def standard(self, id: str) -> bool:
        """Whether a standard may have that id."""
        return id in self.standards or id in self.others


@dataclass(frozen=True)
class Refused:
    """A refused row: its table, and as far as they could be read the index of its place, its indicator, its school."""

    table: str
    place: int | None
    indicator: str | None
    subject: str | None = None


@dataclass(frozen=True)
class Turned:
    """What was understood of the cells of a column that are spelled in another way: `１，２００` as `1200`.

    `examples` are the first of them: row, text, and what it was understood as.
    """

    file: str
    column: str
    cells: int
    examples: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class FactSet:
    """One folder (or file) of facts while it is read: its own place, if it names one.

    Places of a set with a `suffix` are apart from those of the same name in other sets. A `broken` set has a
    county.yaml that does not say which county it is.
    """

    place: int | None = None
    city: int | None = None
    suffix: str = ""
    broken: bool = False


@dataclass(frozen=True)
class Part:
    """The rows of one file for a table: the numbers of its set and of the file, the column of each cell."""

    own: int
    file: int
    columns: Sequence[Column | None]
    raw: RawTable


class Reading:
    """Collects what is read from all the sets."""

    def __init__(self, known: Known, encoding: str | None, memory: str | None = None) -> None:
        self.known = known
        self.encoding = encoding
        self.registry = Places()
        self.places: list[Place] = []
        self.index: dict[str, int] = {}
        self.cities: dict[int, int] = {}
        self.store = Store(memory)
        self.sets: list[FactSet] = []
        self.parts: dict[str, list[Part]] = defaultdict(list)
        self.files: list[FileRead] = []
        # Rows that are no facts and yet nothing is wrong with them: sums of those above.
        self.sums: dict[int, int] = defaultdict(int)
        self.problems: list[Problem] = []
        self.refused: dict[Refused, None] = {}
        # How many problems were told, how many of them errors, and how many of each kind a file has.
        self.told = self.errors = 0
        self.kinds: Counter[tuple[str, str, str | None, str]] = Counter()
        self.days: list[tuple[str, date]] = []
        self.turned: dict[tuple[str, str], Turned] = {}
        # What a text in a column was found to mean, where there was nothing to say about it.
        self.typed: dict[tuple[str, str, str], Any] = {}

    def place(self, place: Place) -> int:
        """The index of a place, a new one where it is the first time that it is named."""
        if place.id not in self.index:
            self.index[place.id] = len(self.places)
            self.places.append(place)
        return self.index[place.id]

    def refuse(self, refused: Refused) -> None:
        """Notes a row, or a table, that was refused."""
        self.refused[refused] = None

    def turn(self, file: str, row: int, column: str, text: str, value: str) -> None:
        """Notes what a text that is spelled in another way was understood as."""
        known = self.turned.get((file, column), Turned(file, column, 0, ()))
        more = ((row, text, value),) if known.cells < MOST_EXAMPLES else ()
        self.turned[file, column] = Turned(file, column, known.cells + 1, known.examples + more)

    def tell(self, severity: str, code: str, file: str, row: int | None = None, **more: Any) -> None:
        """Notes a problem; of those of a kind that a file has more of than anybody reads, only how many there are."""
        self.told += 1
        self.errors += severity == "error"
        kind = (file, code, more.get("column"), severity)
        self.kinds[kind] += 1
        if self.kinds[kind] <= MOST_OF_A_KIND:
            self.problems.append(Problem(severity, code, file, row, **more))

    def error(self, code: str, file: str, row: int | None = None, **more: Any) -> None:
        """Notes what must be mended."""
        self.tell("error", code, file, row, **more)

    def query(self, code: str, file: str, row: int | None = None, **more: Any) -> None:
        """Notes what is doubtful."""
        self.tell("query", code, file, row, **more)

    def tell_of_the_others(self) -> None:
        """Adds how many problems there are of each kind beyond those that were told one by one."""
        for (file, code, column, severity), number in self.kinds.items():
            if number > MOST_OF_A_KIND:
                about: dict[str, object] = {"more": number - MOST_OF_A_KIND, "most": MOST_OF_A_KIND, "code": code}
                self.problems.append(Problem(severity, "many_more", file, column=column, details=about))
