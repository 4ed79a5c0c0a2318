"""Awkward files: each has its outcome, word for word, in both languages."""

from pathlib import Path

import pytest

from tests.awkward import FILES
from tests.support import tzcheck
from tests.test_taizhou import GOLDEN, LANGUAGES

OUTCOMES = {lang: GOLDEN / f"awkward.{lang}.txt" for lang in LANGUAGES}


def outcome(name: str, folder: Path, lang: str) -> str:
    """What `validate` says of an awkward file: its name and the exit code, then every line."""
    FILES[name](folder)
    run = tzcheck("validate", folder, "--lang", lang, "--show-conversions")
    return f"### {name}: {run.code}\n{run.out}{run.err}"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_an_awkward_file_has_its_outcome_word_for_word(tmp_path: Path, name: str, lang: str) -> None:
    told = OUTCOMES[lang].read_text(encoding="utf-8").split("\n\n")
    wanted = {one.partition(": ")[0].removeprefix("### "): one for one in told}
    assert outcome(name, tmp_path / "f", lang).rstrip("\n") == wanted[name].rstrip("\n")
