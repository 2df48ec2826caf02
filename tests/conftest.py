"""Fixtures that several tests of the command line use."""

import sys
from collections.abc import Callable

import pytest
from coffee import COFFEE, written
from commands import QUICK, Said, starter

import loyaltysim
from loyaltysim.command import main
from loyaltysim.results.comparison import Comparison


@pytest.fixture
def say(monkeypatch, capsys, tmp_path) -> Callable[..., Said]:
    """Run a command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["loyaltysim", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def ready(tmp_path_factory) -> Comparison:
    """A comparison that has been made, for what comes after."""
    scenario = loyaltysim.load(starter(tmp_path_factory.mktemp("ready"), *QUICK))
    return loyaltysim.compare(scenario, people=200, replications=2, processes=1)


@pytest.fixture
def no_wait(monkeypatch, ready):
    """A comparison and its page are there at once."""
    monkeypatch.setattr("loyaltysim.report.page.render", lambda *_: "<!doctype html>")
    monkeypatch.setattr("loyaltysim.studies.compare.compare", lambda *_, **__: ready)


@pytest.fixture
def no_work(monkeypatch):
    """Whatever starts a run fails."""

    def never(*_args, **_kwargs):
        raise AssertionError("work was started")

    monkeypatch.setattr("loyaltysim.studies.compare.compare", never)
    monkeypatch.setattr("loyaltysim.studies.simulate.simulate", never)


@pytest.fixture
def coffee(tmp_path):
    """The coffee shop, read from its file."""
    return loyaltysim.load(written(tmp_path, COFFEE))
