"""The page of a comparison: what it says, and that it opens anywhere."""

import math
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any, cast

import numpy as np
import pytest
from bases import written_base

from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.levels import Levels
from loyaltysim.report import pictures
from loyaltysim.report.figures import interval, money, number, share, span, steps_of
from loyaltysim.report.page import render
from loyaltysim.report.style import colours, cut, lines, look
from loyaltysim.report.svg import inline
from loyaltysim.report.tables import tables_of
from loyaltysim.report.words import answer, best, contenders, few
from loyaltysim.results.classes import CLASSES, MEASURES
from loyaltysim.results.comparison import (
    HIGH_WALLET,
    LOW_WALLET,
    RANGES,
    STATED,
    Comparison,
)
from loyaltysim.results.summary import Summary, Twins
from loyaltysim.scenario import Scenario

POINTS = {"points": {"per_euro": 10, "reward_at": 1000, "reward_cost": 2.1}}
SCRIPT = '<script>alert(1)</script> & "quotes" $5 off $10'
CHINESE = "积分换礼品，老顾客满十次送一次，另加生日双倍积分与优先服务热线"
LONG = "A gold, silver and bronze card with double points on rainy Tuesdays in every quarter"[:80]

PARTS = (0.1, 0.7, 0.8, 0.0, -0.2)
"""Of the margins, what each has of a month's gain: 1.4, which is revenue less goods."""

Plan = dict[str, tuple[float, dict[str, Any]]]
"""By name: incremental profit for a month as stated, and what is different."""

USUAL: Plan = {
    "nothing": (0.0, {}),
    "points": (800.0, {"programme": POINTS}),
    "points, copied": (-300.0, {"programme": POINTS, "rival": {"copies_after": "6 months"}}),
    "service": (1500.0, {"firm": {"service": {"response_hours": 4}, "costs_per_week": 180}}),
}


