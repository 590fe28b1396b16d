from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_workshop import Shop

from core.domain.imports import ImportSource
from core.domain.predictions import ImportedPredictions, SetKind
from core.errors import FormatError, RefusedError
from core.metrics.coco import EvalImage, score
from core.packs.reading import Pack, read_pack
from core.predictions.import_service import PredictionImportService


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("imports"))
    yield shop
    shop.close()


@pytest.fixture
def service(shop: Shop) -> PredictionImportService:
    return PredictionImportService(shop.registry, shop.projects, shop.home.predictions)


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


# Ids that mean other things here than in the project's own file: there 1 is "disc" and 2 is "bar".
IMAGES = [{"id": 7, "file_name": "test/01.jpg"}, {"id": 8, "file_name": "test/00.jpg", "width": 64, "height": 48}]
CATEGORIES = [{"id": 1, "name": "bar"}, {"id": 2, "name": "disc"}]


def found(**changes: Any) -> dict[str, Any]:
    return {"image_id": 7, "category_id": 2, "bbox": [1, 2, 10, 12], "score": 0.5, **changes}


def document(*records: dict[str, Any], images: Any = IMAGES, categories: Any = CATEGORIES) -> dict[str, Any]:
    return {"images": images, "categories": categories, "annotations": list(records)}


def kinds(imported: ImportedPredictions) -> dict[str, str]:
    return {problem.kind: problem.text for problem in imported.problems}


