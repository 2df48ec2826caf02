"""The page of a verification: one file, opens offline, needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

from checks import BOUND, Finding, Oracle
from drawing import draw
from markupsafe import Markup

from loyaltysim.report.experiments import page_of
from loyaltysim.report.svg import inline
from loyaltysim.scenario.model import Business

FOLDER = Path(__file__).parent


def render(done: Sequence[tuple[Oracle, Business, Finding]]) -> str:
    """The whole page as HTML."""
    oracles = [_shown(*one) for one in done]
    checks = [check for _, _, finding in done for check in finding.checks]
    failing = sum(not check.passes for check in checks)
    worst = max(abs(check.z) for check in checks)
    answer = (
        f"All {len(checks)} figures of {len(done)} oracles agree with theory; the largest |z| is "
        f"{worst:.2f}."
        if failing == 0
        else f"{failing} of {len(checks)} figures are off; the largest |z| is {worst:.2f}."
    )
    return page_of(
        FOLDER / "page.html.j2",
        answer=answer,
        bound=f"{BOUND:g}",
        figures=len(checks),
        oracles=oracles,
        quiet=(FOLDER / "quiet.yaml").read_text("utf-8"),
    )


def _shown(oracle: Oracle, business: Business, finding: Finding) -> dict[str, Any]:
    size = f"{business.replications} replications of {business.market.people:,} people"
    return {
        "name": oracle.name,
        "title": oracle.title,
        "theory": oracle.theory,
        "source": oracle.source,
        "size": f"{size}, {business.weeks:,} weeks",
        "checks": finding.checks,
        "worst": max(abs(check.z) for check in finding.checks),
        "least": min(check.notices for check in finding.checks if not isnan(check.notices)),
        "passes": all(check.passes for check in finding.checks),
        "picture": Markup(inline(draw(finding), oracle.name, oracle.title)),
        "scenario": (FOLDER / f"{oracle.name}.yaml").read_text("utf-8"),
    }
