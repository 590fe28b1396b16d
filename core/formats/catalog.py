"""Which formats there are, and which of them a path is. One that cannot be loaded is listed with the reason."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from functools import cached_property
from importlib.metadata import EntryPoint
from pathlib import Path

from core.domain.formats import CONTRACT, FormatInfo
from core.domain.imports import Recognised
from core.domain.names import shown
from core.errors import CalqueError, FormatError, NotFoundError
from core.formats.base import AnnotationFormat
from core.formats.reasons import reason_for
from core.formats.sights import Look, look_at, seen_in

GROUP = "calque.formats"


class FormatCatalog:
    """The installed formats, loaded when they are first asked for. `entry_points` replaces the installed ones."""

    def __init__(self, entry_points: Iterable[EntryPoint] | None = None) -> None:
        self._given = None if entry_points is None else tuple(entry_points)

    def list_formats(self) -> tuple[FormatInfo, ...]:
        """By precedence, those that cannot be loaded last; never raises."""
        infos = [info for _, info in self._loaded.values()]
        return tuple(sorted(infos, key=lambda info: (not info.is_available, info.precedence, info.title.lower())))

    def get(self, slug: str) -> AnnotationFormat:
        """Raises NotFoundError for an unknown slug, FormatError for a format that cannot be loaded."""
        if slug not in self._loaded:
            known = ", ".join(info.slug for info in self.list_formats() if info.is_available)
            raise NotFoundError(f'There is no format "{shown(slug)}".', hint=f"Choose one of: {known}.")
        found, info = self._loaded[slug]
        if found is None:
            text = f'The format "{shown(slug)}" is not available: {info.unavailable_reason}'
            raise FormatError(text, hint="Reinstall the plug-in.")
        return found

    def detect(self, path: Path) -> AnnotationFormat:
        """The format that is surest. Raises FormatError saying what was seen and what can be read."""
        scores = self._scores(path)
        if scores:
            return self.get(scores[0][1].slug)
        readable = "; ".join(info.reads for info in self.list_formats() if info.is_available)
        text = f'Nothing that can be imported was found in "{shown(path)}": {seen_in(path)}.'
        raise FormatError(text, file=path, hint=f"What can be read: {readable}.")

    def recognise(self, path: Path, look: Look | None = None) -> tuple[Recognised, ...]:
        """All formats that may read a path, the surest first, each with its reason; `look` when somebody has looked.

        Raises FormatError when the path cannot be opened.
        """
        scores = self._scores(path)
        if scores and look is None:
            look = look_at(path)
        return tuple(
            Recognised(info.slug, info.title, reason_for(info, path, look or Look()), score) for score, info in scores
        )

    def _scores(self, path: Path) -> list[tuple[float, FormatInfo]]:
        """Of those that are sure of something; the order of precedence among equals."""
        try:
            path.stat()
        except (OSError, ValueError) as error:
            reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be opened: {error}"
            raise FormatError(f'"{shown(path)}" {reason}.', file=path, hint="Choose a file or folder.") from error
        infos = [info for info in self.list_formats() if info.is_available]
        scores = [(self.get(info.slug).detect(path), info) for info in infos]
        return sorted((pair for pair in scores if pair[0] > 0), key=lambda pair: -pair[0])

    @cached_property
    def _loaded(self) -> dict[str, tuple[AnnotationFormat | None, FormatInfo]]:
        found = importlib.metadata.entry_points(group=GROUP) if self._given is None else self._given
        return {entry.name: _load_entry(entry) for entry in found}


def _load_entry(entry: EntryPoint) -> tuple[AnnotationFormat | None, FormatInfo]:
    try:
        found = _format_of(entry)
        return found, found.info
    except BaseException as error:  # noqa: BLE001 - a plug-in's module can raise anything when imported
        return None, FormatInfo(slug=entry.name, title=entry.name, unavailable_reason=_reason(error))


def _format_of(entry: EntryPoint) -> AnnotationFormat:
    found = entry.load()
    if not isinstance(found, AnnotationFormat) or not isinstance(found.info, FormatInfo):
        raise FormatError(f"{entry.value} is not an AnnotationFormat.")
    if found.info.contract != CONTRACT:
        raise FormatError(f"{entry.value} keeps contract {found.info.contract}; this Calque speaks {CONTRACT}.")
    if found.info.slug != entry.name:
        raise FormatError(f'{entry.value} calls itself "{found.info.slug}", its entry point "{entry.name}".')
    return found


def _reason(error: BaseException) -> str:
    if isinstance(error, CalqueError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
