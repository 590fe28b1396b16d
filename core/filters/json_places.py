"""JSON with the place of each value in the text, so that what is wrong with one can be shown where it stands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from core.errors import FormatError

MAX_SIGNS = 1_000_000
_MOST_DIGITS = 400  # Python reads ten times as many; no number of ours has more than twenty
_BLANKS = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Node:
    """`value` is a plain value, a list of nodes, or a list of members."""

    value: Any
    at: int  # where it begins


@dataclass(frozen=True, slots=True)
class Member:
    """A key with its value."""

    key: str
    at: int  # where the key begins
    node: Node


@dataclass(frozen=True, slots=True)
class Members:
    """An object: its keys in their order, twice where they are there twice."""

    items: tuple[Member, ...]


class FilterTextError(FormatError):
    """A text is no filter. `line` and `column` count from 1, `at` from 0: where in the text that shows."""

    def __init__(self, text: str, sentence: str, at: int, *, code: str, hint: str = "") -> None:
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        super().__init__(sentence.format(line=line, column=column), line=line, code=code, hint=hint)
        self.column = column
        self.at = at


def parse(text: str) -> Node:
    """Raises FilterTextError (E-531) for what is not JSON."""
    if len(text) > MAX_SIGNS:
        raise FilterTextError(text, f"The filter has more than {MAX_SIGNS:,} signs.", 0, code="E-531")
    try:
        json.loads(text, parse_constant=_passed, parse_int=_passed)  # what is wrong with numbers is seen below
        return _value(text, _after_blanks(text, 0))[0]
    except json.JSONDecodeError as error:
        sentence = "Not valid JSON at line {line}, column {column}."
        raise FilterTextError(text, sentence, error.pos, code="E-531", hint=f"{error.msg}.") from None
    except RecursionError:
        sentence = "The brackets are nested too deep to be read."
        raise FilterTextError(text, sentence, 0, code="E-531") from None


def _passed(word: str) -> None:
    """Whatever it says."""


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _value(text: str, at: int) -> tuple[Node, int]:
    """Of a text that is JSON: the value that begins here, and where it ends."""
    sign = text[at]
    if sign == '"':
        value, end = scanstring(text, at + 1)
        return Node(value, at), end
    if sign == "{":
        return _members(text, at)
    if sign == "[":
        return _list(text, at)
    for word, meaning in _WORDS.items():
        if text.startswith(word, at):
            return Node(meaning, at), at + len(word)
    found = _NUMBER.match(text, at)
    if found is None or len(found.group()) > _MOST_DIGITS:  # NaN, Infinity, or thousands of digits
        sentence = "Not valid JSON at line {line}, column {column}."
        raise FilterTextError(text, sentence, at, code="E-531", hint="There is no such number.")
    return Node(json.loads(found.group()), at), found.end()


def _members(text: str, start: int) -> tuple[Node, int]:
    items: list[Member] = []
    at = _after_blanks(text, start + 1)
    while text[at] != "}":
        key, end = scanstring(text, at + 1)
        colon = _after_blanks(text, end)
        node, end = _value(text, _after_blanks(text, colon + 1))
        items.append(Member(key, at, node))
        at = _after_comma(text, end)
    return Node(Members(tuple(items)), start), at + 1


def _list(text: str, start: int) -> tuple[Node, int]:
    items: list[Node] = []
    at = _after_blanks(text, start + 1)
    while text[at] != "]":
        node, end = _value(text, at)
        items.append(node)
        at = _after_comma(text, end)
    return Node(items, start), at + 1


def _after_comma(text: str, at: int) -> int:
    at = _after_blanks(text, at)
    return _after_blanks(text, at + 1) if text[at] == "," else at
