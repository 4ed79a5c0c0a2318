"""The command line. Heavy imports stand inside the commands, so that `--help` is quick; this is their only place."""

import gc
import locale
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tzcheck import __version__
from tzcheck.errors import (
    EXIT_FACTS,
    EXIT_FAILED,
    EXIT_INTERNAL,
    EXIT_NOTHING,
    EXIT_USAGE,
    Fault,
    NothingFault,
    Problem,
    UsageFault,
    hint,
)
from tzcheck.output import remove_pages, unwritable, write_folder, write_pages, write_whole
from tzcheck.progress import Bar, Told, nobody
from tzcheck.texts import LANGUAGES, text

if TYPE_CHECKING:
    from tzcheck.facts import Facts, Source
    from tzcheck.judgement import Plan
    from tzcheck.report import Report
    from tzcheck.rule import Rulebook
    from tzcheck.template import Form

EXIT_CODES = """\b
退出码 / exit codes:
  0  已判定的全部达标 / all that was judged is met
  1  至少一项未通过（按 --fail-on）/ at least one fails at --fail-on
  2  用法或规则文件有误 / wrong usage, or a wrong rule file
  3  事实无法读取或有错误 / facts unreadable or not valid
  4  内部故障，包括两个引擎不一致 / internal fault, engines disagreeing included
  5  没有可判定的内容 / nothing was judged
"""

FORMATS = ("text", "json", "matrix", "md", "csv", "junit", "sarif", "github", "html", "xlsx")
# The formats that tell of every subject.
THOROUGH = frozenset({"html", "xlsx"})
# The formats of a comparison and of a trend.
FEWER_FORMATS = ("text", "md", "html", "json")
F = TypeVar("F", bound=Callable[..., Any])


class Guarded(click.Group):
    """A group whose commands end in a message and an exit code, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what goes wrong becomes lines on standard error."""
        try:
            return super().invoke(ctx)
        except Fault as fault:
            _complain(fault.problems, _lang(ctx))
            ctx.exit(fault.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            # The contract's exit code 4: whatever else goes wrong is a fault of tzcheck's, told in one line.
            at = traceback.extract_tb(error.__traceback__)[-1]
            details = {"why": f"{type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})"}
            _complain([Problem("error", "internal", details=details)], _lang(ctx))
            ctx.exit(EXIT_INTERNAL)


def _complain(problems: Iterable[Problem], lang: str) -> None:
    for problem in problems:
        where = problem.where()
        severity = text(f"severity.{problem.severity}", lang)
        line = f"{severity} {where}{'  ' if where else ''}{problem.message(lang)}"
        click.echo("".join(char if char.isprintable() else "�" for char in line), err=True)


def _lang(ctx: click.Context) -> str:
    found = (ctx.find_root().obj or {}).get("lang")
    return found or default_lang()


def default_lang() -> str:
    """`zh` where the locale is Chinese, `en` elsewhere."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), None)
    named = named or locale.getlocale()[0] or ""
    return "zh" if named.casefold().startswith(("zh", "chinese")) else "en"


def _keep_lang(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    chosen = value or default_lang()
    ctx.find_root().ensure_object(dict)["lang"] = chosen
    return chosen


def _a_day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value} 不是日期，应如 2022-12-31 / is no date such as 2022-12-31") from None


class Given(click.Path):
    """A path that says something: an empty one would be the folder that tzcheck was started in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path as the command gets it. What looks like an address is not repeated: it may hold a password."""
        if not value:
            self.fail("路径是空的 / the path is empty", param, ctx)
        if re.match("[A-Za-z][A-Za-z0-9+.-]+:/", str(value)):
            self.fail("这里不能用这样的地址 / such an address is no path, and nothing that is read here", param, ctx)
        return super().convert(value, param, ctx)


class GivenFacts(Given):
    """A path, or the address of a database."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or the database, as the command gets it."""
        if named := re.fullmatch("spark:([^/:`]+)", str(value)):
            from tzcheck.readers.catalogue import Catalogue

            return Catalogue(named[1])
        if not re.match("postgres(ql)?://", str(value)):
            return super().convert(value, param, ctx)
        try:
            from tzcheck.readers import postgresql
        except ImportError:
            raise UsageFault([Problem("error", "no_driver")]) from None
        return postgresql.database(value)


def _size(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """An amount of memory, such as 800MB, 1.5GB or 2GiB."""
    if value is not None and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})? ?[KMGT]i?B", value, re.IGNORECASE):
        raise click.BadParameter(f"{value!r}：应如 1GB / {value!r}: it should be such as 1GB")
    return value


