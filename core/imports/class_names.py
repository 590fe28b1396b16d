"""Names of classes as an import takes them: storable, and told apart from those that look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from core.domain.imports import Problem
from core.domain.names import shown


def clean_name(name: str) -> str:
    """Text that every file and database can hold: half characters, which JSON allows, are written out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def similar_names(names: Sequence[str], known: Sequence[str]) -> list[Problem]:
    """Names that a person would take for one: they stay two, which is said."""
    problems: list[Problem] = []
    seen = {_folded(name): name for name in known}
    for name in names:
        other = seen.setdefault(_folded(name), name)
        if other != name:
            where = "the project" if other in known else "the annotations"
            text = (
                f'The class "{shown(name)}" differs only in upper and lower case or accents\' spelling from '
                f'"{shown(other)}" in {where}; they stay two classes.'
            )
            problems.append(Problem("category-similar-name", text))
    return problems


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
