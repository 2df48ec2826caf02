"""What experiments on one scenario share: their options, worlds on the same luck, and a page."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import loyaltysim
from loyaltysim.report.experiments import page_of
from loyaltysim.results.comparison import STATED
from loyaltysim.results.summary import Summary
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.studies.compare import Task, lived
from loyaltysim.studies.levels_of import levels_of

SCENARIO = Path(__file__).parent.parent / "scenarios" / "coffee_shop.yaml"


@dataclass(frozen=True)
class Asked:
    """What was typed: the scenario with its changes, and where the page goes."""

    scenario: Scenario
    processes: int
    out: Path

    def head(self, units: str) -> str:
        """One line on what was lived, and in what the figures are."""
        business = self.scenario.business
        return (
            f"{business.name}: {business.market.people:,} people, {business.replications} paired "
            f"replications; {units}"
        )

    def write(self, template: Path, **values: Any) -> None:
        """Write the page of a template, under its name, and say where it is."""
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / template.name.removesuffix(".j2")
        path.write_text(page_of(template, **values), "utf-8")
        print(f"\n{path}")


def asked(what: str | None) -> Asked:
    """The options, with `what` the experiment is as their help; wrong input ends with code 2."""
    parser = argparse.ArgumentParser(
        description=what, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", nargs="?", type=Path, default=SCENARIO)
    parser.add_argument("--replications", type=int, default=10, help="2 or more, for intervals")
    parser.add_argument("--people", type=int)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("."))
    found = parser.parse_args()
    if found.replications < 2:
        parser.error("--replications must be 2 or more: there are no intervals of one")
    changes = {"replications": found.replications, "market.people": found.people}
    try:
        scenario = loyaltysim.load(found.scenario)
        scenario = scenario.change({k: v for k, v in changes.items() if v is not None})
    except ScenarioError as wrong:
        parser.error(str(wrong))
    return Asked(scenario, found.processes, found.out)


def live(scenario: Scenario, processes: int) -> list[list[Summary]]:
    """Each replication's runs of all alternatives, in their order, on the same people and luck."""
    tasks = [Task(STATED, number) for number in range(scenario.business.replications)]
    runs = dict(lived(scenario, levels_of(scenario.business), tasks, processes))
    return [runs[task] for task in tasks]
