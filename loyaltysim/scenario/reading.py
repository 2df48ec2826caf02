"""From the bytes of a scenario file to nodes, within bounds that are checked first.

YAML 1.2's core schema is applied here, to the parser's events: nothing is
built that could run code, grow without limit, or turn `no` into false.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.nodes import MAX_DEPTH, MAX_NODES, Node
from loyaltysim.scenario.problems import (
    Place,
    Problem,
    ScenarioError,
    printable,
    problem_at,
    quoted,
    shown,
    spelt,
)

MAX_BYTES = 500_000
"""The parser takes about ten microseconds for a byte at worst."""

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 40
_STANDARD_TAG = "tag:yaml.org,2002:"


def read_file(path: Path, label: str) -> Node:
    """The nodes of a scenario file; `label` names it in messages.

    Raises `ScenarioError` when the file is missing, unreadable, not UTF-8, not
    YAML, larger or deeper than any scenario, or not a map.
    """
    return parse(_decoded(_bytes_of(path, label), label), label)


def _bytes_of(path: Path, label: str) -> bytes:
    try:
        if path.is_dir():
            _refuse(label, "is a folder; name a file in it", _files_in(path))
        if path.exists() and not path.is_file():  # A pipe would be waited for, a device never end.
            _refuse(label, "is not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(label, f"no such file{_instead_of(path)}")
    except PermissionError:
        _refuse(label, "may not be read: permission is missing")
    except OSError as error:
        _refuse(label, f"cannot be read: {error.strerror}")
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        _refuse(label, f"cannot be read: {error}")
    if len(data) > MAX_BYTES:
        _refuse(label, f"is larger than {MAX_BYTES // 1000} kB; a scenario is a few kB")
    return data


def _siblings(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix in {".yaml", ".yml", ".json"})[:500]
    except OSError:
        return []


def _instead_of(path: Path) -> str:
    if path.is_symlink():
        return "; it is a link to one that is not there"
    if not path.parent.is_dir():
        return f"; there is no folder {quoted(path.parent)}"
    names = [p.name for p in _siblings(path.parent)]
    whole = [name for name in names if name.startswith(f"{path.name}.")]
    return suggestion(path.name, names) or suggestion(f"{path.name}.yaml", whole)


def _files_in(folder: Path) -> str:
    names = [printable(p.name) for p in _siblings(folder)][:10]
    return f", such as {', '.join(names)}" if names else ""


def _decoded(data: bytes, label: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        _refuse(label, "is UTF-16 or UTF-32 text; save it as UTF-8")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        hint = "is not text (it holds zero bytes); a scenario is a UTF-8 text file"
        raise ScenarioError([Problem(label, line, hint=hint)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = f"is not UTF-8 (byte 0x{data[error.start]:02x}); save it as UTF-8"
        raise ScenarioError([Problem(label, line, hint=hint)]) from None
    if not text.strip():
        _refuse(label, "is empty")
    return text


def parse(text: str, label: str) -> Node:
    """The nodes of YAML 1.2 text. Raises `ScenarioError`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    reader = YAML(typ="safe", pure=True)
    try:
        return _Builder(reader.parse(text), label).document()
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        first, mark = error.context_mark, error.problem_mark or error.context_mark
        place = Place(label, mark.line + 1, mark.column + 1) if mark else None
        words = _plain_words(str(error.problem or error.context))
        if mark:
            from_line = first.line if first else mark.line
            words += _lookalike(text.split("\n")[from_line : mark.line + 1], from_line + 1)
        raise ScenarioError([problem_at(place, hint=f"is not valid YAML: {words}")]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        hint = f"holds the control character {spelt(text[error.position])}; delete it"
        raise ScenarioError([Problem(label, line, hint=hint)]) from None
    except RecursionError:
        _refuse(label, f"is nested deeper than {MAX_DEPTH} levels")
    except Exception as error:
        # The parser lets other errors through for a few malformed escapes and
        # characters; whatever it is, the text is at fault.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        _refuse(label, f"is not valid YAML: {shown(reason)}")


def _plain_words(message: str) -> str:
    if "\\t" in message:
        return "a tab where spaces are needed; indent with spaces"
    if "mapping values are not allowed" in message:
        return "a colon in an unexpected place; check the indentation, or put the text in quotes"
    if "could not find expected ':'" in message:
        return "a line without a colon; write `field: value`"
    if "<document start>" in message or "<block end>" in message:
        return "does not fit the lines above; check the indentation, or put the text in quotes"
    if "end of stream" in message or "<stream end>" in message:
        return "the file ends inside a bracket, a brace or a quoted text; close it"
    if "expected ',' or" in message:
        return "a comma, a bracket or a brace is missing before this, or one too many is here"
    if "escape" in message:
        return "a backslash has a meaning in double quotes; write \\\\, or use single quotes"
    return message


def _lookalike(lines: list[str], first: int) -> str:
    """What a Chinese keyboard or a word processor put in place of a colon or a space."""
    for number, line in enumerate(lines, first):
        for character, meant in (("：", "colon"), ("\u3000", "space"), ("\xa0", "space")):
            if character in line.partition("#")[0]:
                return f"; {printable(character)} in line {number} is no plain {meant}"
    return ""


class _Builder:
    """Nodes from the parser's events."""

    def __init__(self, events: Iterator[Any], label: str):
        self.events = events
        self.label = label
        self.nodes = 0
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.deepest = 0
        self.path: list[str] = []

    def document(self) -> Node:
        next(self.events)
        start = next(self.events)
        if type(start).__name__ == "StreamEndEvent":
            _refuse(self.label, "is empty")
        root = self.node(next(self.events), 1)
        next(self.events)
        after = next(self.events)
        if type(after).__name__ != "StreamEndEvent":
            self.refuse(after, "a second document begins here; a scenario is one document")
        if root.value is None:
            _refuse(self.label, "is empty")
        if not isinstance(root.value, dict):
            place = root.place
            found = shown(root.value, root.text)
            hint = "a scenario is a map of fields, such as `name: Corner coffee`"
            raise ScenarioError([problem_at(place, found=found, hint=hint)])
        return root

    def node(self, event: Any, depth: int) -> Node:
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self.alias(event, depth)
        if event.tag is not None:
            tag = shown(str(event.tag).replace(_STANDARD_TAG, "!!"))
            self.refuse(event, f"tags such as {tag} are not used in scenarios")
        self.count(event, 1, depth)
        before, self.deepest, deepest = self.nodes - 1, depth, self.deepest
        place = self.place(event)
        if kind == "MappingStartEvent":
            node = Node(self.mapping(depth), place)
        elif kind == "SequenceStartEvent":
            node = Node(self.sequence(depth), place)
        else:
            node = Node(self.single(event), place, text=event.value)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.nodes - before, self.deepest - depth)
        self.deepest = max(deepest, self.deepest)
        return node

    def alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self.anchors:
            self.refuse(event, f"*{shown(event.anchor)} stands for nothing written above")
        node, size, height = self.anchors[event.anchor]
        self.count(event, size, depth + height)
        return replace(node, place=self.place(event))

    def count(self, event: Any, nodes: int, depth: int) -> None:
        self.nodes += nodes
        self.deepest = max(self.deepest, depth)
        if depth > MAX_DEPTH:
            self.refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            self.refuse(event, f"more than {MAX_NODES} values, those repeated by * counted")

    def mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for event in self.until("MappingEndEvent"):
            key = self.node(event, depth + 1)
            if not isinstance(key.value, str):
                hint = "names must be text; put it in quotes"
                if isinstance(key.value, float | int):
                    hint += ", or write a decimal with a point"
                self.refuse(event, hint, shown(key.value, key.text))
            if key.value == "<<" and not event.style:
                hint = "`<<` is not part of YAML 1.2; write the fields out, or use extends"
                self.refuse(event, hint)
            if key.value in found:
                first = found[key.value].named_at
                line = first.line if first else 0
                self.refuse(event, f"{quoted(key.value)} stands twice (first in line {line})")
            self.path.append(shown(key.value))
            value = self.node(next(self.events), depth + 1)
            self.path.pop()
            found[key.value] = replace(value, named_at=key.place)
        return found

    def sequence(self, depth: int) -> list[Node]:
        found: list[Node] = []
        for event in self.until("SequenceEndEvent"):
            self.path.append(f"item {len(found) + 1}")
            found.append(self.node(event, depth + 1))
            self.path.pop()
        return found

    def until(self, end: str) -> Iterator[Any]:
        while type(event := next(self.events)).__name__ != end:
            yield event

    def single(self, event: Any) -> Any:
        """A single value by YAML 1.2's core schema."""
        text: str = event.value
        if not text.isascii():
            text = self.text(event)
        if event.style in ("'", '"', "|", ">"):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self.refuse(event, "numbers must be finite", text)
        if not (_DECIMAL.fullmatch(text) or _OCTAL_OR_HEX.fullmatch(text)):
            return text
        if len(text) > _LONGEST_NUMBER:
            self.refuse(event, f"a number has at most {_LONGEST_NUMBER} characters", shown(text))
        if _WHOLE.fullmatch(text):
            return self.within(event, int(text))
        if _OCTAL_OR_HEX.fullmatch(text):
            return self.within(event, int(text, 0))
        return self.within(event, float(text))

    def text(self, event: Any) -> str:
        """Text whose surrogate escapes (JSON's way to write emoji) are joined."""
        try:
            return str(event.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeError:
            self.refuse(event, "holds half a character (a lone surrogate escape)")

    def within(self, event: Any, value: float) -> float:
        if (isinstance(value, int) and abs(value) >= 2**63) or not math.isfinite(value):
            self.refuse(event, "too large a number", shown(event.value))
        return value

    def place(self, event: Any) -> Place:
        return Place(self.label, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, event: Any, hint: str, found: str = "") -> NoReturn:
        # The whole path of something nested absurdly deep would help nobody.
        field = ".".join(self.path[:8])
        raise ScenarioError([problem_at(self.place(event), field, hint=hint, found=found)])


def _refuse(label: str, hint: str, more: str = "") -> NoReturn:
    raise ScenarioError([Problem(label, hint=hint + more)])
