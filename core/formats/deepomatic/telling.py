"""Tells what Deepomatic's files say, an image at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from core.domain.details import ImageDetails
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.deepomatic.files import Batch, Views, read_batches
from core.formats.deepomatic.regions import RegionsFound, read_regions, set_of
from core.formats.reading.frames import frame_of
from core.formats.reading.image_index import ImageIndex, Match, is_unsafe, missing_problem
from core.formats.reading.json_values import as_name, as_text
from core.formats.reading.tallies import Remark, Tally

METADATA = "deepomatic:metadata"
_MOST_TEXT = 2000
_REMARKS = {
    "regions-of-several-tags": Remark(
        "region has", "regions have", " several tags: an annotation of the same place for each"
    ),
    "concepts-denied": Remark("concept is", "concepts are", " said not to be there and left out"),
    "images-not-annotated": Remark("image has", "images have", " no region: taken as not annotated"),
    "image-found-elsewhere": Remark("picture was", "pictures were", " found elsewhere than the file says"),
}


class Telling:
    """Of a file or of many. A file that is all there is must be readable, one of many need not. Use it once."""

    def __init__(self, source: ImportSource, root: Path, size_of: SizeOf, *, is_single: bool) -> None:
        self._source = source
        self._size_of = size_of
        self._is_single = is_single
        self._index = ImageIndex(root)
        self._told: dict[str, str] = {}  # by image, the file that spoke of it
        self._categories: dict[str, None] = {}
        self._tally = Tally(_REMARKS)
        self._n_images = 0

    def items(self, files: Iterable[Path | Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """Images whose picture is surely known come first, so that no likely match takes a picture from a sure one."""
        waiting: list[Path] = []
        for found in files:
            if isinstance(found, Problem):
                yield found
                continue
            has_more = yield from self._file(found, is_sure=True)
            if has_more:
                waiting.append(found)
        for path in waiting:
            yield from self._file(path, is_sure=False)
        yield from self._tally.problems()
        if self._n_images and not self._told:
            root = shown(self._index.root)
            text = f'None of the images was found below "{root}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)
        return list(self._categories)

    def _file(self, path: Path, *, is_sure: bool) -> Generator[RawImage | Problem, None, bool]:
        """Returns whether there are images whose picture is not surely known."""
        has_more = False
        views = Views()
        try:
            for batch in read_batches(path):
                if is_sure:
                    yield from batch.problems
                if batch.views.names:
                    views = batch.views
                    self._categories.update((one_line(name), None) for name in views.names if one_line(name))
                for index, record in enumerate(batch.records):
                    match = self._match(record.content)
                    if bool(match.is_exact and match.path) is is_sure:
                        yield from self._image(path, batch, index, match, views)
                    has_more = has_more or not match.is_exact
        except FormatError as error:
            if self._is_single:
                raise
            if is_sure:
                yield Problem("annotation-file-unreadable", str(error), str(path), error.line)
        return has_more

    def _match(self, content: Mapping[str, Any]) -> Match:
        name = name_of(content)
        return Match(None) if not name or is_unsafe(name) else self._index.match_names([name])[name]

    def _image(self, path: Path, batch: Batch, index: int, match: Match, views: Views) -> Iterator[RawImage | Problem]:
        content, file = batch.records[index].content, str(path)
        self._n_images += 1
        free = tuple(found for found in match.candidates if found not in self._told)
        place = match.path if match.is_exact else (free[0] if len(free) == 1 else None)
        if place is None:
            yield self._missing(content, Match(None, candidates=free), file, batch.line(index))
            return
        if place in self._told:
            text = f'"{shown(place)}" is described a second time; only what was said first is taken.'
            yield Problem("image-duplicate-name", text, file, batch.line(index))
            return
        if not match.is_exact:
            self._tally.add("image-found-elsewhere", file, example=f'"{shown(name_of(content))}" as "{shown(place)}"')
        self._told[place] = file
        picture = self._size_of(self._index.root / place)
        frame = frame_of(None, picture)
        found = read_regions(content, picture.size if picture is not None else None, views)
        if found.lost:
            line = batch.line(index)
            for kind, text in found.lost:
                yield Problem(kind, f'"{shown(place)}": {text}', file, line)
        self._count(found, file, place)
        self._categories.update((item.category, None) for item in found.annotations if item.category)
        width, height = picture.size if picture is not None else (None, None)
        yield RawImage(
            place,
            tuple(found.annotations),
            width,
            height,
            file,
            is_explicit_negative=found.says_nothing_there,
            stated_set=set_of(content),
            is_upright_stated=frame.is_upright_known,
            details=_details(content),
        )

    def _missing(self, content: Mapping[str, Any], match: Match, file: str, line: int | None) -> Problem:
        name = name_of(content)
        if not name:
            text = "An image has no location and no file name; its regions are left out."
            return Problem("image-invalid", text, file, line)
        if is_unsafe(name) and "://" not in name:
            text = f'"{shown(name)}" leads out of the images\' folder; it is left out.'
            return Problem("path-unsafe", text, file, line)
        return missing_problem(name, match, file=file, line=line)

    def _count(self, found: RegionsFound, file: str, place: str) -> None:
        example = f'"{shown(place)}"'
        self._tally.add("regions-of-several-tags", file, n=found.n_several, example=example)
        self._tally.add("concepts-denied", file, n=found.n_denied, example=example)
        self._tally.add("images-not-annotated", file, n=int(not found.n_regions), example=example)


def name_of(content: Mapping[str, Any]) -> str:
    """Where the picture is, or was."""
    location = content.get("location")
    if isinstance(location, str) and location.strip("/\\ "):
        return location
    data = content.get("data")
    for entry in data if isinstance(data, list) else [data]:
        for key in ("file", "url"):
            value = entry.get(key) if isinstance(entry, dict) else None
            if isinstance(value, str) and value.strip("/\\ "):
                return value
    return ""


def _details(content: Mapping[str, Any]) -> ImageDetails | None:
    name = name_of(content)
    url = name if "://" in name else ""
    metadata = as_text(content.get("metadata"))
    attributes = ((METADATA, metadata),) if 0 < len(metadata) <= _MOST_TEXT else ()
    stated_id = as_name(content.get("id"))
    if not (stated_id or url or attributes):
        return None
    return ImageDetails(stated_id, _storable(url), tuple((key, _storable(value)) for key, value in attributes))


def _storable(text: str) -> str:
    """Without halves of signs, which no database takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
