"""Tells what Dataloop's items say, an image at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

from core.domain.details import ImageDetails
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.domain.set_names import set_named
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.dataloop.files import Item, is_dataloop, read_items
from core.formats.dataloop.shapes import PREFIX, ShapesFound, as_json, extents, read_shapes, storable
from core.formats.reading.frames import judged_frame
from core.formats.reading.image_index import ImageIndex, Match, StatedName, is_unsafe, missing_problem
from core.formats.reading.json_values import as_name
from core.formats.reading.tallies import Remark, Tally

_SEEN = frozenset({"completed", "complete", "approved", "done"})
_MOST_TEXT = 2000
_REMARKS = {
    "shapes-without-area": Remark(
        "annotation", "annotations", " without an area (points, lines, notes) left out", Severity.WARNING
    ),
    "annotations-discarded": Remark("annotation", "annotations", " marked as discarded left out"),
    "items-discarded": Remark("item", "items", " hidden or marked as discarded left out"),
    "items-not-pictures": Remark("item is", "items are", " no picture and left out", Severity.WARNING),
    "annotations-elsewhere": Remark(
        "item", "items", " exported without its annotations, only with a link to them", Severity.WARNING
    ),
    "ellipses": Remark("ellipse is", "ellipses are", " read as polygons of 64 points"),
    "values-too-long": Remark("value is", "values are", " too long to be kept and left out", Severity.WARNING),
    "sets-unclear": Remark("item is", "items are", " in several sets and in none here", Severity.WARNING),
    "images-not-annotated": Remark(
        "item has", "items have", " no annotation and no word that somebody has completed it: taken as not annotated"
    ),
    "image-size-differs": Remark(
        "picture has", "pictures have", " another size than the file says; the coordinates are taken as they are",
        Severity.WARNING,
    ),
    "annotations-not-read": Remark(
        ".json file is no item of Dataloop and", ".json files are no items of Dataloop and", " passed over"
    ),
}  # fmt: skip


class Telling:
    """Of a file or of many. A file that is all there is must be readable, one of many need not. Use it once."""

    def __init__(self, source: ImportSource, root: Path, size_of: SizeOf, *, is_single: bool) -> None:
        self._source = source
        self._size_of = size_of
        self._is_single = is_single
        self._index = ImageIndex(root)
        self._told: dict[str, Path] = {}  # by image, the file that spoke of it
        self._categories: dict[str, None] = {}
        self._tally = Tally(_REMARKS)
        self._n_items = 0

    def items(self, files: Iterable[Path | Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """Items whose picture is surely known come first, so that no likely match takes a picture from a sure one."""
        waiting: list[Path] = []
        for found in files:
            if isinstance(found, Problem):
                yield found
                continue
            items = self._read(found)
            if isinstance(items, Problem):
                yield items
                continue
            for item in items:
                match = self._match(item)
                if match.is_exact and match.path is not None:
                    yield from self._item(item, match)
                elif found not in waiting[-1:]:
                    waiting.append(found)
        for path in waiting:
            again = self._read(path)
            for item in again if isinstance(again, list) else []:
                match = self._match(item)
                if not match.is_exact:
                    yield from self._item(item, self._free(match))
        yield from self._tally.problems()
        if self._n_items and not self._told:
            text = (
                f'None of the pictures was found below "{shown(self._index.root)}". Choose the folder that holds them.'
            )
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)
        return list(self._categories)

    def _read(self, path: Path) -> list[Item] | Problem:
        if not self._is_single and not is_dataloop(path):
            self._tally.add("annotations-not-read", path, example=f'"{shown(path.name)}"')
            return []
        try:
            items = read_items(path)
        except FormatError as error:
            if self._is_single:
                raise
            return Problem("annotation-file-unreadable", str(error), str(path), error.line)
        if not items:
            if self._is_single:
                text = f'"{shown(path.name)}" is no item of Dataloop: it has no file name with annotations.'
                raise FormatError(text, file=path, hint="Choose another format.")
            self._tally.add("annotations-not-read", path, example=f'"{shown(path.name)}"')
        return items

    def _match(self, item: Item) -> Match:
        """By the stated path; where none is stated by the name of the file."""
        name = item.filename
        if not name and item.index is None:
            return self._index.match_stems([item.path.stem])[item.path.stem]
        if not name or is_unsafe(name):
            return Match(None)
        stated = StatedName(name)
        return self._index.match_stated([stated])[stated]

    def _free(self, match: Match) -> Match:
        free = tuple(path for path in match.candidates if path not in self._told)
        return Match(free[0] if len(free) == 1 else None, candidates=free)

    def _item(self, item: Item, match: Match) -> Iterator[RawImage | Problem]:
        file = str(item.path)
        if self._is_passed_over(item):
            return
        self._n_items += 1
        if match.path is None:
            if item.filename and is_unsafe(item.filename):
                text = f'"{shown(item.filename)}" leads out of the images\' folder; it is left out.'
                yield Problem("path-unsafe", text, file)
            else:
                yield missing_problem(item.filename or item.path.stem, match, file=file)
            return
        if match.path in self._told:
            other = shown(self._told[match.path])
            text = f'"{shown(match.path)}" is already described by "{other}". This item is left out.'
            yield Problem("annotation-file-duplicate", text, file)
            return
        self._told[match.path] = item.path
        yield from self._image(item, match.path)

    def _is_passed_over(self, item: Item) -> bool:
        """Hidden and discarded items are not to be used, and of a film no picture can be had."""
        mime = item.system.get("mimetype")
        if isinstance(mime, str) and mime and not mime.startswith("image/"):
            self._tally.add("items-not-pictures", item.path, example=f'"{shown(mime)}"')
            return True
        if item.record.get("hidden") is True or "discarded" in _statuses(item):
            self._tally.add("items-discarded", item.path, example=f'"{shown(item.filename)}"')
            return True
        return False

    def _image(self, item: Item, path: str) -> Iterator[RawImage | Problem]:
        picture = self._size_of(self._index.root / path)
        frame = judged_frame(item.size, picture, extents(item.annotations), self._source.is_drawn_as_stored)
        if item.size and frame.size and item.size != frame.size and not frame.is_upright_known:
            self._tally.add("image-size-differs", item.path, example=f'"{shown(path)}"')
        found = read_shapes(item.annotations, frame.size)
        yield from self._problems(item, found)
        self._categories.update((annotation.category or "", None) for annotation in found.annotations)
        width, height = frame.size or (None, None)
        yield RawImage(
            path,
            tuple(found.annotations),
            width,
            height,
            str(item.path),
            is_explicit_negative=self._is_empty(item, found, path),
            stated_set=self._set_of(item),
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
            details=self._details(item),
        )

    def _is_empty(self, item: Item, found: ShapesFound, path: str) -> bool:
        if isinstance(item.record.get("annotations"), str):
            self._tally.add("annotations-elsewhere", item.path, example=f'"{shown(path)}"')
            return False
        if found.annotations or found.is_open:
            return False
        if _statuses(item) & _SEEN:
            return True
        self._tally.add("images-not-annotated", item.path, example=f'"{shown(path)}"')
        return False

    def _set_of(self, item: Item) -> str:
        named: set[str] = set()
        for key in ("tags", "subsets"):
            found = item.system.get(key)
            names = [name for name, value in found.items() if value] if isinstance(found, dict) else found
            for name in names if isinstance(names, list) else []:
                meant = set_named(name) if isinstance(name, str) else None
                named |= {meant.value} if meant is not None else set()
        if len(named) > 1:
            self._tally.add("sets-unclear", item.path, example=f'"{shown(item.filename)}"')
        return named.pop() if len(named) == 1 else ""

    def _details(self, item: Item) -> ImageDetails | None:
        pairs = [(PREFIX + "user", as_json(item.user))] if item.user else []
        kept = tuple((name, storable(value)) for name, value in pairs if 0 < len(value) <= _MOST_TEXT)
        self._tally.add("values-too-long", item.path, n=len(pairs) - len(kept))
        addresses = (item.record.get(key) for key in ("stream", "url"))
        url = next((value for value in addresses if isinstance(value, str) and value), "")
        stated_id = (
            as_name(item.record.get("id")) or as_name(item.record.get("_id")) or as_name(item.record.get("itemId"))
        )
        return ImageDetails(stated_id, storable(url), kept) if any((stated_id, url, kept)) else None

    def _problems(self, item: Item, found: ShapesFound) -> Iterator[Problem]:
        lines = item.lines({index for index, _, _ in found.lost})
        for index, kind, text in found.lost:
            yield Problem(kind, text, str(item.path), lines.get(index))
        kinds = ", ".join(f"{kind} ({n})" for kind, n in sorted(found.without_area.items()))
        n = sum(found.without_area.values())
        self._tally.add("shapes-without-area", item.path, n=n, example=f'{kinds} in "{shown(item.path.name)}"')
        self._tally.add("annotations-discarded", item.path, n=found.n_discarded)
        self._tally.add("ellipses", item.path, n=found.n_ellipses)
        self._tally.add("values-too-long", item.path, n=found.n_long)


def _statuses(item: Item) -> set[str]:
    """What tasks and people have said of an item."""
    found = {item.record.get("status"), item.system.get("status")}
    for value in (item.system.get("annotationStatus"), item.record.get("annotationStatus")):
        found |= {name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)}
    references = item.system.get("refs")
    for reference in references if isinstance(references, list) else []:
        metadata = reference.get("metadata") if isinstance(reference, dict) else None
        found.add(metadata.get("status") if isinstance(metadata, dict) else None)
    return {name for name in found if isinstance(name, str)}
