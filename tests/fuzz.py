"""`python -m tests.fuzz SECONDS [SEED]` changes bytes of sound files at random and sees that all end in a message.

Every run must end with one of the exit codes 0, 1, 2, 3 and 5, within a minute and a gigabyte, and without a traceback.
What fails is kept, and its seed said.
"""

import faulthandler
import io
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from multiprocessing import get_context
from pathlib import Path

from tests.awkward import FILES
from tests.support import ROOT, tzcheck

SOUND = ("sound", "UTF-16 with tabs, as Excel writes it", "GB18030", "a workbook", "a percentage as Excel keeps it",
         "a workbook with a header of two rows", "an old workbook", "an old workbook with an error", "an ODS",
         "an ODS with merged cells", "Parquet", "YAML", "days in every form")  # fmt: skip
LONGEST, MOST = 60, 1 << 30
ROUND = 25
PIECES = (b"", b"\0", b"\xff", b'"', b"\n", b",", b"\r", b"=", b"<", b"&", b"9" * 400, b"-", b"\xef\xbb\xbf", b"1e999")


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few of them changed, cut off, doubled or moved."""
    found = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(found) + 1)
        match dice.randrange(6):
            case 0:
                found[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                found[at:at] = dice.choice(PIECES)
            case 2:
                del found[at : at + dice.choice((1, 2, 8, 64, 1024))]
            case 3:
                found[at:at] = found[at : at + dice.choice((1, 16, 256))]
            case 4:
                del found[at : None if dice.random() < 0.3 else at + 1]
            case _:
                found[at : at + 1] = bytes([found[at] ^ 1 << dice.randrange(8)]) if at < len(found) else b"\x00"
    return bytes(found)


def mutated_part(data: bytes, dice: random.Random) -> bytes:
    """The archive with the bytes of one of its parts changed."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(new, "w") as archive:
        changed = dice.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            archive.writestr(name, mutated(part, dice) if name == changed else part)
    return new.getvalue()


def one(seed: int, folder: Path) -> None:
    """One set with a file changed, validated and checked."""
    dice = random.Random(seed)
    FILES[dice.choice(SOUND)](folder)
    path = dice.choice(sorted(folder.iterdir()))
    deep = zipfile.is_zipfile(path) and dice.random() < 0.8
    path.write_bytes((mutated_part if deep else mutated)(path.read_bytes(), dice))
    for arguments in (("validate", folder), ("check", folder, "--engine", "duckdb", "--standard", "balanced")):
        run = tzcheck(*arguments)
        assert run.code in (0, 1, 2, 3, 5), (run.code, run.err)  # 2: no day, or several
        assert "Traceback" not in run.out + run.err


def some(seeds: range, home: str) -> None:
    """A round of sets in a process of its own, which says what fails and ends with how many did."""
    faulthandler.enable()
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError(f"more than {LONGEST} s")))
    failed = 0
    for seed in seeds:
        folder = Path(home) / str(seed)
        signal.alarm(LONGEST)
        try:
            one(seed, folder)
        except BaseException:
            failed += 1
            print(f"seed {seed}, kept in {folder}\n{traceback.format_exc()}", flush=True)
        else:
            shutil.rmtree(folder)
        finally:
            signal.alarm(0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if peak > MOST:
        failed += 1
        print(f"seeds {seeds}: {peak >> 20} MB", flush=True)
    sys.exit(min(failed, 100))


def main() -> None:
    seconds, seed = int(sys.argv[1]), int((sys.argv[2:] or ["0"])[0])
    home = tempfile.mkdtemp(prefix="tzcheck-fuzz-")
    # A first run keeps the compiled rules, so that no round has to make them.
    tzcheck("check", ROOT / "facts" / "demo-2022" / "ready", "--engine", "duckdb")
    until, rounds, failed = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        process = get_context("spawn").Process(target=some, args=(range(seed, seed + ROUND), home))
        process.start()
        process.join()
        if process.exitcode:
            failed += 1
            print(f"seeds {seed} to {seed + ROUND - 1}: ended with {process.exitcode}")
        seed, rounds = seed + ROUND, rounds + 1
    print(f"{rounds * ROUND} sets, {failed} rounds failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
