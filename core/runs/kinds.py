"""Which kinds of runs there are. A kind that cannot be loaded is listed with the reason, and its runs stay readable.

Light: the child imports it to find what it is to do.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import EntryPoint

from core.domain.run_kinds import KindInfo
from core.errors import CalqueError, RunError
from core.runs.folder.request import RunRequest

GROUP = "calque.run_kinds"
NEUTRAL_BOOKS = "core.runs.books:Books"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKind(KindInfo):
    """What the entry point yields: a value of a light module, which window and child both import.

    `pipeline` is "package.module:function", called in the child with a ChildContext. `books` is
    "package.module:Class", a `core.runs.books.Books`, made in the parent only: it may know the registry.
    """

    pipeline: str
    books: str = NEUTRAL_BOOKS


class RunKindCatalog:
    """The installed kinds. `entry_points` replaces the installed ones in tests."""

    def __init__(self, entry_points: Iterable[EntryPoint] | None = None) -> None:
        self._given = None if entry_points is None else tuple(entry_points)
        self._loaded: dict[str, RunKind | KindInfo] = {}

    @cached_property
    def _entries(self) -> dict[str, EntryPoint]:
        found = importlib.metadata.entry_points(group=GROUP) if self._given is None else self._given
        return {entry.name: entry for entry in found}

    def list_kinds(self) -> tuple[KindInfo, ...]:
        """By title; never raises."""
        return tuple(sorted((self.info(slug) for slug in self._entries), key=lambda info: info.title.lower()))

    def info(self, slug: str) -> KindInfo:
        """As pages show it; a kind that is not installed any more is one that is not available. Never raises."""
        if slug not in self._loaded:
            self._loaded[slug] = self._load(slug)
        return self._loaded[slug]

    def get(self, slug: str) -> RunKind:
        """Raises RunError, with the reason, for a kind that is not available."""
        kind = self.info(slug)
        if not isinstance(kind, RunKind) or not kind.is_available:
            raise RunError(
                f'Runs of the kind "{slug}" cannot be carried out: {kind.unavailable_reason}',
                hint="Reinstall what this run was made with.",
            )
        return kind

    def completed(self, request: RunRequest) -> RunRequest:
        """A request of format 1 names its steps only: with the titles and weights that its kind knows."""
        if request.format > 1:
            return request
        known = {plan.name: plan for plan in self.info(request.kind).stages}
        return replace(request, stages=tuple(known.get(plan.name, plan) for plan in request.stages))

    def _load(self, slug: str) -> RunKind | KindInfo:
        entry = self._entries.get(slug)
        if entry is None:
            return KindInfo(slug=slug, title=slug, unavailable_reason="It is not installed any more.")
        try:
            return _kind_of(entry)
        except BaseException as error:  # noqa: BLE001 - a plug-in's module can raise anything when imported
            return KindInfo(slug=slug, title=slug, unavailable_reason=_reason(error))


def load_attribute(name: str) -> object:
    """What "package.module:name" names. Raises RunError."""
    module, _, attribute = name.partition(":")
    try:
        found: object = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise RunError(f'"{name}" cannot be loaded: {error}.') from error
    return found


def _kind_of(entry: EntryPoint) -> RunKind:
    kind = entry.load()
    if not isinstance(kind, RunKind):
        raise RunError(f"{entry.value} is not a RunKind.")
    if kind.slug != entry.name:
        raise RunError(f'{entry.value} calls itself "{kind.slug}", its entry point "{entry.name}".')
    return kind


def _reason(error: BaseException) -> str:
    if isinstance(error, CalqueError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
