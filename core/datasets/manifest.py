"""The manifest of a frozen dataset: canonical JSON lines, named by their SHA-256.

The first line holds the schema and the ordered categories, each further line an image, sorted by path. Numbers and
keys have one form only and objects are sorted, so that the same data gives the same id whatever order it came in.
Lines are made and read one by one: a manifest of a million images never lies in memory.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.snapshots import NO_CATEGORY, SnapshotImage, SnapshotObject, Split
from core.errors import FormatError

SCHEMA = 1

IS_WITHOUT_CLASS = f'"category":{NO_CATEGORY}'
"""In the text of an object that says a region shows none of the classes; in that of no other."""


@dataclass(frozen=True, slots=True)
class FrozenImage:
    """An image on its way into a manifest, its objects as canonical JSON in any order."""

    path: str
    sha256: str
    width: int
    height: int
    orientation: int
    split: Split
    objects: Sequence[str]
    categories: Sequence[int]  # of the objects that have one and are no crowd regions
    white: int = 0  # of 16-bit grey, the value that becomes white; 0 = the largest there is


def freeze_image(image: SnapshotImage) -> FrozenImage:
    """Raises ValueError on a coordinate that is not a number."""
    return FrozenImage(
        image.path,
        image.sha256,
        image.width,
        image.height,
        image.orientation,
        image.split,
        [object_text(item.category, item.geometry, is_crowd=item.is_crowd) for item in image.objects],
        [item.category for item in image.objects if not item.is_crowd and item.category != NO_CATEGORY],
        image.white,
    )


def header_line(categories: Sequence[str]) -> str:
    value = {"categories": list(categories), "kind": "calque-snapshot", "schema": SCHEMA}
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


def image_line(image: FrozenImage) -> str:
    """With its keys and objects sorted. Without `white` where nothing is stretched, as before there were such."""
    white = f'"white":{image.white},' if image.white else ""
    return (
        f'{{"height":{image.height},"objects":[{",".join(sorted(image.objects))}],"orientation":{image.orientation},'
        f'"path":{json.dumps(image.path)},"sha256":"{image.sha256}","split":"{image.split.value}",'
        f'{white}"width":{image.width}}}\n'
    )


def object_text(category: int, geometry: Geometry, *, is_crowd: bool) -> str:
    """Raises ValueError on a coordinate that is not a number."""
    crowd = ',"crowd":true' if is_crowd else ""
    if isinstance(geometry, Box):
        numbers = numbers_text([geometry.x0, geometry.y0, geometry.x1, geometry.y1])
        return f'{{"box":[{numbers}],"category":{category}{crowd}}}'
    if isinstance(geometry, Polygon):
        rings = "],[".join([numbers_text(ring) for ring in geometry.rings])
        inner = f"[{rings}]" if geometry.rings else ""
        return f'{{"category":{category}{crowd},"polygon":[{inner}]}}'
    return f'{{"category":{category}{crowd}}}'


def decode_header(line: bytes, *, file: str = "") -> tuple[str, ...]:
    """The categories. Raises FormatError."""
    if not line:
        raise FormatError("The frozen dataset's file is empty.", file=file, line=1)
    try:
        header = json.loads(line)
        schema, categories = header["schema"], tuple(str(name) for name in header["categories"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(file, 1) from error
    if schema != SCHEMA:
        text = f"The frozen dataset has schema {schema!r}; this Calque reads {SCHEMA}."
        raise FormatError(text, file=file, line=1, hint="It was made by another version of Calque.")
    return categories


def decode_images(lines: Iterable[bytes], splits: Iterable[Split], *, file: str = "") -> Iterator[SnapshotImage]:
    """The images of some splits; `lines` are those after the first. Raises FormatError with the line."""
    for value, number in iter_values(lines, splits, file=file):
        try:
            yield _image_from_json(value)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise _damaged(file, number) from error


def iter_values(
    lines: Iterable[bytes], splits: Iterable[Split], *, file: str = ""
) -> Iterator[tuple[dict[str, Any], int]]:
    """The JSON of the images of some splits and the numbers of their lines."""
    wanted = set(splits)
    # A quote within a text is escaped, so that these bytes stand nowhere else.
    others = [f'"split":"{split.value}"'.encode() for split in Split if split not in wanted]
    for number, line in enumerate(lines, start=2):
        if any(other in line for other in others):
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _damaged(file, number) from error
        if not isinstance(value, dict):
            raise _damaged(file, number)
        yield value, number


def _damaged(file: str, number: int) -> FormatError:
    text = f"The frozen dataset's file is damaged at line {number}."
    return FormatError(text, file=file, line=number, hint="Restore it from a backup.")


def numbers_text(values: Sequence[float]) -> str:
    """Whole numbers without a point, so that 3, 3.0 and -0.0 have one form each; others in Python's shortest form."""
    # Nearly always the text of the whole list has the form already, but for the points.
    text = (repr(list(values))[1:-1].replace(" ", "") + ",").replace(".0,", ",")
    if "e" in text or "n" in text or "-0," in text:
        return ",".join([_number(value) for value in values])
    return text[:-1]


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("JSON has no number for a coordinate that is infinite or none.")
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _image_from_json(value: dict[str, Any]) -> SnapshotImage:
    return SnapshotImage(
        path=value["path"],
        sha256=value["sha256"],
        width=value["width"],
        height=value["height"],
        orientation=value["orientation"],
        split=Split(value["split"]),
        objects=tuple(object_from_json(item) for item in value["objects"]),
        white=int(value.get("white", 0)),
    )


def object_from_json(value: dict[str, Any]) -> SnapshotObject:
    """The reverse of `object_text`. Raises ValueError, KeyError or TypeError."""
    geometry: Geometry = None
    if "box" in value:
        x0, y0, x1, y1 = (float(v) for v in value["box"])
        geometry = Box(x0, y0, x1, y1)
    elif "polygon" in value:
        geometry = Polygon(tuple(tuple(float(v) for v in ring) for ring in value["polygon"]))
    return SnapshotObject(value["category"], geometry, value.get("crowd", False))
