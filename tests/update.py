"""`python -m tests.update` writes the golden reports and the picture of the README anew, to be read in the diff."""

import io
import os
import re
from html import unescape
from itertools import groupby, product
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.cells import cell_len
from rich.console import Console

from tests.awkward import FILES
from tests.support import ROOT, TAIZHOU
from tests.test_awkward import OUTCOMES, outcome
from tests.test_golden import COUNTIES, golden, reports
from tests.test_taizhou import GOLDEN, LANGUAGES, PARTS, printed
from tzcheck.cli import _checked
from tzcheck.writers import text

CELL = 12.2  # how wide rich makes a character of its picture
FONTS = (
    "Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', "
    "'Microsoft YaHei Mono', 'Microsoft YaHei', 'PingFang SC', monospace"
)
TEXT = re.compile(r'<text class="(tzcheck-r\d+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+">([^<]*)</text>')


def picture(console: Console) -> str:
    """What was printed, as SVG: nothing loaded from the network, and each wide character in a place of its own."""
    svg = console.export_svg(title="tzcheck check facts/taizhou-2022", unique_id="tzcheck")
    svg = re.sub(r"@font-face \{.*?\}\s*|<defs>.*?</defs>\s*| clip-path=\"[^\"]*\"", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: Fira Code, monospace;", f"font-family: {FONTS};", svg)
    svg = re.sub("<!--.*?-->", "<!-- Written by python -m tests.update. -->", svg)
    svg = svg.replace("</style>", "    .wide { font-size: 22px }\n    </style>", 1)
    return TEXT.sub(_runs, svg)


def _runs(found: re.Match[str]) -> str:
    """A text of the picture as one text for each run of narrow and each run of wide characters."""
    style, x, y, words = found.groups()
    at, texts = float(x), []
    for wide, run in groupby(unescape(words).rstrip("\n"), key=lambda char: cell_len(char) > 1):
        chars = "".join(run)
        escaped = chars.replace("&", "&amp;").replace("<", "&lt;").replace(" ", "&#160;")
        if wide:
            places = " ".join(f"{at + 2 * CELL * index:g}" for index in range(len(chars)))
            texts.append(f'<text class="{style} wide" x="{places}" y="{y}">{escaped}</text>')
        elif chars.strip("\xa0 "):
            length = CELL * len(chars)
            texts.append(f'<text class="{style}" x="{at:g}" y="{y}" textLength="{length:g}">{escaped}</text>')
        at += CELL * cell_len(chars)
    return "".join(texts)


if __name__ == "__main__":
    for lang in LANGUAGES:
        for part in PARTS:
            (GOLDEN / f"taizhou.{part}.{lang}.txt").write_text(printed(part, lang), encoding="utf-8")
    for lang in LANGUAGES:
        with TemporaryDirectory() as folder:
            told = [outcome(name, Path(folder) / str(number), lang) for number, name in enumerate(FILES)]
        OUTCOMES[lang].write_text("\n".join(told), encoding="utf-8")
    os.chdir(ROOT)
    (GOLDEN / "demo").mkdir(exist_ok=True)
    for county, lang in product(COUNTIES, LANGUAGES):
        with TemporaryDirectory() as folder:
            for format, content in reports(county, lang, Path(folder)).items():
                golden(county, lang, format).write_bytes(content)
    console = Console(record=True, width=text.WIDTH, file=io.StringIO())
    text.show(_checked((TAIZHOU,), (), "national", (), None, "both", (), None), "en", False, console)
    (ROOT / "docs" / "taizhou.svg").write_text(picture(console), encoding="utf-8")
