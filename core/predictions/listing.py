"""The images of a prediction as a file, a line each: the parent writes it, the child reads it line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.datasets.manifest import object_from_json, object_text
from core.datasets.regions import regions_of
from core.domain.geometry import Box, Polygon
from core.domain.snapshots import SnapshotObject
from core.errors import FormatError
from core.files.faults import told_as_storage_error


@dataclass(frozen=True, slots=True)
class ListedImage:
    """`path` is relative to the project's folder, or whole. `sha256` is "" and `width` 0 where nobody looked yet."""

    path: str
    sha256: str = ""
    width: int = 0  # upright
    height: int = 0
    white: int = 0  # of 16-bit grey, the value that becomes white; 0 = the largest there is
    objects: tuple[SnapshotObject, ...] = ()  # the ground truth, in the version's classes
    regions: tuple[Box | Polygon, ...] | None = None  # to be labelled; None = the image as a whole


def write_list(file: Path, images: Iterable[ListedImage]) -> tuple[int, int]:
    """How many there are, and how many objects they have. Raises OSError."""
    n_images = n_objects = 0
    with file.open("w", encoding="ascii") as writer:
        for image in images:
            n_images += 1
            n_objects += len(image.objects)
            objects = ",".join(object_text(o.category, o.geometry, is_crowd=o.is_crowd) for o in image.objects)
            shapes = ",".join(object_text(0, shape, is_crowd=False) for shape in image.regions or ())
            regions = "" if image.regions is None else f',"regions":[{shapes}]'
            writer.write(
                f'{{"path":{json.dumps(image.path)},"sha256":"{image.sha256}","width":{image.width},'
                f'"height":{image.height},"white":{image.white},"objects":[{objects}]{regions}}}\n'
            )
    return n_images, n_objects


def read_list(file: Path) -> Iterator[ListedImage]:
    """Raises FormatError naming the line, StorageError."""
    with told_as_storage_error("The list of images", file), file.open("rb") as reader:
        for number, line in enumerate(reader, start=1):
            try:
                value = json.loads(line)
                shapes = value.get("regions")
                yield ListedImage(
                    path=value["path"],
                    sha256=value["sha256"],
                    width=int(value["width"]),
                    height=int(value["height"]),
                    white=int(value["white"]),
                    objects=tuple(object_from_json(item) for item in value["objects"]),
                    regions=None if shapes is None else regions_of(object_from_json(item) for item in shapes),
                )
            except (ValueError, KeyError, TypeError) as error:
                text = f"The run's list of images is damaged at line {number}."
                raise FormatError(text, file=file, line=number, hint="Predict again.") from error
