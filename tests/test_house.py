"""The house: the floors, the texts in both languages, and what must not be in it."""

import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

from tests.support import ROOT
from tzcheck.texts import TEXTS

LISTED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
TEXT_FILES = [path for path in LISTED.splitlines() if not path.endswith((".svg", ".png"))]
# Written so that this file does not name what it looks for.
FORBIDDEN = re.compile(
    r"/(?:w[o]rk|r[o]ot|f[a]rm)/|\.\./sh[a]red|(?<![0-9.])1[3-9][0-9]{9}(?![0-9])|py[p]i\.org|npmj[s]\.org"
)


def test_imports_go_down_one_staircase() -> None:
    found = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout
    assert "2 kept, 0 broken" in found.stdout


@pytest.mark.parametrize("id", TEXTS)
def test_a_text_says_the_same_in_both_languages(id: str) -> None:
    fields = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in TEXTS[id]]
    assert fields[0] == fields[1]
    assert all(TEXTS[id])


def test_every_text_is_named_somewhere() -> None:
    """By its whole name, or as one that is put together: `f"reason.{code}"`, with the code somewhere else."""
    paths = [*(ROOT / "tzcheck").rglob("*.py"), *(ROOT / "tzcheck").rglob("*.html")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths if path.name != "texts.py")
    words = set(re.findall(r"[a-z0-9_]+", source))
    begun = set(re.findall(r"""["']([a-z_]+\.(?:[a-z0-9_]+[._])*)(?:\{|' ~)""", source))

    def is_built(id: str) -> bool:
        rests = [id.removeprefix(start) for start in begun if id.startswith(start)]
        return any(set(re.split("[._]", rest)) <= words or rest in words for rest in rests)

    assert [id for id in TEXTS if id not in source and not is_built(id)] == []


@pytest.mark.parametrize("path", TEXT_FILES)
def test_no_file_names_a_path_of_a_machine_a_registry_or_a_phone_number(path: str) -> None:
    file = ROOT / path
    if file.is_file() and file.name != "test_house.py":
        assert FORBIDDEN.findall(file.read_text(encoding="utf-8", errors="replace")) == []
