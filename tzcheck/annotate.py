"""A copy of the workbook that was checked: faulty cells coloured, a comment on each, and a sheet of all findings.

The copy is the workbook's own XML with a little more in it; what is not touched stays byte for byte: results of
formulas, lists, pictures, extensions of other programs. Colours are conditional formats, which lie over the style of
a cell and leave it alone, and can be taken away again. Comments are told by how their lines begin.
"""

import io
import posixpath
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import count
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from rich.cells import cell_len

from tzcheck.errors import Problem, UsageFault
from tzcheck.readers.workbook import FAULTS, letter, open_workbook
from tzcheck.reading import FileRead
from tzcheck.report import category, distance, limit_of, reason, shown
from tzcheck.score import Evidence, Indicator, Scored
from tzcheck.sets import table_of
from tzcheck.texts import LANGUAGES, text
from tzcheck.verdict import SIGNS, Verdict

SUFFIXES = frozenset({".xlsx", ".xlsm"})
# An error, a breach, a query, and what is missing for a verdict: the gravest first.
COLOURS = {"error": "FFC7CE", "unmet": "F8CBAD", "query": "FFEB9C", "undetermined": "DDEBF7"}
COLUMNS = (("kind", 10), ("place", 26), ("finding", 70), ("wanted", 26), ("clause", 44))
# So begins every line of a comment that tzcheck wrote: names in other brackets LibreOffice takes away. Every format
# that it made has this formula, which holds.
MARK = "〔tzcheck〕"
HOLDS = 'LEN("tzcheck")=7'
MOST_COMMENT, MOST_CELL = 2000, 32_000
# A sheet may have so many links; a list of cells in one format is kept to so many areas.
MOST_LINKS, MOST_AREAS = 65_000, 400

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
IN_MAIN, LINK = f"{{{MAIN}}}", f"{{{LINKS}}}id"
TYPES = "[Content_Types].xml"
OF_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
OF_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
OF_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
OF_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
# What stands behind the link to the shapes of comments in a sheet, and what behind its conditional formats.
BEHIND_SHAPES = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
     "AlternateContent", ""}
)  # fmt: skip
BEHIND_FORMATS = BEHIND_SHAPES | {
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
}  # fmt: skip
BEHIND_DXFS = frozenset({"tableStyles", "colors", "extLst", ""})
NO_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellXfs count="1"><xf/></cellXfs></styleSheet>'
)
NO_COMMENTS = f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'
VML = (
    'xmlns:v="urn:schemas-microsoft-com:vml"', 'xmlns:o="urn:schemas-microsoft-com:office:office"',
    'xmlns:x="urn:schemas-microsoft-com:office:excel"',
)  # fmt: skip
NO_SHAPES = f"<xml {' '.join(VML)}></xml>"
BOX = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
SHEET_DATA = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>|<(?:[\w.-]+:)?sheetData\s*/>")
RULE = re.compile(rb"<((?:[\w.-]+:)?cfRule)\b[^>]*(?<!/)>.*?</\1>", re.DOTALL)
EMPTY_FORMAT = re.compile(rb"<((?:[\w.-]+:)?conditionalFormatting)\b[^>]*>\s*</\1>")
PRIORITY = re.compile(rb'(<(?:[\w.-]+:)?cfRule\b[^>]*?\spriority=")(\d+)')
SELECTED = re.compile(rb'(<(?:[\w.-]+:)?sheetView\b[^>]*?)\stabSelected="(?:1|true)"')
COMMENT = re.compile(r"<((?:[\w.-]+:)?comment)\s[^>]*?\bref=\"([A-Z]+)(\d+)\"[^>]*>.*?</\1>", re.DOTALL)
TEXT = re.compile(r"(<((?:[\w.-]+:)?t)(?:\s[^>]*)?>)([^<]*)(</\2>)")
OURS = re.compile(r"(?:^|\n)" + re.escape(MARK) + r"[^\n]*")
SHAPE = re.compile(r"<v:shape\s.*?</v:shape>", re.DOTALL)
NOTE_AT = re.compile(r"<x:Row>\s*(\d+)\s*</x:Row>.*?<x:Column>\s*(\d+)\s*</x:Column>", re.DOTALL)

