from __future__ import annotations

import csv
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.table import FORMAT
from core.formats.writing import write_data_set

SIZE = (100, 80)
BOX = Box(10, 20, 30, 40)


def round_trip(tmp_path: Path, *images: RawImage) -> ReadResult:
    for image in images:
        (tmp_path / "pictures" / image.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pictures" / image.path).write_bytes(b"x")
    write_data_set(FORMAT, images, sorted({a.category or "" for i in images for a in i.annotations}), tmp_path / "out")
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures")
    return gather(FORMAT.read(source, size_of=lambda _: PictureSize(*SIZE)))


def test_details_sets_confidences_and_crowds_come_back(tmp_path: Path) -> None:
    details = AnnotationDetails(
        "7", "p", 2, " two\r\nlines", (1, 2.5, 3, 4), True, (("difficult", "1"), ("a:b", "x\ny"))
    )
    annotations = (
        RawAnnotation("cat", BOX, details=details),
        RawAnnotation("cat", BOX, details=AnnotationDetails(text="plain")),
        RawAnnotation("cat", BOX, details=AnnotationDetails(text="=1+1")),
        RawAnnotation("cat", BOX, details=AnnotationDetails(text="")),
        RawAnnotation("cat", Polygon(((1, 2, 30, 2, 30, 20), (50, 50, 60, 50, 60, 60.5))), is_crowd=True),
        RawAnnotation("dog", BOX, made_by="yolo", confidence=0.25),
        RawAnnotation("a|b;c", None),
    )
    about = ImageDetails("17", "https://x.org/iiif", (("k", "v"),))
    result = round_trip(
        tmp_path,
        RawImage("a.jpg", annotations, *SIZE, stated_set="val", details=about),
        RawImage("b.jpg", (), *SIZE, is_explicit_negative=True, stated_set="train", details=about),
    )
    assert result.problems == ()
    first, second = result.images
    assert [(i.category, i.geometry, i.is_crowd, i.details, i.made_by, i.confidence) for i in first.annotations] == [
        (i.category, i.geometry, i.is_crowd, i.details, i.made_by, i.confidence) for i in annotations
    ]
    assert (first.stated_set, second.stated_set) == ("val", "train")
    assert first.details == second.details == about


def test_no_cell_is_a_formula_and_names_come_back(tmp_path: Path) -> None:
    names = ("=1+1", "+a", "-b", "@c", "'=d", "''@e", "'f", "a,b", 'g"h', "1;2")
    images = [RawImage(f"{name}.jpg", (RawAnnotation(name, BOX),), *SIZE) for name in names]
    images += [RawImage(" spaces .jpg", (RawAnnotation("x", BOX),), *SIZE)]
    result = round_trip(tmp_path, *images)
    assert {image.path: image.annotations[0].category for image in result.images} == {
        image.path: image.annotations[0].category for image in images
    }
    with (tmp_path / "out/annotations.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_spreadsheet_and_pandas_find_plain_columns(tmp_path: Path) -> None:
    round_trip(tmp_path, RawImage("sub/a.jpg", (RawAnnotation("cat", Box(1, 2, 30.5, 40)),), *SIZE, stated_set="train"))
    data = (tmp_path / "out/annotations.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfimage,width,height,set,class,shape,xmin,ymin,xmax,ymax,outline,")
    assert b"\nsub/a.jpg,100,80,train,cat,box,1,2,30.5,40,," in data
