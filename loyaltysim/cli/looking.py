"""Commands that look inside: one life, the week, the format of a scenario, a result again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from loyaltysim.cli.common import (
    Json,
    People,
    ScenarioFile,
    Whole,
    app,
    check_folder,
    console_of,
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
from loyaltysim.command import FAILED, OK, say


@app.command
def trace(
    scenario: ScenarioFile,
    /,
    *,
    customer: Annotated[
        int | None,
        Parameter(
            name=["--customer", "-c"],
            validator=validators.Number(gte=0),
            converter=whole,
            help="Number of the person, from 0; somebody with an eventful life if left out.",
        ),
    ] = None,
    alternative: Annotated[
        str | None, Parameter(name=["--alternative", "-a"], help="Which; the business if left out.")
    ] = None,
    against: Annotated[
        str | None, Parameter(help="Another one, to tell the same life in both side by side.")
    ] = None,
    people: People = None,
    replication: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=0, lt=2**62),
            converter=whole,
            help="Another number is other people and other luck.",
        ),
    ] = 0,
    all_: Annotated[
        bool, Parameter(name="--all", negative="", help="Also what changed nothing, one by one.")
    ] = False,
    json_: Json = False,
) -> int:
    """Tell one customer's life: choices with their reasons, encounters, points, stages, its end.

    With `--against`, the same person in two alternatives, and where the lives part.
    """
    from loyaltysim.scenario.problems import quoted

    plan_ = loaded(scenario, people=people)
    if against is not None and against == alternative:
        return refuse(f"{quoted(against)} against itself; name two different alternatives")
    people = plan_.business.market.people
    if customer is not None and customer >= people:
        return refuse(
            f"there is no customer {customer}; {plan_.business.name} has the numbers 0 to "
            f"{people - 1}"
        )
    say_if_compiling(console_of(stderr=True))

    from loyaltysim.studies.trace import eventful
    from loyaltysim.studies.trace import trace as trace_

    number = eventful(plan_, alternative, replication) if customer is None else customer
    told = trace_(plan_, number, alternative, against=against, replication=replication)
    if not told.buys and customer is not None:
        notes = console_of(stderr=True)
        other = eventful(plan_, alternative, replication)
        notes.print(f"Customer {customer} buys nothing here; --customer {other} has more to tell.")
    if json_:
        print_json(told.as_json())
        return OK
    console = console_of()
    width = min(console.width, 120) if console.is_terminal else 80
    console.print(told.told(width=width, everything=all_), markup=False)
    return OK


@app.command
def plan(
    *,
    all_: Annotated[
        bool,
        Parameter(
            name="--all",
            negative="",
            help="Also what only works something out, and what the rules call.",
        ),
    ] = False,
    json_: Json = False,
) -> int:
    """Print what happens in a week, in its order, from the code that does it."""
    from loyaltysim.story.plan import plan as plan_
    from loyaltysim.story.plan import print_plan

    steps = plan_()
    if json_:
        print_json([step.as_json() for step in steps])
    else:
        print_plan(steps, console_of(), deep=all_)
    return OK


EDITOR_LINE = "# yaml-language-server: $schema=./{name}"


@app.command
def schema(
    *,
    out: Annotated[
        Path | None, Parameter(name=["--out", "-o"], help="File to write; must not exist yet.")
    ] = None,
) -> int:
    """Print the JSON Schema of scenario files, for completion and checks in an editor."""
    from loyaltysim.scenario import schema as schema_
    from loyaltysim.scenario.problems import printable

    text = json.dumps(schema_(), indent=2, ensure_ascii=False) + "\n"
    name = "loyaltysim.schema.json"
    if out is None:
        console_of().print(text, end="", markup=False)
        say(f"Save it: loyaltysim schema --out {name}")
    else:
        code = write_new(out, text, such_as="loyaltysim schema --out my.schema.json")
        if code != OK:
            return code
        name = printable(out.name)
        say(f"Wrote {printable(out)}.")
    line = EDITOR_LINE.format(name=name)
    say(f"With this first line in a scenario beside it, an editor completes and checks:\n{line}")
    return OK


@app.command
def rerun(
    result: Annotated[Path, Parameter(help="Results folder of `compare` or `run`.")],
    /,
    *,
    processes: Annotated[
        Whole,
        Parameter(name=["--processes", "-p"], help="Worker processes; all cores if left out."),
    ] = None,
    out: Annotated[
        Path | None,
        Parameter(name=["--out", "-o"], help="Keep the new results there; must not exist yet."),
    ] = None,
    json_: Json = False,
) -> int:
    """Run again what made a results folder, and say whether it gives the same bytes."""
    from contextlib import nullcontext
    from tempfile import TemporaryDirectory

    from loyaltysim.studies.rerun import EDITED, ProvenanceError, origin_of
    from loyaltysim.studies.rerun import rerun as rerun_

    try:
        origin = origin_of(result)
    except ProvenanceError as error:
        return refuse(str(error))
    notes = console_of(stderr=True)
    if out is not None:
        check_folder(out, notes)
    say_if_compiling(notes)
    place = TemporaryDirectory() if out is None else nullcontext(str(out.parent))
    with place as folder, progress_bar(notes, f"Living {result.name} again") as progress:
        repeat = rerun_(
            result,
            out or Path(folder) / "again",
            origin=origin,
            processes=processes,
            progress=progress,
        )
    if json_:
        print_json({"same": repeat.same, "differ": repeat.differ, "changed": repeat.changed})
    elif repeat.differ:
        console = console_of()
        edited = [name for name, why in repeat.differ.items() if why == EDITED]
        for name in edited:
            console.print(f"{escaped(name)} {EDITED}.")
        for name, (then, now) in repeat.changed.items():
            console.print(f"{escaped(name)} was {escaped(then)}, is {escaped(now)}.")
        console.print(f"Not the same bytes: {len(repeat.differ)} files differ.")
        for name, why in repeat.differ.items():
            if name not in edited:
                console.print(f"  {escaped(name)} {why}")
    else:
        console_of().print(f"The same bytes: {len(repeat.same)} files.")
    if out is not None and not json_:
        console_of().print(f"Wrote {shown_path(out)}")
    return FAILED if repeat.differ else OK
