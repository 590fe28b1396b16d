from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from prediction_site import PredictionSite

from core.domain.imports import ImportSource
from core.domain.predicting import Tiling
from core.domain.predictions import SetKind
from core.domain.projects import ImageFilter
from core.domain.runs import RunStatus
from core.domain.thresholds import ChosenThreshold
from core.errors import NotFoundError, RefusedError, WeightsError
from core.models.weights_store import WEIGHTS_FILE
from core.runs.processes.launch import StartOutcome
from core.runs.testing import await_stage, wait_until


def test_a_folder_is_predicted_and_kept_as_one_set(site: PredictionSite) -> None:
    record = site.make()
    assert (record.kind, record.name, record.version) == ("prediction", "Quick V001 on test", site.quick)
    state = site.end(record)
    assert state.reason == "6 objects on 3 images (confidence 0.25 or more)."
    (found,) = site.predictions.list_sets(run=record.id)
    assert (found.kind, found.name) == (SetKind.PREDICTION, "Quick V001 on test")
    assert (found.version, found.project, found.run) == (site.quick, site.shop.project, record.id)
    assert (found.n_images, found.n_predictions, found.has_truth) == (3, 6, True)
    assert found.settings["threshold"] == 0.25
    with site.predictions.open(found.id) as pack:
        assert pack.path.stat().st_size == found.n_bytes
        assert [image.key for image in pack.images] == ["test/00.jpg", "test/01.jpg", "test/02.jpg"]
        assert all(len(image.sha256) == 64 for image in pack.images)
        assert [len(record.truths) for record in pack.walk()] == [2, 2, 2]
        assert pack.header.source["label"] == "Quick V001"
    assert found in site.predictions.list_sets(project=site.shop.project)
    assert found in site.predictions.list_sets(version=site.quick)


def test_the_versions_own_thresholds_hold_unless_one_is_named(site: PredictionSite) -> None:
    version = site.train("Choosy")
    site.shop.models.set_threshold(version, ChosenThreshold(0.2, {"disc": 0.999}))
    record = site.predictions.submit(site.draft(version=version, confidence=None))
    assert "(confidence 0.2 or more, of some classes their own)" in site.end(record).reason
    (found,) = site.predictions.list_sets(run=record.id)
    assert (found.settings["threshold"], found.settings["thresholds"]) == (0.2, {"disc": 0.999})
    assert (found.n_predictions, found.settings["n_objects"]) == (6, 3), (
        "below its threshold it is kept and not counted"
    )


def test_predictions_never_become_ground_truth(site: PredictionSite) -> None:
    before = site.shop.projects.get_project(site.shop.project)
    site.end(site.make())
    after = site.shop.projects.get_project(site.shop.project)
    assert (after.n_annotations, after.revision) == (before.n_annotations, before.revision)


def test_chosen_images_and_the_whole_project(site: PredictionSite) -> None:
    ids = site.shop.projects.list_image_ids(ImageFilter(site.shop.project, folders=("val",)))
    record = site.predictions.submit(site.draft(folders=(), images=tuple(ids)[:2]))
    assert record.name == "Quick V001 on 2 chosen images of Drawings"
    site.end(record)
    (found,) = site.predictions.list_sets(run=record.id)
    assert found.n_images == 2
    survey = site.predictions.survey(site.draft(folders=()))
    assert (survey.n_images, survey.where, survey.device) == (32, "Drawings", "cpu")


def test_files_of_no_project_are_named_by_their_whole_paths(site: PredictionSite, tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 30), 700, np.uint16)).save(tmp_path / "a.png")
    turned = Image.new("RGB", (30, 20))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "b.jpg", exif=exif)
    (tmp_path / "c.jpg").write_bytes(b"nothing of a picture")
    (tmp_path / "notes.txt").write_text("no picture")
    record = site.predictions.submit(site.draft(project=None, folders=(), paths=(tmp_path,)))
    state = site.end(record)
    assert state.status is RunStatus.SUCCESS
    assert state.reason.startswith("0 objects on 2 images (confidence 0.25 or more). 1 image was left out; the first: ")
    assert f'"{tmp_path}/c.jpg" is not a picture' in state.reason
    (found,) = site.predictions.list_sets(run=record.id)
    assert (found.project, found.has_truth) == (None, False)
    with site.predictions.open(found.id) as pack:
        sizes = {Path(image.key).name: (image.width, image.height) for image in pack.images}
    assert sizes == {"a.png": (30, 20), "b.jpg": (20, 30)}
    assert all(Path(image.key).is_absolute() for image in pack.images)


