"""Commands from a scenario file to a decision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from loyaltysim.cli.common import (
    Json,
    Out,
    Parquet,
    People,
    Processes,
    Replications,
    ScenarioFile,
    app,
    check_folder,
    check_parquet,
    console_of,
    deliver,
    escaped,
    loaded,
    print_json,
    progress_bar,
    refuse,
    say_if_compiling,
    shown_path,
    whole,
    write_new,
)
from loyaltysim.command import OK, WRONG_INPUT, say


@app.command
def compare(
    scenario: ScenarioFile,
    /,
    *,
    replications: Replications = None,
    within: Annotated[
        float | None,
        Parameter(
            validator=validators.Number(gt=0),
            help="Go on until intervals of incremental profit reach at most so far to each side, "
            "in the currency; replications are then the first batch.",
        ),
    ] = None,
    most: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=2), converter=whole, help="Replications at most, then."
        ),
    ] = 1000,
    people: People = None,
    processes: Processes = None,
    out: Out = None,
    parquet: Parquet = False,
    json_: Json = False,
) -> int:
    """Live every customer with each alternative, and say which of them pays.

    Prints a table and writes a results folder with tidy tables and one page
    (`report.html`) to open, print or send.
    """
    from loyaltysim.results.folder import free_name

    check_parquet(parquet)
    plan = loaded(scenario, replications, people)
    plan.reference  # noqa: B018  (says so before any work when there is nothing to compare)
    folder = out or free_name(Path("results") / scenario.stem)
    notes = console_of(stderr=True)
    check_folder(folder, notes)
    say_if_compiling(notes)

    from loyaltysim.studies.compare import compare as compare_

    with progress_bar(notes, f"Living {plan.business.name}") as progress:
        comparison = compare_(
            plan, processes=processes, progress=progress, within=within, most=most
        )

    from loyaltysim.report.page import render
    from loyaltysim.results.folder import write

    # Some lives are lived once more for it, which can be broken off like all others.
    pages = {"report.html": render(comparison)}

    def keep() -> Path:
        command = {"compare": scenario.name}
        return write(
            folder, comparison.scenario, comparison.tables, command, pages=pages, parquet=parquet
        )

    def show(kept: Path | None) -> None:
        if json_:
            names = ("alternatives", "customer_classes", "members")
            tables = {name: comparison.tables[name].to_json(orient="records") for name in names}
            rows = {name: json.loads(table) for name, table in tables.items()}
            place = str(kept) if kept is not None else None
            print_json({"scenario": plan.business.name, "folder": place, **rows})
            return
        from loyaltysim.report.terminal import print_comparison

        print_comparison(comparison, console_of())
        if comparison.stopped is not None:
            console_of().print(f"Lived {escaped(str(comparison.stopped))}.")
        for note in plan.notes():
            notes.print(f"[dim]Note: {escaped(note)}[/dim]")
        if kept is not None:
            console_of().print(f"Wrote {shown_path(kept)}: open {shown_path(kept / 'report.html')}")

    return deliver(keep, show)


@app.command
def split(
    scenario: ScenarioFile,
    /,
    *,
    budget: Annotated[
        float | None,
        Parameter(
            name=["--budget", "-b"],
            validator=validators.Number(gt=0),
            help="Money a week to split, no more than sales; 2% of them if left out.",
        ),
    ] = None,
    parts: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=1, lte=4),
            converter=whole,
            help="Equal parts of the budget that each go to one lever.",
        ),
    ] = 2,
    replications: Replications = None,
    people: People = None,
    processes: Processes = None,
    out: Annotated[
        Path | None, Parameter(name=["--out", "-o"], help="A page with the picture to write.")
    ] = None,
    json_: Json = False,
) -> int:
    """Points or people? Split one budget between rewards, pay, training, recovery and quality.

    Every split is lived on the same people and luck until it spends the same; prints what it
    spends, its profit and the customers it loses, which splits no other beats in both, and what
    pays more than rewards: at half and twice the money, and by what quality costs.
    """
    from loyaltysim.scenario.problems import printable

    plan = loaded(scenario, replications, people)
    notes = console_of(stderr=True)
    if out is not None and out.exists():
        return refuse(f"{printable(out)} exists already and is left as it is; name another file")
    say_if_compiling(notes)

    from loyaltysim.studies.split import split as split_

    with progress_bar(notes, f"Splitting for {plan.business.name}") as progress:
        found = split_(plan, per_week=budget, parts=parts, processes=processes, progress=progress)

    from loyaltysim.report.split import page, print_split

    if json_:
        rows = json.loads(found.table.reset_index().to_json(orient="records"))
        print_json(
            {
                "scenario": plan.business.name,
                "per_week": found.per_week,
                "left_out": found.left_out,
                "splits": rows,
            }
        )
    else:
        print_split(found, console_of())
    if out is None:
        return OK
    return write_new(out, page(found), such_as="loyaltysim split shop.yaml --out split.html")


@app.command
def run(
    scenario: ScenarioFile,
    /,
    *,
    alternative: Annotated[
        str | None, Parameter(name=["--alternative", "-a"], help="Which; the business if left out.")
    ] = None,
    replication: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=0, lt=2**62),
            converter=whole,
            help="Another number is other people and other luck.",
        ),
    ] = 0,
    threads: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=1),
            converter=whole,
            help="The result is the same with any number.",
        ),
    ] = 1,
    people: People = None,
    out: Out = None,
    parquet: Parquet = False,
    json_: Json = False,
) -> int:
    """Live one alternative once, and print its years; `--out` keeps every table."""
    check_parquet(parquet)
    plan = loaded(scenario, people=people)
    notes = console_of(stderr=True)
    if out is not None:
        check_folder(out, notes)
    say_if_compiling(notes)

    from loyaltysim.studies.simulate import simulate

    tables = simulate(plan, alternative, replication=replication, threads=threads)

    def keep() -> Path | None:
        if out is None:
            return None
        from loyaltysim.results.folder import write

        command = {"run": scenario.name, "alternative": alternative, "replication": replication}
        return write(out, plan, tables.tables, command, parquet=parquet)

    def show(kept: Path | None) -> None:
        if json_:
            years = json.loads(tables.years.to_json(orient="records"))
            print_json({"scenario": plan.business.name, "alternative": alternative, "years": years})
            return
        from loyaltysim.report.terminal import print_run

        print_run(tables, alternative, console_of())
        if kept is not None:
            console_of().print(f"Wrote {shown_path(kept)}")

    return deliver(keep, show)


@app.command
def validate(scenario: ScenarioFile, /, *, json_: Json = False) -> int:
    """Check a scenario file: every mistake at once, with its line and the nearest valid name."""
    from loyaltysim.scenario import ScenarioError, load

    try:
        plan = load(scenario)
    except ScenarioError as error:
        if json_:
            print_json({"valid": False, "problems": json.loads(error.to_json())})
            return WRONG_INPUT
        raise
    if json_:
        print_json(
            {
                "valid": True,
                "scenario": plan.business.name,
                "alternatives": list(plan.alternatives),
                "notes": plan.notes(),
            }
        )
        return OK
    console = console_of()
    business = plan.business
    console.print(
        f"{shown_path(scenario)} is valid: {escaped(business.name)}, "
        f"{business.market.people:,} people, {business.weeks} weeks, "
        f"{business.replications} replications."
    )
    if plan.alternatives:
        console.print(f"Alternatives: {escaped(', '.join(plan.alternatives))}.")
    for note in plan.notes():
        console.print(f"[dim]Note: {escaped(note)}[/dim]")
    return OK


@app.command
def init(
    path: Annotated[Path, Parameter(help="Where to write the scenario.")] = Path("scenario.yaml"),
) -> int:
    """Write a commented starter scenario, ready to compare."""
    from importlib.resources import files

    text = files("loyaltysim.scenario").joinpath("starter.yaml").read_text("utf-8")
    code = write_new(path, text, such_as="loyaltysim init my_business.yaml")
    if code != OK:
        return code
    console_of().print(
        f"Wrote {shown_path(path)}. Edit it, then: loyaltysim compare {shown_path(path)}"
    )
    return OK


@app.command
def evidence(
    parameter: Annotated[
        str | None, Parameter(help="Name, or a part of it; all if left out.")
    ] = None,
    *,
    json_: Json = False,
) -> int:
    """Show where defaults come from: value, unit, plausible range, source and grade."""
    from loyaltysim.evidence import find, nearest, register
    from loyaltysim.scenario.problems import quoted

    entries = find(parameter) if parameter else list(register().values())
    if parameter and not entries:
        entries = nearest(parameter)
        if entries:
            names = ", ".join(entry.name for entry in entries)
            say(f"No default is called {quoted(parameter)}; the nearest: {names}.")
    if json_:
        from dataclasses import asdict

        print_json([asdict(entry) for entry in entries])
        return OK if entries else WRONG_INPUT
    if not entries:
        return refuse(
            f"no default is called anything like {quoted(parameter)}; "
            "`loyaltysim evidence` lists all of them"
        )
    from loyaltysim.report.terminal import print_evidence

    print_evidence(entries, parameter, console_of())
    return OK
