"""The page's part on twin customers: classes, members beside their twins, and told lives."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from loyaltysim.evidence import register
from loyaltysim.ledger import MICRO
from loyaltysim.report.classes import (
    ClassCells,
    classes_said,
    meanings,
    members_said,
    more,
    plus,
    points,
)
from loyaltysim.report.figures import MISSING, number
from loyaltysim.report.tables import Cell, Column, Group, Money, Note, Table, table_of
from loyaltysim.report.words import contenders, has_new_programme
from loyaltysim.results.classes import CLASSES
from loyaltysim.results.comparison import Comparison

ENTRIES = 12
"""So many entries of a life are told side by side, the rest is summed up."""

LETTERS = 116
"""Width of a story."""


def twin_tables(comparison: Comparison) -> list[Table]:
    """Classes of customers; members, naively and truly."""
    return [_classes(comparison), _members(comparison)]


def _classes(comparison: Comparison) -> Table:
    money = Money(comparison, comparison.classes[["net_low", "net_high"]])
    cells = ClassCells(comparison)

    def counted(kind: str) -> Callable[[pd.Series], Cell]:
        def read(row: pd.Series) -> Cell:
            name = str(row.name)
            if name == comparison.reference:
                return Cell(MISSING)
            return Cell(cells.people(name, kind), cells.net(name, kind, money.size))

        return read

    def together(row: pd.Series) -> str:
        name = str(row.name)
        return MISSING if name == comparison.reference else cells.together(name, money.size)

    columns = [
        *(Column(kind, counted(kind), edge=kind in ("won", "put off")) for kind in CLASSES),
        Column("never here", lambda r: number(r["never_here"], 1.0), "1", True),
        Column("together", together, "2", True),
    ]
    groups = [
        Group("Gained", 3),
        Group("As without it", 2),
        Group("Driven away", 3),
        Group("", 1),
        Group(money.unit, 1),
    ]
    notes = [
        Note("", "People, and in small type what they leave more or less than without the "
             f"alternative, with its 95% interval ({money.unit})."),
        Note("", classes_said(comparison)),
        Note("1", "Of the unchanged, those who buy nothing in either world."),
        Note("2", "What all of them leave more or less."),
    ]  # fmt: skip
    caption = "What becomes of everybody, against their own life without it"
    return table_of(comparison, "classes", caption, columns, notes, groups)


def _members(comparison: Comparison) -> Table:
    table = comparison.members.set_index("alternative")
    months = number(register()["pull_forward.window"].value, 1.0)

    def of(read: Callable[[pd.Series], Cell]) -> Callable[[pd.Series], Cell]:
        def cell(row: pd.Series) -> Cell:
            return read(table.loc[row.name]) if row.name in table.index else Cell(MISSING)

        return cell

    columns = [
        Column("members", of(lambda r: Cell(number(r["members"], 1.0))), edge=True),
        Column("a member", of(lambda r: Cell(number(r["member_revenue"])))),
        Column("another customer", of(lambda r: Cell(number(r["other_revenue"])))),
        Column("naive", of(lambda r: Cell(*more(r, "naive", r["other_revenue"]))), edge=True),
        Column(
            "true",
            of(lambda r: Cell(*more(r, "true", r["member_revenue"] - r["true"]))),
        ),
        Column(f"first {months} months", lambda r: plus(r["uplift_early"]), edge=True),
        Column("horizon", lambda r: plus(r["uplift"])),
        Column(
            "pull-forward",
            lambda r: points(r["pull_forward"], r["pull_forward_low"], r["pull_forward_high"]),
        ),
    ]
    groups = [
        Group(f"Revenue a year ({comparison.scenario.business.currency})", 3),
        Group("A member spends more by", 2),
        Group("Uplift of all revenue", 3),
    ]
    caption = "Members against non-members, and against themselves"
    notes = [Note("", members_said())]
    return table_of(comparison, "members", caption, columns, notes, groups)


# Told lives


@dataclass(frozen=True)
class Told:
    """A life of a class, in both worlds."""

    kind: str
    meaning: str
    customer: int
    net: str
    text: str


@dataclass(frozen=True)
class Lives:
    """One life of each class of an alternative, and how to read any other."""

    alternative: str
    reference: str
    told: list[Told]
    command: str


def lives_of(comparison: Comparison) -> Lives | None:
    """Of the best programme as stated, or else the best alternative; None without twins."""
    paired = set(comparison.classes.dropna()["alternative"])
    names = [name for name in contenders(comparison) if name in paired]
    programmes = [name for name in names if has_new_programme(comparison, name)]
    if not names:
        return None
    name = str(comparison.alternatives.loc[programmes or names, "incremental_profit"].idxmax())
    stories = comparison.stories(name)
    if not stories:
        return None
    currency = comparison.scenario.business.currency
    said = meanings()
    told = []
    for kind, worlds in stories.items():
        net = (worlds.after.left - worlds.before.left) / MICRO
        amount = f"{currency}\u00a0{number(abs(net), 0.01)}"
        how = f"leaves {amount} {'more' if net > 0 else 'less'}" if net else "leaves the same"
        text = worlds.told(width=LETTERS, most=ENTRIES)
        told.append(Told(kind, said[kind], worlds.after.customer, how, text))
    both = " --against ".join(shlex.quote(n) for n in (name, comparison.reference))
    command = f"loyaltysim trace scenario.yaml --customer N --alternative {both}"
    return Lives(name, comparison.reference, told, command)