def test_what_changed_or_is_missing_is_named_and_the_others_go_on(site: PredictionSite) -> None:
    first, second = (site.shop.images_root / name for name in ("test/00.jpg", "test/01.jpg"))
    kept = first.read_bytes(), second.read_bytes()
    try:
        Image.new("RGB", (64, 48)).save(first)
        second.unlink()
        record = site.make()
        state = site.end(record)
    finally:
        first.write_bytes(kept[0])
        second.write_bytes(kept[1])
    assert state.status is RunStatus.SUCCESS
    assert state.reason == (
        "2 objects on 1 image (confidence 0.25 or more). 2 images were left out; the first: "
        '"test/00.jpg" changed since it was imported.'
    )
    (result,) = state.results
    assert [path for path, _ in result.content["left_out"]] == ["test/00.jpg", "test/01.jpg"]


def test_nothing_that_can_be_looked_at_is_a_failure_and_leaves_no_set(site: PredictionSite, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    record = site.predictions.submit(site.draft(project=None, folders=(), paths=(tmp_path / "broken.jpg",)))
    state = site.end(record)
    assert state.status is RunStatus.FAILED
    assert state.reason.startswith("None of 1 image could be looked at.")
    assert site.predictions.list_sets(run=record.id) == ()
    assert not list(site.shop.home.predictions.glob(".*"))


def test_a_stop_keeps_what_is_done_and_says_so(site: PredictionSite) -> None:
    record = site.make_long()
    wait_until(lambda: site.service.start(record.id) is StartOutcome.STARTED)
    await_stage(site.service, record, "predict")
    site.service.request_stop(record.id)
    state = site.service.carry_on(record.id, lambda _batch: None, lambda: False)
    assert state.status is RunStatus.TERMINATED
    (found,) = site.predictions.list_sets(run=record.id)
    assert 0 < found.n_images < 25
    assert f"Stopped by you: {found.n_images} of 25 images; the rest was not looked at." in state.reason
    with site.predictions.open(found.id) as pack:
        assert len(pack.images) == found.n_images


def test_a_shorter_attempt_does_not_take_the_place_of_a_longer_one(site: PredictionSite) -> None:
    record = site.make_long()
    wait_until(lambda: site.service.start(record.id) is StartOutcome.STARTED)
    wait_until(lambda: site.service.read_state(record.id).progress > 0.35)
    site.service.request_stop(record.id)
    site.service.carry_on(record.id, lambda _batch: None, lambda: False)
    (before,) = site.predictions.list_sets(run=record.id)
    site.service.retry(record.id)
    wait_until(lambda: site.service.start(record.id) is StartOutcome.STARTED)
    await_stage(site.service, record, "predict")
    site.service.request_stop(record.id)
    state = site.service.carry_on(record.id, lambda _batch: None, lambda: False)
    assert state.status is RunStatus.TERMINATED
    assert f"what an earlier attempt kept of {before.n_images} images stays as it is." in state.reason
    assert site.predictions.list_sets(run=record.id) == (before,)
    with site.predictions.open(before.id) as pack:
        assert len(pack.images) == before.n_images
    site.service.retry(record.id)
    state = site.end(site.service.get_run(record.id))
    assert state.status is RunStatus.SUCCESS
    (whole,) = site.predictions.list_sets(run=record.id)
    assert (whole.id, whole.n_images) == (before.id, 25)


def test_images_that_nobody_annotated_have_no_ground_truth_to_be_wrong_by(site: PredictionSite) -> None:
    """Whatever else the project holds."""
    projects = site.shop.projects
    bare = ImageFilter(site.shop.project, is_annotated=False)
    record = site.predictions.submit(site.draft(folders=(), images=tuple(projects.list_image_ids(bare))))
    assert site.end(record).status is RunStatus.SUCCESS
    (found,) = site.predictions.list_sets(run=record.id)
    assert (found.n_images, found.has_truth) == (1, False)


def test_tiles_find_lines_that_no_tile_shows_whole(site: PredictionSite, tmp_path: Path) -> None:
    """The fake worker sees the ground truth of each tile, a little off."""
    root = tmp_path / "wide"
    root.mkdir()
    Image.new("RGB", (600, 300), "white").save(root / "page.png")
    boxes = [[20, 30 + 60 * number, 560, 30] for number in range(4)]
    annotations = [
        {"id": number, "image_id": 1, "category_id": 1, "bbox": box, "area": 1, "iscrowd": 0}
        for number, box in enumerate(boxes)
    ]
    images = [{"id": 1, "file_name": "page.png", "width": 600, "height": 300}]
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "bar"}]}
    (root / "coco.json").write_text(json.dumps(content))
    project = site.shop.imports.commit(ImportSource(root / "coco.json", root, "coco"), project_name="Wide").project
    record = site.predictions.submit(site.draft(project=project, folders=(), tiling=Tiling(size=200, overlap=50)))
    assert site.end(record).status is RunStatus.SUCCESS
    (found,) = site.predictions.list_sets(run=record.id)
    assert (found.n_predictions, found.settings["tile"], found.settings["overlap"]) == (4, 200, 50)
    with site.predictions.open(found.id) as pack:
        (page,) = pack.walk()
    assert sorted(round(item.box.y0, -1) for item in page.predictions) == [30, 90, 150, 210]
    assert all(item.box.width > 500 for item in page.predictions)
    assert not list(site.service.layout(record.id).work.glob("tree"))


