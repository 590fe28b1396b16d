"""Files of a folder that look like annotations and are not read: said, with what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import FormatInfo
from core.domain.imports import Problem
from core.formats.sights import Look, Seen

_TELLS_ITSELF = {"alto": frozenset({".xml"}), "page": frozenset({".xml"}), "yolo": frozenset({".txt"})}
"""Endings of files of which a format itself says what it passes over."""

_TAKES_ALONG = {
    "side-labels": frozenset({".txt"}),
    "class-folders": frozenset({".txt"}),
    "csv": frozenset({".csv"}),
    "label-studio": frozenset({".json"}),
    "modelarts": frozenset({".xml"}),
}
"""Endings of files that belong to what a format reads, whatever they look like."""

_NOTHING_IS_READ = "images"  # the format of plain folders: there a file of unknown content may be what was meant
_NOT_MISSED = frozenset({".txt", ".db", ".sqlite", ".sqlite3"})  # often something else altogether


def find_passed_over(folder: Path, info: FormatInfo, look: Look, titles: Mapping[str, str]) -> list[Problem]:
    """One warning a kind. `info` is of the format in which the folder is read, `titles` are of all that can be read."""
    known = _TELLS_ITSELF.get(info.slug, frozenset()) | _TAKES_ALONG.get(info.slug, frozenset())
    words = (_words(item, info, look, titles) for item in look.seen if item.suffix not in known)
    return [Problem("annotations-not-read", text, str(folder)) for text in words if text]


def _words(item: Seen, info: FormatInfo, look: Look, titles: Mapping[str, str]) -> str:
    """A sentence or two; "" when there is nothing to warn of."""
    before = "" if look.is_all else "about "
    files = before + counted(item.n, f"{item.suffix} file was", f"{item.suffix} files were")
    sight = item.sight
    if sight is None:
        is_guess = info.slug == _NOTHING_IS_READ and item.suffix not in _NOT_MISSED
        return f"{files} passed over: not in a form that is read." if is_guess else ""
    if sight.is_companion or sight.slug == info.slug:
        return ""
    if sight.slug in titles:
        taken = look.files_of(info.slug)
        read_as = f"{info.title} ({taken})" if taken else info.title
        return (
            f"{files} passed over: {sight.words}, but the folder is read as {read_as}. To read that instead, "
            f"choose its format, {titles[sight.slug]}."
        )
    return f"{files} passed over: {sight.words}. {sight.advice}"
