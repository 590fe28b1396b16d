"""Reading and writing a configuration as JSON text, with the place of what is wrong in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.workers import ConfigValue

NOT_JSON = "E-531"


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """`line` and `column` count from 1; 0 when the text as a whole is meant."""

    text: str
    line: int = 0
    column: int = 0
    code: str = NOT_JSON


class _RefusedError(ValueError):
    pass


def read_json(text: str) -> dict[str, ConfigValue] | JsonProblem:
    """The object that `text` holds. Names given twice, NaN and Infinity, which JSON does not know, are problems."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as error:
        place = f"Not valid JSON at line {error.lineno}, column {error.colno}."
        return JsonProblem(f"{place} {_reason(error)}".strip(), error.lineno, error.colno)
    except _RefusedError as error:
        return _with_place(str(error), text)
    except RecursionError:
        return JsonProblem("Not valid JSON: it is nested too deeply.")
    if not isinstance(value, dict):
        return JsonProblem('A configuration is written as { "name": value, … }.', 1, 1)
    return value


def write_json(values: Mapping[str, ConfigValue]) -> str:
    return json.dumps(dict(values), indent=2, ensure_ascii=False)


def _refuse_constant(name: str) -> None:
    raise _RefusedError(name)


def _without_doubles(pairs: list[tuple[str, ConfigValue]]) -> dict[str, ConfigValue]:
    names = [name for name, _value in pairs]
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        raise _RefusedError(f'"{sorted(doubles)[0]}"')
    return dict(pairs)


def _with_place(found: str, text: str) -> JsonProblem:
    """Where the last occurrence of the refused word is: of a double name, the second is the one too many."""
    at = text.rfind(found)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    why = f"{found} is given twice." if found.startswith('"') else f"{found} is no number of JSON."
    return JsonProblem(f"Not valid JSON at line {line}, column {column}. {why}", line, column)


def _reason(error: json.JSONDecodeError) -> str:
    """The parser's few messages in plainer words."""
    known = {
        "Expecting ',' delimiter": "A comma is missing before it, or the text ends too early.",
        "Expecting ':' delimiter": "A colon is missing after the name.",
        "Expecting property name enclosed in double quotes": "A name in double quotes belongs here.",
        "Illegal trailing comma before end of object": "There is a comma too many before the brace.",
        "Expecting value": "A value is missing here.",
        "Extra data": "There is something after the closing brace.",
    }
    return known.get(error.msg, "")