def test_classes_and_images_are_matched_by_name(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", document(found(), found(image_id=8, category_id=1, score=0.75)))
    imported = service.import_results(file, shop.project, "by name", only_listed=True).value
    assert (imported.n_read, imported.n_kept, imported.problems) == (2, 2, ())
    assert (imported.set.kind, imported.set.has_truth) == (SetKind.IMPORT, True)
    assert imported.set.categories == ("disc", "bar", "never seen")
    with open_pack(shop, imported) as pack:
        by_image = {record.image.key: record for record in pack.walk()}
    assert [item.category for item in by_image["test/01.jpg"].predictions] == [0]
    assert [(item.category, item.confidence) for item in by_image["test/00.jpg"].predictions] == [(1, 0.75)]
    assert all(len(record.truths) == 2 and record.image.sha256 for record in by_image.values())


def test_a_list_takes_its_ids_from_the_ground_truth_that_is_named_or_lies_beside(
    shop: Shop, service: PredictionImportService, tmp_path: Path
) -> None:
    results = write(tmp_path / "results.json", [found()])
    with pytest.raises(FormatError, match="there is none beside it"):
        service.import_results(results, shop.project, "list")
    truth = write(tmp_path / "truth.json", document())
    beside = service.import_results(results, shop.project, "beside", only_listed=True).value
    assert kinds(beside) == {"ids-explained": 'What the ids mean was read from "truth.json".'}
    write(tmp_path / "other.json", document(categories=[{"id": 2, "name": "bar"}]))
    with pytest.raises(FormatError, match=r"beside it are other.json, truth.json"):
        service.import_results(results, shop.project, "list")
    named = service.import_results(results, shop.project, "named", ground_truth=truth).value
    assert named.n_kept == 1


def test_everything_that_does_not_fit_is_counted_and_said(
    shop: Shop, service: PredictionImportService, tmp_path: Path
) -> None:
    images = [
        *IMAGES,
        {"id": 9, "file_name": "test/02.jpg", "width": 640, "height": 480},
        {"id": 10, "file_name": "elsewhere.jpg"},
        {"id": 11, "file_name": "00.jpg"},
    ]
    wrong = {
        "score-invalid": [found(score=float("nan")), found(score=1.2), found(score=None)],
        "image-unknown": [found(image_id=99)],
        "image-not-in-project": [found(image_id=10)],
        "image-ambiguous": [found(image_id=11)],
        "size-differs": [found(image_id=9)],
        "category-unknown": [found(category_id=5)],
        "category-not-in-project": [found(category_id=3)],
        "box-invalid": [found(bbox=[1, 2, 3]), found(bbox=[1, 2, 0, 5]), found(bbox=[1, float("inf"), 3, 5])],
        "box-outside": [found(bbox=[1000, 1000, 5, 5])],
        "prediction-invalid": ["no record"],
    }
    records = [found(), *(record for group in wrong.values() for record in group)]
    categories = [*CATEGORIES, {"id": 3, "name": "square"}]
    file = write(tmp_path / "wrong.json", document(*records, images=images, categories=categories))
    imported = service.import_results(file, shop.project, "wrong").value
    assert (imported.n_read, imported.n_kept) == (len(records), 1)
    said = kinds(imported)
    for kind, group in wrong.items():
        assert f" {len(group)} prediction" in said[kind], said
    assert "(nan, 1.2, None)" in said["score-invalid"]
    assert "test/02.jpg: 640 x 480 stated, 64 x 48 here" in said["size-differs"]
    assert "(square)" in said["category-not-in-project"]
    assert said["images-not-in-project"].startswith("2 images that the file lists are not in the project")


def test_an_id_that_means_two_things_means_nothing(
    shop: Shop, service: PredictionImportService, tmp_path: Path
) -> None:
    categories = [*CATEGORIES, {"id": 2, "name": "bar"}]
    file = write(tmp_path / "twice.json", document(found(), found(category_id=1), categories=categories))
    imported = service.import_results(file, shop.project, "twice").value
    assert imported.n_kept == 1
    assert "category 2 is given twice" in kinds(imported)["id-disputed"]


def test_images_beside_those_with_predictions_count_as_looked_at(
    shop: Shop, service: PredictionImportService, tmp_path: Path
) -> None:
    file = write(tmp_path / "some.json", document(found(), images=IMAGES[:1]))
    imported = service.import_results(file, shop.project, "some").value
    assert imported.set.n_images == 3, "all of the folder test"
    assert "2 other images of the same folders count as looked at" in kinds(imported)["images-without-predictions"]
    whole = write(tmp_path / "whole.json", document(found()))
    assert service.import_results(whole, shop.project, "whole").value.set.n_images == 2, "the list names one without"


def test_an_image_whose_predictions_were_left_out_does_not_count_as_empty(
    shop: Shop, service: PredictionImportService, tmp_path: Path
) -> None:
    other_size = {**IMAGES[1], "width": 640}
    file = write(tmp_path / "size.json", document(found(), found(image_id=8), images=[IMAGES[0], other_size]))
    imported = service.import_results(file, shop.project, "of another size").value
    assert (imported.n_kept, imported.set.n_images) == (1, 2), "test/01 and test/02; of test/00 nothing is known"
    images = [IMAGES[0], IMAGES[1], {"id": 8, "file_name": "test/02.jpg"}]
    file = write(tmp_path / "disputed.json", document(found(), found(image_id=8), images=images))
    imported = service.import_results(file, shop.project, "of a disputed id").value
    assert (imported.n_kept, imported.set.n_images) == (1, 1), "id 8 may be either of the others"


def test_what_is_said_twice_is_kept_and_told(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    images = [*IMAGES, {"id": 9, "file_name": "test/01.jpg"}]
    records = (found(), found(score=0.4), found(image_id=9), found())
    file = write(tmp_path / "again.json", document(*records, images=images))
    imported = service.import_results(file, shop.project, "again").value
    assert imported.n_kept == 4
    assert kinds(imported)["prediction-twice"].startswith("2 predictions say the same as one before")
    assert "number 3" in kinds(imported)["prediction-twice"]


def test_outlines_and_masks_are_kept_as_outlines(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    ring = [[1, 1, 9, 1, 9, 9, 1, 9]]
    mask = {"size": [48, 64], "counts": [0, 4, 44, 4, 48 * 64 - 52]}
    other = {"size": [10, 10], "counts": [0, 4, 96]}
    records = (found(segmentation=ring), found(segmentation=mask, bbox=None), found(segmentation=other))
    file = write(tmp_path / "masks.json", document(*records))
    imported = service.import_results(file, shop.project, "masks").value
    assert (imported.n_kept, imported.set.has_masks) == (3, True)
    assert kinds(imported)["outline-invalid"].startswith("1 prediction has an outline that is damaged")
    with open_pack(shop, imported) as pack:
        items = [item for record in pack.walk() for item in record.predictions]
    assert [item.polygon is not None for item in items] == [True, True, False]
    assert items[1].box.area == 8


def test_what_cannot_be_taken_at_all_is_refused(shop: Shop, service: PredictionImportService, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"None of the 1 predictions in \"none.json\" fits the project"):
        service.import_results(write(tmp_path / "none.json", document(found(score=7))), shop.project, "none")
    with pytest.raises(RefusedError, match="holds no prediction"):
        service.import_results(write(tmp_path / "empty.json", document()), shop.project, "none")
    with pytest.raises(FormatError, match="no list of categories"):
        service.import_results(write(tmp_path / "bare.json", document(found(), categories=[])), shop.project, "none")
    with pytest.raises(RefusedError) as caught:
        service.import_results(tmp_path / "none.json", shop.project, "  ")
    assert caught.value.code == "E-110"
    file = write(tmp_path / "twice.json", document(found()))
    service.import_results(file, shop.project, "taken")
    with pytest.raises(RefusedError, match='predictions named "taken" already'):
        service.import_results(file, shop.project, "taken")
    assert not list(shop.home.predictions.glob(".*"))


def test_voc100_gives_the_published_numbers(tmp_path: Path, voc100: Path | None) -> None:
    if voc100 is None:
        return
    shop = Shop(tmp_path)
    source = ImportSource(voc100 / "coco" / "instances_v2.json", voc100 / "images", "coco")
    project = shop.imports.commit(source, project_name="voc").project
    service = PredictionImportService(shop.registry, shop.projects, shop.home.predictions)
    imported = service.import_results(voc100 / "detections" / "coco_dets.json", project, "other").value
    assert (imported.n_read, imported.n_kept, imported.set.n_images) == (452, 452, 100)
    with open_pack(shop, imported) as pack:
        images = [EvalImage(r.image.width, r.image.height, r.truths, r.predictions) for r in pack.walk()]
    scores = score(len(imported.set.categories), images, has_masks=False, max_detections=100).boxes
    numbers = [scores.mean_ap(), scores.mean_ap_at(0), scores.mean_ap_at(5), scores.mean_recall()]
    assert numbers == pytest.approx([0.346958, 0.610030, 0.353714, 0.522570], abs=1e-6)
    shop.close()


def open_pack(shop: Shop, imported: ImportedPredictions) -> Pack:
    return read_pack(shop.home.predictions / f"{imported.set.id}.pack")
