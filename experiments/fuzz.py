"""Thousands of mutated scenarios through the command line: read or refused, and nothing else.

The three businesses and the starter are changed by characters, by bytes and by fields.
Each file is validated; one in five of the valid ones is compared in small, with its results
written (and one in fifty with its page drawn, which takes most of the time). It counts as
a failure when a command raises, does not end within two minutes, says something
unprintable or prints a warning of Python's, leaves half a results folder, or opens for
writing, makes or removes anything outside its own folder.

    python experiments/fuzz.py --number 5000 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from commands import FILES  # noqa: E402
from test_scenario_fuzz import mutated_document, mutated_text  # noqa: E402

from loyaltysim.command import main  # noqa: E402
from loyaltysim.compiled import cache_folder  # noqa: E402
from loyaltysim.report import page  # noqa: E402
from loyaltysim.scenario import dump  # noqa: E402
from loyaltysim.scenario.nodes import plain  # noqa: E402
from loyaltysim.scenario.problems import ScenarioError  # noqa: E402
from loyaltysim.scenario.reading import parse  # noqa: E402

SMALL = ("--people", "30", "-r", "2", "-p", "1", "--out", "mine")
LIMIT_SECONDS = 120
COMPARED, DRAWN = 5, 10
"""One in so many of the valid ones is compared, and one in so many of these drawn."""
VALID, WRITTEN, REFUSED = "valid", "valid, compared and written", "valid, not compared"
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
TOUCHES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod"}
FORBIDDEN = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "socket.connect"}


class Hang(BaseException):
    """A command took too long."""


class Watch:
    """What was opened for writing, made or removed outside the folders where that is right.

    Python's hooks can never be taken away, so there is one for all.
    """

    def __init__(self) -> None:
        self.allowed: list[str] = []
        self.outside: list[str] = []
        sys.addaudithook(self.hook)

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Called by Python before each event that a watcher may want to know of."""
        if not self.allowed:
            return
        if event in FORBIDDEN:
            self.outside.append(event)
        writes = event == "open" and (
            any(c in str(args[1] or "") for c in "wax+") or bool((args[2] or 0) & WRITES)
        )
        if (writes or event in TOUCHES) and isinstance(args[0], str | bytes):
            path = os.path.realpath(os.fsdecode(args[0]))
            if path != os.devnull and not any(path.startswith(there) for there in self.allowed):
                self.outside.append(f"{event} {path}")


_watch: list[Watch] = []


def _bases() -> list[str]:
    files = [*sorted((ROOT / "scenarios").glob("*.yaml"))]
    files.append(ROOT / "loyaltysim" / "scenario" / "starter.yaml")
    texts = [file.read_text("utf-8") for file in files]
    # Ten weeks, as most of the time would go into living what is valid.
    return [
        "\n".join(
            "horizon: 10 weeks" if line.startswith("horizon:") else line
            for line in text.split("\n")
        )
        for text in texts
    ]


def mutants(number: int, seed: int) -> Iterator[bytes]:
    """Files to try: a third by characters, a third by bytes, a third by fields."""
    texts = _bases()
    documents = [plain(parse(text, "base")) for text in texts]
    extending = "extends: base.yaml\nseed: 8\nalternatives: {points: null}\n"
    for i in range(number):
        luck = random.Random(f"{seed} {i}")
        if i % 3 == 0:
            text = mutated_text(luck, luck.choice([*texts, extending]))
            yield text.encode("utf-8", "surrogatepass")
        elif i % 3 == 1:
            data = bytearray(luck.choice(texts).encode())
            for _ in range(luck.choice([1, 1, 2, 10])):
                data[luck.randrange(len(data))] = luck.choice([luck.randrange(256), *b"0123456789"])
            yield bytes(data)
        else:
            document = mutated_document(luck, luck.choice(documents))
            try:
                yield dump(document).encode()
            except (ScenarioError, UnicodeError):
                yield repr(document).encode("utf-8", "surrogatepass")


