"""A result again: the same bytes from its own provenance, and plain words where not."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import FILES, QUICK, starter

from loyaltysim.results.folder import hashes
from loyaltysim.studies.rerun import ProvenanceError, origin_of

SMALL_MARKET = ("people: 5000", "people: 200")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """Results of a run and of a comparison."""
    folder = tmp_path_factory.mktemp("made")
    path = starter(folder, SMALL_MARKET, *QUICK)
    for arguments in (
        ["run", str(path), "-a", "points", "--replication", "3", "-o", str(folder / "run")],
        ["compare", str(path), "-r", "2", "-p", "1", "--parquet", "-o", str(folder / "compare")],
    ):
        subprocess.run(
            [sys.executable, "-m", "loyaltysim", *arguments], check=True, capture_output=True
        )
    return {name: folder / name for name in ("run", "compare")}


def edited(folder: Path, **changes: object) -> Path:
    """A folder whose provenance says something else; None removes."""
    path = folder / "provenance.json"
    found = {**json.loads(path.read_text("utf-8")), **changes}
    found = {name: value for name, value in found.items() if value is not None}
    path.write_text(json.dumps(found), encoding="utf-8")
    return folder


@pytest.fixture
def copy(made, tmp_path) -> Path:
    return Path(shutil.copytree(made["run"], tmp_path / "copy"))


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_the_same_bytes_again(made, kind, say, tmp_path):
    files = [path.name for path in made[kind].iterdir() if path.name != "provenance.json"]
    told = say("rerun", str(made[kind]), "-p", "1", "--out", str(tmp_path / "again"))
    assert told.out.splitlines()[0] == f"The same bytes: {len(files)} files."
    assert told.code == 0
    for name in [*files, "provenance.json"]:
        assert (tmp_path / "again" / name).read_bytes() == (made[kind] / name).read_bytes()
    if kind == "compare":
        assert set(FILES) - {"provenance.json"} <= set(files)
        assert "runs.parquet" in files


def test_nothing_is_left_behind_where_it_is_only_compared(copy, say, tmp_path):
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert say("rerun", str(copy)).code == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_provenance_has_the_hash_of_every_other_file(made):
    for folder in made.values():
        stated = json.loads((folder / "provenance.json").read_text("utf-8"))["files_sha256"]
        assert stated == hashes(folder)


def test_what_differs_is_named_with_its_reason(copy, say):
    with (copy / "years.csv").open("a") as file:
        file.write("1\n")
    (copy / "staff.csv").unlink()
    told = say("rerun", str(copy))
    assert told.code == 1
    assert "2 files differ" in told.out
    assert "years.csv was changed after it was written" in told.out
    assert "staff.csv is missing in the folder" in told.out


def test_another_market_in_the_scenario_gives_other_content(copy, say):
    path = copy / "scenario.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("people: 200", "people: 210"), encoding="utf-8")
    found = json.loads(say("rerun", str(copy), "--json").out)
    assert "customers.csv" in found["differ"]
    assert "scenario.yaml" in found["differ"]


def test_versions_that_have_changed_are_named(copy, say):
    edited(copy, loyaltysim="0.0.9", files_sha256=None)
    (copy / "years.csv").write_text("x\n")
    told = say("rerun", str(copy))
    assert told.code == 1
    assert "years.csv has other content" in told.out
    assert "loyaltysim was 0.0.9, is 0.1.0" in told.out


def test_an_older_folder_without_hashes_can_be_run_again(copy, say):
    assert say("rerun", str(edited(copy, files_sha256=None))).code == 0


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"command": None}, "`command` is missing"),
        ({"command": ["run"]}, "`command` is missing or is no map"),
        ({"command": {"rm": "-rf"}}, "must name `compare` or `run`"),
        ({"command": {"run": "a", "compare": "b"}}, "must name `compare` or `run`"),
        ({"command": {"run": 3}}, "must name `compare` or `run`"),
        ({"command": {"run": "a", "replication": -1}}, "`replication`"),
        ({"command": {"run": "a", "replication": True}}, "`replication`"),
        ({"command": {"run": "a", "replication": 10**30}}, "`replication`"),
        ({"command": {"run": "a", "alternative": {}}}, "`alternative`"),
        ({"command": {"run": "a", "alternative": "no such"}}, "no such alternative"),
        ({"files_sha256": {"years.csv": 3}}, "`files_sha256`"),
    ],
)
def test_hostile_provenance_is_data_and_refused_plainly(copy, say, changes, word):
    told = say("rerun", str(edited(copy, **changes)))
    assert told.code == 2
    assert word in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\x00", "[" * 100_000, "1" * 2_000_000])
def test_what_is_no_provenance_is_refused(copy, text):
    (copy / "provenance.json").write_text(text)
    with pytest.raises(ProvenanceError):
        origin_of(copy)


def test_names_in_provenance_never_lead_out_of_the_folder(copy, say, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    stated = {"../secret": "0" * 64, str(secret): "0" * 64}
    told = say("rerun", str(edited(copy, files_sha256=stated)))
    assert told.code == 1
    assert "../secret is not written any more" in told.out


@pytest.mark.parametrize("what", ["nowhere", "file", "empty", "no scenario"])
def test_what_is_no_results_folder_is_refused(copy, say, tmp_path, what):
    place = tmp_path / "place"
    if what == "file":
        place.write_text("x")
    elif what == "empty":
        place.mkdir()
    elif what == "no scenario":
        place = copy
        (place / "scenario.yaml").unlink()
    told = say("rerun", str(place))
    assert told.code == 2
    assert told.err.strip()


def test_what_exists_is_not_overwritten(copy, say):
    told = say("rerun", str(copy), "--out", str(copy))
    assert told.code == 1
    assert "exists already" in told.err
