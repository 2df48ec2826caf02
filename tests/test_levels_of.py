"""Levels are searched once for a business; a copy that cannot be read or written is no harm."""

import numpy as np
import pytest
from businesses import small

from loyaltysim.studies import levels_of as module
from loyaltysim.studies.levels_of import SEARCHED, levels_of

BUSINESS = small(market={"people": 60}, horizon="4 weeks")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for copies, and a process that knows nothing yet."""
    monkeypatch.setattr(module, "cache_folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(module, "_known", {})
    return tmp_path / "kept"


@pytest.fixture
def searches(monkeypatch):
    """How often levels were searched."""
    counted, search = [], module.steady
    monkeypatch.setattr(module, "steady", lambda business: counted.append(1) or search(business))
    return counted


def same(one, other) -> bool:
    """Whether two levels agree to the bit."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in SEARCHED
    ) and (one.ties, one.sleep) == (other.ties, other.sleep)


def test_a_copy_is_what_was_found_and_spares_the_search(folder, searches):
    found = levels_of(BUSINESS)
    assert levels_of(BUSINESS) is found
    module._known.clear()
    assert same(levels_of(BUSINESS), found)
    assert len(searches) == 1
    assert [path.suffix for path in folder.iterdir()] == [".npz"]


def test_another_business_is_searched_and_another_name_is_not(folder, searches):
    levels_of(BUSINESS)
    levels_of(BUSINESS.model_copy(update={"name": "Other", "replications": 3}))
    assert len(searches) == 1
    levels_of(BUSINESS.model_copy(update={"seed": 8}))
    assert len(searches) == 2


@pytest.mark.parametrize("damage", [b"", b"no such thing", None], ids=["empty", "other", "cut"])
def test_a_damaged_copy_is_searched_again(folder, searches, damage):
    found = levels_of(BUSINESS)
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:200] if damage is None else damage)
    module._known.clear()
    assert same(levels_of(BUSINESS), found)
    assert len(searches) == 2


def test_without_a_folder_that_can_be_written_nothing_is_kept(folder, searches):
    folder.write_text("in the way")
    found = levels_of(BUSINESS)
    module._known.clear()
    assert same(levels_of(BUSINESS), found)
    assert len(searches) == 2
