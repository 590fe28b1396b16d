"""Reads an export image by image: elements and what belongs to them come as sorted streams that run side by side, so
that memory holds one image's worth however many elements there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from core.formats.arkindex.database import Database, Row
from core.formats.arkindex.workers import Workers


class Element(NamedTuple):
    id: str
    type: str
    name: Any
    polygon: Any
    confidence: Any
    rotation_angle: Any
    mirrored: Any
    run: Any
    version: Any


@dataclass(slots=True)
class ImageRows:
    """Of one image. What belongs to elements is by their id."""

    id: str
    url: str
    width: Any
    height: Any
    server: Any
    iiif: Any
    elements: list[Element] = field(default_factory=list)
    links: dict[str, list[tuple[str, str, Any]]] = field(default_factory=dict)  # parent, its type, order
    texts: dict[str, list[Row]] = field(default_factory=dict)  # text, confidence, orientation, run, version
    metadata: dict[str, list[Row]] = field(default_factory=dict)  # name, value
    classes: dict[str, list[Row]] = field(default_factory=dict)  # name, confidence, state, run, version


def image_rows(database: Database, workers: Workers) -> Iterator[ImageRows]:
    """In the order of the export's images."""
    links, texts, metadata, classes = (
        _Side(rows)
        for rows in (_links(database), _texts(database, workers), _metadata(database), _classes(database, workers))
    )
    for place, rows in groupby(_elements(database, workers), key=itemgetter(0)):
        image: ImageRows | None = None
        for row in rows:
            image = image or ImageRows(*row[1:7])
            image.elements.append(Element(*row[7:]))
        if image is None:
            continue
        for child, *link in links.take(place):
            image.links.setdefault(child, []).append((str(link[0]), str(link[1]), link[2]))
        for side, found in ((texts, image.texts), (metadata, image.metadata), (classes, image.classes)):
            for element, *rest in side.take(place):
                found.setdefault(element, []).append(tuple(rest))
        yield image


class _Side:
    """A stream of rows that begin with the place of their image, taken place by place."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next: Row | None = next(rows, None)

    def take(self, place: int) -> Iterator[Row]:
        while self._next is not None and self._next[0] <= place:
            if self._next[0] == place:
                yield self._next[1:]
            self._next = next(self._rows, None)


_OF_IMAGES = "JOIN image i ON i.id = e.image_id"
_ON_IMAGES = "e.polygon IS NOT NULL AND typeof(e.id) = 'text' AND typeof(i.id) = 'text' AND typeof(i.url) = 'text'"


def _elements(database: Database, workers: Workers) -> Iterator[Row]:
    def of(name: str) -> str:
        return database.column("element", "e", name)

    has_server = database.has("image_server", "id", "url") and database.has("image", "server_id")
    server = "s.url" if has_server else "NULL"
    iiif = database.column("image_server", "s", "version") if has_server else "NULL"
    join = "LEFT JOIN image_server s ON s.id = i.server_id" if has_server else ""
    width, height = database.column("image", "i", "width"), database.column("image", "i", "height")
    return database.rows(
        f"SELECT i.rowid, i.id, i.url, {width}, {height}, {server}, {iiif}, e.id, e.type, {of('name')}, e.polygon,"
        f" {of('confidence')}, {of('rotation_angle')}, {of('mirrored')}, {workers.columns('element', 'e')}"
        f" FROM element e {_OF_IMAGES} {join} WHERE {_ON_IMAGES} ORDER BY i.rowid, e.rowid"
    )


def _links(database: Database) -> Iterator[Row]:
    if not database.has("element_path", "parent_id", "child_id"):
        return iter(())
    ordering = database.column("element_path", "l", "ordering")
    return database.rows(
        f"SELECT i.rowid, e.id, p.id, p.type, {ordering} FROM element_path l JOIN element e ON e.id = l.child_id"
        f" {_OF_IMAGES} JOIN element p ON p.id = l.parent_id WHERE {_ON_IMAGES} AND p.image_id = e.image_id"
        " ORDER BY i.rowid, l.rowid"
    )


def _texts(database: Database, workers: Workers) -> Iterator[Row]:
    if not database.has("transcription", "element_id", "text"):
        return iter(())
    confidence = database.column("transcription", "t", "confidence")
    orientation = database.column("transcription", "t", "orientation")
    columns = f"t.text, {confidence}, {orientation}, {workers.columns('transcription', 't')}"
    return _belonging(database, "transcription", columns)


def _metadata(database: Database) -> Iterator[Row]:
    if not database.has("metadata", "element_id", "name", "value"):
        return iter(())
    return _belonging(database, "metadata", "t.name, t.value")


def _classes(database: Database, workers: Workers) -> Iterator[Row]:
    if not database.has("classification", "element_id", "class_name"):
        return iter(())
    confidence = database.column("classification", "t", "confidence")
    state = database.column("classification", "t", "state")
    columns = f"t.class_name, {confidence}, {state}, {workers.columns('classification', 't')}"
    return _belonging(database, "classification", columns)


def _belonging(database: Database, table: str, columns: str) -> Iterator[Row]:
    return database.rows(
        f"SELECT i.rowid, e.id, {columns} FROM {table} t JOIN element e ON e.id = t.element_id {_OF_IMAGES}"
        f" WHERE {_ON_IMAGES} ORDER BY i.rowid, t.rowid"
    )
