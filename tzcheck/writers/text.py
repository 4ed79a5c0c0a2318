"""The report for a terminal: the matrix of counties as the notice prints it, then what is unmet and why."""

import io
from collections.abc import Iterable
from fractions import Fraction

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tzcheck.errors import Problem
from tzcheck.reading import FileRead, Turned
from tzcheck.report import (
    Report,
    category,
    conclusions,
    counted,
    distance,
    limit_of,
    percent,
    reason,
    runs_of,
    shown,
    symbol,
    value_of,
    wanting,
)
from tzcheck.score import Score, Scored
from tzcheck.texts import text
from tzcheck.verdict import Verdict
from tzcheck.writers.words import breach, examples, failing, known, plain, where

STYLES = {
    Verdict.MET: "green",
    Verdict.UNMET: "bold red",
    Verdict.UNDETERMINED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_COUNTED: "dim",
    Verdict.WAIVED: "magenta",
}
FEW = 5
WIDTH = 100


def write(report: Report, lang: str, details: bool) -> str:
    """The report as text, without colours; `details` lists every breach and every query."""
    out = io.StringIO()
    show(report, lang, details, Console(file=out, width=WIDTH, color_system=None, legacy_windows=False))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def show(report: Report, lang: str, details: bool, console: Console) -> None:
    """Prints the report on a console."""
    _head(report, lang, console)
    in_order = [columns for _, columns in sorted(report.by_standard.items())]
    if report.narrowed or details or len(in_order) < 2:
        for columns in in_order:
            _standard(columns, lang, details, console)
        _differing(report, lang, console)
        _problems(report, lang, details, console)
    else:
        _overview(in_order, lang, console)
        _differing(report, lang, console)
        _errors(report, lang, console)


def _escaped(value: str) -> str:
    """A text with what can't be seen in it spelled out."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in value)


def _head(report: Report, lang: str, console: Console) -> None:
    console.print(
        Text(
            text(
                "head.run", lang, version=report.version, as_of=report.as_of, profile=report.profile,
                engine=report.judged_by(lang), rules=report.rules_sha256[:8],
            ),
            style="bold",
        )
    )  # fmt: skip
    rows = sum(file.rows for file in report.files)
    refused = sum(file.rejected for file in report.files)
    console.print(Text(text("head.files", lang, files=len(report.files), rows=rows, refused=refused)))
    for id, title in report.readings_used:
        console.print(Text(text("head.reading", lang, id=id, title=title.of(lang)), style="dim"))
    if report.note:
        console.print(Text(text("head.alone", lang, why=report.note), style="yellow"))
    if report.unasked:
        console.print(Text(text("head.unasked", lang, number=report.unasked), style="yellow"))
    if report.disagreements:
        console.print(Text(text("head.disagree", lang, number=report.disagreements), style="bold red"))


def _standard(columns: list[tuple[Scored, Score]], lang: str, details: bool, console: Console) -> None:
    pack = columns[0][1].pack
    console.print()
    title = f"{pack.head.title.of(lang)}  {pack.id}"
    console.print(Text(title, style="bold underline"))
    console.print(Text(f"{pack.head.issuer.of(lang)}  {pack.head.document}", style="dim"))
    if len(columns) == 1:
        _list(*columns[0], lang, console)
    else:
        _matrix(columns, lang, console)
    _findings(columns, lang, details, console)
    needed = wanting(score for _, score in columns)
    if needed:
        names = text("head.comma", lang).join(f"{name} ({number})" for name, number in needed.items())
        console.print(Text(text("head.wanting", lang, names=names), style="dim"))


def _overview(standards: list[list[tuple[Scored, Score]]], lang: str, console: Console) -> None:
    """A line a standard: the places, their achievement from the lowest to the highest, what is unmet and unknown."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column("", no_wrap=True, style="bold")
    table.add_column(text("head.standard", lang), ratio=3, no_wrap=True, overflow="ellipsis")
    for name in ("places", "achievement", "unmet_short", "undetermined_short", "on_the_way_short"):
        table.add_column(text(f"head.{name}", lang), justify="right", no_wrap=True)
    table.add_column(text("head.which", lang), ratio=2, no_wrap=True, overflow="ellipsis")
    for columns in standards:
        scores = [score for _, score in columns]
        pack = scores[0].pack
        unmet, unknown = sum(score.unmet for score in scores), sum(score.undetermined for score in scores)
        table.add_row(
            pack.id,
            pack.head.title.of(lang),
            str(len(columns)),
            _range([score.achievement for score in scores]),
            Text(str(unmet), style=STYLES[Verdict.UNMET] if unmet else ""),
            Text(str(unknown), style=STYLES[Verdict.UNDETERMINED] if unknown else ""),
            str(sum(score.on_the_way for score in scores) or ""),
            _which(scores),
        )
    console.print(table)
    if len({scored.place.id for columns in standards for scored, _ in columns}) == 1:
        for columns in standards:
            for _, score in columns:
                for sentence in conclusions(score, lang):
                    console.print(Text(f"{score.pack.head.title.of(lang)}: {sentence}"))


