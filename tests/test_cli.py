"""The command line, used as a person uses it: what it prints, writes and refuses."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from commands import FILES, QUICK, ROOT, Said, command, compare_again, digests, starter
from rich.console import Console
from rich.table import Table

import loyaltysim
from loyaltysim.evidence import register
from loyaltysim.ledger import ACCOUNTS
from loyaltysim.report.terminal import print_comparison

TINY = ("--people", "200", "-r", "2", "-p", "1")
HEAVY = ("numpy", "numba", "pandas", "scipy", "pydantic", "simpy", "matplotlib", "ruamel.yaml")


# Help


@pytest.mark.parametrize("arguments", [["--help"], ["compare", "--help"], ["--version"], []])
def test_help_is_there_without_loading_the_model(arguments):
    code = f"""
import sys
sys.argv = ["loyaltysim", *{arguments!r}]
from loyaltysim.command import main
try:
    main()
except SystemExit as end:
    print("code", end.code)
print("loaded", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-2:] == ["code 0", "loaded []"]


def test_help_names_every_command_and_the_first_steps(say):
    said = say("--help")
    for name in ("compare", "run", "validate", "init", "evidence"):
        assert f" {name} " in said.out
    assert "loyaltysim init" in said.out
    assert "loyaltysim compare scenario.yaml" in said.out.replace("\n", "")
    assert "130" in said.out


@pytest.mark.parametrize("name", ["compare", "run", "validate", "init", "evidence"])
def test_every_option_says_what_it_is_for(say, name):
    said = say(name, "--help")
    assert said.code == 0
    options = [line.strip("│ ") for line in said.out.splitlines() if line.startswith("│")]
    for line in options:
        if line.startswith("-"):
            words = [word for word in line.split() if not word.startswith("-")]
            assert len(words) > 3, line


def test_version(say):
    assert say("--version").out.strip() == loyaltysim.__version__


def test_a_misspelt_command_or_option_is_recognised(say):
    said = say("comapre", "x.yaml")
    assert said.code == 2
    assert 'Did you mean "compare"?' in said.err
    said = say("compare", "x.yaml", "--peple", "10")
    assert said.code == 2
    assert "Did you mean --people?" in said.err
    assert "There are" not in said.err
    said = say("trace", "x.yaml", "--zzz", "10")
    assert said.code == 2
    assert "Unknown option: --zzz. There are --customer, --alternative, --against, --pe" in said.err


def test_a_forgotten_scenario_is_asked_for(say):
    said = say("compare")
    assert said.code == 2
    assert "SCENARIO" in said.err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--people", "1.5"], "1.5 is not a whole number"),
        (["--people", "0"], "Must be >= 1"),
        (["-r", "1"], "Must be >= 2"),
        (["-r", "twenty"], "twenty is not a whole number"),
        (["-p", "0"], "Must be >= 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_and_not_rounded(say, tmp_path, arguments, part):
    starter(tmp_path)
    said = say("compare", "scenario.yaml", *arguments)
    assert said.code == 2
    assert part in said.err
    assert not (tmp_path / "results").exists()


# Scenarios: validate and init


def test_a_valid_scenario(say, tmp_path):
    starter(tmp_path)
    said = say("validate", "scenario.yaml")
    assert said.code == 0
    assert "scenario.yaml is valid: My business, 5,000 people, 156 weeks, 20 rep" in said.out
    assert "Alternatives: nothing, points, card, service, staff." in said.out
    assert "Note: points: cost_per_member_year not stated, counted as 0" in said.out
    assert said.err == ""
    said = say("validate", "scenario.yaml", "--json")
    assert said.code == 0
    found = json.loads(said.out)
    assert list(found) == ["valid", "scenario", "alternatives", "notes"]
    assert found["valid"] is True
    assert found["alternatives"] == ["nothing", "points", "card", "service", "staff"]


BROKEN = (
    ("currency: EUR", "currency: euro"),
    ("gross_margin: 60%", "gross_margn: 60%"),
    ("response_hours: 24 ", "response_hours: soon "),
)


@pytest.mark.parametrize("name", ["validate", "compare", "run"])
def test_a_broken_scenario_is_refused_with_every_mistake_and_its_line(say, tmp_path, name):
    starter(tmp_path, *BROKEN)
    said = say(name, "scenario.yaml")
    assert said.code == 2
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0] == (
        "scenario.yaml, line 10, column 11: currency: found euro; "
        "write three capital letters, such as EUR"
    )
    assert "line 36, column 3: firm.gross_margn: unknown field; did you mean" in said.err
    assert "firm.service.response_hours: found soon; " in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "results").exists()


