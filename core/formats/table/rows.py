"""What a row of a table says: an annotation, or that an image holds nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import Problem, RawAnnotation
from core.domain.names import one_line, shown
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.kept_details import kept_details
from core.formats.table.columns import Columns
from core.formats.table.files import Row, Table, unguarded

PREDICTIONS = "predictions"
_SEPARATORS = re.compile(r"[|;]")
_NUMBERS = re.compile(r"[\s,\[\](){}]+")


def annotations_in(
    row: Row, table: Table, size: tuple[int, int] | None, *, is_share: bool
) -> Iterator[RawAnnotation | Problem]:
    """Nothing for a row that only names its image. `size` is that of the upright picture, None = unknown."""
    columns = table.columns
    if columns.marks:
        yield from _marked(row, table)
        return
    name = one_line(unguarded(row.cell(columns.roles.get("class"))))
    place = _place(row, table, is_share, size)
    if isinstance(place, Problem):
        yield place
        return
    if not name and (place is None or "class" not in columns.roles):
        return
    if not name:
        yield _problem("annotation-without-category", "The row has a place and no class; it is left out.", row, table)
        return
    if place is None:
        yield from _of_image(name, row, table)
        return
    checked = check_shape(place, *(size or (None, None)))
    if checked.kind:
        what = "outline" if isinstance(place, Polygon) else "box"
        rest = "; the row is left out" if checked.shape is None else ""
        yield _problem(checked.kind, f'The {what} of "{shown(name)}" {checked.text}{rest}.', row, table)
    if checked.shape is not None:
        yield from _annotation(name, checked.shape, row, table)


def image_details(row: Row, columns: Columns) -> ImageDetails | None:
    """Raises ValueError when they cannot be read."""
    text = unguarded(row.cell(columns.roles.get("imagedetails")))
    return ImageDetails.from_text(text) if text else None


def stated_size(row: Row, table: Table) -> tuple[int, int] | None:
    """Of the image, None when the row does not say it."""
    width, height = (_number(row.cell(table.columns.roles.get(key)), table) for key in ("width", "height"))
    if width is None or height is None or not (1 <= width < 1e9 and 1 <= height < 1e9):
        return None
    return int(width), int(height)


def extent_of(row: Row, table: Table) -> Box | None:
    """Of the row's place as stated, for the questions that all rows answer together."""
    shape = _place(row, table, False, None)
    if isinstance(shape, Polygon) and not any(shape.rings):
        return None
    return shape.bounds() if isinstance(shape, (Box, Polygon)) and shape.is_finite() else None


def _marked(row: Row, table: Table) -> Iterator[RawAnnotation | Problem]:
    for place, name in table.columns.marks:
        value = _number(row.cell(place) or "0", table)
        if value is None or value not in (0, 1):
            text = f'The row has "{shown(row.cell(place)[:40])}" for "{shown(name)}" where 0 or 1 is read.'
            yield _problem("mark-invalid", text, row, table)
        elif value:
            yield RawAnnotation(unguarded(name), None, line=row.line)


def _of_image(name: str, row: Row, table: Table) -> Iterator[RawAnnotation | Problem]:
    columns = table.columns
    shape = row.cell(columns.roles.get("shape"))
    if columns.has_places and shape != "image":
        text = f'The row has the class "{shown(name)}" and no place; it is left out.'
        yield _problem("object-without-box", text, row, table)
        return
    labels = [name]
    if "shape" not in columns.roles:
        labels = [label for part in _SEPARATORS.split(name) if (label := part.strip())]
    if columns.more_labels is not None:
        labels += [label for cell in row.cells[columns.more_labels :] if (label := one_line(unguarded(cell)))]
    for label in dict.fromkeys(labels):
        yield from _annotation(label, None, row, table)


def _annotation(name: str, shape: Geometry, row: Row, table: Table) -> Iterator[RawAnnotation | Problem]:
    roles = table.columns.roles
    details, problem = _details(row, table)
    if problem is not None:
        yield problem
    made_by = one_line(unguarded(row.cell(roles.get("madeby"))))
    confidence = None
    stated = "" if table.columns.is_human else row.cell(roles.get("confidence"))
    if stated:
        confidence = _number(stated, table)
        made_by = made_by or PREDICTIONS
        if confidence is None or not 0 <= confidence <= 1:
            confidence = None
            text = f'"{shown(stated[:40])}" is no confidence from 0 to 1; it is left out.'
            yield _problem("confidence-invalid", text, row, table)
    is_crowd = row.cell(roles.get("crowd")) in ("1", "true", "True")
    yield RawAnnotation(name, shape, is_crowd, row.line, details, made_by, confidence)


