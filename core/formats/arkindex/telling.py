"""Tells what an export says, an image at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.formats.arkindex.database import Database, open_database
from core.formats.arkindex.framing import Framing
from core.formats.arkindex.notes import Notes
from core.formats.arkindex.objects import Taking, classes_of, find_objects
from core.formats.arkindex.page_details import image_details
from core.formats.arkindex.pictures import Pictures
from core.formats.arkindex.polygons import is_rectangle, parse_polygon
from core.formats.arkindex.streams import Element, ImageRows, image_rows
from core.formats.arkindex.structure import Sets, Structure, class_order, find_sets
from core.formats.arkindex.workers import Workers
from core.formats.base import SizeOf


class Telling:
    """Use it once."""

    def __init__(
        self, source: ImportSource, path: Path, structure: Structure, pictures: Pictures, size_of: SizeOf
    ) -> None:
        self._source = source
        self._path = path
        self._structure = structure
        self._pictures = pictures
        self._notes = Notes()
        self._framing = Framing(source, path, pictures.root, size_of, self._notes)

    def items(self) -> Generator[RawImage | Problem, None, Iterable[str]]:
        yield from self._structure.problems
        yield from self._pictures.problems
        used: dict[str, None] = {}
        with open_database(self._path) as database:
            sets = find_sets(database, self._source)
            yield from sets.problems
            taking = self._taking(database)
            for rows in image_rows(database, taking.workers):
                found = list(self._image(rows, taking, sets))
                for item in found:
                    if isinstance(item, RawImage):
                        used.update((a.category, None) for a in item.annotations if a.category)
                    yield item
            self._count_rest(database)
            ours = class_order(database)
        yield from self._remarks()
        names = list(self._structure.names.values())
        return [*(ours or names), *used]

    def _taking(self, database: Database) -> Taking:
        structure = self._structure
        boxes = frozenset() if structure.is_ours else self._types_of_boxes(database)
        return Taking(structure.names, boxes, structure.page_type, structure.is_ours, Workers(database))

    def _types_of_boxes(self, database: Database) -> frozenset[str]:
        """Types of which every outline is a rectangle along the image's axes, as a person draws boxes in Arkindex."""
        answer = self._source.option("rectangles", "by-class")
        names = self._structure.names
        if answer != "by-class":
            return frozenset(names) if answer == "boxes" else frozenset()
        left = set(names)
        query = "SELECT type, polygon FROM element WHERE image_id IS NOT NULL AND polygon IS NOT NULL"
        for type_, polygon in database.rows(query):
            if type_ in left:
                ring = parse_polygon(polygon)
                if ring and not is_rectangle(ring):
                    left.discard(type_)
                    if not left:
                        break
        return frozenset(left)

    def _image(self, rows: ImageRows, taking: Taking, sets: Sets) -> Iterator[RawImage | Problem]:
        path = self._pictures.paths.get(rows.id)
        pages = [element for element in rows.elements if element.type == taking.page_type]
        if path is None or not (pages or any(element.type in taking.names for element in rows.elements)):
            return
        image, frame = self._framing.framed(rows, path, pages)
        annotations = []
        is_lost = False
        for finding in find_objects(rows, taking, frame):
            if finding.kind:
                yield Problem(finding.kind, finding.text, str(self._path))
            if finding.annotation is None:
                is_lost = True
            else:
                annotations.append(finding.annotation)
        annotations += classes_of(rows, taking)
        self._count_texts(rows)
        is_negative = not annotations and not is_lost and self._is_empty(rows, pages, sets, path)
        yield replace(
            image,
            annotations=tuple(annotations),
            is_explicit_negative=is_negative,
            stated_set=sets.by_image.get(rows.id, ""),
            details=image_details(rows, pages, taking),
        )

    def _is_empty(self, rows: ImageRows, pages: list[Element], sets: Sets, path: str) -> bool:
        """A page of a dataset, on which nothing at all was drawn, was meant to be trained on as it is."""
        if self._structure.is_ours:
            return bool(pages)
        is_bare = len(rows.elements) == len(pages)
        if is_bare and rows.id in sets.by_image:
            self._notes.add("images-empty", path)
            return True
        if is_bare:
            self._notes.add("images-not-annotated", path)
        return False

    def _count_texts(self, rows: ImageRows) -> None:
        n = sum(max(0, len(found) - 1) for found in rows.texts.values())
        if n:
            self._notes.add("texts-left-out", "", n)

    def _count_rest(self, database: Database) -> None:
        for table, kind in (("transcription_entity", "entities-left-out"), ("embedding", "embeddings-left-out")):
            if table in database.tables:
                row = database.one(f"SELECT count(*) FROM {table}")
                self._notes.add(kind, "", int(row[0]) if row else 0)

    def _remarks(self) -> Iterator[Problem]:
        info, warning = Severity.INFO, Severity.WARNING
        for kind, one, many, rest, severity in (
            (
                "image-size-differs",
                "image has",
                "images have",
                " another shape than the export says; what lies on it was taken as it is. Check it",
                warning,
            ),
            (
                "picture-scaled",
                "image is",
                "images are",
                " larger or smaller than the export says; shapes were scaled to it",
                info,
            ),
            (
                "picture-turned",
                "image is",
                "images are",
                " turned as Arkindex shows it; shapes were turned with it",
                info,
            ),
            (
                "page-shown-turned",
                "image is",
                "images are",
                " shown turned or mirrored in Arkindex and stays here as it is stored; shapes lie where they belong",
                info,
            ),
            ("images-empty", "image", "images", " in a set of the dataset without any element: taken for empty", info),
            (
                "images-not-annotated",
                "page has",
                "pages have",
                " no element and is in no dataset: taken as not annotated",
                info,
            ),
            (
                "texts-left-out",
                "further text of an element that has several is",
                "further texts of elements that have several are",
                " left out: a person's counts before a worker's, then the surest",
                info,
            ),
            ("entities-left-out", "entity in a text is", "entities in texts are", " left out", info),
            ("embeddings-left-out", "embedding is", "embeddings are", " left out", info),
        ):
            yield from self._notes.problem(kind, one, many, rest, str(self._path), severity)