def test_a_version_without_its_weights_is_refused(site: PredictionSite) -> None:
    version = site.train("Lost")
    folder = site.shop.models.get_version(version).folder
    assert folder is not None
    weights = folder / WEIGHTS_FILE
    record = site.predictions.submit(site.draft(version=version))
    content = weights.read_bytes()
    weights.unlink()  # other versions may share its blocks
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    state = site.end(record)
    assert state.status is RunStatus.FAILED
    assert "weights.safetensors was changed after publication" in state.reason
    weights.unlink()
    with pytest.raises(WeightsError, match="is missing at") as caught:
        site.predictions.submit(site.draft(version=version))
    assert caught.value.code == "E-260"


def test_values_that_cannot_be_are_refused(site: PredictionSite, tmp_path: Path) -> None:
    for wrong in ({"confidence": 0.0}, {"iou": 1.5}, {"max_detections": 0}, {"tiling": Tiling(1024, 900)}):
        with pytest.raises(RefusedError) as caught:
            site.predictions.submit(site.draft(**wrong))
        assert caught.value.code == "E-132"
    with pytest.raises(NotFoundError, match='no folder "nowhere"'):
        site.predictions.submit(site.draft(folders=("nowhere",)))
    with pytest.raises(RefusedError, match="no image"):
        site.predictions.submit(site.draft(project=None, folders=(), paths=(tmp_path,)))
    with pytest.raises(NotFoundError, match="does not exist"):
        site.predictions.submit(site.draft(project=None, folders=(), paths=(tmp_path / "gone",)))
    names = {run.name for run in site.service.list_runs()}
    assert not any("nowhere" in name for name in names)


def test_sets_are_deleted_with_their_files_but_not_while_a_run_makes_them(site: PredictionSite) -> None:
    version = site.train("Short-lived")
    records = [site.predictions.submit(site.draft(version=version)) for _ in range(2)]
    for record in records:
        site.end(record)
    sets = site.predictions.list_sets(version=version)
    paths = [site.predictions.path_of(one.id) for one in sets]
    assert all(path.is_file() for path in paths)
    paths.append(paths[0].with_name(f"{sets[0].id}-2026.abcd.intervals.json"))
    paths[-1].write_text("{}")
    deleted = site.predictions.delete([one.id for one in sets])
    assert deleted.predictions == frozenset(one.id for one in sets)
    assert not any(path.exists() for path in paths)
    assert site.predictions.list_sets(version=version) == ()
    with pytest.raises(NotFoundError):
        site.predictions.delete([sets[0].id])


def test_the_check_finds_missing_damaged_and_stray_files(site: PredictionSite) -> None:
    record = site.make()
    assert site.end(record).status is RunStatus.SUCCESS
    (found,) = site.predictions.list_sets(run=record.id)
    assert site.predictions.verify() == ()
    path = site.predictions.path_of(found.id)
    stray = path.with_name("0" * 32 + ".pack")
    shutil.move(path, stray)
    assert {problem.kind for problem in site.predictions.verify()} == {"predictions-damaged", "predictions-unlisted"}
    with pytest.raises(NotFoundError, match="missing at"):
        site.predictions.open(found.id)
    shutil.move(stray, path)
    left = path.with_name(f".{path.name}.999999999.partial")
    torn = path.with_name(f"{found.id}-2026.abcd.intervals.json.999999999.tmp")
    for one in (left, torn):
        one.write_bytes(b"half")
    site.predictions.sweep()
    assert not left.exists() and not torn.exists()
