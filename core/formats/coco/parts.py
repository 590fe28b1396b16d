"""Reads a COCO file slice by slice into its three arrays: images and categories as records, objects as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from core.domain.names import shown
from core.errors import FormatError
from core.formats.coco.plain import Entry, Numbered, PlainObjects, PlainReader, decode_entries
from core.formats.reading.json_slices import Decode, Member, Place, Slice, as_records, read_slices

_ARRAYS = ("images", "annotations", "categories")
_OTHER_KINDS = (("segments_info", "panoptic segments"), ("caption", "captions"))


class OtherKindError(FormatError):
    """A file of COCO that speaks of something else than objects."""


class ImageEntry(msgspec.Struct, gc=False):
    """A record of an image, if it is as expected."""

    id: int
    file_name: str
    width: int | None = None
    height: int | None = None
    coco_url: str | None = None
    flickr_url: str | None = None


@dataclass(slots=True)
class Parts:
    """`odd` are records of objects that are not in the columns, `places` those of each array's slices by
    their first element."""

    images: Sequence[ImageEntry | Any]
    categories: list[Any]
    plain: PlainObjects
    odd: list[Numbered]
    places: dict[str, dict[int, Place]]


def read_parts(path: Path) -> Parts:
    """Raises FormatError when the file is no COCO ground truth as a whole; OtherKindError is one."""
    reader = _PartsReader(path)
    for found in read_slices(path, _DECODERS):
        reader.take(found)
    return reader.finish()


_decode_images = msgspec.json.Decoder(list[ImageEntry]).decode


def _decode_plain_images(data: bytes) -> list[ImageEntry]:
    """Raises ValidationError where a side is not one that counts."""
    entries = _decode_images(data)
    for entry in entries:
        if not (0 < (entry.width or 1) < 2**31 and 0 < (entry.height or 1) < 2**31):
            raise msgspec.ValidationError
    return entries


_DECODERS: dict[str, Decode] = {"images": _decode_plain_images, "annotations": decode_entries, "categories": as_records}


@dataclass(slots=True)
class _PartsReader:
    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    objects: PlainReader = field(default_factory=PlainReader)
    places: dict[str, dict[int, Place]] = field(default_factory=dict)

    def take(self, found: Slice | Member) -> None:
        if isinstance(found, Member):
            self._begin(found)
            return
        self.places[found.key][found.first] = found.place
        if found.key != "annotations":
            self.values[found.key] += found.values if found.values is not None else found.records
            return
        if found.first == 0:
            self._refuse_other_kinds(found)
        if found.values is not None:
            self.objects.add(found.first, found.values)
        else:
            self.objects.add_records(found.first, found.records or ())

    def finish(self) -> Parts:
        name = shown(self.path.name)
        if not isinstance(self.values.get("images"), list):
            raise FormatError(f'"{name}" is not a COCO file: it has no list "images".', file=self.path)
        for array in _ARRAYS:
            if not isinstance(self.values.get(array, []), list):
                raise FormatError(f'"{name}" is not a COCO file: "{array}" is not a list.', file=self.path)
        images, categories = self.values["images"], self.values.get("categories", [])
        return Parts(images, categories, self.objects.finish(), self.objects.odd, self.places)

    def _begin(self, member: Member) -> None:
        name = shown(self.path.name)
        if member.key is None and isinstance(member.value, list):
            hint = (
                "Import it as predictions (calque import-predictions), or choose the file with the annotations (it has "
                "images, annotations and categories)."
            )
            raise FormatError(
                f'"{name}" is a list: detections of a model, not ground truth.', file=self.path, hint=hint
            )
        if member.key is None:
            raise FormatError(f'"{name}" is not a COCO file: it has no list "images".', file=self.path)
        if member.key in _ARRAYS:
            self.values[member.key] = member.value
            self.places[member.key] = {}
            if member.key == "annotations":
                self.objects = PlainReader()

    def _refuse_other_kinds(self, found: Slice) -> None:
        """COCO's files of other things have the same lists. Raises OtherKindError."""
        for sign, what in _OTHER_KINDS:
            if _has(found, sign) and not _has(found, "bbox"):
                text = f'"{shown(self.path.name)}" is a COCO file of {what}, not of objects.'
                raise OtherKindError(text, file=self.path, hint="Export instances (objects with boxes or outlines).")


def _has(found: Slice, name: str) -> bool:
    """Whether the first object of a slice has something."""
    if found.values:
        entry: Entry = found.values[0]
        return getattr(entry, name) is not None
    return name in next((record for record in found.records or () if isinstance(record, dict)), {})
