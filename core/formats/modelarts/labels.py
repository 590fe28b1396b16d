"""ModelArts' rule for names of classes: 1 to 32 letters, digits, "-" or "_" (E-410)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from core.domain.imports import Problem
from core.domain.names import shown

_MOST = 32
_ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,32}")
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


def labels_for(names: Sequence[str]) -> dict[str, str]:
    """A label by each name: the name itself where the rule allows it, else one made from it; no two are the same."""
    found = {name: name for name in names if _ALLOWED.fullmatch(name)}
    taken = set(found)
    for name in names:
        if name not in found:
            found[name] = _free(_made(name), taken)
            taken.add(found[name])
    return found


def changes(labels: Mapping[str, str]) -> Iterator[Problem]:
    for name, label in labels.items():
        if label != name:
            text = f'The class "{shown(name)}" is written as "{label}", for a label of ModelArts has 1 to 32 letters, '
            yield Problem("category-name-changed", f'{text}digits, "-" or "_".', code="E-410")


def _made(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _OTHER.sub("_", plain).strip("_")[:_MOST] or "label"


def _free(label: str, taken: set[str]) -> str:
    free, number = label, 2
    while free in taken:
        end = f"_{number}"
        free, number = f"{label[: _MOST - len(end)]}{end}", number + 1
    return free
