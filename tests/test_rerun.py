"""A result again: the same bytes from its own provenance, and plain words where not."""

import json
import shutil
from pathlib import Path

import pytest
from commands import FILES, QUICK, command, starter

from loyaltysim.results.folder import hashes
from loyaltysim.studies.rerun import ProvenanceError, origin_of

SMALL_MARKET = ("people: 5000", "people: 200")


def made(folder: Path, *arguments: str) -> Path:
    """Results of a command in a process of its own."""
    path = starter(folder, SMALL_MARKET, *QUICK)
    out = folder / arguments[0]
    done = command(arguments[0], str(path), *arguments[1:], "-o", str(out), folder=folder)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("ran"), "run", "-a", "points", "--replication", "3")


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    return made(folder, "compare", "-r", "2", "-p", "1", "--parquet")


def edited(folder: Path, **changes: object) -> Path:
    """A folder whose provenance says something else; None removes."""
    path = folder / "provenance.json"
    found = {**json.loads(path.read_text("utf-8")), **changes}
    found = {name: value for name, value in found.items() if value is not None}
    path.write_text(json.dumps(found), encoding="utf-8")
    return folder


@pytest.fixture
def copy(ran, tmp_path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "copy"))


@pytest.mark.parametrize("kind", ["ran", "compared"])
def test_the_same_bytes_again(kind, request, say, tmp_path):
    folder = request.getfixturevalue(kind)
    files = [path.name for path in folder.iterdir() if path.name != "provenance.json"]
    told = say("rerun", str(folder), "-p", "1", "--out", str(tmp_path / "again"))
    assert told.code == 0, told.err
    assert told.err == ""
    assert told.out.splitlines()[0] == f"The same bytes: {len(files)} files."
    assert told.code == 0
    for name in [*files, "provenance.json"]:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    if kind == "compared":
        assert set(FILES) - {"provenance.json"} <= set(files)
        assert "runs.parquet" in files


def test_nothing_is_left_behind_where_it_is_only_compared(copy, say, tmp_path):
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert say("rerun", str(copy)).code == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_provenance_has_the_hash_of_every_other_file(ran):
    stated = json.loads((ran / "provenance.json").read_text("utf-8"))["files_sha256"]
    assert stated == hashes(ran)
    assert set(stated) == {path.name for path in ran.iterdir()} - {"provenance.json"}


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
    told = say("rerun", str(copy)).out.splitlines()
    assert told[0] == "scenario.yaml was changed after it was written."
    assert told[1].startswith("Not the same bytes: ")
    assert "  customers.csv has other content" in told[2:]
    found = json.loads(say("rerun", str(copy), "--json").out)
    assert next(iter(found["differ"])) == "scenario.yaml"
    assert "customers.csv" in found["differ"]


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
        ({"command": {"run": "a", "alternative": "no such"}}, "no 'no such'; there are"),
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
