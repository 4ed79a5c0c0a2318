"""What the writers for people say alike: a breach, what fails of it, where it was read."""

from collections.abc import Callable, Iterable

from tzcheck.facts import MERGED
from tzcheck.reading import Turned
from tzcheck.report import FAILING, Report, category, distance, places_in_files, reason, shown
from tzcheck.score import Evidence, Indicator
from tzcheck.texts import text
from tzcheck.verdict import SIGNS, Verdict


def plain(value: str) -> str:
    """A text from the facts without characters that would steer a terminal."""
    return "".join(char if char.isprintable() else "�" for char in value)


def run_of(report: Report, lang: str) -> str:
    """What a report was made with, the whole hash of its rules included."""
    return text(
        "page.run", lang, as_of=report.as_of, profile=report.profile, version=report.version,
        engine=report.judged_by(lang), rules=report.rules_sha256,
    )  # fmt: skip


def named(item: Evidence, lang: str) -> str:
    """Whose a breach, or a missing value, is: a name and a stage or category."""
    return plain(" ".join(filter(None, (item.name, category(item.category, lang)))))


def examples(turned: Turned, lang: str, cell: Callable[[str], str] = plain) -> list[str]:
    """The first cells of a column that were understood and turned; `cell` makes what was found there readable."""
    return [
        text("turned.merged" if value == MERGED else "turned.cell", lang, row=row, text=cell(found), value=value)
        for row, found, value in turned.examples
    ]


def breach(item: Evidence, lang: str) -> str:
    """A breach as a sentence: whose it is, its value, what was wanted, how far off, and where it was read."""
    name = named(item, lang)
    if item.value is None and item.limit is None:  # another rule came out so, without a number
        return name
    how = "head.stated" if item.shortfall is None else "head.breach"
    return text(
        how, lang, name=name, value=shown(item.value, item.limit),
        comparator=SIGNS.get(item.comparator, item.comparator), limit=shown(item.limit, item.value),
        shortfall=distance(item.shortfall), unit=item.shortfall_unit or item.unit or "",
        where=read_from(item),
    )  # fmt: skip


def failing(item: Evidence, lang: str) -> Iterable[str]:
    """All that fails of a subject of which several things are asked, where more than one does."""
    if len(item.failing) < 2:
        return
    for index, one in enumerate(item.failing):
        title = one.title.of(lang) if one.title else one.name
        yield text(
            "head.failing", lang, title=title, value=shown(one.value, one.limit),
            comparator=SIGNS.get(one.comparator, one.comparator), limit=shown(one.limit, one.value),
            shortfall=distance(one.shortfall), unit=one.unit or "", nearest="" if index else text("head.nearest", lang),
        )  # fmt: skip


def read_from(item: Evidence) -> str:
    """The row of a breach, or all the rows of a city's sums."""
    if not item.rows:
        return where(item.file, item.row, item.column)
    return places_in_files(item.rows)


def where(file: str | None, row: int | None, column: str | None) -> str:
    """A place in a file of facts for people: `classes.csv:7:students`."""
    return ":".join(str(part) for part in (file, row, column) if part is not None)


def known(one: Indicator, lang: str) -> str:
    """What the baseline says of an indicator that fails, in brackets; nothing where there is none."""
    if one.before is None:
        return ""
    new = [item for item in one.evidence if not item.known]
    if not one.fails(FAILING["undetermined"]):
        return text("baseline.known", lang)
    if one.before is Verdict.UNMET and len(new) < len(one.evidence):
        return text("baseline.some", lang, number=len(new))
    return text("baseline.new", lang)


def is_known(one: Indicator) -> bool:
    """Whether an indicator would fail but for the baseline."""
    return one.verdict in FAILING["undetermined"] and not one.fails(FAILING["undetermined"])


def known_why(one: Indicator, lang: str) -> str:
    """Of an indicator that is known from the baseline, its verdict and why."""
    verdict = text(f"verdict.{one.verdict.value}", lang)
    return f"{verdict}{known(one, lang)}: {plain(reason(one.reason, lang))}"


def finding(one: Indicator, lang: str) -> str:
    """Why an indicator fails, in one sentence, with its first breach."""
    why = plain(reason(one.reason, lang))
    return f"{why}{text('head.colon', lang)}{breach(one.evidence[0], lang)}" if one.evidence else why
