"""Filters from JSON, in Calque's own form and in the reference's.

Both are one language: {"$and": [{"dir": "train"}, {"annotations": {"$gt": 3}}]}. What a text says otherwise than
Calque writes it is read as what it means: a bare value, several fields or operators in one object, the whole in
{"filter": ...}, a tag as "metadata.system.tags.train": true.
"""

from __future__ import annotations

from typing import Any

from core.domain.filter_fields import FIELDS
from core.domain.filter_patterns import has_signs
from core.domain.filter_values import MAX_CONDITIONS, MAX_DEPTH, UnfitError, count_conditions, fitting
from core.domain.filters import Condition, Group, Joint, Operator
from core.filters.json_places import FilterTextError, Members, Node, parse

FORMAT = 1
_TAGS = "metadata.system.tags."
_TRUE_OF_ALL = {"hidden": False, "type": "file"}
"""What the reference says of every image: Calque has no hidden ones, and no folders among them."""


def read_filter(text: str) -> Group:
    """Raises FilterTextError: E-531 for what is not JSON, E-530 for a field, operator or value that is not known."""
    return _Reading(text).whole(parse(text))


class _Reading:
    """Of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def whole(self, node: Node) -> Group:
        inner = self._unwrapped(node)
        item = self._item(inner, depth=1)
        group = item if isinstance(item, Group) else Group(Joint.AND, (item,))
        if count_conditions(group) > MAX_CONDITIONS:
            raise self._refusal(f"A filter has at most {MAX_CONDITIONS} conditions.", node.at)
        return group

    def _unwrapped(self, node: Node) -> Node:
        """Without the {"format": 1, "filter": ...} round it."""
        if not isinstance(node.value, Members):
            raise self._refusal('A filter is an object such as {"dir": "train"}', node.at)
        keys = [member.key for member in node.value.items]
        if "filter" not in keys:
            return node
        self._check_twice(node.value)
        for member in node.value.items:
            if member.key == "format":
                self._check_format(member.node)
            elif member.key != "filter":
                raise self._unknown(member.key, member.at, 'Beside "filter" there is only "format".')
        return next(member.node for member in node.value.items if member.key == "filter")

    def _check_format(self, node: Node) -> None:
        number = node.value
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise self._refusal('"format" is 1', node.at)
        if number > FORMAT:
            sentence = f"The filter was written by a newer Calque (format {number}; this one knows {FORMAT})"
            raise self._refusal(sentence, node.at)

    def _item(self, node: Node, depth: int) -> Condition | Group:
        """An object: a condition, or what joins several."""
        if not isinstance(node.value, Members):
            raise self._refusal('A condition is an object such as {"dir": "train"}', node.at)
        if depth > MAX_DEPTH:
            raise self._refusal(f"Groups are at most {MAX_DEPTH} deep in each other", node.at)
        self._check_twice(node.value)
        items: list[Condition | Group] = []
        for member in node.value.items:
            if member.key in (Joint.AND, Joint.OR):
                items.append(self._group(Joint(member.key), member.node, depth))
            elif member.key.startswith("$"):
                raise self._unknown(member.key, member.at, 'What joins conditions is "$and" or "$or".')
            else:
                items += self._conditions(member.key, member.at, member.node)
        return items[0] if len(items) == 1 else Group(Joint.AND, tuple(items))

    def _group(self, joint: Joint, node: Node, depth: int) -> Group:
        if not isinstance(node.value, list):
            raise self._refusal(f'"{joint}" needs a list of conditions', node.at)
        items = tuple(self._item(one, depth + 1) for one in node.value)
        return Group(joint, tuple(item for item in items if joint is Joint.OR or item != Group()))

    def _conditions(self, key: str, at: int, node: Node) -> list[Condition]:
        """Of one field: one for each operator."""
        if key in _TRUE_OF_ALL and node.value == _TRUE_OF_ALL[key]:
            return []
        if key.startswith(_TAGS):
            return [self._tag(key.removeprefix(_TAGS), node)]
        if key not in FIELDS:
            raise self._unknown(key, at, f"Fields are {', '.join(FIELDS)}.")
        if not isinstance(node.value, Members):
            return [self._condition(key, self._bare(key, node), node, node.at)]
        self._check_twice(node.value)
        found: list[Condition] = []
        for member in node.value.items:
            if member.key not in FIELDS[key].operators:
                raise self._unknown(member.key, member.at, f'"{key}" knows {", ".join(FIELDS[key].operators)}.')
            found.append(self._condition(key, Operator(member.key), member.node, member.node.at))
        return found

    def _bare(self, key: str, node: Node) -> Operator:
        """What a value without an operator means: a list any of it, a text with "*" or "?" a pattern."""
        if isinstance(node.value, list):
            return Operator.IN
        is_pattern = isinstance(node.value, str) and Operator.MATCH in FIELDS[key].operators and has_signs(node.value)
        return Operator.MATCH if is_pattern else Operator.EQ

    def _tag(self, tag: str, node: Node) -> Condition:
        """The reference keeps a tag as a field that is true or not there."""
        value = node.value
        if isinstance(value, Members) and len(value.items) == 1 and value.items[0].key in ("$exists", "$eq", "$ne"):
            is_turned, value = value.items[0].key == "$ne", value.items[0].node.value
            value = (not value) if is_turned and isinstance(value, bool) else value
        if not isinstance(value, bool):
            raise self._refusal(f'"{_TAGS}{tag}" is true or false', node.at)
        operator = Operator.EQ if value else Operator.NE
        return self._fitting(Condition("tag", operator, tag), node.at)

    def _condition(self, key: str, operator: Operator, node: Node, at: int) -> Condition:
        value: Any = node.value
        if isinstance(value, list):
            value = tuple(one.value for one in value)
        return self._fitting(Condition(key, operator, value), at)

    def _fitting(self, condition: Condition, at: int) -> Condition:
        try:
            return fitting(condition)
        except UnfitError as error:
            raise self._refusal(str(error).removesuffix("."), at) from None

    def _check_twice(self, members: Members) -> None:
        seen: set[str] = set()
        for member in members.items:
            if member.key in seen:
                raise self._refusal(f'"{member.key}" is there twice; join the two with "$and"', member.at)
            seen.add(member.key)

    def _unknown(self, word: str, at: int, hint: str) -> FilterTextError:
        return FilterTextError(
            self._text,
            f'Unknown field or operator "{_plain(word)}" at line {{line}}, column {{column}}.',
            at,
            code="E-530",
            hint=hint,
        )

    def _refusal(self, sentence: str, at: int) -> FilterTextError:
        words = f"{_plain(sentence).removesuffix('.')} (line {{line}}, column {{column}})."
        return FilterTextError(self._text, words, at, code="E-530")


def _plain(text: str) -> str:
    """What goes through `format` unharmed, and is of one line."""
    return " ".join(text.split()).replace("{", "{{").replace("}", "}}")