# A cell by its row, from 1, and its column, from 0.
Cell = tuple[int, int]


@dataclass(frozen=True)
class Finding:
    """What is wrong at one place of a workbook: a kind of `COLOURS`, the sheet and cell, what, and what was wanted."""

    kind: str
    sheet: str | None
    cell: str | None
    found: str
    wanted: str = ""
    clause: str = ""

    def kind_shown(self, lang: str) -> str:
        """Its kind for people."""
        return text(("severity." if self.kind in ("error", "query") else "verdict.") + self.kind, lang)


def refusal(source: Path, target: Path) -> Problem | None:
    """Why there can't be an annotated copy of `source` at `target`; None where there can."""
    kind = source.suffix.casefold()
    if kind not in SUFFIXES:
        return Problem("error", "not_annotated", str(source), details={"suffixes": ", ".join(sorted(SUFFIXES))})
    if target.suffix.casefold() != kind:
        return Problem("error", "annotate_suffix", str(target), details={"suffix": kind})
    if not target.exists():
        return None
    if source.exists() and target.samefile(source):
        return Problem("error", "annotate_itself", str(target))
    # A copy that tzcheck made may be made anew; whatever else is there stays.
    if not target.is_file() or own_sheet(target) is None:
        return Problem("error", "annotate_exists", str(target))
    return None


def own_sheet(path: Path) -> str | None:
    """The sheet of findings that tzcheck put into a workbook before; None where there is none."""
    heads = [tuple(text(f"annotate.{name}", lang) for name, _ in COLUMNS) for lang in LANGUAGES]
    try:
        book = open_workbook(path, path.name)
    except OSError:
        return None
    return next((sheet for sheet in book.sheets if next(book.rows(sheet), (0, ()))[1] in heads), None)


def annotated(
    source: Path, problems: Iterable[Problem], places: Iterable[Scored], files: Sequence[FileRead], lang: str
) -> bytes:
    """A copy of the workbook `source` with all that was found in it, and without what was found before.

    Raises UsageFault where `source` can't be read.
    """
    own = {file.path: file for file in files if file.sheet}
    findings = [*_of_problems(problems, own, lang), *_of_verdicts(places, own, lang)]
    try:
        package = Package(source)
        styles = _Styles(package)
        mine = own_sheet(source)
        by_sheet: dict[str, dict[Cell, list[Finding]]] = {}
        for one in findings:
            if one.sheet and one.cell:
                by_sheet.setdefault(one.sheet, {}).setdefault(_cell(one.cell), []).append(one)
        for name, part in package.sheets().items():
            if name != mine and part in package.parts:
                _mark(package, part, by_sheet.get(name, {}), styles, lang)
        _list(package, mine, findings, styles, lang)
        return package.written()
    except FAULTS:
        raise UsageFault([Problem("error", "not_annotated_damaged", str(source))]) from None


# --- what was found ------------------------------------------------------------------------------------------------


def _of_problems(problems: Iterable[Problem], own: Mapping[str, FileRead], lang: str) -> Iterable[Finding]:
    for one in problems:
        if one.severity in COLOURS:
            # A sheet that was not read is no file of facts, and yet has a name.
            file = own.get(one.file or "")
            sheet = file.sheet if file else (one.file or "").partition("!")[2] or None
            cell = one.cell or (f"A{one.row}" if sheet and one.row else None)
            yield Finding(one.severity, sheet, cell, one.message(lang), one.expected(lang) or "")


