"""Makes the rows of an image: its address, its pages, and an element for each annotation."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon, Ring
from core.domain.imports import RawAnnotation, RawImage
from core.domain.names import shown
from core.formats.arkindex.objects import (
    BASELINE,
    CLASS,
    MIRRORED,
    NAME,
    ORIENTATION,
    ROTATION,
    STATED_ID,
    TEXT_BY,
    UNORDERED,
    storable,
)
from core.formats.arkindex.page_details import IIIF, PAGE, SERVER, TEXT
from core.formats.arkindex.polygons import not_as_box, polygon_text

SETS = ("train", "val", "test")
_SPACE = uuid.UUID("6f7f2a35-5a0e-4d4c-9f0b-1a8d0f3c7c11").bytes
_IMAGES = "images/"
_ORIENTATIONS = ("horizontal-lr", "horizontal-rl", "vertical-lr", "vertical-rl")
_LONGEST_NAME = 250


def made_id(*parts: object) -> str:
    """A UUID of version 5: the same for the same parts, so that a second export has the same bytes."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return str(uuid.UUID(bytes=hashlib.sha1(_SPACE + text, usedforsecurity=False).digest()[:16], version=5))


@dataclass(frozen=True, slots=True)
class _Page:
    id: str
    bounds: Box


class Rows:
    """Inserts images one after the other. `sets` are those that images were in."""

    def __init__(self, connection: sqlite3.Connection, types: Mapping[str, str], page_type: str) -> None:
        self.sets: set[str] = set()
        self._connection = connection
        self._types = types
        self._page_type = page_type
        self._runs: dict[str, str] = {}
        self._servers: dict[str, int] = {}
        self._urls: set[str] = set()

    def add(self, image: RawImage) -> int:
        """How many annotations were written."""
        image_id = self._image(image)
        pages = self._pages(image, image_id)
        self._page_details(image, pages[0].id, is_uuid=_is_uuid(image.details.stated_id) if image.details else True)
        if image.stated_set in SETS:
            self.sets.add(image.stated_set)
            for page in pages:
                row = (made_id(page.id, "set"), page.id, made_id("dataset"), image.stated_set)
                self._insert("dataset_element", row)
        return self._elements(image, image_id, pages)

    def _image(self, image: RawImage) -> str:
        details = image.details or ImageDetails()
        path = image.path
        url = storable(details.url) if details.url not in self._urls else ""
        self._urls.update({details.url} if url else ())
        server_url = storable(details.get(SERVER) or _server_of(url)) if url else _IMAGES
        address = url or _IMAGES + quote(os.fsencode(path))
        server = self._server(server_url, 3 if details.get(IIIF) == "3" else 2)
        id = self._kept("image", details.stated_id) or made_id("image", path)
        self._insert("image", (id, server, address, image.width or 0, image.height or 0))
        self._insert("calque_image", (id, quote(os.fsencode(path))))
        return id

    def _server(self, url: str, version: int) -> int:
        if url not in self._servers:
            number = self._servers[url] = len(self._servers) + 1
            self._insert("image_server", (number, url, shown(urlsplit(url).netloc or url)[:250], None, None, version))
        return self._servers[url]

    def _pages(self, image: RawImage, image_id: str) -> list[_Page]:
        stated = [_parsed(value) for name, value in image.details.attributes if name == PAGE] if image.details else []
        width, height = float(image.width or 0), float(image.height or 0)
        pages = []
        for number, content in enumerate(stated or [{}]):
            id = self._kept("element", str(content.get("id", ""))) or made_id("page", image.path, number)
            ring = _ring(content.get("polygon")) or Box(0, 0, width, height).outline()[0]
            name = str(content.get("name") or shown(image.path))[:_LONGEST_NAME]
            turning = (_angle(content.get("rotation")), int(content.get("mirrored") == "1"))
            row = (id, storable(name), self._page_type, image_id, polygon_text(ring), None, *turning, None, 0.0, 0.0)
            self._insert("element", row)
            pages.append(_Page(id, Polygon((ring,)).bounds()))
        return pages

    def _page_details(self, image: RawImage, page: str, *, is_uuid: bool) -> None:
        details = image.details
        if details is None:
            return
        ours = (PAGE, SERVER, IIIF, TEXT)
        pairs = [pair for pair in details.attributes if pair[0] not in ours]
        pairs += [] if is_uuid or not details.stated_id else [(STATED_ID, details.stated_id)]
        self._metadata(page, pairs)
        text = details.get(TEXT)
        if text is not None:
            self._transcription(page, text, "", "")

    def _elements(self, image: RawImage, image_id: str, pages: Sequence[_Page]) -> int:
        ids = self._ids(image)
        stated = {
            annotation.details.stated_id: id
            for annotation, id in zip(image.annotations, ids, strict=True)
            if annotation.details is not None and annotation.details.stated_id
        }
        stated |= {page.id: page.id for page in pages}
        orders: Counter[str] = Counter()
        n_written = 0
        for number, (annotation, id) in enumerate(zip(image.annotations, ids, strict=True)):
            if annotation.category is None:
                continue
            n_written += 1
            run = self._run(annotation.made_by)
            confidence = annotation.confidence if annotation.made_by else None
            if annotation.geometry is None:
                sure = 1.0 if confidence is None else confidence
                self._insert("classification", (made_id(id, "class"), annotation.category, sure, pages[0].id, run))
                continue
            details = annotation.details or AnnotationDetails()
            for part, ring in enumerate(_rings(annotation.geometry)):
                element = id if part == 0 else made_id(id, part)
                name = (details.get(NAME) or str(number + 1))[:_LONGEST_NAME]
                turning = (_angle(details.get(ROTATION)), int(details.get(MIRRORED) == "1"))
                row = (element, storable(name), self._types[annotation.category], image_id, polygon_text(ring))
                self._insert("element", (*row, confidence, *turning, run, 0.0, 0.0))
                parent = stated.get(details.parent, "") or _page_of(ring, pages)
                parent = parent if parent != element else pages[0].id
                order = details.order if details.order is not None and part == 0 else orders[parent]
                orders[parent] = max(orders[parent], order) + 1
                self._insert("element_path", (made_id(parent, element), parent, element, order))
            self._element_details(id, annotation, run)
        return n_written

    def _ids(self, image: RawImage) -> list[str]:
        ids: dict[str, None] = {}
        for number, annotation in enumerate(image.annotations):
            stated = annotation.details.stated_id if annotation.details is not None else ""
            kept = self._kept("element", stated)
            ids[kept if kept and kept not in ids else made_id("element", image.path, number)] = None
        return list(ids)

    def _element_details(self, element: str, annotation: RawAnnotation, run: str | None) -> None:
        details = annotation.details
        if details is None:
            return
        ours = (TEXT_BY, ORIENTATION, CLASS, NAME, ROTATION, MIRRORED)
        pairs = [pair for pair in details.attributes if pair[0] not in ours]
        pairs += [] if element == details.stated_id else [(STATED_ID, details.stated_id)]
        pairs += [(BASELINE, json.dumps(list(details.baseline)))] if details.baseline else []
        pairs += [(UNORDERED, "1")] if details.order is None else []
        self._metadata(element, pairs)
        for number, name in enumerate(value for key, value in details.attributes if key == CLASS):
            row = (made_id(element, "class", number), storable(name), 1.0, element, run)
            self._insert("classification", row)
        if details.text is not None:
            self._transcription(element, details.text, details.get(TEXT_BY) or "", details.get(ORIENTATION) or "")

    def _metadata(self, element: str, pairs: Sequence[tuple[str, str]]) -> None:
        for number, (name, value) in enumerate(pairs):
            row = (
                made_id(element, "metadata", number),
                storable(name)[:_LONGEST_NAME],
                storable(value),
                "text",
                element,
            )
            self._insert("metadata", (*row, None))

    def _transcription(self, element: str, text: str, made_by: str, orientation: str) -> None:
        orientation = orientation if orientation in _ORIENTATIONS else _ORIENTATIONS[0]
        row = (made_id(element, "text"), orientation, storable(text), None, element, self._run(made_by))
        self._insert("transcription", row)

    def _run(self, made_by: str) -> str | None:
        """A worker's run for each name of what made annotations; None for a person."""
        if not made_by:
            return None
        if made_by not in self._runs:
            version, run = made_id("worker", made_by), made_id("run", made_by)
            name = storable(made_by)[:100]
            self._insert("worker_version", (version, f"calque-{len(self._runs) + 1}", name, None, None, 1, "calque"))
            self._insert("worker_run", (run, version, None, None, None, None, None))
            self._runs[made_by] = run
        return self._runs[made_by]

    def _kept(self, table: str, id: str) -> str:
        """An id of Arkindex's own, if nothing has it yet."""
        if not _is_uuid(id):
            return ""
        taken = self._connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", (id,)).fetchone()
        return "" if taken else id

    def _insert(self, table: str, row: tuple[Any, ...]) -> None:
        self._connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _rings(shape: Box | Polygon) -> Iterator[Ring]:
    """A box begins at its left top corner and runs clockwise; no polygon does."""
    for ring in shape.outline():
        rounded = tuple(round(value, 4) for value in ring)
        yield rounded if isinstance(shape, Box) else not_as_box(rounded)


def _page_of(ring: Ring, pages: Sequence[_Page]) -> str:
    """On a double page, the one that has its centre."""
    bounds = Polygon((ring,)).bounds()
    x, y = (bounds.x0 + bounds.x1) / 2, (bounds.y0 + bounds.y1) / 2
    around = (page for page in pages if page.bounds.x0 <= x <= page.bounds.x1 and page.bounds.y0 <= y <= page.bounds.y1)
    return next(around, pages[0]).id


def _is_uuid(id: str) -> bool:
    """As Arkindex writes them, and not made of content: those are made anew."""
    try:
        found = uuid.UUID(id)
    except ValueError:
        return False
    return str(found) == id and found.version != 5


def _server_of(url: str) -> str:
    """What lies before the identifier, which has no "/" in it that is not encoded."""
    return url.rstrip("/").rpartition("/")[0] or url


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _ring(values: Any) -> Ring:
    if not isinstance(values, list) or len(values) < 6 or len(values) % 2:
        return ()
    numbers = tuple(float(value) for value in values if type(value) in (int, float) and abs(value) < 1e9)
    return numbers if len(numbers) == len(values) else ()


def _angle(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and int(value) < 360 else 0
