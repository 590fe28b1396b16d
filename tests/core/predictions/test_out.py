"""What is written for other programs, read again: by hand-written rules of each form."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.ids import PredictionSetId
from core.domain.imports import ImportSource
from core.domain.prediction_exports import FORMS, PredictionExport, PredictionExportReport
from core.domain.predictions import PredictedImage, PredictedObject
from core.errors import RefusedError
from core.formats.base import PictureSize, gather
from core.formats.yolo import FORMAT as YOLO
from core.packs.layout import PackHeader
from core.packs.reading import Pack, read_pack
from core.packs.writing import write_pack
from core.predictions.exporting import PredictionExportCancelledError, export_pack

CATEGORIES = ("text_line", "Seal {x}; & <y>", "=FORMULA()")
PAGE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"
OUTLINE = Polygon(((10.4, 10.6, 90.2, 9.9, 90.7, 30.1, -3.0, 31.0), (1.0, 1.0, 3.0, 1.0, 3.0, 3.0)))


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    path = tmp_path / "a.pack"
    with write_pack(path, PackHeader(CATEGORIES, "segmentation")) as packer:
        packer.add(
            PredictedImage("a/one.jpg", "", 100, 80),
            [
                PredictedObject(0, 0.9, OUTLINE.bounds(), OUTLINE),
                PredictedObject(0, 0.8, Box(5, 2, 95, 9)),
                PredictedObject(1, 0.7, Box(40.2, 40.4, 40.3, 40.5)),  # smaller than a pixel
                PredictedObject(2, 0.6, Box(60, 60, 110, 90)),  # beyond the border
                PredictedObject(2, 0.1, Box(1, 1, 9, 9)),  # below the confidence
            ],
        )
        packer.add(PredictedImage("a/empty.png", "", 100, 80), [])
    return read_pack(path)


def export(pack: Pack, form: str, folder: Path, **changes: object) -> PredictionExportReport:
    wish = PredictionExport(PredictionSetId("s"), form, folder, **{"confidence": 0.5, **changes})
    with pack:
        return export_pack(pack, wish)


@pytest.mark.parametrize("form", [form.slug for form in FORMS])
def test_each_form_writes_what_counts_and_says_how_much(pack: Pack, tmp_path: Path, form: str) -> None:
    report = export(pack, form, tmp_path / "out")
    assert (report.n_images, report.n_objects, report.n_below) == (2, 4, 1)


def test_a_class_may_have_a_confidence_of_its_own(pack: Pack, tmp_path: Path) -> None:
    assert export(pack, "csv", tmp_path / "out", by_category={"=FORMULA()": 0.05}).n_objects == 5


def test_coco_results_name_what_their_ids_mean(pack: Pack, tmp_path: Path) -> None:
    export(pack, "coco", tmp_path / "out")
    found = json.loads((tmp_path / "out" / "predictions.json").read_text())
    lists = json.loads((tmp_path / "out" / "images-and-classes.json").read_text())
    images = {image["id"]: image for image in lists["images"]}
    names = {category["id"]: category["name"] for category in lists["categories"]}
    assert [images[item["image_id"]]["file_name"] for item in found] == ["a/one.jpg"] * 4
    assert [names[item["category_id"]] for item in found] == [CATEGORIES[i] for i in (0, 0, 1, 2)]
    assert [item["score"] for item in found] == pytest.approx([0.9, 0.8, 0.7, 0.6])
    assert found[1]["bbox"] == [5, 2, 90, 7]
    assert len(found[0]["segmentation"]) == 2 and "segmentation" not in found[1]
    assert [image["file_name"] for image in lists["images"]] == ["a/one.jpg", "a/empty.png"]


def test_coco_results_keep_a_mask_without_an_outline(tmp_path: Path) -> None:
    mask = {"size": [10, 10], "counts": "d15"}
    with write_pack(tmp_path / "a.pack", PackHeader(("a",), "segmentation")) as packer:
        packer.add(PredictedImage("a.jpg", "", 10, 10), [PredictedObject(0, 0.9, Box(2, 2, 3, 3), mask=mask)])
    with read_pack(tmp_path / "a.pack") as opened:
        export(opened, "coco", tmp_path / "out")
    (found,) = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert found["segmentation"] == mask


def test_yolo_text_has_shares_and_the_confidence_last(pack: Pack, tmp_path: Path) -> None:
    export(pack, "yolo", tmp_path / "out")
    lines = [line.split() for line in (tmp_path / "out/labels/a/one.txt").read_text().splitlines()]
    assert (tmp_path / "out/labels/a/empty.txt").read_text() == ""
    assert [(line[0], len(line), float(line[-1])) for line in lines] == [
        ("0", 10, 0.9), ("0", 6, 0.8), ("1", 6, 0.7), ("2", 6, 0.6),
    ]  # fmt: skip
    assert all(0 <= float(value) <= 1 for line in lines for value in line[1:])
    assert (tmp_path / "out/classes.txt").read_text().splitlines() == list(CATEGORIES)


def test_hostile_names_of_classes_are_a_line_each_and_the_rows_come_back(tmp_path: Path) -> None:
    names = ("a\nb", "c\r\n\u2028d", " ", "tail\n")
    with write_pack(tmp_path / "a.pack", PackHeader(names, "detection")) as packer:
        items = [PredictedObject(number, 0.5, Box(1, 1, 50, 40)) for number in range(len(names))]
        packer.add(PredictedImage("a.jpg", "", 100, 80), items)
    export(read_pack(tmp_path / "a.pack"), "yolo", tmp_path / "out")
    assert (tmp_path / "out/classes.txt").read_text().splitlines() == ["a b", "c d", "' '", "tail"]
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.jpg").touch()
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "images")
    (image,) = gather(YOLO.read(source, size_of=lambda _: PictureSize(100, 80))).images
    assert [(item.category, item.confidence) for item in image.annotations] == [
        ("a b", 0.5), ("c d", 0.5), ("' '", 0.5), ("tail", 0.5),
    ]  # fmt: skip


def test_page_is_as_other_programs_read_it(pack: Pack, tmp_path: Path) -> None:
    export(pack, "page", tmp_path / "out")
    root = ElementTree.parse(tmp_path / "out/a/one.xml").getroot()
    assert [child.tag for child in root] == [f"{PAGE}Metadata", f"{PAGE}Page"]
    assert [child.tag for child in root[0]] == [f"{PAGE}{name}" for name in ("Creator", "Created", "LastChange")]
    assert not root[0][1].text.startswith("1970"), "they were made at some time"
    page = root[1]
    assert page.attrib == {"imageFilename": "one.jpg", "imageWidth": "100", "imageHeight": "80"}
    assert [child.tag for child in page] == [f"{PAGE}ReadingOrder", *[f"{PAGE}TextRegion"] * 3]
    seal, formula, container = page[1:]
    lines = container.findall(f"{PAGE}TextLine")
    assert [line.find(f"{PAGE}Coords").get("conf") for line in lines] == ["0.8000", "0.9000"], "from the top"
    assert [line.find(f"{PAGE}Baseline") is not None for line in lines] == [True, True]
    assert all(element[0].tag == f"{PAGE}Coords" for element in [*page[1:], *lines])
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(set(ids)) == len(ids) == 6
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", id) for id in ids)
    for coords in [*page.iter(f"{PAGE}Coords"), *page.iter(f"{PAGE}Baseline")]:
        points = coords.get("points")
        assert re.fullmatch(r"([0-9]+,[0-9]+ )+([0-9]+,[0-9]+)", points)
        pairs = {tuple(map(int, pair.split(","))) for pair in points.split()}
        assert len(pairs) >= (3 if coords.tag == f"{PAGE}Coords" else 2)
        assert all(x <= 100 and y <= 80 for x, y in pairs)
    assert not any(element.get("type") for element in page.iter())
    assert seal.get("custom").endswith(" structure {type:Seal \\u007bx\\u007d\\u003b & <y>;}")
    assert formula.get("custom").endswith(" structure {type:=FORMULA();}")
    empty = ElementTree.parse(tmp_path / "out/a/empty.xml").getroot()
    assert len(empty[1]) == 0


def test_alto_is_as_other_programs_read_it(pack: Pack, tmp_path: Path) -> None:
    export(pack, "alto", tmp_path / "out")
    root = ElementTree.parse(tmp_path / "out/a/one.xml").getroot()
    assert [child.tag for child in root] == [f"{ALTO}{name}" for name in ("Description", "Tags", "Layout")]
    assert root[0][0].text == "pixel"
    assert root[0][1][0].text == "one.jpg"
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(set(ids)) == len(ids)
    tags = {tag.get("ID"): tag.get("LABEL") for tag in root[1]}
    assert list(tags.values()) == list(CATEGORIES[1:]), "a line needs no type"
    space = root[2][0][0]
    assert (root[2][0].tag, space.tag) == (f"{ALTO}Page", f"{ALTO}PrintSpace")
    blocks = list(space)
    assert [block.tag for block in blocks] == [f"{ALTO}TextBlock"] * 3
    lines = blocks[2].findall(f"{ALTO}TextLine")
    assert [line.find(f"{ALTO}String").get("WC") for line in lines] == ["0.8000", "0.9000"]
    assert [[part.tag for part in line] for line in lines] == [[f"{ALTO}Shape", f"{ALTO}String"]] * 2
    assert all(re.fullmatch(r"\d+ \d+( \d+ \d+)+", line.get("BASELINE")) for line in lines)
    for element in [*blocks, *lines]:
        x, y, width, height = (int(element.get(name)) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
        assert x >= 0 and y >= 0 and width > 0 and height > 0 and x + width <= 100 and y + height <= 80
        assert set((element.get("TAGREFS") or "").split()) <= tags.keys()
    for polygon in root.iter(f"{ALTO}Polygon"):
        assert re.fullmatch(r"(\d+ \d+ )+\d+ \d+", polygon.get("POINTS"))


def test_the_table_is_no_formula(pack: Pack, tmp_path: Path) -> None:
    export(pack, "csv", tmp_path / "out")
    text = (tmp_path / "out/predictions.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["class"] for row in rows] == ["text_line", "text_line", CATEGORIES[1], "'=FORMULA()"]
    assert [float(rows[3][name]) for name in ("x0", "y0", "x1", "y1")] == [60, 60, 110, 90]


def test_images_of_no_project_are_named_below_the_folder_that_holds_all(tmp_path: Path) -> None:
    path = tmp_path / "a.pack"
    with write_pack(path, PackHeader(("a",), "detection")) as packer:
        for key in ("/scans/1790/a.jpg", "/scans/1791/a.jpg"):
            packer.add(PredictedImage(key, "", 10, 10), [PredictedObject(0, 0.9, Box(1, 1, 5, 5))])
    export(read_pack(path), "yolo", tmp_path / "out")
    assert sorted(
        file.relative_to(tmp_path / "out/labels").as_posix() for file in (tmp_path / "out").rglob("a.txt")
    ) == [
        "1790/a.txt",
        "1791/a.txt",
    ]


def test_nothing_half_is_left_and_nothing_is_replaced(pack: Pack, tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pack:
        wish = PredictionExport(PredictionSetId("s"), "page", target, 0.5)
        with pytest.raises(PredictionExportCancelledError):
            export_pack(pack, wish, is_cancelled=lambda: True)
        assert not target.exists()
        with pytest.raises(RefusedError, match='no form "pdf"'):
            export_pack(pack, PredictionExport(PredictionSetId("s"), "pdf", target, 0.5))
        target.mkdir()
        (target / "mine.txt").write_text("mine")
        with pytest.raises(RefusedError, match="is not empty"):
            export_pack(pack, wish)
    assert (target / "mine.txt").read_text() == "mine"


def test_two_images_that_would_share_a_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pack"
    with write_pack(path, PackHeader(("a",), "detection")) as packer:
        for key in ("a.jpg", "a.png"):
            packer.add(PredictedImage(key, "", 10, 10), [])
    with pytest.raises(RefusedError, match="differ only in their ending"):
        export(read_pack(path), "page", tmp_path / "out")


@pytest.mark.parametrize("form", ["yolo", "page", "alto"])
def test_no_file_is_written_outside_the_folder(tmp_path: Path, form: str) -> None:
    with write_pack(tmp_path / "a.pack", PackHeader(("a",), "detection")) as packer:
        packer.add(PredictedImage("../../out.jpg", "", 10, 10), [])
    (tmp_path / "deep").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with read_pack(tmp_path / "a.pack") as opened, pytest.raises(RefusedError, match="leads out of the folder"):
        export(opened, form, tmp_path / "deep" / "out")
    assert sorted(tmp_path.rglob("*")) == before
