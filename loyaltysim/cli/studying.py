"""Commands that live many scenarios: sweeps and what is read from them, kept as they go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from loyaltysim.cli.asked import NOTHING, Asked, Points, StudyFile, Telling, carry_out
from loyaltysim.cli.common import app

STUDIES = Path("studies")
"""Where a study is kept that names no folder."""


@app.command
def sweep(
    file: StudyFile,
    /,
    *,
    design: Annotated[
        str | None, Parameter(help="grid, one_at_a_time, latin_hypercube or sobol.")
    ] = None,
    points: Points = None,
    table: Annotated[
        Path | None, Parameter(help="CSV file of designs: a column a factor, a row a point.")
    ] = None,
    asked: Asked = NOTHING,
) -> int:
    """Vary a scenario, compare its alternatives at every point, and keep every run as it is done.

    What is varied outside the alternatives says how the business is today; what is varied in an
    alternative says what would be changed. A study that was broken off goes on with --resume.
    """
    from loyaltysim.report import sweep as report
    from loyaltysim.scenario.studies import SweepTerms
    from loyaltysim.sweeps.plan import plan
    from loyaltysim.sweeps.sweep import Sweep, steps

    scenario, terms = asked.read(file, SweepTerms)
    made = plan(
        scenario,
        terms.vary or {},
        design=design or terms.design,
        points=points or terms.points,
        table=None if table is None else _designs(table),
        alternatives=terms.alternatives,
        replications=terms.replications,
    )
    telling: Telling[Sweep] = Telling(
        lambda found: found, report.page, report.print_sweep, lambda found: {"points": found.table}
    )
    return carry_out(
        asked,
        STUDIES / file.stem,
        made,
        lambda store, executor: steps(made, store, asked.workers, executor),
        telling,
    )


@app.command
def sensitivity(
    file: StudyFile,
    /,
    *,
    method: Annotated[
        str | None,
        Parameter(
            help="tornado (each assumption at either end), morris (a screening over all ranges) or "
            "sobol (indices of a few)."
        ),
    ] = None,
    points: Annotated[
        Points, Parameter(help="Ways through the ranges (morris) or base points (sobol).")
    ] = None,
    asked: Asked = NOTHING,
) -> int:
    """Which assumptions move profit, losses and pay-back, and which flip the decision.

    Varies all that is uncertain over its range in the register, or what is named by --vary.
    """
    from loyaltysim.report import sensitivity as report
    from loyaltysim.scenario.studies import SensitivityTerms
    from loyaltysim.sweeps.sensitivity import Sensitivity, planned
    from loyaltysim.sweeps.sweep import steps

    scenario, terms = asked.read(file, SensitivityTerms)
    chosen = method or terms.method
    made, count = planned(
        scenario,
        terms.vary,
        method=chosen,
        points=points or terms.points,
        alternatives=terms.alternatives,
        replications=terms.replications,
    )
    telling: Telling[Sensitivity] = Telling(
        lambda found: Sensitivity(found, chosen, count),
        report.page,
        report.print_sensitivity,
        lambda found: {"sensitivity": found.table, "points": found.sweep.table},
    )
    return carry_out(
        asked,
        STUDIES / f"{file.stem}_{chosen}",
        made,
        lambda store, executor: steps(made, store, asked.workers, executor),
        telling,
    )


@app.command
def break_even(
    file: StudyFile,
    /,
    *,
    against: Annotated[
        str | None,
        Parameter(help="Alternative that the others are held against; the reference if left out."),
    ] = None,
    asked: Asked = NOTHING,
) -> int:
    """At which value of an assumption an alternative stops paying, with its interval.

    Looks at all that is uncertain over its range in the register, or at what is named by --vary.
    """
    from loyaltysim.report import break_even as report
    from loyaltysim.scenario.studies import BreakEvenTerms
    from loyaltysim.sweeps.break_even import BreakEven, planned, search

    scenario, terms = asked.read(file, BreakEvenTerms)
    made, other = planned(
        scenario,
        terms.vary,
        alternatives=terms.alternatives,
        against=against or terms.against,
        replications=terms.replications,
    )
    telling: Telling[BreakEven] = Telling(
        lambda found: BreakEven(found, other),
        report.page,
        report.print_break_even,
        lambda found: {"break_even": found.table, "points": found.sweep.table},
    )
    return carry_out(
        asked,
        STUDIES / f"{file.stem}_break_even",
        made,
        lambda store, executor: search(made, store, other, asked.workers, executor),
        telling,
    )


def _designs(path: Path) -> list[dict[str, Any]]:
    """The points of a CSV file; a value is read as on the command line."""
    from loyaltysim.scenario import ScenarioError
    from loyaltysim.scenario.problems import Problem, printable
    from loyaltysim.sweeps.table import read

    try:
        return read(path)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        why = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([Problem(file=printable(path), hint=why)]) from None
