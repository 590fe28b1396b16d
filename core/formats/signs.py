"""What betrays a form of annotations in a file's first bytes: the forms that people bring, read or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_AS_COCO = "That form is not read: export it as COCO or YOLO where it was made."


@dataclass(frozen=True, slots=True)
class Sight:
    """A form of annotations. `slug` is that of the format that reads it, "" = none: then `advice` says what to do. A
    companion belongs beside other forms and says nothing of objects: nobody misses it."""

    words: str
    slug: str = ""
    advice: str = _AS_COCO
    is_companion: bool = False


def _from(program: str, forms: str = "COCO or YOLO") -> str:
    return f"That form is not read: export it from {program} as {forms}."


_ONE_BY_ONE = "That form is not read: export instances (objects with boxes or outlines)."
_VIA = Sight("VIA (VGG Image Annotator)", advice=_from("VIA", "COCO"))
_LABELBOX = Sight("Labelbox", advice=_from("Labelbox", "COCO"))
_OPEN_IMAGES = Sight("a table of Open Images", "csv")
_RESULTS = Sight(
    "predictions of a model (COCO results)",
    advice="Predictions are no ground truth: take them with calque import-predictions.",
)
_COCO = Sight("COCO", "coco")
_YOLO = Sight("YOLO labels", "yolo")
_DOTA = Sight("oriented boxes (DOTA)", "yolo")
_KITTI = Sight("KITTI", advice="That form is not read: convert it to COCO or Pascal VOC.")
_MOT = Sight("tracks (MOT)", advice="That form is not read: convert it to COCO.")
_TABLE = Sight("a table of boxes", "csv")
_ARKINDEX = Sight("an Arkindex export", "arkindex")
_DATABASE = Sight("a database", advice="That form is not read: export it as COCO or YOLO where it was made.")
IN_USE = Sight(
    "a database that a program has open",
    advice="It was not looked at: close the program, or choose the folder that holds the annotations only.",
)
_PARQUET = Sight("a table in Parquet", advice="That form is not read: write it as COCO or CSV.")
_TFRECORD = Sight("TFRecord", advice="That form is not read: export it as COCO or Pascal VOC where it was made.")
_MODELARTS = Sight("ModelArts", "modelarts")
_GEOJSON = Sight("GeoJSON", advice="That form is not read: its places are on a map; export pixels, as COCO.")

_BY_SIGN: dict[str, tuple[tuple[bytes, Sight], ...]] = {
    ".xml": (
        (b"PcGts", Sight("PAGE", "page")),
        (b"<alto", Sight("ALTO", "alto")),
        (b":alto", Sight("ALTO", "alto")),
        (b"<mets", Sight("METS", is_companion=True)),
        (b":mets", Sight("METS", is_companion=True)),
        (b"<annotations", Sight("CVAT for images", "cvat")),
        (b"<annotation", Sight("Pascal VOC", "voc")),
        (b"<TEI", Sight("TEI", advice="That form is not read: export it as PAGE or ALTO where it was made.")),
        (b"<dataset", Sight("dlib (imglab)", advice="That form is not read: convert it to COCO or Pascal VOC.")),
    ),
    ".json": (
        (b'"segments_info"', Sight("panoptic segments", advice=_ONE_BY_ONE)),
        (b'"shape_attributes"', _VIA),
        (b'"_via_', _VIA),
        (b'"shapes"', Sight("LabelMe", "labelme")),
        (b'"from_name"', Sight("Label Studio", "label-studio")),
        (b'"completed_by"', Sight("Label Studio", "label-studio")),
        (b'"annotation_id"', Sight("Label Studio (short form)", "label-studio")),
        (b'"classTitle"', Sight("Supervisely", advice=_from("Supervisely", "COCO"))),
        (b'"annotated_regions"', Sight("Deepomatic", "deepomatic")),
        (b'"region_type"', Sight("Deepomatic", "deepomatic")),
        (b'"datasetId"', Sight("Dataloop", "dataloop")),
        (b'"itemMetadata"', Sight("Dataloop", "dataloop")),
        (b'"annotationsCount"', Sight("Dataloop", "dataloop")),
        (b'"itemId"', Sight("Dataloop", "dataloop")),
        (b'"data_row"', _LABELBOX),
        (b'"box2d"', Sight("BDD100K", advice="That form is not read: convert it to COCO.")),
        (b'"imgWidth"', Sight("Cityscapes", advice="That form is not read: convert it to COCO.")),
        (b'"bounding_box"', Sight("V7 Darwin", advice=_from("V7", "COCO"))),
        (b'"FeatureCollection"', _GEOJSON),
        (b'"coordinates"', Sight("CreateML", advice="That form is not read: export it as COCO or YOLO.")),
    ),
    ".csv": (
        (b"DataRow ID", _LABELBOX),
        (b"Labeled Data", _LABELBOX),
        (b"region_shape_attributes", _VIA),
        (b"LabelName", _OPEN_IMAGES),
        (b"xmin", _TABLE),
        (b"x_min", _TABLE),
        (b"bbox", _TABLE),
    ),
    ".jsonl": ((b'"imageGcsUri"', Sight("Vertex AI", advice="That form is not read: convert it to COCO.")),),
    ".manifest": (
        (b'"source-ref"', Sight("SageMaker Ground Truth", advice="That form is not read: convert it to COCO.")),
        (b'"usage"', _MODELARTS),
        (b'"source"', _MODELARTS),
    ),
    ".geojson": ((b"{", _GEOJSON),),
    ".parquet": ((b"PAR1", _PARQUET),),
    ".tfrecord": ((b"", _TFRECORD),),
    ".tfrecords": ((b"", _TFRECORD),),
}
DATABASES = (".sqlite", ".sqlite3", ".db")
SUFFIXES = frozenset({*_BY_SIGN, *DATABASES, ".txt"})
"""Endings of files that may be annotations."""

STRUCTURED = frozenset({".json", ".xml", ".yaml", ".yml", ".data", ".manifest"})
"""Endings of files that are annotations of some kind, whatever they look like."""

HEAD_BYTES = 4096
DATABASE_HEAD_BYTES = 65_536  # of a database, whose tables' definitions may lie a few pages on

_NUMBER = rb"-?\d*\.?\d+([eE]-?\d+)?"
_YOLO_ROW = re.compile(rb"\d+(\s+" + _NUMBER + rb"){4,}\s*")
_DOTA_ROW = re.compile(rb"(-?\d+(\.\d+)?\s+){8}[A-Za-z]\S*\s+[012]\s*")
_KITTI_ROW = re.compile(rb"[A-Za-z_]+(\s+" + _NUMBER + rb"){14,15}\s*")
_MOT_ROW = re.compile(rb"\d+,-?\d+(,\s*" + _NUMBER + rb"){4,8}\s*")
_ROWS: tuple[tuple[re.Pattern[bytes], Sight], ...] = (
    (_DOTA_ROW, _DOTA),
    (_YOLO_ROW, _YOLO),
    (_KITTI_ROW, _KITTI),
    (_MOT_ROW, _MOT),
)
_ROWS_LOOKED_AT = 3


def sight_in(suffix: str, head: bytes) -> Sight | None:
    """What the first bytes of a file with this ending look like; None = like nothing that is known."""
    if head.startswith(b"SQLite format 3"):
        return _ARKINDEX if b"element_path" in head or b"export_version" in head else _DATABASE
    if suffix == ".txt":
        return _sight_of_rows(head)
    if suffix == ".json":
        if head.lstrip().startswith(b"[") and b'"image_id"' in head and b'"category_id"' in head:
            return _RESULTS
        if b'"images"' in head and (b'"file_name"' in head or b'"annotations"' in head):
            panoptic = b'"segments_info"' in head
            return _by_sign(suffix, head) if panoptic else _COCO
    return _by_sign(suffix, head)


def _by_sign(suffix: str, head: bytes) -> Sight | None:
    return next((sight for sign, sight in _BY_SIGN.get(suffix, ()) if sign in head), None)


def _sight_of_rows(head: bytes) -> Sight | None:
    lines = [line for line in head.splitlines() if line.strip()]
    if len(head) >= HEAD_BYTES:
        lines = lines[:-1]  # cut off
    while lines and lines[0].startswith((b"imagesource:", b"gsd:")):
        lines = lines[1:]
    if not lines:
        return None
    first = lines[:_ROWS_LOOKED_AT]
    return next((sight for row, sight in _ROWS if _are_all(first, row)), None)


def _are_all(lines: Iterable[bytes], row: re.Pattern[bytes]) -> bool:
    return all(row.fullmatch(line) for line in lines)
