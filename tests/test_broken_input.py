# ruff: noqa: E501
"""Broken and hostile files as somebody would hand them in: each with the message that it gets.

The messages are those of the command line, in full up to what is left out as `...`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from coffee import COFFEE
from commands import ROOT

YAML = COFFEE.encode()
NUMBER = "write a plain number, without quotes, units or separators"
DURATION = "write a number and a unit, such as 10 days, 12 months or 3 years"
PERCENT = "write a percentage such as 68%, or a number such as 0.68"
NOT_TEXT = "is not text (it holds zero bytes); a scenario is a UTF-8 text file"
NO_MAP = "a scenario is a map of fields, such as `name: Corner coffee`"
OUTSIDE = "must lie in the folder of the scenario file, or below it"
RELATIVE = "write a path relative to this file, with /"
FITS = "does not fit the lines above; check the indentation, or put the text in quotes"
PAY, PEOPLE, SEED = (
    "line 24, column 35: firm.staff.pay_per_week:",
    "line 7, column 11: market.people:",
    "line 5",
)

# The text that is replaced in a good scenario, what stands there instead, and the message.
CHANGED = [
    # Names
    ("gross_margin", "gross_margn", "line 23, column 3: firm.gross_margn: unknown field; did you mean 'gross_margin'?"),
    ("seed: 7", "ѕeed: 7", "line 5, column 1: ѕeed: unknown field; did you mean 'seed'?"),
    ("seed: 7", "se\u200bed: 7", "line 5, column 1: se\\u200bed: unknown field; did you mean 'seed'?"),
    ("seed: 7", "\u202eseed: 7", "line 5, column 1: \\u202eseed: unknown field; did you mean 'seed'?"),
    ("seed: 7", "seed: 7\nseed: 8", "line 6, column 1: 'seed' stands twice (first in line 5)"),
    ("seed: 7", ": 7", "line 5, column 1: found nothing; names must be text; put it in quotes"),
    ("seed: 7", "? [a, b]\n: 7", "line 5, column 3: found a list; names must be text; put it in quotes"),
    ("seed: 7", "x" * 5000 + ": 7", "line 5, column 5001: is not valid YAML: a line without a colon; write `field: value`"),
    ("seed: 7", "<<: {seed: 7}", "line 5, column 1: `<<` is not part of YAML 1.2; write the fields out, or use extends"),
    ("  card:", '  "a\\0b":', "line 30, column 3: alternatives: found a\\x00b; name an alternative with 1 to 80 characters on one line"),
    ("  card:", '  "\\e[31mcard":', "line 30, column 3: alternatives: found \\x1b[31mcard; name an alternative with 1 to 80 characters on one line"),
    # Numbers
    ("pay_per_week: 520", "pay_per_week: -520", f"{PAY} found -520; allowed: 0 to 1000000000000"),
    ("mean: 3,", "mean: -3,", "line 12, column 34: market.segments.commuters.occasions_per_week.mean: found -3; allowed: more than 0, up to 1000000000000"),
    ("pay_per_week: 520", "pay_per_week: '520'", f"{PAY} found 520; {NUMBER}"),
    ("pay_per_week: 520", "pay_per_week: €520", f"{PAY} found €520; {NUMBER}"),
    ("pay_per_week: 520", "pay_per_week: −520", f"{PAY} found −520; {NUMBER}"),
    ("pay_per_week: 520", "pay_per_week: ٥٢٠", f"{PAY} found ٥٢٠; {NUMBER}"),
    ("pay_per_week: 520", "pay_per_week: 520,50", "line 24, column 39: firm.staff: found 50; names must be text; put it in quotes, or write a decimal with a point"),
    ("pay_per_week: 520", "pay_per_week: .inf", f"{PAY} found .inf; numbers must be finite"),
    ("pay_per_week: 520", "pay_per_week: -.INF", f"{PAY} found -.INF; numbers must be finite"),
    ("pay_per_week: 520", "pay_per_week: .NaN", f"{PAY} found .NaN; numbers must be finite"),
    ("pay_per_week: 520", "pay_per_week: Infinity", f"{PAY} found Infinity; {NUMBER}"),
    ("pay_per_week: 520", "pay_per_week: 1e400", f"{PAY} found 1e400; too large a number"),
    ("people: 10000", "people: 10,000", f"{PEOPLE} found 10,000; {NUMBER}"),
    ("people: 10000", "people: 10 000", f"{PEOPLE} found 10 000; {NUMBER}"),
    ("people: 10000", "people: 10'000", f"{PEOPLE} found 10'000; {NUMBER}"),
    ("people: 10000", "people: ten thousand", f"{PEOPLE} found ten thousand; {NUMBER}"),
    ("people: 10000", "people: " + "9" * 5000, f"{PEOPLE} found {'9' * 57}...; a number has at most 40 characters"),
    ("seed: 7", "seed: yes", f"{SEED}, column 7: seed: found yes; {NUMBER}"),
    ("seed: 7", "seed: -1", f"{SEED}, column 7: seed: found -1; allowed: whole numbers, 0 to below 2^63"),
    ("contact: pooled", "contact: no", "line 24, column 70: firm.staff.contact: found no; allowed: pooled, dedicated"),
    ("between: 0.30", "between: 300", "line 13, column 51: market.segments.commuters.basket.between: found 300; allowed: 0 to 5"),
    ("within: 0.35", "within: 5.1", "line 13, column 36: market.segments.commuters.basket.within: found 5.1; allowed: 0 to 5"),
    # Units, dates and shares
    ("3 years", "3 yeers", f"line 3, column 10: horizon: found 3 yeers; {DURATION}"),
    ("3 years", "2026-02-30", f"line 3, column 10: horizon: found 2026-02-30; {DURATION}"),
    ("3 years", "900 years", "line 3, column 10: horizon: found 900 years; allowed: more than 0 weeks, up to 100 years"),
    ("12 months", "12 EUR", f"line 29, column 101: alternatives.points.programme.points.expires_after: found 12 EUR; {DURATION}"),
    ("gross_margin: 68%", "gross_margin: 68,5%", f"line 23, column 17: firm.gross_margin: found 68,5%; {PERCENT}"),
    ("gross_margin: 68%", "gross_margin: 68％", f"line 23, column 17: firm.gross_margin: found 68％; {PERCENT}"),
    ("share: 60%", "share: 50%", "line 10, column 5: market.segments: the shares of the segments must sum to 100%; they sum to 90% (commuters 50% + neighbours 40%)"),
    # Not quite YAML
    ("  people", "\tpeople", "line 7, column 1: is not valid YAML: a tab where spaces are needed; indent with spaces"),
    ("  people", "\u00a0 people", f"line 8, column 3: is not valid YAML: {FITS}; \\xa0 in line 7 is no plain space"),
    ("  people", " people", f"line 8, column 3: is not valid YAML: {FITS}"),
    ("seed: 7", "seed 7", "line 6, column 1: is not valid YAML: a line without a colon; write `field: value`"),
    ("seed: 7", "seed： 7", "line 6, column 1: is not valid YAML: a line without a colon; write `field: value`; ： in line 5 is no plain colon"),
    ("name: Corner", "name: 'Corner", "line 33, column 1: is not valid YAML: the file ends inside a bracket, a brace or a quoted text; close it"),
    ("{count: 6,", "{count: 6", "line 24, column 32: is not valid YAML: a comma, a bracket or a brace is missing before this, or one too many is here"),
    ("name: Corner coffee", 'name: "C:\\users"', "line 1, column 12: is not valid YAML: a backslash has a meaning in double quotes; write \\\\, or use single quotes"),
    ("Corner", "Cor\x07ner", "line 1: holds the control character \\x07; delete it"),
    ("Corner", "\x1b[31mCorner", "line 1: holds the control character \\x1b; delete it"),
    ("Corner", "Cor\u2028ner", "line 1, column 7: name: found Cor\\u2028ner coffee; write plain text on one line, without spaces around it"),
    ("seed: 7", "seed: 7\0", f"line 5: {NOT_TEXT}"),
    ("seed: 7", 'seed: "\\ud800"', "line 5, column 7: seed: holds half a character (a lone surrogate escape)"),
    ("seed: 7", "seed: !!python/object/apply:os.system [ls]", "line 5, column 7: seed: tags such as !!python/object/apply:os.system are not used in scenarios"),
    ("seed: 7", "seed: *seven", "line 5, column 7: seed: *seven stands for nothing written above"),
    ("seed: 7", "...\n---", "line 6, column 1: a second document begins here; a scenario is one document"),
]  # fmt: skip

BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(8)
)
# A whole file, and the message.
WHOLE = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "comment": (b"# nothing yet", "is empty"),
    "binary": (bytes(range(256)), f"line 1: {NOT_TEXT}"),
    "picture": (b"\x89PNG\r\n\x1a\n", "line 1: is not UTF-8 (byte 0x89); save it as UTF-8"),
    "workbook": (b"PK\x03\x04\0\0", f"line 1: {NOT_TEXT}"),
    "csv": (b"name,currency\nx,EUR\n", f"line 1, column 1: found name,currency x,EUR; {NO_MAP}"),
    "page": (b"<!doctype html><p>", f"line 1, column 1: found <!doctype html><p>; {NO_MAP}"),
    "pdf": (b"%PDF-1.7\n1 0 obj", f"line 2, column 1: is not valid YAML: {FITS}"),
    "windows": (YAML.replace(b"Corner", b"Caf\xe9"), "line 1: is not UTF-8 (byte 0xe9); save it as UTF-8"),
    "utf16": (COFFEE.encode("utf-16"), "is UTF-16 or UTF-32 text; save it as UTF-8"),
    "utf16 unmarked": (COFFEE.encode("utf-16-le"), f"line 1: {NOT_TEXT}"),
    "utf32": (COFFEE.encode("utf-32"), "is UTF-16 or UTF-32 text; save it as UTF-8"),
    "json cut off": (b'{"name": "x", "cur', "line 1, column 19: is not valid YAML: the file ends inside a bracket, a brace or a quoted text; close it"),
    "deep": (b"a: " + b"[" * 3000, "line 1, column 35: a.item 1.item 1.item 1.item 1.item 1.item 1.item 1: nested deeper than 32 levels"),
    "exploding": (BOMB, "line 5, column 11: e.item 2: more than 20000 values, those repeated by * counted"),
    "wide": (b"a: [" + b"1," * 30_000 + b"]", "line 1, column 39999: a.item 19998: more than 20000 values, those repeated by * counted"),
}  # fmt: skip

# What `extends` names, and the message.
LINKS = {
    "scenario.yaml": "extends itself, directly or by a detour",
    "two.yaml": "extends itself, directly or by a detour",
    "/etc/passwd": RELATIVE,
    "/dev/zero": RELATIVE,
    "C:\\x.yaml": RELATIVE,
    "\\\\server\\x": RELATIVE,
    "https://example.org/x.yaml": RELATIVE,
    "~/x.yaml": "no such file; there is no folder '~'",
    "$HOME/x.yaml": "no such file; there is no folder '$HOME'",
    "../outside.yaml": OUTSIDE,
    "below/../../outside.yaml": OUTSIDE,
    "to_outside.yaml": OUTSIDE,
    "to_itself.yaml": "is a link that leads back to itself, or cannot be followed",
    "to_nothing.yaml": "no such file; it is a link to one that is not there",
    "tow.yaml": "no such file; did you mean 'two.yaml'?",
    "pipe": "is not a regular file",
    "below": "is a folder; name a file in it",
    "5": "write the name of a file, such as base.yaml",
    "''": "write the name of a file, such as base.yaml",
    '"a\\0b"': "write a plain file name",
}

# What the command is given in place of a scenario file, and the message.
GIVEN = {
    ".": ".: is a folder; name a file in it, such as ok.yaml, ...",
    "": ".: is a folder; name a file in it, such as ok.yaml, ...",
    "ok": "ok: no such file; did you mean 'ok.yaml'?",
    "ok.yam": "ok.yam: no such file; did you mean 'ok.yaml'?",
    "nowhere/ok.yaml": "nowhere/ok.yaml: no such file; there is no folder 'nowhere'",
    "https://example.org/x.yaml": "https:/example.org/x.yaml: no such file; there is no folder 'https:/example.org'",
    "pipe": "pipe: is not a regular file",
    "to_itself.yaml": "to_itself.yaml: ...",
    "a\0b": "a\\x00b: cannot be read: embedded null byte",
    "\x1b[31m": "\\x1b[31m: no such file",
    "x" * 5000: "x...: cannot be read: File name too long",
}  # fmt: skip


@pytest.fixture
def refused(say, tmp_path, monkeypatch):
    """Every command refuses the file with one and the same message, and writes nothing."""

    def never(*_args, **_kwargs):
        raise AssertionError("work was started")

    monkeypatch.setattr("loyaltysim.studies.compare.compare", never)
    monkeypatch.setattr("loyaltysim.studies.simulate.simulate", never)

    def run(path: str, message: str) -> None:
        before = sorted(tmp_path.parent.rglob("*"))
        for name in ("validate", "compare", "run"):
            said = say(name, path)
            assert (said.code, said.out) == (2, "")
            assert any(matches(message, line) for line in said.err.splitlines()), said.err
            assert all(c.isprintable() or c == "\n" for c in said.err)
            assert len(said.err) < 2000
        assert sorted(tmp_path.parent.rglob("*")) == before

    return run


def matches(message: str, line: str) -> bool:
    return (
        bool(re.fullmatch(".*".join(map(re.escape, message.split("..."))), line)) or message == line
    )


@pytest.mark.parametrize(
    ("old", "new", "message"), CHANGED, ids=[f"{c[1][:30]!r}" for c in CHANGED]
)
def test_a_mistake_is_shown_with_its_place_and_what_is_right(refused, tmp_path, old, new, message):
    assert old in COFFEE
    (tmp_path / "scenario.yaml").write_bytes(COFFEE.replace(old, new, 1).encode())
    refused("scenario.yaml", f"scenario.yaml, {message}")


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_is_no_scenario_at_all(refused, tmp_path, kind):
    data, message = WHOLE[kind]
    (tmp_path / "scenario.yaml").write_bytes(data)
    refused(
        "scenario.yaml", f"scenario.yaml{', ' if message.startswith('line') else ': '}{message}"
    )


@pytest.mark.parametrize("filler", [b"", b"# x\n"])
def test_a_file_of_100_megabytes_is_not_even_read(refused, tmp_path, filler):
    path = tmp_path / "scenario.yaml"
    if filler:
        path.write_bytes(filler * 25_000_000)
    else:
        with path.open("wb") as file:
            file.truncate(100_000_000)
    refused("scenario.yaml", "scenario.yaml: is larger than 500 kB; a scenario is a few kB")
    path.unlink()


@pytest.fixture
def folder(tmp_path):
    """A folder with what a link could lead to."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    (tmp_path / "two.yaml").write_text("extends: scenario.yaml\n")
    (tmp_path / "below").mkdir()
    os.mkfifo(tmp_path / "pipe")
    outside = tmp_path.parent / "outside.yaml"
    outside.write_bytes(YAML)
    (tmp_path / "to_outside.yaml").symlink_to(outside)
    (tmp_path / "to_itself.yaml").symlink_to("to_itself.yaml")
    (tmp_path / "to_nothing.yaml").symlink_to("nothing.yaml")
    return tmp_path