def _range(shares: list[Fraction | None]) -> str:
    """The achievements of several places, from the lowest to the highest."""
    known = [share for share in shares if share is not None]
    if not known:
        return "—"
    least, most = percent(min(known)), percent(max(known))
    return least if least == most else f"{least.removesuffix('%')}–{most}"


def _which(scores: list[Score]) -> str:
    """The numbers of the indicators that are unmet, those of most places first; of several places with how many."""
    found: dict[str, int] = {}
    for score in scores:
        for one in score.indicators:
            if one.verdict is Verdict.UNMET and one.rule.counted:
                found[one.rule.number] = found.get(one.rule.number, 0) + 1
    if len(scores) == 1:
        return " ".join(found)
    return " ".join(f"{number}×{times}" for number, times in sorted(found.items(), key=lambda item: -item[1]))


def _matrix(columns: list[tuple[Scored, Score]], lang: str, console: Console) -> None:
    """A row an indicator, a column a place, as the notice prints it."""
    pack = columns[0][1].pack
    names = [plain(scored.place.short) for scored, _ in columns]
    widths = [max(cell_len(name), 4) + 1 for name in names]
    by_id = [{one.id: one for one in score.indicators} for _, score in columns]
    asked = {one.id for _, score in columns for one in score.indicators}
    rules = {id: rule for id, rule in pack.rules.items() if id in asked}
    number = max(cell_len(rule.number) for rule in rules.values()) + 1
    room = max(console.width - number - sum(widths), 16)

    def line(first: str, title: str, cells: Iterable[tuple[str, str]], style: str = "") -> None:
        row = Text(set_cell_size(first, number) + fitted(title, room), style=style)
        for (cell, cell_style), width in zip(cells, widths, strict=True):
            row.append(" " * max(width - cell_len(cell), 0) + cell, style=cell_style)
        console.print(row, no_wrap=True, crop=False, overflow="ignore")

    line("", "", ((name, "") for name in names), "bold")
    for id, rule in rules.items():
        found = [verdicts.get(id) for verdicts in by_id]
        cells = ((symbol(pack, one), STYLES[one.verdict]) if one else ("", "") for one in found)
        line(rule.number, rule.title.of(lang), cells)
    unmet = [f"-{score.unmet}" if score.unmet else "0" for _, score in columns]
    line("", text("head.unmet", lang), ((cell, "") for cell in unmet))
    if any(score.undetermined for _, score in columns):
        line("", text("head.undetermined", lang), ((str(score.undetermined), "") for _, score in columns))
    if any(score.on_the_way for _, score in columns):
        line("", text("head.on_the_way", lang), ((str(score.on_the_way), "") for _, score in columns))
    shares = [percent(score.achievement).removesuffix("%") for _, score in columns]
    line("", text("head.achievement", lang) + " %", ((cell, "") for cell in shares), "bold")


def fitted(title: str, width: int) -> str:
    """The title in `width` cells, with an ellipsis where it is longer."""
    if cell_len(title) < width:
        return set_cell_size(title, width)
    return set_cell_size(set_cell_size(title, width - 2).rstrip() + "…", width)


