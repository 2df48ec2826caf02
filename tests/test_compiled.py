"""One set of rules, two ways to run it: the same bytes, on any number of threads, never stale."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from businesses import POINTS, STAMPS, businesses, small, terms
from hypothesis import given, settings
from hypothesis import strategies as st

import loyaltysim
from loyaltysim.compiled import source_hash
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Result, run

TABLES = (
    "customers", "members", "ledger", "counts", "flows", "moves", "at_start", "firm", "desk",
)  # fmt: skip


def differences(one: Result, other: Result) -> list[str]:
    """What differs between two runs, to the byte; of customers and members, which fields."""
    found = []
    for table in TABLES:
        a, b = getattr(one, table), getattr(other, table)
        if a.tobytes() != b.tobytes():
            names = a.dtype.names or ()
            fields = [name for name in names if a[name].tobytes() != b[name].tobytes()]
            found.append(" ".join([table, *fields]))
    return found


@settings(max_examples=40)
@given(businesses(people=12, weeks=9))
def test_interpreted_lives_are_compiled_lives_to_the_byte(business):
    everybody = range(business.market.people)
    assert differences(run(business), run(business, interpreted=everybody)) == []


@settings(max_examples=15)
@given(businesses(people=40, weeks=9), st.data())
def test_one_life_is_traced_among_compiled_ones(business, data):
    someone = data.draw(st.integers(0, business.market.people - 1))
    assert differences(run(business), run(business, interpreted=[someone])) == []


def test_long_lives_of_members_are_the_same_interpreted():
    # Two years, so that quarters turn, lots wrap around, cards fill and rivals open.
    business = small(
        horizon="2 years",
        market={"people": 30},
        programme={**POINTS, **STAMPS, "joins": "90%"},
        rival={"copies_after": "9 months"},
    )
    compiled = run(business)
    assert (compiled.flows[..., 1].sum(axis=(0, 2)) > 0).all()
    assert differences(compiled, run(business, interpreted=range(0, 30, 3))) == []


# More people than one block of customers holds, who talk, complain and collect.
CROWD = terms(
    horizon="12 weeks",
    market={"people": 9000},
    firm={"service": {"failure_per_visit": "10%", "desk": {"agents": 3}}},
    programme={**POINTS, "joins": "60%"},
)


def test_threads_give_the_same_bytes():
    crowd = Business.model_validate(CROWD)
    alone = run(crowd, threads=1)
    assert len(alone.desk) > 100
    assert differences(alone, run(crowd, threads=2)) == []
    assert differences(alone, run(crowd, threads=3)) == []


def _fingerprints(result: Result) -> dict[str, str]:
    return {t: hashlib.sha256(getattr(result, t).tobytes()).hexdigest() for t in TABLES}


def test_a_fresh_process_gives_the_same_bytes(tmp_path):
    (tmp_path / "crowd.json").write_text(json.dumps(CROWD))
    printed = _python(
        """
        import json, sys, pathlib
        from loyaltysim.scenario.model import Business
        from loyaltysim.simulation import run
        from test_compiled import _fingerprints
        crowd = Business.model_validate(json.loads(pathlib.Path("crowd.json").read_text()))
        print(json.dumps(_fingerprints(run(crowd, threads=2))))
        """,
        tmp_path,
        # Hashes of text differ from process to process: nothing may hang on their order.
        PYTHONHASHSEED="1",
        PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), *sys.path]),
    )
    assert json.loads(printed) == _fingerprints(run(Business.model_validate(CROWD)))


def _python(source: str, folder: Path, **environment: str) -> str:
    """What a fresh Python prints that runs these lines in a folder."""
    lines = "\n".join(line.strip() for line in source.splitlines())
    done = subprocess.run(
        [sys.executable, "-c", lines],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


PROBE = """
from loyaltysim.rewards.goal import pivotal_chance

def probe(visits, expected):
    return pivotal_chance(visits, expected)
"""
ASK = """
from loyaltysim.compiled import cache_folder, compiled
from probe import probe
found = compiled(probe)
value = found(30.0, 25.0)
print(value, cache_folder().name, sum(found.stats.cache_hits.values()))
"""


def test_an_edited_rule_takes_effect_though_its_caller_was_compiled_before(tmp_path):
    package = tmp_path / "loyaltysim"
    source = Path(loyaltysim.__file__).parent
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "probe.py").write_text(PROBE)
    place = {"PYTHONPATH": str(tmp_path), "LOYALTYSIM_CACHE": str(tmp_path / "cache")}

    value, folder, hits = _python(ASK, tmp_path, **place).split()
    assert hits == "0"
    assert _python(ASK, tmp_path, **place).split() == [value, folder, "1"]

    rule = package / "rewards" / "goal.py"
    before = rule.read_text()
    rule.write_text(before.replace("inverse / 12.0", "inverse / 10.0"))
    assert rule.read_text() != before
    edited, other_folder, hits = _python(ASK, tmp_path, **place).split()
    assert other_folder != folder
    assert hits == "0"
    # ln n! is larger by 1/10n - 1/12n, so the log of the chance is smaller by it.
    assert float(value) - float(edited) == pytest.approx((1 / 10 - 1 / 12) / 29)

    rule.write_text(before)
    assert _python(ASK, tmp_path, **place).split() == [value, folder, "1"]


def test_every_source_and_the_register_name_the_cache(tmp_path):
    source = Path(loyaltysim.__file__).parent
    package = tmp_path / "loyaltysim"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
    assert source_hash(package) == source_hash(source)
    for name in ("behaviour/habit.py", "evidence/register.toml", "simulation.py"):
        path = package / name
        text = path.read_text()
        path.write_text(text + "\n# edited\n")
        assert source_hash(package) != source_hash(source), name
        path.write_text(text)
    assert source_hash(package) == source_hash(source)