def test_mistakes_for_a_script(say, tmp_path):
    starter(tmp_path, *BROKEN)
    said = say("validate", "scenario.yaml", "--json")
    assert said.code == 2
    found = json.loads(said.out)
    assert found["valid"] is False
    first = found["problems"][0]
    assert list(first) == ["file", "line", "column", "field", "found", "allowed", "hint"]
    assert (first["file"], first["line"], first["field"]) == ("scenario.yaml", 10, "currency")


def test_a_file_that_is_not_there(say):
    said = say("validate", "nowhere.yaml")
    assert said.code == 2
    assert said.err.strip() == "nowhere.yaml: no such file"


def test_init_writes_once(say, tmp_path):
    said = say("init", "mine.yaml")
    assert said.code == 0
    assert "loyaltysim compare mine.yaml" in said.out
    text = (tmp_path / "mine.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(text + "# my own\n", encoding="utf-8")
    said = say("init", "mine.yaml")
    assert said.code == 2
    assert "mine.yaml exists already and is left as it is; name another file" in said.err
    assert (tmp_path / "mine.yaml").read_text("utf-8").endswith("# my own\n")
    said = say("init", "no/folder/mine.yaml")
    assert said.code == 2
    assert "name a file in a folder that you may write to" in said.err


@pytest.mark.parametrize("arguments", [("init", "new.txt"), ("schema", "--out", "new.txt")])
def test_a_file_that_a_full_disk_cuts_short_is_taken_away(say, tmp_path, arguments):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limits[1]))
    try:
        said = say(*arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert said.code == 2
    assert "cannot write new.txt: File too large; name a file in a folder" in said.err
    assert list(tmp_path.iterdir()) == []
    assert say(*arguments).code == 0
    again = say(*arguments)
    assert again.code == 2
    assert f"left as it is; name another file, such as: loyaltysim {arguments[0]} " in again.err


def test_init_then_validate_then_compare(tmp_path):
    """The first steps of somebody new, in processes of their own."""
    assert command("init", folder=tmp_path).returncode == 0
    assert command("validate", "scenario.yaml", folder=tmp_path).returncode == 0
    done = command("compare", "scenario.yaml", *TINY, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "My business" in done.stdout
    assert "200 people, 3 years, 2 paired replications, seed 7, EUR" in done.stdout
    for column in ("incremental profit", "95% interval", "ROI", "pay-back", "loss a year"):
        assert column in done.stdout
    for name in ("nothing", "points, copied", "card, copied", "service", "staff"):
        assert f"  {name} " in done.stdout
    assert "Wrote results/scenario: open results/scenario/report.html" in done.stdout
    assert sorted(path.name for path in (tmp_path / "results" / "scenario").iterdir()) == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results", "scenario.yaml"]


def test_no_table_has_two_columns_of_one_name(ready):
    tables = []

    class Collecting(Console):
        def print(self, *objects, **_options):
            tables.extend(shown for shown in objects if isinstance(shown, Table))

    print_comparison(ready, Collecting(width=200))
    assert len(tables) == 7
    for table in tables:
        heads = [column.header for column in table.columns]
        assert len(set(heads)) == len(heads), table.title
    (stages,) = (table for table in tables if table.title == "People by stage at the end")
    assert [column.header for column in stages.columns][-2:] == [
        "clients, stricter", "clients, looser",
    ]  # fmt: skip


# Evidence


def test_evidence_of_one_default_in_words(say):
    said = say("evidence", "progress_pull")
    assert said.code == 0
    entry = register()["beliefs.progress_pull"]
    for part in (entry.name, entry.label, entry.unit, entry.grade, "Kivetz", "0.1 to 0.4"):
        assert part in said.out


def test_evidence_for_a_script(say):
    said = say("evidence", "firm.staff.quits_per_year", "--json")
    (entry,) = json.loads(said.out)
    assert entry["name"] == "firm.staff.quits_per_year"
    assert entry["low"] <= entry["value"] <= entry["high"]
    assert {"unit", "grade", "source", "note", "source_ids"} <= set(entry)
    every = json.loads(say("evidence", "--json").out)
    assert [entry["name"] for entry in every] == list(register())


def test_evidence_of_all_is_a_table_that_nothing_is_cut_from(say):
    said = say("evidence")
    assert said.code == 0
    for name in register():
        assert name in said.out


def test_evidence_of_what_is_not_there_says_where_to_look(say):
    said = say("evidence", "zzzz")
    assert said.code == 2
    assert "no default is called anything like 'zzzz'; `loyaltysim evidence` lists" in said.err
    assert say("evidence", "zzzz", "--json") == Said(2, "[]\n", "")


def test_evidence_of_a_near_name_says_that_it_is_another(say):
    near = say("evidence", "progess_pull")
    assert near.code == 0
    assert "beliefs.progress_pull" in near.out
    told = "No default is called 'progess_pull'; the nearest: beliefs.progress_pull"
    assert near.err.startswith(told)
    near = say("evidence", "progess_pull", "--json")
    assert json.loads(near.out)[0]["name"] == "beliefs.progress_pull"
    assert near.err.startswith(told)
    assert say("evidence", "progress_pull").err == ""


def test_the_range_of_a_seed_is_readable(say):
    assert "range   0 to 2^63\n" in say("evidence", "seed").out
    assert " 0 to 2^63 " in say("evidence").out


# One run


def test_run_in_words_and_for_a_script(say, tmp_path):
    starter(tmp_path, ("people: 5000 ", "people: 300 "), *QUICK)
    said = say("run", "scenario.yaml", "-a", "card")
    assert said.code == 0
    assert "My business, card, one run, EUR" in said.out
    assert "revenue" in said.out
    assert "Stamps: " in said.out
    assert not (tmp_path / "results").exists()
    said = say("run", "scenario.yaml", "-a", "card", "--json")
    found = json.loads(said.out)
    assert (found["scenario"], found["alternative"]) == ("My business", "card")
    (year,) = found["years"]
    costs = sum(year[account] for account in ACCOUNTS[1:])
    assert year["profit"] == pytest.approx(year["revenue"] - costs)
    assert say("run", "scenario.yaml", "-a", "card", "--json", "--threads", "2").out == said.out
    another = say("run", "scenario.yaml", "-a", "card", "--json", "--replication", "1").out
    assert json.loads(another)["years"] != found["years"]


def test_run_keeps_every_table_where_asked(say, tmp_path):
    starter(tmp_path, ("people: 5000 ", "people: 300 "), *QUICK)
    said = say("run", "scenario.yaml", "-o", "kept")
    assert said.code == 0
    assert "Wrote kept" in said.out
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "complaints.csv",
        "concentration.csv",
        "counts.csv",
        "customers.csv",
        "failures.csv",
        "ledger.csv",
        "lorenz.csv",
        "loss_causes.csv",
        "losses.csv",
        "provenance.json",
        "scenario.yaml",
        "staff.csv",
        "stage_thresholds.csv",
        "stages.csv",
        "tenure.csv",
        "units.csv",
        "value_classes.csv",
        "value_cuts.csv",
        "years.csv",
    ]
    assert len(pd.read_csv(tmp_path / "kept" / "customers.csv")) == 300


def test_an_alternative_that_is_not_there(say, tmp_path):
    starter(tmp_path, ("people: 5000 ", "people: 300 "), *QUICK)
    said = say("run", "scenario.yaml", "-a", "pionts")
    assert said.code == 2
    assert said.err.splitlines()[-1] == (
        "alternatives: no 'pionts'; there are 'nothing', 'points', 'points, copied', 'card', "
        "'card, copied'; did you mean 'points'?"
    )


# A comparison and its folder


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A quick comparison with two processes and Parquet, in a folder of its own."""
    folder = tmp_path_factory.mktemp("compared")
    starter(folder, *QUICK)
    done = command(
        *("compare", "scenario.yaml", "--people", "100", "-r", "2", "-p", "2"),
        *("--out", "one/two", "--parquet", "--json"),
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    return folder, done


def test_a_comparison_for_a_script(compared):
    _, done = compared
    found = json.loads(done.stdout)
    assert found["scenario"] == "My business"
    assert found["folder"] == str(Path("one") / "two")
    names = [row["alternative"] for row in found["alternatives"]]
    assert names == ["nothing", "points", "points, copied", "card", "card, copied"]
    assert found["alternatives"][0]["incremental_profit"] is None
    assert isinstance(found["alternatives"][1]["p_pays_ranges"], float)


def test_the_folder_can_be_run_again_from_what_is_in_it(compared):
    folder, _ = compared
    written = json.loads((folder / "one" / "two" / "provenance.json").read_text("utf-8"))
    assert written["loyaltysim"] == loyaltysim.__version__
    assert written["seed"] == 7
    assert {"numpy", "numba", "pandas"} <= set(written["libraries"])
    text = (folder / "one" / "two" / "scenario.yaml").read_text("utf-8")
    assert written["scenario_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    plan = loyaltysim.load(folder / "one" / "two" / "scenario.yaml")
    assert plan.business.market.people == 100
    assert plan.business.replications == 2
    table = pd.read_csv(folder / "one" / "two" / "alternatives.csv")
    assert list(table["alternative"]) == list(plan.alternatives)


def test_parquet_says_the_same_as_csv(compared):
    folder = compared[0] / "one" / "two"
    names = [path.stem for path in sorted(folder.glob("*.csv"))]
    assert sorted(path.stem for path in folder.glob("*.parquet")) == names
    for name in names:
        text = pd.read_csv(folder / f"{name}.csv")
        kept = pd.read_parquet(folder / f"{name}.parquet")
        pd.testing.assert_frame_equal(text, kept, check_dtype=False, rtol=1e-9)


def test_the_same_command_writes_the_same_bytes_with_any_number_of_processes(
    compared, say, tmp_path
):
    compare_again(say, tmp_path, "--parquet")
    again = digests(tmp_path / "results" / "scenario")
    assert sorted(again) == sorted(
        [*FILES, *(name.replace(".csv", ".parquet") for name in FILES if name.endswith(".csv"))]
    )
    assert again == digests(compared[0] / "one" / "two")


def test_a_second_comparison_takes_the_next_free_name(say, tmp_path, no_wait):
    (tmp_path / "results" / "scenario").mkdir(parents=True)
    (tmp_path / "results" / "scenario-2").write_text("not even a folder")
    said = compare_again(say, tmp_path)
    assert said.code == 0
    assert "Wrote results/scenario-3: open results/scenario-3/report.html" in said.out
    assert sorted(p.name for p in (tmp_path / "results" / "scenario-3").iterdir()) == FILES
    assert list((tmp_path / "results" / "scenario").iterdir()) == []


def test_parquet_without_its_library_is_refused_before_any_work(
    say, tmp_path, monkeypatch, no_work
):
    starter(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said = say("compare", "scenario.yaml", "--parquet")
    assert said.code == 1
    assert "pip install 'loyaltysim[parquet]'" in said.err


def test_nothing_to_compare(say, tmp_path, no_work):
    text = starter(tmp_path).read_text("utf-8")
    (tmp_path / "alone.yaml").write_text(text[: text.index("alternatives:\n  nothing")], "utf-8")
    said = say("compare", "alone.yaml")
    assert said.code == 2
    assert "there is nothing to compare; add alternatives" in said.err


def test_a_market_without_newcomers(say, tmp_path):
    everybody = "start: {suspect: 36%, prospect: 20%, first_time: 2%, repeat: 19%, client: 5%"
    starter(tmp_path, (f"{everybody}, advocate: 2%, lost: 16%}}", "start: {client: 100%}"), *QUICK)
    said = say("compare", "scenario.yaml", "--people", "40", "-r", "2", "-p", "1")
    assert said.code == 0
    assert sorted(p.name for p in (tmp_path / "results" / "scenario").iterdir()) == FILES