def _details(row: Row, table: Table) -> tuple[AnnotationDetails | None, Problem | None]:
    columns = table.columns
    details, problem = AnnotationDetails(), None
    stated = unguarded(row.cell(columns.roles.get("details")))
    if stated:
        try:
            details = kept_details(stated)
        except ValueError:
            text = "The row has details that cannot be read; they are left out."
            problem = _problem("details-unreadable", text, row, table)
    place = columns.roles.get("text")
    text = unguarded(row.cells[place]) if place is not None and place < len(row.cells) else ""
    if text and details.text is None:
        details = replace(details, text=text)
    others = [(name, shown(unguarded(value))) for at, name in columns.others if (value := row.cell(at))]
    if others:
        details = replace(details, attributes=(*details.attributes, *others))
    return (details if details != AnnotationDetails() else None), problem


def _place(row: Row, table: Table, is_share: bool, size: tuple[int, int] | None) -> Box | Polygon | Problem | None:
    """None when all cells of a place are empty."""
    roles = table.columns.roles
    outline = row.cell(roles.get("outline"))
    edges = [row.cell(roles[key]) for key in table.columns.edges]
    listed = row.cell(roles.get("bbox"))
    if not outline and not listed and not any(edges):
        return None
    shape: Box | Polygon | None = _outline(outline) if outline else None
    if outline and shape is None:
        text = "The row has an outline that is not pairs of numbers; it is left out."
        return _problem("polygon-invalid", text, row, table)
    if shape is None:
        numbers = [_number(cell, table) for cell in edges] if any(edges) else _listed(listed)
        kind = table.columns.edges if any(edges) else ("x", "y", "w", "h")
        shape = _box([value for value in numbers if value is not None], kind)
    if shape is None:
        text = "The row has a place that is not four numbers; it is left out."
        return _problem("coordinates-invalid", text, row, table)
    if not is_share:
        return shape
    if size is None:
        text = "The coordinates are shares of the image, whose size is not known; the row is left out."
        return _problem("image-size-unknown", text, row, table)
    return _scaled(shape, *size)


def _box(values: list[float], edges: tuple[str, ...]) -> Box | None:
    if len(values) != 4:
        return None
    a, b, c, d = values
    if edges[0] == "cx":
        return Box(a - c / 2, b - d / 2, a + c / 2, b + d / 2)
    if edges[2] == "w":
        return Box(a, b, a + c, b + d)
    return Box(a, b, c, d)


def _listed(text: str) -> list[float | None]:
    return [_float(part) for part in _NUMBERS.split(text) if part]


def _outline(text: str) -> Polygon | None:
    """Of "x,y x,y" with ";" between parts, or JSON: points, numbers, or rings of either."""
    if text.startswith("["):
        try:
            rings = _rings(json.loads(text))
        except (ValueError, RecursionError):
            return None
    else:
        rings = [[_float(part) for part in _NUMBERS.split(ring) if part] for ring in text.split(";") if ring.strip()]
    values = [tuple(value for value in ring if value is not None) for ring in rings]
    if not values or any(len(ring) != len(told) or len(ring) % 2 for ring, told in zip(values, rings, strict=True)):
        return None
    return Polygon(tuple(values))


def _rings(told: object) -> list[list[float | None]]:
    """Raises ValueError for anything but lists of numbers."""
    if not isinstance(told, list) or not told:
        raise ValueError("no list")
    if all(isinstance(item, (int, float)) for item in told):
        return [[_float(item) for item in told]]
    if all(isinstance(item, list) and len(item) == 2 and not isinstance(item[0], list) for item in told):
        return [[_float(value) for item in told for value in item]]
    return [ring for item in told for ring in _rings(item)]


def _scaled(shape: Box | Polygon, width: int, height: int) -> Box | Polygon:
    if isinstance(shape, Box):
        return Box(shape.x0 * width, shape.y0 * height, shape.x1 * width, shape.y1 * height)
    return Polygon(tuple(tuple(v * (height if n % 2 else width) for n, v in enumerate(ring)) for ring in shape.rings))


def _number(cell: str, table: Table) -> float | None:
    """With a comma for a point where commas are not between the cells."""
    if table.delimiter != "," and "," in cell and "." not in cell:
        cell = cell.replace(",", ".")
    return _float(cell)


def _float(told: object) -> float | None:
    try:
        return float(told) if isinstance(told, (str, int, float)) and "_" not in str(told) else None
    except (ValueError, OverflowError):
        return None


def _problem(kind: str, text: str, row: Row, table: Table) -> Problem:
    return Problem(kind, text, str(table.file), row.line)