def _of_verdicts(places: Iterable[Scored], own: Mapping[str, FileRead], lang: str) -> Iterable[Finding]:
    """What is unmet or can't be judged: each breach, each value that is missing, else the indicator by itself."""
    each = ((scored.place.name, one) for scored in places for score in scored.scores for one in score.indicators)
    for place, one in each:
        items = {Verdict.UNMET: one.evidence, Verdict.UNDETERMINED: one.missing}.get(one.verdict)
        if items is None:
            continue
        head, why = one.rule.title.of(lang) + text("head.colon", lang), reason(one.reason, lang)
        clause = f"{one.source.document} {one.source.clause or ''} ({one.id})"
        if not items:
            yield Finding(one.verdict.value, None, None, f"{head}{place} {why}", limit_of(one), clause)
        for item in items:
            file = own.get(item.file or "")
            sheet, cell = (file.sheet, _cell_of(item, file)) if file else (None, None)
            named = item.name if item.name and item.name.startswith(place) else f"{place} {item.name or ''}".rstrip()
            name = " ".join(filter(None, (named, category(item.category, lang))))
            found = f"{head}{name} {_told(one, item, file, why, lang)}"
            yield Finding(one.verdict.value, sheet, cell, found, _wanted(item), clause)


def _cell_of(item: Evidence, file: FileRead) -> str | None:
    """The cell that an item was read from; of a county value, which is named by its key, the one with the number."""
    return file.cell(item.row, item.column) or file.cell(item.row, "value")


def _told(one: Indicator, item: Evidence, file: FileRead | None, why: str, lang: str) -> str:
    """The value of an item and how far off it is, or what is missing."""
    if one.verdict is Verdict.UNDETERMINED:
        table = table_of(file.sheet or "") if file else None
        if table is None or not item.column or item.column not in table.column_ids:
            return why
        return text("annotate.missing", lang, column=table.column(item.column).header[lang])
    if item.value is None:
        return why
    told = shown(item.value, item.limit)
    if item.shortfall is not None:
        unit = item.shortfall_unit or item.unit or ""
        told += text("annotate.off", lang, shortfall=distance(item.shortfall), unit=unit).rstrip()
    return told


def _wanted(item: Evidence) -> str:
    if item.limit is None:
        return ""
    limit = f"{SIGNS.get(item.comparator, item.comparator)} {shown(item.limit, item.value)}"
    return f"{limit} {item.unit}" if item.unit else limit


# --- the package ---------------------------------------------------------------------------------------------------


class Package:
    """The parts of a workbook that is kept as XML in a ZIP."""

    def __init__(self, source: Path) -> None:
        with zipfile.ZipFile(source) as archive:
            self.infos = {info.filename: info for info in archive.infolist()}
            self.parts = {name: archive.read(info) for name, info in self.infos.items()}
        self.workbook = dict(self.related("").values())["officeDocument"]
        if not self.sheets():
            raise ValueError(self.workbook)  # one of the strict kind, which hardly anybody writes

    def written(self) -> bytes:
        """All the parts, those that were there in their order."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                info = self.infos.get(name) or zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return data.getvalue()

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part is related to inside of the package: kind and name, by id."""
        data = self.parts.get(_relations(part))
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", posixpath.dirname(part), one.get("Target", ""))).lstrip("/"),
            )
            for one in (ElementTree.fromstring(data) if data else ())
            if one.get("TargetMode") != "External"
        }

    def relate(self, part: str, kind: str, target: str) -> str:
        """Relates a part to another one; the id by which it knows that."""
        where, known = _relations(part), self.related(part)
        id = next(one for number in range(1, len(known) + 2) if (one := f"tzcheck{number}") not in known)
        space = "http://schemas.openxmlformats.org/package/2006/relationships"
        before = self.parts.get(where, f'<Relationships xmlns="{space}"></Relationships>'.encode()).decode()
        one = f'<Relationship xmlns="{space}" Id="{id}" Type="{LINKS}/{kind}" Target="/{target}"/>'
        self.parts[where] = _put_in(before, "Relationships", one).encode()
        return id

    def add(self, name: str, content_type: str) -> str:
        """A name for a new part, such as `xl/comments/tzcheck{}.xml`, that no part has."""
        number = next(number for number in range(1, len(self.parts) + 2) if name.format(number) not in self.parts)
        found = name.format(number)
        space = "http://schemas.openxmlformats.org/package/2006/content-types"
        types = self.parts[TYPES].decode()
        if not found.endswith(".vml"):
            one = f'<Override xmlns="{space}" PartName="/{found}" ContentType="{content_type}"/>'
            self.parts[TYPES] = _put_in(types, "Types", one).encode()
        elif 'Extension="vml"' not in types:
            one = f'<Default xmlns="{space}" Extension="vml" ContentType="{content_type}"/>'
            self.parts[TYPES] = _put_in(types, "Types", one).encode()
        self.parts[found] = b""
        return found

    def sheets(self) -> dict[str, str]:
        """The sheets in their order, each with its part."""
        related = self.related(self.workbook)
        root = ElementTree.fromstring(self.parts[self.workbook])
        return {one.get("name", ""): related[one.get(LINK, "")][1] for one in root.iter(f"{IN_MAIN}sheet")}