def options(*chosen: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator."""

    def decorate(command: F) -> F:
        for option in reversed(chosen):
            command = option(command)
        return command

    return decorate


lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), callback=_keep_lang, is_eager=True, help="语言 / language (locale)"
)
rules_option = click.option(
    "--rules", "rule_folders", multiple=True, type=click.Path(path_type=Path), metavar="DIR",
    help="另加的规则文件夹 / a folder of packs beside the built-in ones",
)  # fmt: skip
profile_option = click.option("--profile", default="national", show_default=True, help="口径 / profile")
day_option = click.option("--as-of", callback=_a_day, metavar="DATE", help="判定日期 / the day to judge on")
county_option = click.option(
    "--county", "counties", multiple=True, metavar="CODE|NAME", help="只看这些县 / only these counties"
)
encoding_option = click.option("--encoding", help="文件编码 / encoding of the files")
ENGINES = ("auto", "both", "duckdb", "durable")


def _engine_option(*engines: str) -> Callable[[F], F]:
    return click.option(
        "--engine", type=click.Choice(engines), default="auto", show_default=True, help="判定引擎 / engine"
    )


engine_option = _engine_option(*ENGINES)
master_option = click.option(
    "--master", metavar="URL",
    help="Spark 的主节点，用于 --engine spark 和 spark:库 / Spark's master, for --engine spark and spark:DB (local[*])",
)  # fmt: skip
annotate_option = click.option(
    "--annotate", type=click.Path(path_type=Path), metavar="OUT.xlsx",
    help="写出标注了问题的工作簿副本 / a copy of the workbook with the faulty cells marked",
)  # fmt: skip
standard_option = click.option(
    "--standard", "standards", multiple=True, metavar="ID",
    help="标准或指标，如 balanced、balanced.12 / standard or indicator",
)  # fmt: skip
progress_option = click.option("--no-progress", is_flag=True, help="不显示进度 / show no progress")
facts_argument = click.argument("paths", metavar="FACTS...", nargs=-1, required=True, type=GivenFacts(path_type=Path))
tables_option = click.option(
    "--tables", type=Given(path_type=Path), metavar="MAP.yaml",
    help="数据库的表和列各是什么 / which tables and columns of a database are which",
)  # fmt: skip
format_option = click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="格式 / format (text)"
)
output_option = click.option(
    "--output", "outputs", multiple=True, metavar="PATH", help="写入文件，- 为标准输出 / file, - for standard output"
)
one_format_option = click.option(
    "--format", "format", type=click.Choice(FEWER_FORMATS), default="text", show_default=True, help="格式 / format"
)
one_output_option = click.option(
    "--output", default="-", metavar="PATH", help="写入文件，- 为标准输出 / file, - for standard output"
)


@click.group(cls=Guarded, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tzcheck")
def main() -> None:
    """判断一个县是否达到国家和省的办学标准，并说明理由。

    Tell whether a county meets the official standards for its schools, and why.
    """
    # A run lives for seconds and builds many small things that stay: the collector would walk them over and over.
    gc.set_threshold(200_000, 50, 1_000)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command(epilog=EXIT_CODES)
@facts_argument
@options(
    standard_option, day_option, profile_option, rules_option, format_option, output_option,
    click.option(
        "--fail-on", type=click.Choice(["unmet", "undetermined", "never"]), default="undetermined", show_default=True,
        help="哪种结论算未通过 / which verdicts fail",
    ),
    _engine_option(*ENGINES, "spark"), master_option, county_option,
    click.option(
        "--gate", type=click.Choice(["indicators", "ready"]), default="indicators", show_default=True,
        help="按指标或按能否申报定退出码 / exit by indicators or by readiness",
    ),
    click.option("--details", is_flag=True, help="列出每一条问题 / list every breach"),
    click.option(
        "--baseline", type=click.Path(path_type=Path), metavar="RESULT",
        help="以前的结果（JSON）：只有新问题算未通过 / an earlier result: only what is new fails",
    ),
    annotate_option, lang_option, encoding_option, tables_option,
    click.option(
        "--memory-limit", "memory", callback=_size, metavar="SIZE",
        help="事实最多占用的内存，其余写入临时文件夹 / memory that facts may take; what is more goes to a temporary "
        "folder  [default: 1GB]",
    ),
    click.option("--quiet", is_flag=True, help="不打印报告和进度 / print neither report nor progress"),
    progress_option,
)  # fmt: skip
@click.pass_context
def check(
    ctx: click.Context, paths: tuple["Source", ...], standards: tuple[str, ...], as_of: date | None, profile: str,
    rule_folders: tuple[Path, ...], formats: tuple[str, ...], outputs: tuple[str, ...], fail_on: str, engine: str,
    master: str | None, counties: tuple[str, ...], gate: str, details: bool, baseline: Path | None,
    annotate: Path | None, lang: str, encoding: str | None, tables: Path | None, memory: str | None, quiet: bool,
    no_progress: bool,
) -> None:  # fmt: skip
    """按标准判定县 / Judge counties against standards.

    FACTS 是文件夹、文件，或数据库 postgresql://用户@主机/库、spark:库 / folders, files, or databases.
    """
    pairs = _pairs(formats, outputs)
    if master is not None:
        paths = _read_at(master, paths, engine)
    if annotate:
        _can_annotate(paths, annotate)
    from tzcheck.report import exit_code

    earlier = None
    if baseline:
        from tzcheck import result
        from tzcheck.baseline import held_against

        earlier = result.read(baseline)
    thorough = any(format in THOROUGH for format, _ in pairs)
    with _progress(lang, quiet or no_progress) as bar:
        report = _checked(
            paths, rule_folders, profile, standards, as_of, engine, counties, encoding, tables, thorough, bar, memory,
            master,
        )  # fmt: skip
        if earlier:
            report = held_against(report, earlier)
        # What is printed comes last, where no bar stands any more.
        for number, (format, output) in enumerate(sorted(pairs, key=lambda pair: pair[1] == "-")):
            bar("writing", number, len(pairs))
            if output == "-":
                bar.close()
            _put(report, format, output, lang, details, quiet)
    if annotate:
        _annotate(paths[0], annotate, report.problems, report.places, report.files, lang)
    code = exit_code(report, fail_on, gate)
    if code == EXIT_NOTHING:
        _complain([Problem("query", "nothing")], lang)
    ctx.exit(code)


def _read_at(master: str, paths: tuple["Source", ...], engine: str) -> tuple["Source", ...]:
    """The facts, those of Spark's catalogue read at a master. Raises UsageError where nothing asks Spark."""
    from tzcheck.readers.catalogue import Catalogue

    if engine != "spark" and not any(isinstance(path, Catalogue) for path in paths):
        raise click.UsageError(
            "--master 只用于 --engine spark 和 spark:库 / --master is for --engine spark and spark:DB only"
        )
    return tuple(replace(path, master=master) if isinstance(path, Catalogue) else path for path in paths)


def _progress(lang: str, silent: bool) -> Bar:
    """A bar for a long run; none where nobody looks on."""
    return Bar(lang, silent or not sys.stderr.isatty())


def _pairs(formats: tuple[str, ...], outputs: tuple[str, ...]) -> list[tuple[str, str]]:
    if not outputs and len(formats) <= 1:
        outputs = ("-",)
    if not formats and len(outputs) == 1:
        formats = ("text",)
    if len(formats) != len(outputs):
        raise click.UsageError(
            "--format 和 --output 要成对 / --format and --output come in pairs: "
            f"{len(formats)} and {len(outputs)} given"
        )
    return list(zip(formats, outputs, strict=True))


def _can_annotate(paths: tuple["Source", ...], target: Path) -> None:
    """Raises UsageFault, before anything is read, where there can't be an annotated copy."""
    from tzcheck.annotate import refusal

    if len(paths) != 1 or not isinstance(paths[0], Path) or paths[0].is_dir():
        raise UsageFault([Problem("error", "annotate_one")])
    refused = refusal(paths[0], target)
    if refused:
        raise UsageFault([refused])


def _annotate(source: Any, target: Path, problems: Any, places: Any, files: Any, lang: str) -> None:
    from tzcheck.annotate import annotated

    write_whole(target, annotated(source, problems, places, files, lang))


def _checked(
    paths: tuple["Source", ...], rule_folders: tuple[Path, ...], profile: str, standards: tuple[str, ...],
    as_of: date | None, engine: str, counties: tuple[str, ...], encoding: str | None, tables: Path | None = None,
    thorough: bool = False, progress: Told = nobody, memory: str | None = None, master: str | None = None,
) -> "Report":  # fmt: skip
    from tzcheck import compiled, report

    book = _book(rule_folders, profile, standards=standards)
    wanted = _wanted(book, standards)
    facts = _facts(paths, book, encoding, progress, tables, memory)

    def planned(packs: Any, *asked: Any) -> "Plan":
        """The plan as it was kept, or a new one."""
        key = compiled.key((), book.sha256, book.profile, *map(_sorted, asked))
        found: Plan | None = compiled.find(key)
        if found is None:
            from tzcheck import planner

            found = planner.plan(packs, *asked)
            compiled.keep(key, found)
        return found

    return report.check(
        book, facts, wanted, as_of or facts.as_of, engine, counties, planned, thorough, progress, master
    )


def _sorted(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _book(
    rule_folders: tuple[Path, ...], profile: str, cases: bool = False, standards: tuple[str, ...] = ()
) -> "Rulebook":
    """The rules; where `standards` are named, only their packs."""
    from tzcheck import compiled

    only = frozenset(standard.partition(".")[0] for standard in standards) or None
    folders = (built_in("rules"), *rule_folders)
    key = compiled.key(folders, profile, cases, only and sorted(only))
    book: Rulebook | None = compiled.find(key)
    if book is None:
        from tzcheck import loading

        book = loading.load(folders, profile, cases, only)
        compiled.keep(key, book)
    return book


def built_in(name: str) -> Path:
    """A folder that travels with tzcheck: beside the package in a checkout, inside it when installed."""
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


def _wanted(book: "Rulebook", standards: tuple[str, ...]) -> frozenset[str]:
    """The rules that `standards` name: whole parts between dots match, so `.1` is not `.10`."""
    if not standards:
        return book.ids
    wanted: set[str] = set()
    for standard in standards:
        found = {id for id in book.ids | book.checks if id == standard or id.startswith(standard + ".")}
        if not found:
            details = {"hint": hint(standard, [*book.standards, *book.skipped, *book.ids])}
            raise UsageFault([Problem("error", "unknown_id", value=standard, details=details)])
        wanted |= found
    return frozenset(wanted)


def _facts(
    paths: tuple["Source", ...], book: "Rulebook", encoding: str | None, progress: Told = nobody,
    tables: Path | None = None, memory: str | None = None,
) -> "Facts":  # fmt: skip
    from tzcheck import facts
    from tzcheck.reading import Known

    _known_encoding(encoding)
    if tables and all(isinstance(path, Path) for path in paths):
        raise UsageFault([Problem("error", "map_alone")])
    known = Known(book.ids, book.standards, book.kinds, book.checks, book.skipped)
    return facts.read(paths, known, encoding, progress, tables, memory)


def _known_encoding(encoding: str | None) -> None:
    """Raises BadParameter where there is no such encoding of texts."""
    if encoding:
        try:
            b"x".decode(encoding)
        except UnicodeDecodeError:
            pass  # a text encoding, though not of this byte
        except LookupError:
            raise click.BadParameter(encoding, param_hint="--encoding") from None


def _put(report: "Report", format: str, output: str, lang: str, details: bool, quiet: bool) -> None:
    from tzcheck import writers

    if output == "-" and format == "text" and sys.stdout.isatty():
        if not quiet:
            from rich.console import Console

            from tzcheck.writers import text as terminal

            terminal.show(report, lang, details, Console())
        return
    if output == "-" and format == "text" and quiet:
        return
    written = writers.write(format, report, lang, details)
    if isinstance(written, writers.Pages):
        write_pages(output, written)
    elif output != "-":
        write_whole(Path(output), written)
        if format == "html":
            remove_pages(Path(output))
    elif not isinstance(written, bytes):
        sys.stdout.writelines([written] if isinstance(written, str) else written)
    elif sys.stdout.isatty():
        raise UsageFault([Problem("error", "no_terminal", value=format)])
    else:
        sys.stdout.buffer.write(written)


@main.command(epilog=EXIT_CODES)
@facts_argument
@options(
    rules_option, lang_option, encoding_option, tables_option,
    click.option("--format", "format", type=click.Choice(["text", "json"]), default="text", show_default=True),
    click.option("--show-conversions", "conversions", is_flag=True,
                 help="列出理解后转换的单元格 / list the cells that were understood and turned"),
    click.option("--details", is_flag=True, help="逐条列出问题 / list every problem"),
    annotate_option, progress_option,
)  # fmt: skip
@click.pass_context
def validate(
    ctx: click.Context, paths: tuple["Source", ...], rule_folders: tuple[Path, ...], lang: str, encoding: str | None,
    tables: Path | None, format: str, conversions: bool, details: bool, annotate: Path | None, no_progress: bool,
) -> None:  # fmt: skip
    """只读取和校验数据，不判定 / Only read and cross-check the data: no verdicts."""
    from tzcheck.report import cross_checked, files_data, problem_data, turned_data

    if annotate:
        _can_annotate(paths, annotate)
    book = _book(rule_folders, "national")
    with _progress(lang, no_progress) as bar:
        facts = _facts(paths, book, encoding, bar, tables)
        problems = cross_checked(book, facts, bar)
    failed = any(problem.severity == "error" for problem in problems)
    if format == "json":
        import json

        files = {file.path: file for file in facts.files}
        data = {
            "schema": "tzcheck/validation/1",
            "facts": files_data(facts.files),
            "problems": [problem_data(problem, lang, files) for problem in problems],
            "conversions": turned_data(facts.turned, files),
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        from rich.console import Console

        from tzcheck.writers.text import show_files, show_problems, show_turned

        console = Console()
        show_problems(problems, lang, console, details)
        if conversions:
            show_turned(facts.turned, lang, console)
        show_files(facts.files, lang, console)
        rows = sum(file.rows for file in facts.files)
        if not failed:
            click.echo(text("head.valid", lang, files=len(facts.files), rows=rows))
    if annotate:
        _annotate(paths[0], annotate, problems, (), facts.files, lang)
    ctx.exit(EXIT_FACTS if failed else 0)


@main.command(epilog=EXIT_CODES)
@click.argument("rule")
@facts_argument
@options(
    click.option("--subject", metavar="ID|NAME", help="只看这个对象 / only this subject: a school, a kindergarten"),
    day_option, profile_option, rules_option, engine_option, county_option, lang_option, encoding_option,
    tables_option,
)  # fmt: skip
@click.pass_context
def explain(
    ctx: click.Context, rule: str, paths: tuple["Source", ...], subject: str | None, as_of: date | None, profile: str,
    rule_folders: tuple[Path, ...], engine: str, counties: tuple[str, ...], lang: str, encoding: str | None,
    tables: Path | None,
) -> None:  # fmt: skip
    """一个结论的来龙去脉 / How one verdict came about: text, source, limit, inputs, arithmetic."""
    from tzcheck import report
    from tzcheck.explain import explain as told

    book = _book(rule_folders, profile)
    if rule not in book.ids | book.checks:
        raise UsageFault([Problem("error", "no_indicator", value=rule, details={"hint": hint(rule, book.ids)})])
    facts = _facts(paths, book, encoding, tables=tables)
    day = as_of or facts.as_of
    found = report.check(book, facts, frozenset([rule]), day, engine, counties)
    click.echo(told(book, facts, rule, day, found, lang, subject), nl=False)
    _complain((problem for problem in found.problems if problem.severity == "error"), lang)
    ctx.exit(report.exit_code(found, "undetermined"))


@main.command(epilog=EXIT_CODES)
@click.argument("old", type=GivenFacts(path_type=Path))
@click.argument("new", type=GivenFacts(path_type=Path))
@options(
    day_option, profile_option, rules_option, engine_option, lang_option, encoding_option, tables_option,
    one_format_option, one_output_option,
)  # fmt: skip
@click.pass_context
def compare(
    ctx: click.Context, old: "Source", new: "Source", as_of: date | None, profile: str, rule_folders: tuple[Path, ...],
    engine: str, lang: str, encoding: str | None, tables: Path | None, format: str, output: str,
) -> None:  # fmt: skip
    """两次结果对比：已解决、新出现、仍未解决 / Two results (or fact sets): fixed, new, still open."""
    from tzcheck import compare as comparing
    from tzcheck import result
    from tzcheck.report import as_data
    from tzcheck.writers.compare import WRITERS
    from tzcheck.writers.words import plain

    def judged(path: "Source") -> result.Result:
        if isinstance(path, Path) and path.suffix.casefold() == ".json":
            return result.read(path)
        report = _checked((path,), rule_folders, profile, (), as_of, engine, (), encoding, tables)
        return result.Result.model_validate(as_data(report, lang))

    found = comparing.compare(judged(old), judged(new))
    _deliver(WRITERS[format](found, lang, _titles(rule_folders)), output)
    for problem in (problem for one in found.results for problem in one.problems):
        if problem.severity == "error":
            where = ":".join(str(part) for part in (problem.file, problem.row, problem.column) if part)
            click.echo(plain(f"{text('severity.error', lang)} {where}  {problem.message}"), err=True)
    ctx.exit(comparing.exit_code(found))


@main.command(epilog=EXIT_CODES)
@click.argument("results", metavar="RESULT...", nargs=-1, required=True, type=Given(path_type=Path))
@options(lang_option, one_format_option, one_output_option)
def trend(results: tuple[Path, ...], lang: str, format: str, output: str) -> None:
    """历次结果的达成度走势 / Achievement over time.

    RESULT 是不同日期的结果文件（check --format json），至少两份 / results of different days, two at least.
    """
    from tzcheck import result
    from tzcheck import trend as course
    from tzcheck.writers.trend import WRITERS

    if len(results) < 2:
        raise UsageFault([Problem("error", "few_results", str(results[0]))])
    found = course.trend([(str(path), result.read(path)) for path in results])
    _deliver(WRITERS[format](found, lang, _titles(())), output)


def _titles(rule_folders: tuple[Path, ...]) -> dict[str, dict[str, str]]:
    """The titles of all standards and indicators, in every language."""
    book = _book(rule_folders, "national")
    every = {id: pack.head.title for id, pack in book.packs.items()} | {id: rule.title for id, _, rule in book.rules()}
    return {id: {lang: title.of(lang) for lang in LANGUAGES} for id, title in every.items()}


def _deliver(written: str, output: str) -> None:
    """A text to a file, or to standard output."""
    if output == "-":
        click.echo(written, nl=False)
    else:
        write_whole(Path(output), written)


@main.command("import", epilog=EXIT_CODES)
@click.argument("forms", metavar="FORM...", nargs=-1, required=True, type=Given(path_type=Path))
@options(
    click.option(
        "-o", "--output", "folder", required=True, metavar="DIR", type=Given(path_type=Path),
        help="写入的文件夹，不存在或是空的 / the folder to write, not there yet or empty",
    ),
    lang_option, encoding_option,
)  # fmt: skip
@click.pass_context
def import_(ctx: click.Context, forms: tuple[Path, ...], folder: Path, lang: str, encoding: str | None) -> None:
    """把采集表和统计报表读成事实表 / Official collection forms and statistics workbooks into tables of facts.

    FORM 是工作簿、CSV 或放这些文件的文件夹 / a workbook, a CSV, or a folder of them.
    """
    from rich.console import Console

    from tzcheck import imports
    from tzcheck.sets import LISTING
    from tzcheck.writers.text import show_problems

    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageFault([Problem("error", "not_empty", str(folder))])
    except OSError as error:
        raise unwritable(folder, error) from None
    _known_encoding(encoding)
    found = imports.read(forms, encoding)
    write_folder(folder, found.files(lang))
    show_problems(found.problems, lang, Console(), every=True)
    about = {"forms": found.read, "taken": found.taken, "folder": str(folder), "listing": LISTING}
    click.echo(text("head.imported", lang, **about))
    ctx.exit(EXIT_FACTS if any(problem.severity == "error" for problem in found.problems) else 0)


@main.command(epilog=EXIT_CODES)
@facts_argument
@options(
    click.option(
        "-o", "--output", "output", required=True, metavar="FILE.xlsx", type=click.Path(path_type=Path),
        help="写到哪个文件 / the file to write",
    ),
    click.option("--force", is_flag=True, help="覆盖已有文件 / overwrite a file that is there"),
    day_option, profile_option, rules_option, engine_option, county_option, lang_option, encoding_option,
    tables_option,
)  # fmt: skip
@click.pass_context
def forms(
    ctx: click.Context, paths: tuple["Source", ...], output: Path, force: bool, as_of: date | None, profile: str,
    rule_folders: tuple[Path, ...], engine: str, counties: tuple[str, ...], lang: str, encoding: str | None,
    tables: Path | None,
) -> None:  # fmt: skip
    """填好国家认定申报表：表Ⅱ-1至表Ⅵ / The official tables to apply for recognition with, filled in."""
    from tzcheck import application, report
    from tzcheck.writers import forms as writer

    _can_write(output, force)
    book = _book(rule_folders, profile)
    facts = _facts(paths, book, encoding, tables=tables)
    day = as_of or facts.as_of
    wanted = frozenset(id for pack in book.packs.values() if pack.application for id in pack.rules)
    found = report.check(book, facts, wanted, day, engine, counties)
    filled = application.applications(book, facts, found, day, lang)
    _complain((problem for problem in found.problems if problem.severity == "error"), lang)
    if not filled:
        raise NothingFault([Problem("query", "no_application")])
    write_whole(output, writer.write(filled, found, lang))
    blanks = sum(len(blanks) for _, _, blanks in filled)
    click.echo(text("head.forms", lang, file=output, places=len(filled), blanks=blanks, sheet=text("form.notes", lang)))
    ctx.exit(report.exit_code(found, "never"))


def _can_write(output: Path, force: bool) -> None:
    """Raises UsageFault where a workbook that people fill in can't be written, or would be lost."""
    if output.suffix.casefold() != ".xlsx":
        raise UsageFault([Problem("error", "not_xlsx", str(output))])
    if output.exists() and not force:
        raise UsageFault([Problem("error", "exists", str(output))])


@main.command(epilog=EXIT_CODES)
@options(
    click.option(
        "-o", "--output", "output", required=True, metavar="FILE.xlsx", type=click.Path(path_type=Path),
        help="写到哪个文件 / the file to write",
    ),
    standard_option,
    click.option("--force", is_flag=True, help="覆盖已有文件 / overwrite a file that is there"),
    profile_option, rules_option, lang_option,
)  # fmt: skip
def template(
    output: Path, standards: tuple[str, ...], force: bool, profile: str, rule_folders: tuple[Path, ...], lang: str
) -> None:
    """生成空白填报工作簿 / Write a blank workbook to fill in: a sheet a table, with lists and explanations."""
    from tzcheck.template import workbook

    _can_write(output, force)
    form = _form(standards, profile, rule_folders, lang)
    write_whole(output, workbook(form, output.name))
    told = form.checking("check", str(output))
    click.echo(text("head.template", lang, file=output, tables=len(form.tables), check=told))


@main.command(epilog=EXIT_CODES)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options(standard_option, profile_option, rules_option, lang_option)
def init(folder: Path, standards: tuple[str, ...], profile: str, rule_folders: tuple[Path, ...], lang: str) -> None:
    """新建待填的数据文件夹 / A new folder of facts to fill in: county.yaml and a CSV file a table."""
    from tzcheck import template

    form = _form(standards, profile, rule_folders, lang)
    files = template.folder(form, folder.resolve().name)
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise UsageFault([Problem("error", "exists_there", str(folder), details={"files": ", ".join(there)})])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    for name, content in files.items():
        write_whole(folder / name, content)
    told = form.checking("check", str(folder))
    click.echo(text("head.template", lang, file=folder, tables=len(form.tables), check=told))


def _form(standards: tuple[str, ...], profile: str, rule_folders: tuple[Path, ...], lang: str) -> "Form":
    """What a template for the standards asks for."""
    from tzcheck import template

    book = _book(rule_folders, profile, standards=standards)
    return template.Form(book, _wanted(book, standards), standards, lang, tuple(map(str, rule_folders)))


@main.group(epilog=EXIT_CODES)
def rules() -> None:
    """查看和校验规则 / Look at the rules and check them."""


@rules.command("list")
@options(rules_option, lang_option)
def rules_list(rule_folders: tuple[Path, ...], lang: str) -> None:
    """列出全部规则 / List all rules."""
    for id, _, rule in _book(rule_folders, "national").rules():
        click.echo(f"{id}\t{rule.title.of(lang)}")


@rules.command("show")
@click.argument("id")
@options(rules_option, profile_option, day_option, lang_option)
def rules_show(id: str, rule_folders: tuple[Path, ...], profile: str, as_of: date | None, lang: str) -> None:
    """显示一条规则 / Show one rule: text, source, requirement, limits."""
    from tzcheck.explain import describe

    book = _book(rule_folders, profile)
    wanted = _wanted(book, (id,))
    for one, pack, rule in book.rules():
        if one in wanted:
            click.echo("\n".join(describe(one, pack, rule, as_of, lang)) + "\n")


@rules.command("lint")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@options(rules_option, profile_option, day_option, lang_option)
@click.pass_context
def rules_lint(
    ctx: click.Context, folders: tuple[Path, ...], rule_folders: tuple[Path, ...], profile: str, as_of: date | None,
    lang: str,
) -> None:  # fmt: skip
    """检查规则文件 / Find what is wrong in rule files, with file and line."""
    from rich.console import Console

    from tzcheck import loading
    from tzcheck.writers.text import show_problems

    book, problems = loading.examine((built_in("rules"), *rule_folders, *folders), profile)
    if book is not None:
        problems = [*problems, *loading.lint(book, as_of or date(2024, 12, 31))]
    show_problems(problems, lang, Console())
    click.echo(text("head.linted", lang, rules=len(book.ids) if book else 0, problems=len(problems)))
    ctx.exit(EXIT_USAGE if problems else 0)


@rules.command("test")
@options(rules_option, profile_option, engine_option, lang_option)
@click.pass_context
def rules_test(ctx: click.Context, rule_folders: tuple[Path, ...], profile: str, engine: str, lang: str) -> None:
    """运行规则旁的用例 / Run the cases beside the rules."""
    from rich.console import Console

    from tzcheck import cases
    from tzcheck.writers.text import show_problems

    number, problems = cases.run(_book(rule_folders, profile, cases=True), engine)
    show_problems(problems, lang, Console())
    click.echo(text("head.tested", lang, cases=number, failed=len(problems)))
    ctx.exit(EXIT_USAGE if problems else 0)


@rules.command("coverage", epilog=EXIT_CODES)
@click.argument("catalogue", type=click.Path(path_type=Path))
@options(
    rules_option, lang_option,
    click.option("--format", "format", type=click.Choice(["text", "json"]), default="text", show_default=True),
)  # fmt: skip
@click.pass_context
def rules_coverage(ctx: click.Context, catalogue: Path, rule_folders: tuple[Path, ...], lang: str, format: str) -> None:
    """每条要求由哪条规则判定、怎样判定 / Which statement is covered by which rule, and how.

    CATALOGUE 是有 id 列的 CSV，如 rules/catalogue.csv / a CSV with a column id, such as rules/catalogue.csv.
    """
    from tzcheck import coverage

    found = coverage.coverage(_book(rule_folders, "national"), coverage.read(catalogue))
    if format == "json":
        import json

        data = [{"id": one.id, "how": one.how, "rule": one.rule, "why": one.why.of(lang)} for one in found]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        for one in found:
            how = text(f"coverage.{one.how or 'none'}", lang)
            click.echo("\t".join((one.id, how, one.rule or "—", one.why.of(lang))))
        counts = {how: sum(one.how == how for one in found) for how in (*coverage.HOWS, None)}
        about = {how or "none": number for how, number in counts.items()}
        click.echo(text("coverage.sum", lang, statements=len(found), **about))
    ctx.exit(EXIT_FAILED if any(one.how is None for one in found) else 0)


@rules.command("docs")
@options(
    rules_option, profile_option, day_option, lang_option,
    click.option(
        "--format", "format", type=click.Choice(["markdown", "html"]), default="markdown", show_default=True,
        help="格式 / format",
    ),
    one_output_option,
)  # fmt: skip
def rules_docs(
    rule_folders: tuple[Path, ...], profile: str, as_of: date | None, lang: str, format: str, output: str
) -> None:
    """全部规则的目录 / The catalogue of all rules: text, limits, source, formula, data needed, cases."""
    from tzcheck import catalogue

    book = _book(rule_folders, profile, cases=True)
    written = catalogue.markdown(book, as_of, lang)
    if format == "html":
        written = catalogue.html(written, lang)
    _deliver(written, output)


@rules.command("schema")
def rules_schema() -> None:
    """规则文件的 JSON Schema / The JSON Schema of rule files, for editors."""
    import json

    from tzcheck.loading import schema

    click.echo(json.dumps(schema(), ensure_ascii=False, indent=1))