def _command(*arguments: str) -> tuple[int | None, str, str]:
    """Exit code, what was printed, and what was said; no code where it raised or hung."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["loyaltysim", *arguments]
    code: int | None = None
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            if hasattr(signal, "alarm"):
                signal.alarm(LIMIT_SECONDS)
            main()
    except SystemExit as end:
        code = int(end.code or 0)
        if code > 128:
            raise KeyboardInterrupt from end  # The signal was meant for all of it.
    except (Hang, Exception) as error:
        err.write(f"{type(error).__name__}: {error}")
    finally:
        if hasattr(signal, "alarm"):
            signal.alarm(0)
        sys.argv = before
    return code, out.getvalue(), err.getvalue()


def _tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def fuzz(number: int, seed: int, around: Path) -> tuple[Counter[str], int]:
    """Counts by what became of each file, and how many failures, which it prints.

    Works in a new folder within `around`, in which nothing else may change.
    """
    watch = _watch[0] if _watch else Watch()
    _watch[:] = [watch]
    folder = around / "work"
    folder.mkdir()
    (folder / "base.yaml").write_text(_bases()[0], encoding="utf-8")
    path = folder / "scenario.yaml"
    counts: Counter[str] = Counter()
    failures = 0
    here, silent = Path.cwd(), sys.dont_write_bytecode
    former = signal.signal(signal.SIGALRM, _hang) if hasattr(signal, "alarm") else None
    os.chdir(folder)
    sys.dont_write_bytecode = True
    try:
        # What is imported or compiled at first use may be kept.
        path.write_text(_bases()[-1], encoding="utf-8")
        code, _, err = _command("compare", "scenario.yaml", *SMALL)
        assert code == 0, err
        shutil.rmtree("mine")
        surroundings = _tree(around)
        watch.outside.clear()
        watch.allowed = [os.path.realpath(folder), os.path.realpath(cache_folder())]
        for i, data in enumerate(mutants(number, seed)):
            path.write_bytes(data)
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                wrong, kind = _tried(counts)
            shutil.rmtree("mine", ignore_errors=True)
            if _tree(around) != surroundings or path.read_bytes() != data:
                wrong.append("the folder or the surroundings have changed")
            if watch.outside:
                wrong.append(f"outside: {watch.outside}")
                watch.outside.clear()
            counts[kind] += 1
            failures += len(wrong)
            for one in wrong:
                print(f"file {i}: {one}", flush=True)
    finally:
        watch.allowed = []
        os.chdir(here)
        sys.dont_write_bytecode = silent
        if former is not None:
            signal.signal(signal.SIGALRM, former)
    return counts, failures


def _hang(_number: int, _frame: object) -> None:
    raise Hang(f"not ended within {LIMIT_SECONDS} seconds")


def _tried(counts: Counter[str]) -> tuple[list[str], str]:
    """What went wrong with the scenario in this folder, and what became of it."""
    wrong: list[str] = []

    def said(*arguments: str) -> tuple[int | None, str, str]:
        code, out, err = _command(*arguments)
        if code not in (0, 1, 2) or "Traceback" in err or "Warning" in err:
            wrong.append(f"{arguments[0]}: code {code}: {err[-500:]}")
        if not all(c.isprintable() or c == "\n" for c in err + out):
            wrong.append(f"{arguments[0]}: unprintable: {err[:300]!r}")
        if code in (1, 2) and not err.strip():
            wrong.append(f"{arguments[0]}: code {code} and not a word")
        return code, out, err

    code, _, err = said("validate", "scenario.yaml")
    if code != 0:
        if os.path.exists("mine"):
            wrong.append("a refused scenario has results")
        place = "with its line" if ", line " in err else "as a whole file"
        return wrong, f"refused {place}"
    compared = counts[WRITTEN] + counts[REFUSED]
    if (counts[VALID] + compared) % COMPARED:
        return wrong, VALID
    drawn = compared % DRAWN == 0
    with contextlib.nullcontext() if drawn else mock.patch.object(page, "render", str):
        code, _, err = said("compare", "scenario.yaml", *SMALL)
    there = sorted(os.listdir("mine")) if os.path.exists("mine") else []
    if there != (FILES if code == 0 else []):
        wrong.append(f"code {code} and a folder with {there}")
    return wrong, WRITTEN if code == 0 else REFUSED


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as around:
        counts, failures = fuzz(asked.number, asked.seed, Path(around))
    print(f"{asked.number} files, seed {asked.seed}, {time.perf_counter() - start:.0f} seconds")
    for kind, count in counts.most_common():
        print(f"  {count:6} {kind}")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(_main())