def _relations(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _put_in(xml: str, parent: str, element: str) -> str:
    """The XML with one element more at the end of `parent`, which is there once."""
    first = re.search(r"<((?:[\w.-]+:)?)\w", xml)
    parent = (first[1] if first else "") + parent
    if closed := re.search(rf"<{parent}(\s[^<>]*)?/>", xml):
        return f"{xml[: closed.start()]}<{parent}{closed[1] or ''}>{element}</{parent}>{xml[closed.end() :]}"
    end = xml.index(f"</{parent}")
    return xml[:end] + element + xml[end:]


def _children(root: bytes, rest: bytes) -> list[tuple[str, int]]:
    """The elements in `rest`, which follow the start tag `root`, and at last its end: name, and where each begins."""
    parser = expat.ParserCreate()
    found: list[tuple[str, int]] = []
    depth = 0

    def begin(name: str, _: object) -> None:
        nonlocal depth
        if depth == 1:
            found.append((name.rpartition(":")[2], parser.CurrentByteIndex - len(root)))
        depth += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1
        if depth == 0:
            found.append(("", parser.CurrentByteIndex - len(root)))

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(root + rest, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return found


def _start_tag(xml: bytes, name: str) -> re.Match[bytes]:
    found = re.search(rb"<(?:[\w.-]+:)?" + name.encode() + rb"\b[^>]*>", xml)
    if found is None:
        raise ValueError(name)
    return found


def _before(root: bytes, rest: bytes, behind: frozenset[str], element: str) -> bytes:
    """`rest` with one element more before those that must stand behind it."""
    at = next(at for name, at in _children(root, rest) if name in behind)
    return rest[:at] + element.encode() + rest[at:]


def _escaped(said: str) -> str:
    """A text as it stands in XML: what XML can't hold is replaced, and nothing is read as a code for a character."""
    said = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", said)
    if len(said) > MOST_CELL:
        said = said[: MOST_CELL - 1] + "…"
    return escape(re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", said))


def _cell(name: str) -> Cell:
    found = re.fullmatch(r"([A-Z]+)(\d+)", name)
    assert found is not None
    column = 0
    for char in found[1]:
        column = column * 26 + ord(char) - ord("A") + 1
    return int(found[2]), column - 1


def _named(cell: Cell) -> str:
    return f"{letter(cell[1])}{cell[0]}"


class _Styles:
    """The styles that the copy needs, each put among those of the workbook when it is asked for."""

    def __init__(self, package: Package) -> None:
        related = package.related(package.workbook).values()
        self.package = package
        self.part = next((target for kind, target in related if kind == "styles"), None) or ""
        if not self.part:
            self.part = package.add("xl/tzcheck{}.xml", OF_STYLES)
            package.parts[self.part] = NO_STYLES.encode()
            package.relate(package.workbook, "styles", self.part)
        self.known: dict[tuple[str, str], int] = {}

    def add(self, parent: str, element: str) -> int:
        """The number of a font, a style of cells or of formats, which is added where it is not there."""
        if (parent, element) not in self.known:
            data = self.package.parts[self.part]
            before = ElementTree.fromstring(data).find(IN_MAIN + parent)
            if before is None:
                root = _start_tag(data, "styleSheet")
                rest = _before(root[0], data[root.end() :], BEHIND_DXFS, f'<{parent} xmlns="{MAIN}"></{parent}>')
                data = data[: root.end()] + rest
            number = 0 if before is None else len(before)
            xml = _put_in(data.decode(), parent, element)
            xml = re.sub(rf'(<(?:[\w.-]+:)?{parent}\b[^>]*\scount=")\d+', rf"\g<1>{number + 1}", xml, count=1)
            self.package.parts[self.part] = xml.encode()
            self.known[parent, element] = number
        return self.known[parent, element]

    def colour(self, kind: str) -> int:
        """The format that colours a cell."""
        colour = COLOURS[kind]
        return self.add(
            "dxfs",
            f'<dxf xmlns="{MAIN}"><font><color rgb="FF000000"/></font><fill><patternFill patternType="solid">'
            f'<fgColor rgb="FF{colour}"/><bgColor rgb="FF{colour}"/></patternFill></fill></dxf>',
        )

    def cell(self, font: str) -> int:
        """The style of a cell whose text is wrapped, in a font."""
        number = self.add("fonts", f'<font xmlns="{MAIN}">{font}<sz val="11"/><name val="Calibri"/></font>')
        return self.add(
            "cellXfs",
            f'<xf xmlns="{MAIN}" numFmtId="49" fontId="{number}" fillId="0" borderId="0" xfId="0" applyFont="1" '
            'applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>',
        )


# --- the sheets ----------------------------------------------------------------------------------------------------


def _mark(package: Package, part: str, found: Mapping[Cell, list[Finding]], styles: _Styles, lang: str) -> None:
    """Colours the cells of a sheet and puts comments on them, where there were none of tzcheck's before."""
    xml = package.parts[part]
    xml = SELECTED.sub(rb"\1", xml)
    data = SHEET_DATA.search(xml)
    if data is None:  # a sheet that is a chart
        package.parts[part] = xml
        return
    root, head, rest = _start_tag(xml, "worksheet")[0], xml[: data.end()], xml[data.end() :]
    rest = EMPTY_FORMAT.sub(b"", RULE.sub(lambda one: b"" if _is_ours(one[0]) else one[0], rest))
    graded = _graded(found, rest)
    formats = _formats({cell: findings[0].kind for cell, findings in graded.items()}, styles)
    if formats:
        lowest = min((int(one[2]) for one in PRIORITY.finditer(rest)), default=len(formats) + 1)
        if lowest <= len(formats):  # ours lie above those that are there
            rest = PRIORITY.sub(lambda one: one[1] + str(int(one[2]) + len(formats)).encode(), rest)
        rest = _before(root, rest, BEHIND_FORMATS, "".join(formats))
    shapes = _comment(package, part, {cell: _said(findings, lang) for cell, findings in graded.items()}, rest)
    if shapes:
        rest = _before(root, rest, BEHIND_SHAPES, f'<legacyDrawing xmlns="{MAIN}" xmlns:r="{LINKS}" r:id="{shapes}"/>')
    package.parts[part] = head + rest


def _is_ours(rule: bytes) -> bool:
    return HOLDS.encode() in rule.replace(b"&quot;", b'"')


def _graded(found: Mapping[Cell, list[Finding]], rest: bytes) -> dict[Cell, list[Finding]]:
    """What was found by cell, the gravest first; what a merged area covers is told at its first cell."""
    rows = sorted(found)
    first: dict[Cell, Cell] = {}
    for one in re.finditer(rb'<(?:[\w.-]+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+):([A-Z]+\d+)"', rest):
        (top, left), (bottom, right) = _cell(one[1].decode()), _cell(one[2].decode())
        for cell in rows[bisect_left(rows, (top, 0)) : bisect_right(rows, (bottom, right))]:
            if left <= cell[1] <= right:
                first[cell] = (top, left)
    graded: dict[Cell, list[Finding]] = {}
    for cell, findings in found.items():
        graded.setdefault(first.get(cell, cell), []).extend(findings)
    rank = list(COLOURS)
    return {cell: sorted(findings, key=lambda one: rank.index(one.kind)) for cell, findings in graded.items()}


def _formats(kinds: Mapping[Cell, str], styles: _Styles) -> list[str]:
    """The conditional formats that colour cells."""
    formats: list[str] = []
    for kind in COLOURS:
        areas = list(_areas(cell for cell, one in kinds.items() if one == kind))
        for start in range(0, len(areas), MOST_AREAS):
            formats.append(
                f'<conditionalFormatting xmlns="{MAIN}" sqref="{" ".join(areas[start : start + MOST_AREAS])}">'
                f'<cfRule type="expression" dxfId="{styles.colour(kind)}" priority="{len(formats) + 1}">'
                f"<formula>{HOLDS}</formula></cfRule></conditionalFormatting>"
            )
    return formats


def _areas(cells: Iterable[Cell]) -> Iterator[str]:
    """The cells as areas, those below each other in one."""
    runs: list[tuple[Cell, Cell]] = []
    for row, column in sorted(cells, key=lambda one: (one[1], one[0])):
        goes_on = bool(runs) and runs[-1][1] == (row - 1, column)
        first = runs.pop()[0] if goes_on else (row, column)
        runs.append((first, (row, column)))
    for first, last in runs:
        yield _named(first) if first == last else f"{_named(first)}:{_named(last)}"


def _said(findings: Iterable[Finding], lang: str) -> str:
    """What a comment says of a cell, a line a finding: as many of the gravest as it has room for."""
    lines: dict[str, None] = {}
    for one in findings:
        because = " ".join(part for part in (one.wanted, one.clause) if part and part not in one.found)
        line = one.kind_shown(lang) + text("head.colon", lang) + one.found
        line += text("annotate.because", lang, because=because) if because else ""
        lines[MARK + " ".join(line.split())] = None
    told: list[str] = []
    for line in lines:
        if told and len("\n".join((*told, line))) > MOST_COMMENT:
            told.append(MARK + text("annotate.more", lang, number=len(lines) - len(told)))
            break
        told.append(line if len(line) <= MOST_COMMENT else line[: MOST_COMMENT - 1] + "…")
    return _escaped("\n".join(told))


def _comment(package: Package, part: str, said: dict[Cell, str], rest: bytes) -> str | None:
    """Takes tzcheck's comments off a sheet and puts others on it; the id of their shapes where it has none yet."""
    related = package.related(part)
    comments = next((target for kind, target in related.values() if kind == "comments"), None)
    if comments is None:
        if not said:
            return None
        comments = package.add("xl/comments/tzcheck{}.xml", OF_COMMENTS)
        package.parts[comments] = NO_COMMENTS.encode()
        package.relate(part, "comments", comments)
    gone, new = _write_comments(package, comments, said)
    drawing = re.search(rb'<(?:[\w.-]+:)?legacyDrawing\s[^>]*?:id="([^"]+)"', rest)
    if drawing:
        shapes, id = related[drawing[1].decode()][1], None
    elif new:
        shapes = package.add("xl/drawings/tzcheck{}.vml", OF_VML)
        package.parts[shapes], id = NO_SHAPES.encode(), package.relate(part, "vmlDrawing", shapes)
    else:
        return None
    _write_shapes(package, shapes, gone, new)
    return id


def _write_comments(package: Package, part: str, said: dict[Cell, str]) -> tuple[set[Cell], dict[Cell, str]]:
    """Writes the comments of a sheet; the cells that have none any more, and those that have one now."""
    before = package.parts[part].decode()
    authors = [one.text or "" for one in ElementTree.fromstring(before.encode()).iter(f"{IN_MAIN}author")]
    gone: set[Cell] = set()
    new = dict(said)

    def changed(one: re.Match[str]) -> str:
        cell = _cell(one[2] + one[3])
        author = re.search(r'authorId="(\d+)"', one[0])
        if author and authors[int(author[1])].startswith("tc="):
            new.pop(cell, None)  # a thread of answers, which is no text of its own
            return one[0]
        left = _without_ours(one[0])
        texts = list(TEXT.finditer(left))
        if (left != one[0] or cell in new) and not "".join(part[3] for part in texts).strip():
            gone.add(cell)
            return ""
        if cell in new:
            end = texts[-1].start(4)
            left = left[:end] + "\n" + new.pop(cell) + left[end:]
        return left

    after = COMMENT.sub(changed, before)
    if new and "tzcheck" not in authors:
        after = _put_in(after, "authors", f'<author xmlns="{MAIN}">tzcheck</author>')
        authors.append("tzcheck")
    made = "".join(
        f'<comment xmlns="{MAIN}" ref="{_named(cell)}" authorId="{authors.index("tzcheck")}">'
        f'<text><t xml:space="preserve">{one}</t></text></comment>'
        for cell, one in new.items()
    )
    if new:
        after = _put_in(after, "commentList", made)
    package.parts[part] = after.encode()
    return gone, new


def _without_ours(comment: str) -> str:
    """A comment without the lines that tzcheck wrote, into however many pieces another program has cut them."""
    pieces = [unescape(one[3]).replace("\r\n", "\n") for one in TEXT.finditer(comment)]
    ours = {at for one in OURS.finditer("".join(pieces)) for at in range(*one.span())}
    if not ours:
        return comment
    places = count()
    kept = iter(["".join(char for char in piece if next(places) not in ours) for piece in pieces])
    return TEXT.sub(lambda one: one[1] + escape(next(kept)) + one[4], comment)


def _write_shapes(package: Package, part: str, gone: set[Cell], new: Mapping[Cell, str]) -> None:
    """Takes away the boxes of comments that are gone and makes those of new ones."""
    # What others write here is not always XML; as bytes it stays what it is.
    before = package.parts[part].decode("latin-1")

    def kept(one: re.Match[str]) -> str:
        at = NOTE_AT.search(one[0])
        return "" if at and (int(at[1]) + 1, int(at[2])) in gone else one[0]

    after = SHAPE.sub(kept, before)
    last = max([1024, *(int(one) for one in re.findall(r'id="_x0000_s(\d+)"', after))])
    spaces = "" if all(one in after for one in VML) else f" {' '.join(VML)}"
    made = [] if not new or 'id="_x0000_t202"' in after else [BOX.replace("<v:shapetype", f"<v:shapetype{spaces}")]
    for number, ((row, column), said) in enumerate(new.items(), last + 1):
        lines = sum(1 + cell_len(line) // 44 for line in said.split("\n"))
        made.append(
            f'<v:shape{spaces} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:59.25pt;'
            f'margin-top:1.5pt;width:270pt;height:{18 + 14 * lines}pt;z-index:{number};visibility:hidden" '
            'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
            '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
            '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
            f"<x:Row>{row - 1}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )
    package.parts[part] = (_put_in(after, "xml", "".join(made)) if made else after).encode("latin-1")


# --- the sheet of findings -----------------------------------------------------------------------------------------


def _list(package: Package, mine: str | None, findings: Sequence[Finding], styles: _Styles, lang: str) -> None:
    """Puts the sheet of all findings first, or in the place of the one that is there, and shows it."""
    workbook = package.parts[package.workbook].decode()
    sheets = package.sheets()
    if mine:
        part, number = sheets[mine], list(sheets).index(mine)
        package.parts.pop(_relations(part), None)
    else:
        part, number = package.add("xl/worksheets/tzcheck{}.xml", OF_SHEET), 0
        id = package.relate(package.workbook, "worksheet", part)
        name = _free(text("annotate.sheet", lang), sheets)
        last = max(int(one) for one in re.findall(r'\ssheetId="(\d+)"', workbook))
        first = re.search(r"<(?:[\w.-]+:)?sheets\b[^>]*>", workbook)
        assert first is not None
        one = f'<sheet xmlns="{MAIN}" xmlns:r="{LINKS}" name={quoteattr(name)} sheetId="{last + 1}" r:id="{id}"/>'
        workbook = workbook[: first.end()] + one + workbook[first.end() :]
        # Names that belong to a sheet know it by its place.
        workbook = re.sub(r'(\slocalSheetId=")(\d+)', lambda one: f"{one[1]}{int(one[2]) + 1}", workbook)
    view = re.search(r"<(?:[\w.-]+:)?workbookView\b[^>]*>", workbook)
    if view:
        shown_first = re.sub(r'\s(?:activeTab|firstSheet)="\d*"', "", view[0])
        end = "/>" if shown_first.endswith("/>") else ">"
        shown_first = f'{shown_first.removesuffix(end)} activeTab="{number}"{end}'
        workbook = workbook[: view.start()] + shown_first + workbook[view.end() :]
    package.parts[package.workbook] = workbook.encode()
    package.parts[part] = "".join(_sheet(findings, styles, lang)).encode()


def _free(name: str, taken: Iterable[str]) -> str:
    """A name that no sheet has yet."""
    known = {one.casefold() for one in taken}
    return next(one for number in range(1, len(known) + 2) if (one := name + str(number) * (number > 1)) not in known)


def _sheet(findings: Sequence[Finding], styles: _Styles, lang: str) -> Iterator[str]:
    """The sheet of findings, each with a link to its cell. No text runs as a formula."""
    plain, bold = styles.cell(""), styles.cell("<b/>")
    linked = styles.cell('<u/><color rgb="FF0563C1"/>')
    yield (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    )
    for index, (_, width) in enumerate(COLUMNS, start=1):
        yield f'<col min="{index}" max="{index}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield _row(1, [text(f"annotate.{name}", lang) for name, _ in COLUMNS], [bold] * len(COLUMNS))
    links: list[str] = []
    kinds: dict[Cell, str] = {}
    for row, one in enumerate(findings, start=2):
        place = "!".join(filter(None, (one.sheet, one.cell)))
        link = one.sheet is not None and len(links) < MOST_LINKS
        if link:
            target = "'" + (one.sheet or "").replace("'", "''") + f"'!{one.cell or 'A1'}"
            links.append(f'<hyperlink ref="B{row}" location={quoteattr(target)}/>')
        kinds[row, 0] = one.kind
        cells = [one.kind_shown(lang), place, one.found, one.wanted, one.clause]
        yield _row(row, cells, [plain, linked if link else plain, plain, plain, plain])
    yield f'</sheetData><autoFilter ref="A1:E{len(findings) + 1}"/>'
    yield from _formats(kinds, styles)
    if links:
        yield f"<hyperlinks>{''.join(links)}</hyperlinks>"
    yield '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'


def _row(number: int, cells: Sequence[str], styles: Iterable[int]) -> str:
    made = (
        f'<c r="{letter(index)}{number}" s="{style}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{_escaped(cell)}</t></is></c>'
        for index, (cell, style) in enumerate(zip(cells, styles, strict=True))
        if cell
    )
    # Not every program makes a row as high as its texts are when it opens a workbook.
    lines = max(1 + (cell_len(cell) + 2) // width for cell, (_, width) in zip(cells, COLUMNS, strict=True))
    return f'<row r="{number}" ht="{min(15 * lines, 400)}" customHeight="1">{"".join(made)}</row>'
