"""Predictions of any format that holds them, laid beside a project's images."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_workshop import Shop

from core.domain.geometry import Box
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.domain.predictions import ImportedPredictions, PredictedObject
from core.errors import FormatError, NotFoundError, RefusedError
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set
from core.packs.reading import read_pack
from core.predictions.import_service import PredictionImportService


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("stated"))
    yield shop
    shop.close()


@pytest.fixture
def service(shop: Shop) -> PredictionImportService:
    return PredictionImportService(shop.registry, shop.projects, shop.home.predictions)


def write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def kinds(imported: ImportedPredictions) -> dict[str, str]:
    return {problem.kind: problem.text for problem in imported.problems}


def objects(shop: Shop, imported: ImportedPredictions) -> dict[str, list[PredictedObject]]:
    with read_pack(shop.home.predictions / f"{imported.set.id}.pack") as pack:
        return {record.image.key: list(record.predictions) for record in pack.walk()}


NAMES = {"classes.txt": "bar\ndisc\n"}  # the other way round than in the project


def test_a_folder_of_yolo_with_confidences(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    rows = "1 0.5 0.5 0.25 0.5 0.75\n0 0.1 0.1 0.5 0.1 0.5 0.5 0.25\n"
    folder = write(tmp_path, {**NAMES, "labels/test/01.txt": rows, "labels/test/00.txt": ""})
    imported = service.import_results(folder, shop.project, "yolo").value
    assert (imported.n_read, imported.n_kept, imported.set.n_images, imported.set.has_masks) == (2, 2, 2, True)
    found = objects(shop, imported)
    assert found["test/00.jpg"] == [] and found["test/01.jpg"][0] == PredictedObject(0, 0.75, Box(24, 12, 40, 36))
    assert found["test/01.jpg"][1].polygon is not None and found["test/01.jpg"][1].category == 1
    assert set(kinds(imported)) == {"predictions"}


def test_images_beside_those_with_predictions_count_as_looked_at(
    shop: Shop, service: PredictionImportService, tmp_path: Path
) -> None:
    folder = write(tmp_path, {**NAMES, "labels/test/01.txt": "1 0.5 0.5 0.25 0.5 0.75\n"})
    imported = service.import_results(folder, shop.project, "widened").value
    assert imported.set.n_images == 3 and "images-without-predictions" in kinds(imported)
    only = service.import_results(folder, shop.project, "only", only_listed=True).value
    assert only.set.n_images == 1


def test_what_does_not_fit_is_counted_and_said(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    rows = "1 0.5 0.5 0.25 0.5 0.75\n2 0.5 0.5 0.25 0.5 0.75\n1 7 0.5 0.25 0.5 0.5\n"
    files = {"classes.txt": "bar\ndisc\nsquare\n", "labels/test/01.txt": rows, "labels/elsewhere.txt": rows}
    imported = service.import_results(write(tmp_path, files), shop.project, "wrong").value
    assert (imported.n_read, imported.n_kept) == (2, 1)
    said = kinds(imported)
    assert (
        said["category-not-in-project"] == "Left out: 1 prediction of classes that the project does not have (square)."
    )
    assert {"row-not-normalised", "label-without-image"} <= set(said)


def test_ground_truth_is_no_prediction(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    folder = write(tmp_path, {**NAMES, "labels/test/01.txt": "1 0.5 0.5 0.25 0.5\n"})
    with pytest.raises(RefusedError, match="holds no prediction"):
        service.import_results(folder, shop.project, "truth")


def test_a_format_may_be_named(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    folder = write(tmp_path, {**NAMES, "labels/test/01.txt": "1 0.5 0.5 0.25 0.5 0.75\n"})
    assert service.import_results(folder, shop.project, "named", format="yolo").value.n_kept == 1
    doubtful = write(tmp_path / "doubtful", {**NAMES, "labels/01.txt": "1 0.5 0.5 0.25 0.5 0.75\n"})
    with pytest.raises(RefusedError, match="The labels could belong to any of 3 images"):
        service.import_results(doubtful, shop.project, "other")
    with pytest.raises(NotFoundError, match='no format "nonsense"'):
        service.import_results(folder, shop.project, "other", format="nonsense")
    with pytest.raises(FormatError, match="does not say what a model predicted"):
        service.import_results(folder, shop.project, "other", format="alto")
    with pytest.raises(FormatError, match="neither a list of detections"):
        text = write(tmp_path / "text", {"a.json": "5"}) / "a.json"
        service.import_results(text, shop.project, "other", format="coco")
    with pytest.raises(FormatError, match="does not exist"):
        service.import_results(tmp_path / "gone", shop.project, "other")


def test_an_archive_of_either_kind(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    document = {
        "images": [{"id": 7, "file_name": "test/01.jpg"}],
        "categories": [{"id": 2, "name": "disc"}],
        "annotations": [{"image_id": 7, "category_id": 2, "bbox": [1, 2, 10, 12], "score": 0.5}],
    }
    labels = {**NAMES, "labels/test/01.txt": "1 0.5 0.5 0.25 0.5 0.75\n"}
    for name, files in (("labels", labels), ("results", {"in/found.json": json.dumps(document)})):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            archive.writestr("../outside.txt", "no")
            for file, content in files.items():
                archive.writestr(file, content)
        imported = service.import_results(tmp_path / f"{name}.zip", shop.project, f"zip of {name}").value
        assert (imported.n_kept, imported.set.settings["file"]) == (1, f"{name}.zip")
        assert "archive-member-left-out" in kinds(imported)
    folder = write(tmp_path / "folder", {"found.json": json.dumps(document)})
    assert service.import_results(folder, shop.project, "folder of results").value.n_kept == 1


HOLDING = [info.slug for info in FormatCatalog().list_formats() if info.holds_predictions and info.can_write]


@pytest.mark.parametrize("slug", HOLDING)
def test_what_any_format_writes_of_predictions_is_taken(
    shop: Shop, service: PredictionImportService, tmp_path: Path, slug: str
) -> None:
    items = (
        RawAnnotation("disc", Box(8, 6, 40, 36), made_by="detector", confidence=0.75),
        RawAnnotation("bar", Box(2, 4, 20, 16), made_by="detector", confidence=0.5),
    )
    image = RawImage("test/01.jpg", items, 64, 48)
    write_data_set(FormatCatalog().get(slug), [image], ["disc", "bar"], tmp_path / "out")
    imported = service.import_results(tmp_path / "out", shop.project, f"of {slug}", only_listed=True).value
    assert (imported.n_read, imported.n_kept) == (2, 2), imported.problems
    found = objects(shop, imported)["test/01.jpg"]
    assert [(one.category, one.confidence) for one in found] == [(0, 0.75), (1, 0.5)]
    assert [round(one.box.x1) for one in found] == [40, 20]


def test_the_images_have_to_be_there(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    folder = write(tmp_path, {**NAMES, "labels/test/01.txt": "1 0.5 0.5 0.25 0.5 0.75\n"})
    root = shop.projects.get_project(shop.project).root
    root.rename(root.with_name("moved"))
    try:
        with pytest.raises(RefusedError, match="is not there"):
            service.import_results(folder, shop.project, "gone")
    finally:
        root.with_name("moved").rename(root)


def test_the_detections_of_voc100_as_rows_of_yolo_arrive_as_they_do_from_coco(
    tmp_path: Path, voc100: Path | None
) -> None:
    if voc100 is None:
        return
    shop = Shop(tmp_path / "shop")
    source = ImportSource(voc100 / "coco" / "instances_v2.json", voc100 / "images", "coco")
    project = shop.imports.commit(source, project_name="voc").project
    service = PredictionImportService(shop.registry, shop.projects, shop.home.predictions)
    first = service.import_results(voc100 / "detections" / "coco_dets.json", project, "coco").value
    rows: dict[str, list[str]] = {}
    sizes = {}
    with read_pack(shop.home.predictions / f"{first.set.id}.pack") as pack:
        for record in pack.walk():
            sizes[record.image.key] = (record.image.width, record.image.height)
            rows[record.image.key] = [row(one, *sizes[record.image.key]) for one in record.predictions]
    files = {f"labels/{Path(key).stem}.txt": "".join(lines) for key, lines in rows.items()}
    yaml = {"data.yaml": f"train: images\nval: images\nnames: {json.dumps(first.set.categories)}\n"}
    second = service.import_results(write(tmp_path / "yolo", {**files, **yaml}), project, "yolo").value
    assert (second.n_read, second.n_kept, second.set.n_images) == (452, 452, 100)
    before, after = objects(shop, first), objects(shop, second)
    assert before.keys() == after.keys()
    for key, items in before.items():
        assert [numbers(one, *sizes[key]) for one in items] == [
            pytest.approx(numbers(one, *sizes[key]), abs=1e-6) for one in after[key]
        ]
    shop.close()


def row(one: PredictedObject, width: int, height: int) -> str:
    box = one.box
    places = ((box.x0 + box.x1) / 2 / width, (box.y0 + box.y1) / 2 / height, box.width / width, box.height / height)
    return f"{one.category} {' '.join(f'{value:.12f}' for value in places)} {one.confidence!r}\n"


def numbers(one: PredictedObject, width: int, height: int) -> list[float]:
    """What is compared: COCO's boxes are kept where they leave the image, YOLO's are not."""
    box = one.box.clipped(width, height)
    return [one.category, one.confidence, box.x0, box.y0, box.x1, box.y1]
