"""`extends: other.yaml`: one scenario file built on another of the same folder tree."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import NoReturn

from loyaltysim.scenario.nodes import Node
from loyaltysim.scenario.overlay import overlay
from loyaltysim.scenario.problems import Problems, ScenarioError, printable, problem_at, shown
from loyaltysim.scenario.reading import read_file

MAX_CHAIN = 10


def read_extended(path: Path, problems: Problems) -> Node:
    """The file's nodes, laid over those of the file that it extends, and so on.

    What cannot be laid over is added to `problems`. Raises `ScenarioError` when a
    file cannot be read, lies outside the folder of the first one, or extends itself
    by a detour.
    """
    node = read_file(path, printable(path))
    # The folder in which the named file stands, not that to which it may link.
    root = path.parent.resolve()
    return _extended(node, path, root, [path.resolve()], problems)


def _extended(node: Node, path: Path, root: Path, chain: list[Path], problems: Problems) -> Node:
    link = node.get("extends")
    if link is None:
        return node
    own = node.with_item("extends", None)
    if link.value is None:
        return own
    other = _target(link, path, root)
    resolved = other.resolve()
    if resolved in chain:
        _refuse(link, "extends itself, directly or by a detour")
    if len(chain) >= MAX_CHAIN:
        _refuse(link, f"files extend one another at most {MAX_CHAIN} deep")
    base = _extended(_linked(link, other), other, root, [*chain, resolved], problems)
    return overlay(base, own, problems)


def _target(link: Node, path: Path, root: Path) -> Path:
    if not isinstance(link.value, str) or not link.value.strip():
        _refuse(link, "write the name of a file, such as base.yaml")
    if not link.value.isprintable():
        _refuse(link, "write a plain file name")
    path_of_a_kind = Path(link.value).is_absolute() or PureWindowsPath(link.value).drive
    if path_of_a_kind or "\\" in link.value or "://" in link.value:
        _refuse(link, "write a path relative to this file, with /")
    other = path.parent / link.value
    try:
        inside = other.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        _refuse(link, "is a link that leads back to itself, or cannot be followed")
    if not inside:
        _refuse(link, "must lie in the folder of the scenario file, or below it")
    return other


def _linked(link: Node, other: Path) -> Node:
    try:
        return read_file(other, printable(other))
    except ScenarioError as error:
        if error.problems[0].line is None:
            # The file as a whole is at fault, so the link to it is what to look at.
            _refuse(link, error.problems[0].hint)
        raise


def _refuse(link: Node, hint: str) -> NoReturn:
    found = shown(link.value, link.text)
    raise ScenarioError([problem_at(link.place, "extends", found=found, hint=hint)])