@pytest.mark.parametrize("link", LINKS)
def test_extends_leads_to_a_scenario_of_the_folder_or_nowhere(refused, folder, link):
    (folder / "scenario.yaml").write_text(f"extends: {link}\n")
    file = "two.yaml" if link == "two.yaml" else "scenario.yaml"
    named = {"two.yaml": "scenario.yaml", "''": "an empty text", '"a\\0b"': "a\\x00b"}.get(
        link, link
    )
    refused("scenario.yaml", f"{file}, line 1, column 10: extends: found {named}; {LINKS[link]}")


@pytest.mark.parametrize("given", GIVEN, ids=[f"{g[:20]!r}" for g in GIVEN])
def test_what_is_given_in_place_of_a_file(refused, folder, given):
    (folder / "ok.yaml").write_bytes(YAML)
    refused(given, GIVEN[given])


GOOD = {
    "marked": b"\xef\xbb\xbf" + YAML,
    "of Windows": YAML.replace(b"\n", b"\r\n"),
    "of an old Mac": YAML.replace(b"\n", b"\r"),
    "with a directive": b"%YAML 1.1\n---\n" + YAML,
    "with an anchor": YAML.replace(b"share: 60%", b"share: &s 60%"),
    "with a long comment": YAML + b"#" + b"x" * 300_000,
    "named no": YAML.replace(b"Corner coffee", b"no"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_that_is_unusual_and_good(say, tmp_path, kind):
    (tmp_path / "scenario.yaml").write_bytes(GOOD[kind])
    said = say("validate", "scenario.yaml")
    assert (said.code, said.err) == (0, "")


NAMES = ["<script>alert(1)</script>", "[red]x[/red]", "../../x", "{{ 7*7 }}", "a\\b", "'\"&"]


def test_a_name_is_shown_as_it_is_and_does_nothing(say, tmp_path, ready, monkeypatch):
    """As a business's and as an alternative's; in the terminal, in the page and in the file's place."""
    from loyaltysim.report.page import render

    document = {**ready.scenario.document, "name": NAMES[0]}
    names = iter(NAMES)
    renamed = {
        old if old == ready.reference else next(names): change
        for old, change in document["alternatives"].items()
    }
    document["alternatives"] = renamed
    import loyaltysim
    from loyaltysim.scenario import dump
    from loyaltysim.scenario.scenario import Scenario

    (tmp_path / "scenario.yaml").write_text(dump(document), encoding="utf-8")
    plan = Scenario.from_document(document)
    said = say("validate", "scenario.yaml")
    assert said.code == 0
    for name in renamed:
        assert name in said.out
    comparison = loyaltysim.compare(plan, people=50, replications=2, processes=1)
    page = render(comparison)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    monkeypatch.setattr("loyaltysim.studies.compare.compare", lambda *_, **__: comparison)
    said = say("compare", "scenario.yaml", "--out", "mine")
    assert said.code == 0
    assert "<script>alert(1)</script>" in said.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "scenario.yaml"]
    assert not list(Path(tmp_path / "mine").glob("*/*"))


def test_mutated_scenarios_through_the_command_line():
    """A few of the thousands of `experiments/fuzz.py`."""
    done = subprocess.run(
        [sys.executable, ROOT / "experiments" / "fuzz.py", "--number", "12", "--seed", "7"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "valid, compared and written" in done.stdout
    assert done.stdout.endswith("\n0 failures\n")
