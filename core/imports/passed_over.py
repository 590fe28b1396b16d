"""Files of a folder that look like annotations and are not read: said, with what can be done."""

from __future__ import annotations

from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import FormatInfo
from core.domain.imports import Problem
from core.formats.sights import Seen, look_into

_OF_THE_FORMAT = {"alto": frozenset({".xml"}), "yolo": frozenset({".txt"})}
"""Endings of files of which a format itself says what it passes over."""

_NOTHING_IS_READ = "images"  # the format of plain folders: there a file of unknown content may be what was meant


def find_passed_over(folder: Path, info: FormatInfo) -> list[Problem]:
    """One warning a kind. `info` is of the format in which the folder is read."""
    seen, is_all = look_into(folder, _OF_THE_FORMAT.get(info.slug, frozenset()))
    words = (_words(item, info, "" if is_all else "at least ") for item in seen)
    return [Problem("annotations-not-read", text, str(folder)) for text in words if text]


def _words(item: Seen, info: FormatInfo, before: str) -> str:
    """A sentence or two; "" when there is nothing to warn of."""
    files = before + counted(item.n, f"{item.suffix} file was", f"{item.suffix} files were")
    if item.sight is None:
        is_guess = info.slug == _NOTHING_IS_READ and item.suffix != ".txt"
        return f"{files} passed over: not in a form that is read." if is_guess else ""
    if item.sight.slug == info.slug:
        return ""
    if item.sight.slug:
        return (
            f"{files} passed over: {item.sight.words}, but the folder is read as {info.title}. To read that instead, "
            "choose its format."
        )
    return f"{files} passed over: {item.sight.words}. {item.sight.advice}"