def _list(scored: Scored, score: Score, lang: str, console: Console) -> None:
    """One place: a row an indicator, with value, limit and reason."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column(text("head.number", lang), no_wrap=True)
    table.add_column(text("head.title", lang), ratio=3, overflow="fold")
    table.add_column("", no_wrap=True)
    table.add_column(text("head.value", lang), justify="right", no_wrap=True)
    table.add_column(text("head.limit", lang), no_wrap=True)
    table.add_column(text("head.reason", lang), ratio=2, overflow="fold")
    for one in score.indicators:
        table.add_row(
            one.rule.number,
            one.rule.title.of(lang),
            Text(symbol(score.pack, one), style=STYLES[one.verdict]),
            value_of(one),
            limit_of(one),
            reason(one.reason, lang),
        )
    console.print(table)
    line = text(
        "head.place", lang, place=plain(scored.place.name), met=score.met, counted=score.counted,
        achievement=percent(score.achievement), unmet=score.unmet, undetermined=score.undetermined,
    )  # fmt: skip
    console.print(Text(line, style="bold"))
    for sentence in conclusions(score, lang):
        console.print(Text(sentence))
    if score.needs:
        console.print(Text(text("head.needs", lang), style="bold"))
    for need in score.needs:
        rule = need.indicator.rule
        about = {"amount": distance(need.amount), "unit": need.unit, "subjects": len(need.items)}
        console.print(Text("  " + text("needs.line", lang, number=rule.number, title=rule.title.of(lang), **about)))


def _findings(columns: list[tuple[Scored, Score]], lang: str, details: bool, console: Console) -> None:
    """The breaches, each with its value, limit, shortfall and the row it was read from."""
    for scored, score in columns:
        for one in score.indicators:
            unmet = one.verdict is Verdict.UNMET and one.evidence and one.basis != "mark"
            if not (unmet or one.relaxed or (details and (one.evidence or one.missing or one.shows))):
                continue
            sign = symbol(score.pack, one)
            console.print(
                Text(
                    f"{sign} {plain(scored.place.name)} {one.id} {one.rule.title.of(lang)}{known(one, lang)}",
                    style=STYLES[one.verdict],
                )
            )
            if details:
                console.print(Text("  " + reason(one.reason, lang), style="dim"))
            items = one.evidence if details else one.evidence[:FEW]
            for item in items:
                console.print(Text("  " + breach(item, lang)))
                for line in failing(item, lang):
                    console.print(Text("    " + line, style="dim"))
            if len(items) < len(one.evidence):
                console.print(Text("  " + text("head.more", lang, number=len(one.evidence) - len(items)), style="dim"))
            if len(one.evidence) > 1:
                for need in (need for need in score.needs if need.indicator.id == one.id):
                    about = {"amount": distance(need.amount), "unit": need.unit, "subjects": len(need.items)}
                    console.print(Text("  " + text("needs.sum", lang, **about), style="bold"))
            if one.relaxed:
                console.print(Text("  " + text("head.relaxed", lang, number=len(one.relaxed)), style="yellow"))
            for item in one.relaxed:
                console.print(Text("  " + breach(item, lang)))
            for shows in one.shows if details else ():
                title = shows.title.of(lang) if shows.title else shows.name
                value = f"{shown(shows.value)} {shows.unit or ''}".rstrip()
                subject = " ".join(filter(None, (plain(shows.subject), category(shows.category, lang))))
                console.print(Text(f"  {subject}  {title}: {value}", style="dim"))
            for item in one.missing if details else ():
                place = where(item.file, item.row, item.column) or "—"
                console.print(Text("  " + text("head.missing", lang, name=plain(item.name or ""), where=place)))


def _differing(report: Report, lang: str, console: Console) -> None:
    """The statements that pull against each other: both are judged."""
    asked = {one.id for placed in report.places for score in placed.scores for one in score.indicators}
    for one, title, other, another in report.differing:
        if asked & {one, other}:
            about = {"one": one, "title": title.of(lang), "other": other, "another": another.of(lang)}
            console.print(Text(text("head.differ", lang, **about), style="yellow"))


def _errors(report: Report, lang: str, console: Console) -> None:
    """The errors of the facts, each on a line; what else there is to say about them too, where that is little."""
    console.print()
    number = counted(report.problems)
    if report.problems:
        console.print(Text(text("head.problems", lang, **number), style="bold"))
        others = [one for one in report.problems if one.severity != "error"]
        errors = [one for one in report.problems if one.severity == "error"]
        show_problems([*errors, *(others if len(others) <= FEW else ())], lang, console)
    console.print(Text(text("head.hint", lang), style="dim"))


def _problems(report: Report, lang: str, details: bool, console: Console) -> None:
    number = counted(report.problems)
    console.print()
    if not report.problems:
        return
    console.print(Text(text("head.problems", lang, **number), style="bold underline"))
    show_problems(report.problems, lang, console, details)


def show_problems(problems: Iterable[Problem], lang: str, console: Console, every: bool = False) -> None:
    """Where, what, and what was expected, a line each; many of a kind in one, unless `every` one is asked for."""
    alike: dict[object, list[Problem]] = {}
    for number, problem in enumerate(sorted(problems, key=Problem.order)):
        kind = (problem.severity, problem.code, problem.check, problem.file, problem.column)
        alike.setdefault(number if every or problem.row is None else kind, []).append(problem)
    for group in alike.values():
        same = len({problem.message(lang) for problem in group}) == 1
        told = group[:1] if same or len(group) > FEW else group
        for problem in told:
            style = "red" if problem.severity == "error" else "yellow"
            line = Text(text(f"severity.{problem.severity}", lang), style=style)
            where = plain(problem.where())
            line.append(f" {where}" if where else "", style="bold")
            line.append("  " + plain(problem.message(lang)), style="")
            console.print(line, soft_wrap=True)
        if len(told) < len(group):
            rows = runs_of([problem.row or 0 for problem in group])
            also = text("head.alike_same" if same else "head.alike", lang, number=len(group), rows=rows)
            console.print(Text("  " + also, style="dim"), soft_wrap=True)


def show_files(files: Iterable[FileRead], lang: str, console: Console) -> None:
    """How many rows of each file were read, accepted and refused, and in which encoding."""
    for file in files:
        numbers = {"rows": file.rows, "accepted": file.accepted, "rejected": file.rejected}
        encoding = f" ({file.encoding})" if file.encoding else ""
        line = text("files.line", lang, path=plain(file.path), encoding=encoding, **numbers)
        console.print(Text(line, style="" if file.rejected else "dim"), soft_wrap=True)


def show_turned(turned: Iterable[Turned], lang: str, console: Console) -> None:
    """What was understood of cells that are spelled otherwise than the tables are."""
    for one in turned:
        about = {"where": plain(f"{one.file}:{one.column}"), "cells": one.cells}
        line = text("turned.column", lang, examples="; ".join(examples(one, lang, _escaped)), **about)
        console.print(Text(line), soft_wrap=True)
