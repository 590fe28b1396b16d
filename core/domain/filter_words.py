"""A filter in words, as chips and sentences show it: in train, with illustration, more than 3 annotations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.domain.counting import counted, in_bytes
from core.domain.filter_fields import FIELDS, Field, FieldKind
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown

EVERYTHING = "all images"
NOTHING_PASSES = UserMessage("The filter matches nothing.", code="W-532", severity=Severity.WARNING)
_MOST_NAMES = 4


def in_words(group: Group) -> str:
    """Of the whole; "all images" where nothing restricts."""
    if not group.items:
        return EVERYTHING if group.joint is Joint.AND else "no image"
    words = [_item(item, is_alone=len(group.items) == 1) for item in group.items]
    return (", " if group.joint is Joint.AND else " or ").join(words)


def condition_in_words(condition: Condition) -> str:
    """Of one that fits its field."""
    field = FIELDS[condition.field]
    special = _SPECIAL.get(field.key)
    if special is not None:
        return special(condition)
    if condition.operator is Operator.EXISTS:
        return f"{'with' if condition.value else 'without'} {_a(field.title)}"
    return f"{field.title.lower()} {_compared(field, condition)}"


def operator_in_words(field: Field, operator: Operator) -> str:
    """As an editor offers it."""
    if field.kind is FieldKind.DATE and operator in _OF_DATES:
        return _OF_DATES[operator]
    return _OPERATORS[operator]


_OPERATORS: Mapping[Operator, str] = {
    Operator.EQ: "is",
    Operator.NE: "is not",
    Operator.GT: "more than",
    Operator.GTE: "at least",
    Operator.LT: "less than",
    Operator.LTE: "at most",
    Operator.IN: "is any of",
    Operator.NIN: "is none of",
    Operator.EXISTS: "is there",
    Operator.MATCH: "is like",
}
_OF_DATES: Mapping[Operator, str] = {
    Operator.EQ: "on",
    Operator.NE: "not on",
    Operator.GT: "after",
    Operator.GTE: "on or after",
    Operator.LT: "before",
    Operator.LTE: "on or before",
}


def _item(item: Condition | Group, *, is_alone: bool) -> str:
    if isinstance(item, Condition):
        return condition_in_words(item)
    words = in_words(item)
    return words if is_alone or len(item.items) < 2 else f"({words})"


def _a(title: str) -> str:
    word = title[0].lower() + title[1:]
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _values(condition: Condition) -> Sequence[Any]:
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)


def _quoted(value: Any) -> str:
    return f'"{shown(str(value))}"'


def _listed(condition: Condition, joined_by: str, say: Callable[[Any], str] = _quoted) -> str:
    words = [say(value) for value in _values(condition)]
    if len(words) > _MOST_NAMES:
        words = [*words[: _MOST_NAMES - 1], f"{len(words) - _MOST_NAMES + 1:,} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joined_by} {words[-1]}"


def _is_negative(condition: Condition) -> bool:
    return condition.operator in (Operator.NE, Operator.NIN) or (
        condition.operator is Operator.EXISTS and not condition.value
    )


def _compared(field: Field, condition: Condition) -> str:
    def say(value: Any) -> str:
        return _number(field, value) if field.is_number else _text(field, value)

    if condition.operator in (Operator.IN, Operator.NIN):
        return f"{'is' if condition.operator is Operator.IN else 'is not'} {_listed(condition, 'or', say)}"
    return f"{operator_in_words(field, condition.operator)} {say(condition.value)}"


def _text(field: Field, value: Any) -> str:
    words = dict(field.choices).get(str(value))
    return words if words is not None else f'"{shown(str(value))}"'


def _number(field: Field, value: Any) -> str:
    if field.kind is FieldKind.BYTES and isinstance(value, int):
        return in_bytes(value)
    text = f"{value:,}"
    return f"{text} {field.unit}" if field.unit else text


def _folder(condition: Condition) -> str:
    def say(value: Any) -> str:
        return shown(str(value)) if value else "the project's folder"

    if condition.operator is Operator.MATCH:
        return f"folder like {say(condition.value)}"
    return f"{'not in' if _is_negative(condition) else 'in'} {_listed(condition, 'or', say)}"


def _class(condition: Condition) -> str:
    verb = "without" if _is_negative(condition) else "with"
    if condition.operator is Operator.EXISTS:
        return f"{verb} any class" if verb == "without" else "with a class"
    if condition.operator is Operator.MATCH:
        return f'with a class like "{shown(str(condition.value))}"'
    return f"{verb} {_listed(condition, 'or', lambda value: shown(str(value)))}"


def _annotations(condition: Condition) -> str:
    number = condition.value
    if isinstance(number, tuple):
        joined = _listed(condition, "or", lambda value: f"{value:,}")
        return f"{'' if condition.operator is Operator.IN else 'not '}{joined} annotations"
    words = {Operator.EQ: "", Operator.NE: "not ", Operator.LT: "fewer than "}
    word = words.get(condition.operator, f"{_OPERATORS[condition.operator]} ")
    return f"{word}{counted(number, 'annotation') if isinstance(number, int) else f'{number:,} annotations'}"


def _yes_no(yes: str, no: str) -> Callable[[Condition], str]:
    return lambda condition: yes if (condition.value is True) is (condition.operator is Operator.EQ) else no


def _tag(condition: Condition) -> str:
    if condition.operator is Operator.EXISTS:
        return "tagged" if condition.value else "without a tag"
    if condition.operator is Operator.MATCH:
        return f'with a tag like "{shown(str(condition.value))}"'
    return f"{'not tagged' if _is_negative(condition) else 'tagged'} {_listed(condition, 'or')}"


def _part(condition: Condition) -> str:
    if condition.operator is Operator.EXISTS:
        return f"{'' if condition.value else 'not '}for train, validation or test"
    return f"{'not ' if _is_negative(condition) else ''}for {_listed(condition, 'or', str)}"


def _set(condition: Condition) -> str:
    if condition.operator is Operator.EXISTS:
        return "in a dataset" if condition.value else "in no dataset"
    return f"{'not in' if _is_negative(condition) else 'in'} dataset {_listed(condition, 'or')}"


def _when(verb: str) -> Callable[[Condition], str]:
    def say(condition: Condition) -> str:
        if condition.operator is Operator.EXISTS:
            return f"{verb} at a known time" if condition.value else f"{verb} at an unknown time"
        return f"{verb} {_OF_DATES[condition.operator]} {condition.value}"

    return say


def _source(condition: Condition) -> str:
    words = dict(FIELDS["source"].choices)
    names = _listed(condition, "or", lambda value: words[str(value)])
    return f"{'nothing' if _is_negative(condition) else 'something'} by {names}"


def _author(condition: Condition) -> str:
    if condition.operator is Operator.EXISTS:
        return "with a known author" if condition.value else "without a known author"
    if condition.operator is Operator.MATCH:
        return f'by somebody like "{shown(str(condition.value))}"'
    return (
        f"{'not by' if _is_negative(condition) else 'by'} {_listed(condition, 'or', lambda value: shown(str(value)))}"
    )


def _problem(condition: Condition) -> str:
    if condition.operator is Operator.EXISTS:
        return "with a problem" if condition.value else "without a problem"
    return f"{'not ' if _is_negative(condition) else ''}{_listed(condition, 'or', str)}"


_SPECIAL: Mapping[str, Callable[[Condition], str]] = {
    "dir": _folder,
    "label": _class,
    "annotations": _annotations,
    "annotated": _yes_no("annotated", "not annotated"),
    "withoutConcept": _yes_no('marked "without concept"', 'not marked "without concept"'),
    "tag": _tag,
    "split": _part,
    "set": _set,
    "createdAt": _when("added"),
    "updatedAt": _when("file changed"),
    "source": _source,
    "author": _author,
    "problem": _problem,
}
