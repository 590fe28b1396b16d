"""Reads small YAML files of unknown origin: plain text, lists and mappings, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from core.domain.names import shown
from core.errors import FormatError

MAX_BYTES = 2**20
_MAX_DEPTH = 20  # also keeps PyYAML out of nesting that costs it the square of the depth


def parse_yaml(text: str, path: Path) -> Any:
    """Nested str, list and dict, of the text that is in the file `path`. Raises FormatError with the line."""
    name = shown(path.name)
    try:
        return _build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        where = f" at line {line}" if line else ""
        text = f'"{name}" is not YAML that is read{where}: {error.problem or error.context}.'
        raise FormatError(text, file=path, line=line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else shown(str(error))
        raise FormatError(f'"{name}" is not YAML that is read: {reason}.', file=path) from error


def _build(text: str) -> Any:
    """From the parser's events, without PyYAML's constructors: every scalar stays the text it is.

    (The class "no" is not False, "1.10" not a number.)
    """
    top: list[Any] = []
    open_ones: list[list[Any]] = [top]
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            # A few lines of nested aliases unfold to more values than any memory holds.
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not read", problem_mark=event.start_mark)
        if len(open_ones) > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            open_ones[-1].append(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_ones.append([])
        elif isinstance(event, yaml.SequenceEndEvent):
            parts = open_ones.pop()
            open_ones[-1].append(parts)
        elif isinstance(event, yaml.MappingEndEvent):
            parts = open_ones.pop()
            keys = [key if isinstance(key, str) else "" for key in parts[0::2]]
            open_ones[-1].append(dict(zip(keys, parts[1::2], strict=True)))
    return top[0] if top else None