def made(
    plan: Plan = USUAL,
    *,
    replications: int = 12,
    months: int = 12,
    noise: float = 200.0,
    ignorance: float = 1000.0,
    scale: float = 1.0,
    name: str = "Corner coffee",
) -> Comparison:
    """A comparison without a simulation: figures around those of the plan."""
    document = {
        "name": name,
        "currency": "EUR",
        "horizon": f"{months} months",
        "replications": max(2, replications),
        "seed": 7,
        "market": {
            "people": 1000,
            "start": {"suspect": "40%", "prospect": "30%", "repeat": "30%"},
            "segments": [
                {
                    "name": "all",
                    "share": "100%",
                    "occasions_per_week": {"mean": 2},
                    "basket": {"mean": 5, "within": 0.3, "between": 0.3},
                    "buy_share": "70%",
                    "share_of_wallet": "40%",
                }
            ],
        },
        "firm": {
            "gross_margin": "68%",
            "staff": {
                "count": 4,
                "pay_per_week": 500,
                "quits_per_year": "50%",
                "contact": "pooled",
            },
            "service": {"failure_per_visit": "2%", "response_hours": 24},
        },
        "alternatives": {key: overlay for key, (_, overlay) in plan.items()},
    }
    scenario = Scenario.from_document(document)
    luck = np.random.default_rng(1)
    runs = {
        set_name: [
            [
                _summary(luck, months, scale * float(luck.normal(mean, spread) if mean else 0.0))
                for mean, _ in plan.values()
            ]
            for _ in range(count)
        ]
        for set_name, count, spread in (
            (STATED, replications, noise),
            (RANGES, replications, ignorance),
            (LOW_WALLET, max(2, replications // 4), noise),
            (HIGH_WALLET, max(2, replications // 4), noise),
        )
    }
    return Comparison(scenario, cast(Levels, None), runs)


def _summary(luck: np.random.Generator, months: int, gain: float) -> Summary:
    monthly = np.zeros((months, len(ACCOUNTS)))
    monthly[:, ACCOUNTS.index("revenue")] = 20_000.0 + 2.0 * gain
    monthly[:, ACCOUNTS.index("cost_of_goods")] = 6_000.0 + 0.6 * gain
    monthly[:, ACCOUNTS.index("pay")] = 8_000.0
    monthly[:, ACCOUNTS.index("rewards")] = 0.4 * gain if gain > 0.0 else 0.0
    weeks = round(months * 52 / 12)
    stages = np.repeat(np.array([[300, 200, 20, 200, 100, 80, 100]]), weeks + 1, axis=0)
    moved = round(gain / 100.0)
    stages[1:, 4] += moved
    stages[1:, 6] -= moved
    fall = np.linspace(1.0, 0.7, months + 1)
    curves = np.array([fall, fall, fall, fall]) * (1.0 + gain * 1e-6)
    curves[2:, -1] = np.nan
    return Summary(
        monthly=np.round(monthly * MICRO).astype(np.int64),
        stages=stages,
        counts=luck.integers(1, 1000, (1, len(COUNTS))),
        retention=curves,
        yearly_loss=0.3 - gain * 1e-6,
        observed_yearly_loss=0.2,
        turnover_per_year=0.5,
        mean_skill=0.9,
        seats_filled=0.95,
        overload=0.01,
        answer_hours=math.nan,
        resolution_hours=math.nan,
        resolved_share=0.5,
        members=0,
        units=np.ones((1, 4), np.int64),
        groups=np.array([[100, 30_000 * MICRO], [50, 9_000 * MICRO]]) if gain else NOBODY,
        twins=_twins(gain),
        margins=np.round(months * gain * MICRO * np.array(PARTS)).astype(np.int64),
        base=written_base(moved),
        people_by_thresholds=stages[-1] + np.outer([1, 0, -1], [0, 0, 0, -60, 40, 20, 0]),
    )


NOBODY = np.zeros((2, 2), np.int64)


def _twins(gain: float) -> Twins:
    classes = np.zeros((len(CLASSES), len(MEASURES)), np.int64)
    classes[:, 0] = [10, 20, 30, 800, 80, 5, 25, 30] if gain else [0, 0, 0, 1000, 0, 0, 0, 0]
    classes[:, 1] = np.round(gain * MICRO * np.array([2, 3, 4, 0, 0, -1, -1, -1]))
    classes[4, 2] = 300 * MICRO if gain else 0
    nobody = np.full(len(CLASSES), -1)
    return Twins(classes, nobody, 500, 0.8 if gain else math.nan, 25_000 * MICRO)


@cache
def usual() -> tuple[Comparison, str]:
    comparison = made()
    return comparison, render(comparison)


class Page(HTMLParser):
    """Tags, ids and the tables' cells of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, list[list[str]]] = {}
        self._table = ""
        self._cell: list[str] | None = None
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self._table = str(dict(attrs)["id"])
            self.rows[self._table] = []
        elif tag == "tr":
            self.rows[self._table].append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag == "small" and self._cell is not None:
            self._cell.append(" / ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.rows[self._table][-1].append("".join(self._cell).strip())
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


# The page


def test_same_bytes_each_time() -> None:
    _, page = usual()
    assert render(made()) == page


def test_needs_nothing_from_outside() -> None:
    _, page = usual()
    assert len(page) < 1_000_000
    forbidden = {"script", "link", "img", "iframe", "object", "embed", "image", "base"}
    for tag, attributes in Page(page).tags:
        assert tag not in forbidden
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href", "srcset", "action"):
                assert str(value).startswith("#")
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page


def test_ids_are_unique_and_references_resolve() -> None:
    _, page = usual()
    ids = [a["id"] for _, a in Page(page).tags if "id" in a]
    assert len(ids) == len(set(ids))
    wanted = {a["href"] for _, a in Page(page).tags if "href" in a}
    wanted |= {f"#{name}" for name in re.findall(r"url\(#([^)]+)\)", page)}
    assert wanted <= {f"#{name}" for name in ids}


def test_table_tells_the_frame() -> None:
    comparison, page = usual()
    frame = comparison.alternatives
    rows = {row[0]: row[1:] for row in Page(page).rows["profit"][2:]}
    assert list(rows) == comparison.names
    luck = steps_of(frame["low"], frame["high"])
    ignorance = steps_of(frame["ranges_low"], frame["ranges_high"])
    for name, cells in rows.items():
        data = frame.loc[name]
        if name == comparison.reference:
            assert set(cells) == {"–"}
            continue
        assert cells[0] == number(data["incremental_profit"], luck[name])
        assert cells[1] == span(data["low"], data["high"], luck[name])
        assert cells[2] == number(data["ranges_median"], ignorance[name])
        assert cells[3] == span(data["ranges_low"], data["ranges_high"], ignorance[name])
        assert cells[4].startswith(share(data["p_pays_stated"], 0) + " / ")
        assert cells[5].startswith(share(data["p_pays_ranges"], 0) + " / ")
        assert cells[6] == number(data["low_wallet"], luck[name])
        assert cells[8] == number(data["high_wallet"], luck[name])
        # Rounded, not wrong: within half a step.
        shown = float(cells[0].replace(",", "").replace("−", "-"))
        assert abs(shown - data["incremental_profit"]) <= luck[name] / 2.0 + 1e-9


def test_stages_stand_beside_those_at_neighbouring_thresholds() -> None:
    comparison, page = usual()
    rows = {row[0]: row[1:] for row in Page(page).rows["stage-table"][1:]}
    for name, cells in rows.items():
        repeat, client, advocate = cells[3:6]
        stage = comparison.alternatives.loc[name]
        assert advocate == f"{number(stage['advocate'], 1.0)} / 60 | 100"
        ends = [number(stage["client"] + more, 1.0) for more in (0, -40, 40)]
        assert client == f"{ends[0]} / {ends[1]} | {ends[2]}"
        assert " / " in repeat
        assert not any(" / " in cell for cell in [*cells[:3], cells[6]])


def test_margins_are_drawn_with_their_sum() -> None:
    comparison, page = usual()
    drawn = page[page.index('<figure id="margins">') :]
    drawn = drawn[: drawn.index("</figure>")]
    for label in ("Joining", "Staying", "Choosing", "Category growth", "Amount", "Together"):
        assert f">{label}<" in drawn
    table = comparison.margins.query("alternative == 'service'")
    together = f"+{number(table['amount'].sum() / 1e3, 0.1)}k"
    assert f">{together}<" in drawn
    assert "Not available" not in drawn


def test_margins_that_are_not_there_are_said_not_drawn() -> None:
    comparison = made()
    at = comparison.names.index("service")
    for runs in comparison.runs[STATED]:
        runs[at] = replace(runs[at], margins=None)
    page = render(comparison)
    assert "Not available for “service”: people meet other occasions there" in page
    for runs in comparison.runs[STATED]:
        runs[:] = [replace(summary, margins=None) for summary in runs]
    assert "Not available for “points”, “points, copied”, “service”" in render(
        Comparison(comparison.scenario, comparison.levels, comparison.runs)
    )


def test_every_assumption_has_its_range_and_source() -> None:
    comparison, page = usual()
    rows = [row for row in Page(page).rows["assumptions"][1:] if len(row) == 6]
    assert len(rows) == len(comparison.scenario.assumptions()) > 30
    for name in comparison.scenario.assumptions():
        assert any(row[0].endswith(f" / {name}") for row in rows)


def test_any_name_is_shown_and_nothing_of_it_is_run() -> None:
    """And few replications are told, beside the probabilities."""
    plan: Plan = {"nothing": (0.0, {})}
    for name in (SCRIPT, CHINESE, LONG):
        plan[name] = (500.0, {"programme": POINTS})
        answered = {"programme": POINTS, "rival": {"copies_after": "1 year"}}
        plan[f"{name}, copied"] = (-500.0, answered)
    comparison = made(plan, replications=3, name=SCRIPT)
    page = render(comparison)
    assert "<script" not in page
    assert [row[0] for row in Page(page).rows["profit"][2:]] == list(plan)
    assert f"{SCRIPT}: what pays?" in unescape(page)
    assert "Only 3 replications" in few(comparison)
    assert few(comparison) in unescape(page)
    assert few(comparison) in answer(comparison)


def test_enough_replications_need_no_warning() -> None:
    comparison, page = usual()
    assert few(comparison) == ""
    assert 'class="few"' not in page


def test_one_alternative() -> None:
    page = render(made({"as it is": (0.0, {}), "card": (100.0, {"programme": POINTS})}))
    assert [row[0] for row in Page(page).rows["finance"][1:]] == ["as it is", "card"]


def test_words_break_so_that_tables_fit_the_page_and_numbers_do_not() -> None:
    """Nothing is cut: cells may break between words, and no figure has a space in it."""
    comparison = made(scale=30_000.0, noise=2.0, replications=4)
    page = render(comparison)
    wide = page[page.index("@media print, screen and (min-width: 641px)") :]
    assert ".fixed td { white-space: normal; }" in wide[: wide.index("@media screen")]
    # Small type keeps its lines in tables of figures, and breaks in that of the sources.
    assert re.search(r"td small \{[^}]*white-space: pre;", page)
    assert re.search(r"\.left small \{[^}]*white-space: normal;", page)
    for table in tables_of(comparison):
        for cell in (cell for row in table.rows for cell in row.cells):
            words = cell.text.split(" ")
            assert all(re.fullmatch(r"[−0-9.,%–]+|[a-z]+", word) for word in words), cell.text


def test_many_alternatives_are_continued() -> None:
    plan: Plan = {"nothing": (0.0, {})}
    for n in range(13):
        plan[f"plan {n}"] = (100.0 * n - 500.0 + 1.0, {"firm": {"costs_per_week": n + 1}})
    page = Page(render(made(plan, replications=2, months=3)))
    figures = [a["id"] for tag, a in page.tags if tag == "figure"]
    assert {"decision", "decision-2", "cumulative-2"} <= set(figures)
    assert len(page.rows["profit"]) == 2 + 14


def test_alternative_that_changes_nothing() -> None:
    plan: Plan = {"nothing": (0.0, {}), "same": (0.0, {"firm": {"costs_per_week": 0.0}})}
    comparison = made(plan)
    assert answer(comparison)[0] == "“same” changes nothing against “nothing”."
    assert tables_of(comparison)[0].rows[1].cells[0].text == "0"


def test_large_amounts_are_written_in_thousands() -> None:
    comparison = made(scale=1e4)
    table = tables_of(comparison)[0]
    assert "thousand EUR" in table.caption
    row = next(row for row in table.rows if row.name == "service")
    shown = float(row.cells[0].text.replace(",", "")) * 1e3
    exact = comparison.alternatives.loc["service", "incremental_profit"]
    assert shown == pytest.approx(exact, rel=0.02)


# The answer


def test_answer_names_what_pays_and_how_sure() -> None:
    comparison, _ = usual()
    said = answer(comparison)
    assert best(comparison) == "service"
    assert contenders(comparison) == ["points", "service"]
    assert said[0].startswith("With everything as stated, “service” pays most: EUR 1")
    assert "assumptions drawn from their ranges, “service” pays in" in said[1]
    assert any("all copy" in line and "“points”" in line for line in said)
    assert any("best alternative without a programme, “service”" in line for line in said)


def test_probability_as_stated_never_stands_alone() -> None:
    for line in answer(usual()[0]):
        if "as stated, " in line and " of 12" in line:
            assert "from their ranges" in line


def test_answer_admits_that_luck_could_explain_it() -> None:
    plan: Plan = {"nothing": (0.0, {}), "card": (300.0, {"programme": POINTS})}
    said = answer(made(plan, noise=2000.0))
    assert "zero included" in said[0]


def test_answer_when_nothing_pays() -> None:
    plan: Plan = {
        "nothing": (0.0, {}),
        "card": (-900.0, {"programme": POINTS}),
        "staff": (-700.0, {"firm": {"staff": {"pay_per_week": 600}}}),
    }
    said = answer(made(plan))
    assert "no alternative earns more than “nothing”" in said[0]
    assert "the least bad, “staff”" in said[0]


def test_even_chance_is_called_one() -> None:
    plan: Plan = {"nothing": (0.0, {}), "card": (1.0, {"programme": POINTS})}
    comparison = made(plan, replications=40, ignorance=5000.0)
    p = comparison.alternatives.loc["card", "p_pays_ranges"]
    assert 0.4 <= p <= 0.6
    assert "about as likely as not" in answer(comparison)[1]


def test_two_runs_tell_nothing() -> None:
    plan: Plan = {"nothing": (0.0, {}), "card": (1.0, {"programme": POINTS})}
    said = answer(made(plan, replications=2, ignorance=5000.0))
    assert "too few runs to say whether it pays" in said[1]


# Words


def test_numbers_are_written_for_people() -> None:
    assert money(29_120.7, "EUR", 1000.0) == "EUR 29,000"
    assert money(-1_101_731.0, "EUR") == "EUR −1.10 m"
    assert money(0.0, "EUR") == "EUR 0"
    assert money(math.nan, "EUR") == number(math.inf) == share(math.nan) == "–"
    assert number(-0.2, 1.0) == "0"
    assert share(0.27) == "27.0%"
    assert interval(29_120.7, 18_157.6, 40_083.9, "EUR") == "EUR 29,000 (18,000 to 40,000)"


def test_words_need_no_picture_library() -> None:
    code = "import sys, loyaltysim.report.words; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Pictures


ALL = [pictures.__dict__[name] for name in pictures.__all__ if not name.isupper()]


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("width", [pictures.WIDE, pictures.NARROW])
def test_text_of_a_picture_stays_inside(draw: Any, width: float) -> None:
    plan: Plan = {
        "nothing at all, and then some more of it": (0.0, {}),
        LONG: (900.0, {"programme": POINTS}),
        CHINESE: (-700.0, {"firm": {"costs_per_week": 5.0}}),
        "service": (1500.0, {"firm": {"service": {"response_hours": 4}}}),
    }
    figure = draw(made(plan, replications=3), width=width)
    assert "<text" in inline(figure, "k", "t")
    with look():
        box = figure.get_tightbbox()
    high = figure.get_size_inches()[1]
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= high + 0.01


def test_alternatives_keep_their_colour() -> None:
    comparison, page = usual()
    chosen = colours(comparison)
    assert len(set(chosen.values())) == len(chosen)
    for colour in chosen.values():
        assert f"background:{colour}" in page


def test_names_are_cut_to_their_room() -> None:
    assert cut("points", 10) == "points"
    assert cut(LONG + ", copied", 30).endswith(", copied")
    assert len(cut(LONG, 20)) <= 20
    assert lines(CHINESE, 20).count("\n") == 1
