"""The manifest of a dataset that a person froze: canonical JSON lines, named by their SHA-256.

The first line has the classes, the sets and how these were filled; each further line an image, by path, with all that
was said of it: every shape whatever task might use it, its tags, the sets that it is in. (The manifests of runs,
core.datasets.manifest, hold what one task makes of that.) docs/guide/datasets.md describes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.datasets.manifest import numbers_text
from core.domain.datasets import SetId, SetRole, SplitRule
from core.domain.frozen_datasets import USAGE, FrozenAnnotation, FrozenClass, FrozenPicture, FrozenSet
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.projects import Source
from core.errors import FormatError
from core.registry.stores.datasets import rule_from_json, rule_to_json
from core.registry.stores.frozen_rows import AnnotationRow, DatasetImageFacts
from core.registry.stores.shapes import Shape, decode

KIND = "calque-dataset"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    classes: tuple[FrozenClass, ...]
    sets: tuple[FrozenSet, ...]
    has_unique_images: bool
    n_images: int
    rules: tuple[SplitRule, ...] = ()


def header_line(header: Header) -> str:
    return _line(
        {
            "classes": [{"key": item.key, "name": item.name} for item in header.classes],
            "format": FORMAT,
            "images": header.n_images,
            "kind": KIND,
            "rules": [rule_to_json(rule) for rule in header.rules],
            "sets": [{"id": item.id, "name": item.name, "role": item.role.value} for item in header.sets],
            "unique": header.has_unique_images,
        }
    )


def picture_line(
    image: DatasetImageFacts, mtime_ns: int, sets: Sequence[int], usage: Sequence[str], places: dict[int, int]
) -> str:
    """`places` are the classes' indexes by their keys. Raises ValueError on a coordinate that is not a number."""
    annotations = ",".join([_annotation_text(row, places) for row in image.annotations])
    details = f'"details":{json.dumps(image.details)},' if image.details else ""
    stated = f'"stated_set":{json.dumps(image.stated_set)},' if image.stated_set else ""
    tags = f'"tags":{_compact(list(image.tags))},' if image.tags else ""
    white = f'"white":{image.white},' if image.white else ""
    return (
        f'{{"annotations":[{annotations}],"bytes":{image.n_bytes},{details}"height":{image.height},"key":{image.key},'
        f'"mtime_ns":{mtime_ns},"orientation":{image.orientation},"path":{json.dumps(image.path)},'
        f'"sets":{_compact(list(sets))},"sha256":"{image.sha256}",{stated}{tags}"usage":{_compact(list(usage))},'
        f'{white}"width":{image.width}}}\n'
    )


def usage_of(sets: Sequence[FrozenSet]) -> tuple[str, ...]:
    """Of each set."""
    return tuple(USAGE[item.role] for item in sets)


def decode_header(line: bytes, *, file: str = "") -> Header:
    """Raises FormatError."""
    try:
        value = json.loads(line)
        if value["kind"] != KIND:
            raise _damaged(file, 1)
        if value["format"] != FORMAT:
            text = f"The frozen dataset has the format {value['format']!r}; this Calque reads {FORMAT}."
            raise FormatError(text, file=file, line=1, hint="It was made by another version of Calque.")
        return Header(
            tuple(FrozenClass(int(item["key"]), str(item["name"])) for item in value["classes"]),
            tuple(FrozenSet(SetId(item["id"]), item["name"], SetRole(item["role"])) for item in value["sets"]),
            bool(value["unique"]),
            int(value["images"]),
            tuple(rule_from_json(item) for item in value["rules"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(file, 1) from error


def decode_pictures(lines: Iterable[bytes], *, file: str = "") -> Iterator[FrozenPicture]:
    """`lines` are those after the first. Raises FormatError with the line."""
    for number, line in enumerate(lines, start=2):
        try:
            yield _picture(json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise _damaged(file, number) from error


def _picture(value: dict[str, Any]) -> FrozenPicture:
    return FrozenPicture(
        key=value["key"],
        path=value["path"],
        sha256=value["sha256"],
        n_bytes=value["bytes"],
        mtime_ns=value["mtime_ns"],
        width=value["width"],
        height=value["height"],
        orientation=value["orientation"],
        white=value.get("white", 0),
        sets=tuple(value["sets"]),
        usage=tuple(value["usage"]),
        tags=tuple(value.get("tags", ())),
        stated_set=value.get("stated_set", ""),
        details=value.get("details", ""),
        annotations=tuple(_annotation(item) for item in value["annotations"]),
    )


# --- annotations: their keys in order, and only those that say something ------------------------------------------


def _annotation_text(row: AnnotationRow, places: dict[int, int]) -> str:
    parts = [f'"author":{json.dumps(row.author)}'] if row.author else []
    geometry = None if row.kind == "image" else decode(Shape(row.kind, row.x0, row.y0, row.x1, row.y1, row.points))
    if isinstance(geometry, Box):
        parts.append(f'"box":[{numbers_text([geometry.x0, geometry.y0, geometry.x1, geometry.y1])}]')
    parts.append(f'"category":{"null" if row.category_id is None else places[row.category_id]}')
    if row.confidence is not None:
        parts.append(f'"confidence":{numbers_text([row.confidence])}')
    if row.is_corrected:
        parts.append('"corrected":true')
    if row.is_crowd:
        parts.append('"crowd":true')
    if row.details:
        parts.append(f'"details":{json.dumps(row.details)}')
    if row.edited_at:
        parts.append(f'"edited_at":"{_time(row.edited_at)}"')
    parts.append(f'"id":{row.id}')
    if isinstance(geometry, Polygon):
        rings = ",".join([f"[{numbers_text(ring)}]" for ring in geometry.rings])
        parts.append(f'"polygon":[{rings}]')
    if row.set_id:
        parts.append(f'"prediction_set":{json.dumps(row.set_id)}')
    if row.reviewed_at:
        parts.append(f'"reviewed_at":"{_time(row.reviewed_at)}"')
    parts.append(f'"source":"{row.source}"')
    if row.version_id:
        parts.append(f'"version":{json.dumps(row.version_id)}')
    return f"{{{','.join(parts)}}}"


def _annotation(value: dict[str, Any]) -> FrozenAnnotation:
    geometry: Geometry = None
    if "box" in value:
        x0, y0, x1, y1 = (float(number) for number in value["box"])
        geometry = Box(x0, y0, x1, y1)
    elif "polygon" in value:
        geometry = Polygon(tuple(tuple(float(number) for number in ring) for ring in value["polygon"]))
    confidence = value.get("confidence")
    return FrozenAnnotation(
        value["id"],
        value["category"],
        geometry,
        Source(value["source"]),
        value.get("crowd", False),
        value.get("author", ""),
        value.get("edited_at", ""),
        value.get("details", ""),
        None if confidence is None else float(confidence),
        value.get("version", ""),
        value.get("prediction_set", ""),
        value.get("reviewed_at", ""),
        value.get("corrected", False),
    )


def _time(text: str) -> str:
    """As ISO 8601; the registry's have no zone, and are in UTC."""
    return f"{text.replace(' ', 'T')}+00:00"


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _line(value: dict[str, Any]) -> str:
    return _compact(value) + "\n"


def _damaged(file: str, number: int) -> FormatError:
    text = f"The frozen dataset's file is damaged at line {number}."
    return FormatError(text, file=file, line=number, hint="Restore it from a backup.")
