"""Why a path is taken to be of a format, in words for people."""

from __future__ import annotations

from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import FormatInfo
from core.domain.names import shown
from core.formats.sights import Look

_BY_LISTS = frozenset({"yolo"})  # formats whose folders a list of classes marks
_TABLES = frozenset({"csv"})  # any table is one, whatever its files look like
_BY_FOLDERS = {
    "images": "it holds pictures",
    "class-folders": "its pictures lie in a folder for each class",
    "side-labels": "text files of the pictures' names lie beside them",
}


def reason_for(info: FormatInfo, path: Path, look: Look) -> str:
    """Of a format that is sure of the path; `look` is what lies there."""
    if info.slug in _BY_FOLDERS:
        return _BY_FOLDERS[info.slug]
    parts = [f"{shown(name)} names {counted(n, 'class', 'classes')}" for name, n in look.lists] * (
        info.slug in _BY_LISTS
    )
    files = look.files_of(info.slug)
    if files and path.is_dir():
        is_one = sum(item.n for item in look.of(info.slug)) == 1
        parts.append(f"{files} {'looks' if is_one else 'look'} like {_words(info, look)}")
    elif files:
        parts.append(f"the file looks like {_words(info, look)}")
    if not parts and info.slug in _TABLES:
        parts.append("it holds a table of annotations" if path.is_dir() else "its columns are those of annotations")
    if parts:
        return "; ".join(parts)
    return "it is laid out like that" if path.is_dir() else "its content is like that"


def _words(info: FormatInfo, look: Look) -> str:
    words = {item.sight.words for item in look.of(info.slug) if item.sight is not None}
    return words.pop() if len(words) == 1 else info.title
