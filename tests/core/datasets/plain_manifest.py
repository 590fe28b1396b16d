"""Manifests as version 0.1 made and read them, whole: the measure of what is made line by line now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import SnapshotId
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.errors import FormatError, RefusedError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """`images` are sorted by path."""

    categories: tuple[str, ...]
    images: tuple[SnapshotImage, ...]

    def of_split(self, split: Split) -> tuple[SnapshotImage, ...]:
        return tuple(image for image in self.images if image.split is split)


def make_manifest(categories: Sequence[str], images: Sequence[SnapshotImage]) -> Manifest:
    """Sorted. Raises RefusedError (E-152) when a path, or the same picture, is in more than one set."""
    ordered = sorted(images, key=lambda image: image.path)
    splits: dict[str, set[Split]] = {}
    for image in ordered:
        splits.setdefault(image.sha256, set()).add(image.split)
    shared = sum(1 for found in splits.values() if len(found) > 1)
    if shared or len({image.path for image in ordered}) < len(ordered):
        names = sorted({split.value for found in splits.values() if len(found) > 1 for split in found})
        where = " and ".join(names) or "the list more than once"
        what = counted(shared, "image is", "images are") if shared else "Some images are"
        raise RefusedError(f"{what} in {where}.", hint="Remove them from one.", code="E-152")
    return Manifest(tuple(categories), tuple(replace(i, objects=_sorted_objects(i)) for i in ordered))


def encode(manifest: Manifest) -> bytes:
    """The file's bytes. Raises ValueError on a coordinate that is not a number."""
    lines = [_dump({"categories": list(manifest.categories), "kind": "calque-snapshot", "schema": SCHEMA})]
    lines += [_dump(_image_to_json(image)) for image in manifest.images]
    return "".join(line + "\n" for line in lines).encode("ascii")


def id_of(content: bytes) -> SnapshotId:
    return SnapshotId(hashlib.sha256(content).hexdigest())


def decode(content: bytes, *, file: str = "") -> Manifest:
    """The manifest of a file's bytes. Raises FormatError with the line."""
    lines = content.decode("ascii", errors="replace").splitlines()
    if not lines:
        raise FormatError("The frozen dataset's file is empty.", file=file, line=1)
    n_read = 0
    try:
        header = json.loads(lines[0])
        if header["schema"] != SCHEMA:
            raise FormatError(
                f"The frozen dataset has schema {header['schema']!r}; this Calque reads {SCHEMA}.",
                file=file,
                line=1,
                hint="It was made by another version of Calque.",
            )
        categories = tuple(str(name) for name in header["categories"])
        images = []
        for n_read, line in enumerate(lines[1:], start=1):  # noqa: B007 - names the line in the error
            images.append(_image_from_json(json.loads(line)))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        text = f"The frozen dataset's file is damaged at line {n_read + 1}."
        raise FormatError(text, file=file, line=n_read + 1, hint="Restore it from a backup.") from error
    return Manifest(categories, tuple(images))


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _number(value: float) -> int | float:
    """Whole numbers without a point, so that 3, 3.0 and -0.0 have one form each; others in Python's shortest form."""
    return int(value) if float(value).is_integer() else float(value)


def _sorted_objects(image: SnapshotImage) -> tuple[SnapshotObject, ...]:
    return tuple(sorted(image.objects, key=lambda item: _dump(_object_to_json(item))))


def _image_to_json(image: SnapshotImage) -> dict[str, Any]:
    return {
        "height": image.height,
        "objects": [_object_to_json(item) for item in image.objects],
        "orientation": image.orientation,
        "path": image.path,
        "sha256": image.sha256,
        "split": image.split.value,
        "width": image.width,
    }


def _object_to_json(item: SnapshotObject) -> dict[str, Any]:
    value: dict[str, Any] = {"category": item.category}
    if isinstance(item.geometry, Box):
        box = item.geometry
        value["box"] = [_number(v) for v in (box.x0, box.y0, box.x1, box.y1)]
    elif isinstance(item.geometry, Polygon):
        value["polygon"] = [[_number(v) for v in ring] for ring in item.geometry.rings]
    if item.is_crowd:
        value["crowd"] = True
    return value


def _image_from_json(value: dict[str, Any]) -> SnapshotImage:
    return SnapshotImage(
        path=value["path"],
        sha256=value["sha256"],
        width=value["width"],
        height=value["height"],
        orientation=value["orientation"],
        split=Split(value["split"]),
        objects=tuple(_object_from_json(item) for item in value["objects"]),
    )


def _object_from_json(value: dict[str, Any]) -> SnapshotObject:
    geometry: Geometry = None
    if "box" in value:
        x0, y0, x1, y1 = (float(v) for v in value["box"])
        geometry = Box(x0, y0, x1, y1)
    elif "polygon" in value:
        geometry = Polygon(tuple(tuple(float(v) for v in ring) for ring in value["polygon"]))
    return SnapshotObject(value["category"], geometry, value.get("crowd", False))


def write(folder: Path, manifest: Manifest) -> tuple[SnapshotId, Path]:
    """Put it where a child finds it."""
    content = encode(manifest)
    file = folder / f"{id_of(content)}.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return id_of(content), file
