"""A comparison as one page: opens offline, needs no script, prints on A4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from loyaltysim import __version__
from loyaltysim.evidence import register
from loyaltysim.report import base, losses, pictures
from loyaltysim.report.figures import horizon, money, number
from loyaltysim.report.style import NARROW, WIDE
from loyaltysim.report.svg import FONTS, inline
from loyaltysim.report.tables import tables_of
from loyaltysim.report.twins import lives_of, twin_tables
from loyaltysim.report.words import answer, best, few, is_copy, margins_said
from loyaltysim.results.comparison import RANGES, Comparison
from loyaltysim.scenario import dump
from loyaltysim.scenario.alternatives import COPIED, plan_of

_MOST_IN_A_PICTURE = 12
"""Small pictures on one sheet; more are continued on a further one, so that none is cut."""

_SECTIONS = {
    "market": "The market and its people",
    "firm": "The firm",
    "programme": "The programmes",
    "rival": "The rival",
    "beliefs": "How people behave",
    "alternatives": "What the alternatives change",
}


def render(comparison: Comparison) -> str:
    """The whole page as HTML; the same comparison gives the same text."""
    environment = Environment(
        loader=PackageLoader("loyaltysim.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    business = comparison.scenario.business
    groups = _assumptions(comparison)
    warning = few(comparison)  # Stands beside the probabilities.
    said_first = [said for said in answer(comparison) if said != warning]
    return environment.get_template("page.html.j2").render(
        fonts=Markup(FONTS),
        version=__version__,
        title=business.name,
        facts=_facts(comparison),
        answer=[_unbroken(said, business.currency) for said in said_first],
        few=warning,
        tables=tables_of(comparison),
        twin_tables=twin_tables(comparison),
        lives=lives_of(comparison),
        base_tables=[base.table(comparison), *losses.tables(comparison)],
        pictures=list(_pictures(comparison)),
        assumptions=[row for group in groups for row in group["rows"]],
        assumption_groups=groups,
        grades="experiment, meta-analysis, field data, survey, practitioner, assumption",
        notes=_notes(comparison),
        seed=business.seed,
        replications=comparison.replications,
        scenario=dump(comparison.scenario.document),
    )


def _unbroken(text: str, currency: str) -> str:
    """No line break between the currency and its amount."""
    return re.sub(rf"\b{currency} (?=[−0-9])", f"{currency}\u00a0", text)


def _facts(comparison: Comparison) -> list[str]:
    business = comparison.scenario.business
    return [
        horizon(business.horizon),
        f"{business.market.people:,} people",
        f"{comparison.replications} paired replications as stated",
        f"{len(comparison.runs[RANGES])} over the assumptions’ ranges",
        f"compared with “{comparison.reference}”",
        f"amounts in {business.currency}, without VAT",
        f"seed {business.seed}",
        f"loyaltysim {__version__}",
    ]


# Pictures


@dataclass(frozen=True)
class _Shown:
    key: str
    title: str
    caption: str
    wide: Markup
    narrow: Markup


def _pictures(comparison: Comparison) -> Iterator[_Shown]:
    others = [name for name in comparison.names if name != comparison.reference]
    profit = money(
        comparison.alternatives.loc[comparison.reference, "profit"],
        comparison.scenario.business.currency,
    )
    whole: list[tuple[str, Callable[..., Figure], str, str, bool]] = [
        (
            "decision",
            pictures.decision,
            "Does it pay, and how sure is that",
            "Right of the line at zero it pays. The thick bar is what luck alone leaves open, "
            "the thin line what not knowing the assumptions does; where the thin line crosses "
            "zero, finding out more is worth more than more runs.",
            True,
        ),
        (
            "cumulative",
            pictures.cumulative,
            "When the money comes",
            "Cumulated profit beyond that of the reference: mean, 5% to 95% over replications as "
            "stated (dark band), and over the assumptions’ ranges (pale band). The dot is the "
            "first month from which the mean stays above zero.",
            True,
        ),
        (
            "margins",
            pictures.margins,
            "Where the gain comes from",
            "Each occasion against the same one with the reference: what purchases leave (revenue "
            f"less goods and the cost of serving), with 95% intervals. {margins_said(comparison)}",
            True,
        ),
        (
            "money",
            pictures.where_the_money_went,
            "Where the money went",
            f"From the profit of “{comparison.reference}”, {profit}, to that of the alternative, "
            "account by account: colour adds profit, grey takes it, the last bar is what is left.",
            True,
        ),
        (
            "stages",
            pictures.stages,
            "People by stage",
            f"Everyone who might ever come, by stage: “{comparison.reference}” and the best "
            f"alternative as stated, “{best(comparison)}”; the numbers are those at the end.",
            False,
        ),
        (
            "stage-differences",
            pictures.stage_differences,
            "Stages at the end, against the reference",
            "How many people more or fewer are in each stage on the last day.",
            True,
        ),
        (
            "retention",
            pictures.retention,
            f"Who stays with “{comparison.reference}”",
            "Customers still there: truly, and as observed by the firm from who has bought "
            "lately. Newcomers are followed for three quarters of the horizon.",
            False,
        ),
        (
            "retention-differences",
            pictures.retention_differences,
            "Who stays longer",
            "Percentage points more (or fewer) still there than with the reference; above zero, "
            "customers are kept.",
            True,
        ),
        (
            "causes",
            losses.causes,
            "Why they left",
            f"With “{comparison.reference}”. {losses.unexplained(comparison)} Customers lost a "
            "year by cause, with 95% intervals, and what they left in a usual year; and of "
            "all who left, over which causes, by segment and by the stage from which they were "
            "lost, with the share that any cause explains.",
            False,
        ),
        (
            "value",
            base.value,
            "Who brings the money",
            f"With “{comparison.reference}”. Left, buyers of the last year from those who bring "
            "least to those who bring most: the further the line sags, the fewer bring it all. "
            "Right, what share of the customers each class is, and what share of the net over "
            "the horizon it leaves.",
            False,
        ),
        (
            "tenure",
            base.tenure,
            "Do those who stay pay more and cost less",
            "By year of tenure, of those still there: today’s customers since the start, newcomers "
            f"since their first purchase, with 95% intervals; with “{comparison.reference}” and "
            f"“{best(comparison)}”. A rise may only say that those who "
            "bring little have gone; price and cost to serve say whether the stayers differ.",
            False,
        ),
    ]
    for key, draw, title, caption, by_name in whole:
        parts = _chunks(others, _MOST_IN_A_PICTURE) if by_name else [None]
        for at, names in enumerate(parts):
            chosen: dict[str, Any] = {} if names is None else {"names": names}
            yield _Shown(
                key if at == 0 else f"{key}-{at + 1}",
                title if at == 0 else f"{title} (continued)",
                caption if at == 0 else "",
                Markup(inline(draw(comparison, width=WIDE, **chosen), f"{key}{at}w", title)),
                Markup(inline(draw(comparison, width=NARROW, **chosen), f"{key}{at}n", title)),
            )


def _chunks(names: Sequence[str], most: int) -> list[list[str] | None]:
    """The names in as few parts of about one size as `most` allows."""
    count = -(-len(names) // most)
    size = -(-len(names) // count)
    return [list(names[i : i + size]) for i in range(0, len(names), size)]


# Assumptions


def _assumptions(comparison: Comparison) -> list[dict[str, Any]]:
    scenario = comparison.scenario
    groups: dict[str, list[dict[str, str]]] = {}
    names = scenario.assumptions()
    for name in names:
        if plan_of(name) != name and plan_of(name) in names:
            continue
        entry = register().get(name)
        low, value, high = scenario.range_of(name)
        groups.setdefault(name.partition(".")[0], []).append(
            {
                "name": Markup(".<wbr>").join(name.split(".")).replace("_", Markup("_<wbr>")),
                "label": entry.label if entry else "Stated with its range",
                "value": _plain(value),
                "range": f"{_plain(low)} to {_plain(high)}",
                "unit": entry.unit if entry else "",
                "grade": entry.grade if entry else "",
                "source": entry.source if entry else "this scenario",
            }
        )
    return [
        {"label": _SECTIONS.get(section, section), "rows": rows} for section, rows in groups.items()
    ]


def _notes(comparison: Comparison) -> list[str]:
    """The scenario's notes, without those on a copied alternative that hold for its original."""
    notes = comparison.scenario.notes()
    copies = [name for name in comparison.names if is_copy(name, comparison.names)]
    repeated = {
        f"{name}: {note.removeprefix(original)}"
        for name in copies
        for original in [f"{name.removesuffix(COPIED)}: "]
        for note in notes
        if note.startswith(original)
    }
    return [note for note in notes if note not in repeated]


def _plain(x: float) -> str:
    """A value of the register in full: it is an input, and is not rounded away."""
    return number(x, 1.0) if x == int(x) else f"{x:g}".replace("-", "−")
