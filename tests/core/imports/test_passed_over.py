"""Files that look like annotations and are not read are said, whatever the folder is read as."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.imports import ImportSource, Severity
from core.errors import RefusedError
from core.imports.service import ImportService

VOC = "<annotation><object><bndbox/></object></annotation>"
FOREIGN = {
    "a.xml": (VOC, "Pascal VOC", "export it as COCO or YOLO"),
    "b.xml": ("<annotations><version>1.1</version></annotations>", "CVAT for images", "COCO 1.0"),
    "c.xml": ("<PcGts/>", "PAGE", "ALTO"),
    "d.json": ('{"version": "5", "shapes": []}', "LabelMe", "export it"),
    "e.json": ('[{"image_id": 1, "category_id": 2, "score": 0.5}]', "predictions of a model", "no ground truth"),
    "f.json": ('[{"result": [{"from_name": "x"}]}]', "Label Studio", "export it from Label Studio"),
    "g.txt": ("imagesource:x\ngsd:1\n1 2 3 4 5 6 7 8 ship 0\n", "oriented boxes (DOTA)", "export it"),
    "h.json": ('{"annotations": [{"segments_info": []}]}', "panoptic segments", "export instances"),
}


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
        (pictures / f"{number}.xml").write_text(VOC)
    (pictures / "list.json").write_text("{}")
    (pictures / "readme.txt").write_text("Pages of the parish.")
    texts = passed_over(imports.preview(ImportSource(pictures)))
    assert len(texts) == 2
    assert any(text.startswith("5 .xml files were passed over: Pascal VOC") for text in texts)
    assert any(text.startswith("1 .json file was passed over: not in a form") for text in texts)


def test_another_form_that_can_be_read_is_offered(
    imports: ImportService, add_picture, write_coco, pictures: Path
) -> None:
    add_picture("1.png")
    write_coco([("1.png", "x", [0, 0, 5, 5])]).rename(pictures / "coco.json")
    (pictures / "1.txt").write_text("0 0.5 0.5 0.25 0.25\n")
    (text,) = passed_over(imports.preview(ImportSource(pictures)))
    assert "YOLO labels" in text and "read as COCO" in text and "choose its format" in text
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
