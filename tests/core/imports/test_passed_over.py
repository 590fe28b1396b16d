"""Files that look like annotations and are not read are said, whatever the folder is read as."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from core.domain.imports import ImportSource, Severity
from core.errors import RefusedError
from core.formats.catalog import FormatCatalog
from core.formats.testing import CATEGORIES, IMAGES
from core.formats.writing import write_data_set
from core.imports.service import ImportService

VIA = '{"1": {"regions": [{"shape_attributes": {}}]}}'
FOREIGN = {
    "a.json": (VIA, "VIA", "export it from VIA as COCO"),
    "b.json": ('{"objects": [{"classTitle": "x"}]}', "Supervisely", "export it from Supervisely"),
    "c.json": ('[{"annotations": [{"coordinates": {"x": 1}}]}]', "CreateML", "export it"),
    "d.geojson": ('{"type": "FeatureCollection"}', "GeoJSON", "pixels"),
    "e.json": ('[{"image_id": 1, "category_id": 2, "score": 0.5}]', "predictions of a model", "no ground truth"),
    "f.json": ('[{"name": "x", "labels": [{"box2d": {}}]}]', "BDD100K", "convert it"),
    "g.txt": ("1,3,794.27,247.59,71.245,174.88,-1,-1,-1,-1\n", "tracks (MOT)", "convert it"),
    "h.json": ('{"annotations": [{"segments_info": []}]}', "panoptic segments", "export instances"),
    "i.txt": ("Car 0.00 0 -1.58 587.01 173.33 614.12 200.12 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n", "KITTI", "COCO"),
    "j.tfrecord": ("\x00", "TFRecord", "export it as COCO"),
    "k.csv": ('ID,DataRow ID,Label\n1,2,"{""bbox"": {}}"\n', "Labelbox", "export it from Labelbox as COCO"),
}
QUIET = {
    "classes.txt": "cat\ndog\n",
    "train.txt": "000001\n000002 -1\n000003  1\n",
    "METS.xml": '<mets xmlns="http://www.loc.gov/METS/"/>',
}


CATALOG = FormatCatalog()
BY_FILES = [
    info.slug
    for info in CATALOG.list_formats()
    if info.can_write and info.slug not in ("class-folders", "side-labels")  # which lie in names and any text
]


@pytest.mark.parametrize("slug", BY_FILES)
def test_what_a_format_writes_is_recognised_by_its_look_and_raises_no_alarm(
    imports: ImportService, tmp_path: Path, slug: str
) -> None:
    written = CATALOG.get(slug)
    target = tmp_path / "out"
    write_data_set(written, IMAGES, CATEGORIES, target)
    for image in IMAGES:
        file = target / written.info.images_folder / image.path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            Image.new("RGB", (image.width or 10, image.height or 10)).save(file)
    preview = imports.preview(ImportSource(target))
    first = preview.recognised[0]
    assert (preview.format, first.format) == (slug, slug)
    assert "look" in first.reason or "names" in first.reason, first.reason
    assert [text for text in passed_over(preview) if "was passed over:" in text or "were passed over:" in text] == []


def passed_over(preview) -> list[str]:  # type: ignore[no-untyped-def]
    found = [problem for problem in preview.problems if problem.kind == "annotations-not-read"]
    assert all(problem.severity is Severity.WARNING for problem in found)
    return [problem.text for problem in found]


@pytest.mark.parametrize("name", list(FOREIGN))
@pytest.mark.parametrize("is_read_as", ["images", "coco"])
def test_a_form_that_is_not_read_is_named_with_what_to_do(
    imports: ImportService, add_picture, write_coco, pictures: Path, name: str, is_read_as: str
) -> None:
    content, words, advice = FOREIGN[name]
    add_picture("1.png")
    if is_read_as == "coco":
        write_coco([("1.png", "x", [0, 0, 5, 5])]).rename(pictures / "coco.json")
    (pictures / "deep").mkdir()
    (pictures / "deep" / name).write_text(content)
    preview = imports.preview(ImportSource(pictures))
    assert preview.format == is_read_as
    (text,) = passed_over(preview)
    assert words in text and advice in text and text.startswith(f"1 {Path(name).suffix} file was passed over")


def test_one_warning_a_kind(imports: ImportService, add_picture, pictures: Path) -> None:
    add_picture("1.png")
    for number in range(5):
        (pictures / f"{number}.json").write_text(VIA)
    (pictures / "list.json").write_text("{}")
    (pictures / "readme.txt").write_text("Pages of the parish.")
    texts = passed_over(imports.preview(ImportSource(pictures)))
    assert len(texts) == 2
    assert any(text.startswith("5 .json files were passed over: VIA") for text in texts)
    assert any(text.startswith("1 .json file was passed over: not in a form") for text in texts)


def test_another_form_that_can_be_read_is_offered(
    imports: ImportService, add_picture, write_coco, pictures: Path
) -> None:
    add_picture("1.png")
    write_coco([("1.png", "x", [0, 0, 5, 5])]).rename(pictures / "coco.json")
    (pictures / "1.txt").write_text("0 0.5 0.5 0.25 0.25\n")
    (text,) = passed_over(imports.preview(ImportSource(pictures)))
    assert "YOLO labels" in text and "read as COCO (1 .json file)" in text and "choose its format, YOLO" in text
    (text,) = passed_over(imports.preview(ImportSource(pictures, format="yolo")))
    assert "COCO" in text and "read as YOLO" in text
    assert passed_over(imports.preview(ImportSource(pictures / "coco.json"))) == [], "a file is a choice"


def test_the_command_is_told_how_to_choose_among_versions_of_a_file(
    imports: ImportService, add_picture, write_coco, pictures: Path
) -> None:
    add_picture("1.png")
    for name, x in (("a.json", 1), ("b.json", 2)):
        write_coco([("1.png", "x", [x, 0, 5, 5])]).rename(pictures / name)
    with pytest.raises(RefusedError, match="describe the same 1 image in different ways") as caught:
        imports.commit(ImportSource(pictures), project_name="P")
    assert "--without" in caught.value.hint
    chosen = ImportSource(pictures, left_out=(pictures / "b.json",))
    assert imports.commit(chosen, project_name="P").n_annotations == 1


@pytest.mark.parametrize("name", list(QUIET))
def test_what_belongs_beside_annotations_raises_no_alarm(
    imports: ImportService, add_picture, write_coco, pictures: Path, name: str
) -> None:
    add_picture("1.png")
    write_coco([("1.png", "x", [0, 0, 5, 5])]).rename(pictures / "coco.json")
    (pictures / name).write_text(QUIET[name])
    assert passed_over(imports.preview(ImportSource(pictures))) == []


def test_the_preview_names_every_format_that_may_read_the_folder(
    imports: ImportService, add_picture, write_coco, pictures: Path
) -> None:
    add_picture("1.png")
    write_coco([("1.png", "x", [0, 0, 5, 5])]).rename(pictures / "coco.json")
    (pictures / "1.txt").write_text("0 0.5 0.5 0.25 0.25\n")
    recognised = {one.format: one.reason for one in imports.preview(ImportSource(pictures)).recognised}
    assert recognised["coco"] == "1 .json file looks like COCO"
    assert recognised["yolo"] == "1 .txt file looks like YOLO labels"


def test_of_very_many_files_the_first_are_opened_and_all_are_counted(
    imports: ImportService, add_picture, pictures: Path
) -> None:
    add_picture("1.png")
    for number in range(2_005):
        (pictures / f"{number}.geojson").write_text("{}")
    (text,) = passed_over(imports.preview(ImportSource(pictures)))
    assert text.startswith("about 2005 .geojson files were passed over: GeoJSON")
