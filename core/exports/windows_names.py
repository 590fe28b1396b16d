"""Which names Windows does not take, and others in their place."""

from __future__ import annotations

import re

from core.domain.names import shown

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def is_windows_path(path: str) -> bool:
    """Whether each part of a relative path, "/" between them, can be a name on Windows."""
    return all(_is_windows_name(part) for part in path.split("/"))


def _is_windows_name(name: str) -> bool:
    if not name or name[-1] in ". " or _FORBIDDEN.search(name) or _DEVICES.match(name):
        return False
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


class WindowsPaths:
    """Paths of one export: each is told once, and keeps apart from the others also without regard to case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._folders: dict[str, str] = {}
        self.n_changed = 0

    def take(self, path: str) -> str:
        """`path` where Windows takes it, else one that is as like it as can be."""
        folder, _, name = path.rpartition("/")
        given = f"{self._folder(folder)}/" if folder else ""
        stem, dot, ending = _safe(name).rpartition(".")
        if not stem:
            stem, ending = stem + dot + ending, ""
        ending = dot + ending if ending else ""
        found, number = f"{given}{stem}{ending}", 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{given}{stem}-{number}{ending}"
        self._taken.add(found.casefold())
        self.n_changed += found != path
        return found

    def _folder(self, folder: str) -> str:
        """Always the same for the same folder; two that differ in case only become one, as they would there."""
        if folder not in self._folders:
            self._folders[folder] = "/".join(_safe(part) for part in folder.split("/"))
        return self._folders[folder]


def _safe(name: str) -> str:
    readable = shown(name) if any("\ud800" <= sign <= "\udfff" for sign in name) else name
    plain = _FORBIDDEN.sub("_", readable)
    cut = plain.rstrip(". ")
    plain = cut + "_" * (len(plain) - len(cut))
    return f"_{plain}" if _DEVICES.match(plain) else plain
