"""The catalogue of all rules, for people: as Markdown, and as one page of HTML."""

import html as escaping
import re
from collections.abc import Iterator
from datetime import date

from markdown_it import MarkdownIt

from tzcheck import condition as conditions
from tzcheck.explain import describe
from tzcheck.rule import Case, Rule, Rulebook, RulePack, measure_elsewhere, with_parts
from tzcheck.table import BY_NOUN, TABLES
from tzcheck.texts import text

PAGE = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 52rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.6;
  font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1f2328; }}
h1, h2 {{ border-bottom: 1px solid #d0d7de; padding-bottom: .3rem; }}
h3 {{ margin-top: 2rem; font-size: 1.05rem; break-after: avoid; }}
code {{ background: #f0f2f4; padding: .1rem .3rem; border-radius: 3px; font-size: .9em; overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border: 1px solid #d0d7de; padding: .2rem .6rem; text-align: left; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #0d1117; color: #e6edf3; }} code {{ background: #21262d; }}
  a {{ color: #6cb6ff; }} td, th, h1, h2 {{ border-color: #30363d; }}
}}
</style>
</head>
<body>
{body}</body>
</html>
"""


def markdown(book: Rulebook, day: date | None, lang: str) -> str:
    """Every rule of every pack: text, source and certainty, formula, limits on a day (or all), data needed, cases."""
    cases: dict[str, list[Case]] = {}
    for case in book.cases:
        cases.setdefault(case.rule, []).append(case)
    lines = [f"# {text('catalogue.title', lang)}", "", text("catalogue.made", lang, rules=book.sha256[:8]), ""]
    lines += [f"| {text('head.standard', lang)} | {text('catalogue.rules', lang)} |", "| --- | ---: |"]
    lines += [f"| {_plain(pack.head.title.of(lang))} `{id}` | {len(pack.rules)} |" for id, pack in book.packs.items()]
    for id, pack in book.packs.items():
        lines += ["", f"## {_plain(pack.head.title.of(lang))} `{id}`", ""]
        lines += [_plain(f"{pack.head.issuer.of(lang)}  {pack.head.document}")]
        for rule_id, rule in pack.rules.items():
            lines += ["", *_rule(rule_id, pack, rule, cases.get(rule_id, []), day, lang)]
    return "\n".join(lines) + "\n"


def _rule(id: str, pack: RulePack, rule: Rule, cases: list[Case], day: date | None, lang: str) -> Iterator[str]:
    _, *about = describe(id, pack, rule, day, lang)
    yield f"### {_plain(rule.number)} {_plain(rule.title.of(lang))} `{id}`"
    yield ""
    for line in about:
        yield f"- {_plain(line.strip())}"
    needed = ", ".join(f"`{one}`" for one in needs(pack, rule))
    if needed:
        yield f"- {text('catalogue.needs', lang)}{needed}"
    if rule.covers:
        yield f"- {text('catalogue.covers', lang)}{_plain(', '.join(rule.covers))}"
    if cases:
        told = "; ".join(f"{case.name} → {text(f'verdict.{case.verdict}', lang)}" for case in cases)
        yield f"- {text('catalogue.cases', lang)}{_plain(told)}"


def needs(pack: RulePack, rule: Rule) -> list[str]:
    """The tables and columns, keys of county values, documents and other rules that a rule is decided from."""
    found: dict[str, None] = {}
    for ask in rule.asks:
        table = BY_NOUN.get(ask.each)
        for name in sorted({*conditions.names(ask.requires), *(conditions.names(ask.applies) if ask.applies else ())}):
            noun, _, own = name.rpartition(".")
            home = BY_NOUN.get(noun, table)
            if home and own in home.column_ids:
                found[f"{home.home}.{own}"] = None
            for part in with_parts(pack, measure_elsewhere(pack, ask.each, name) or name).values():
                if part.table:
                    columns = TABLES[part.table].column_ids
                    known = [one for one in part.columns if part.table == "values" or one in columns]
                    found |= {f"{TABLES[part.table].home}.{one}": None for one in known}
                    found |= {} if known else {TABLES[part.table].home: None}
        if table and not any(name.startswith(table.home) for name in found):
            found[table.home] = None
    if rule.attested:
        found["attestations"] = None
    for one in rule.outcome.of if rule.outcome else ():
        found[one] = None
    if rule.recounts:
        found |= {"published": None, rule.recounts: None}
    return list(found)


def _plain(line: str) -> str:
    """A text in which Markdown finds no marks of its own."""
    return re.sub(r"([\\`*\[|]|<(?=[a-zA-Z/!]))", r"\\\1", line)


def html(written: str, lang: str) -> str:
    """The catalogue's Markdown as one page that needs nothing else."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(written)
    return PAGE.format(lang=lang, title=escaping.escape(text("catalogue.title", lang)), body=body)
