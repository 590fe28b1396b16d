"""A whole training in a real child, with the worker that only pretends."""

from __future__ import annotations

import csv
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from training_workshop import CATEGORIES, HERE, Bench, Told, is_success

from core.domain.ids import TaskId
from core.domain.runs import RunStatus, StageState
from core.domain.snapshots import Split
from core.domain.training import StartKind
from core.models.starters import place_starter
from core.models.weights_store import load_model_json, verify
from core.runs.folder.stop_wish import StopWish, write_stop
from core.runs.story import events as says
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.training.kind import StageName


def _fingerprint(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() + str(p.stat().st_mtime_ns) for p in files}


def _failed(told: Told) -> says.Failed:
    assert isinstance(told.end, says.Failed), told.end
    return told.end


def test_from_request_to_published_version(bench: Bench):
    manifest = bench.ask()
    before = _fingerprint(bench.images_root)

    told = bench.run()

    assert is_success(told), told.end
    assert told.end.reason == "All 3 epochs done."
    assert [told.stage(name)[0] for name in StageName] == [StageState.DONE] * 6
    assert set(told.tables) == set(Split)
    for split, n in ((Split.TRAIN, 10), (Split.VAL, 4), (Split.TEST, 3)):
        table = told.tables[split]
        assert (table.overall.n_images, table.overall.n_instances) == (n, 2 * n)
        assert 0.5 < table.overall.value("map50") <= 1.0
        assert table.settings["max_detections"] == 300
    (published,) = told.published
    assert bench.published() == [Path(published.folder)]
    assert verify(Path(published.folder)) == ()
    assert published.headline.split == "test"
    assert published.headline.value == told.tables[Split.TEST].overall.value("map50_95")
    assert not published.is_partial
    model = load_model_json(Path(published.folder))
    assert model["categories"] == list(CATEGORIES)
    assert model["snapshot"] == json.loads((bench.layout.request_file).read_text())["payload"]["snapshot"]
    assert model["configuration"]["n_steps"] == 3
    assert (model["seed"], model["run"], model["worker"]) == (7, "r1", "fake")
    assert set(model["metrics"]) == {"train", "val", "test"}
    assert str(bench.home) not in json.dumps(model)
    card = (Path(published.folder) / "README.md").read_text()
    assert "Shapes V001" in card
    assert "Evaluation on test" in card
    assert _fingerprint(bench.images_root) == before
    assert not (bench.layout.work / "tree").exists()
    assert len(manifest.images) == 17


def test_the_artifacts_are_what_their_names_say(bench: Bench):
    bench.ask(task=SEGMENTATION.slug)

    told = bench.run()

    assert is_success(told), told.end
    listed = {body.path for body in told.all(says.ArtifactWritten)}
    names = {"predictions.json", "ground_truth.json", "table.csv"}
    evaluations = {f"eval_{split.value}/{name}" for split in Split for name in names}
    evaluations |= {f"eval_{split.value}/predictions-{split.value}.pack" for split in Split}
    assert listed == evaluations | {"train/results.csv", "train/curves.csv"}
    on_disk = {
        p.relative_to(bench.layout.artifacts).as_posix() for p in bench.layout.artifacts.rglob("*") if p.is_file()
    }
    looks = {f"live/epoch-{epoch:04d}.pack" for epoch in (1, 2, 3)}  # told one by one, while it trains
    assert {name for name in on_disk - listed if not name.endswith(".jpg")} == looks
    assert listed < on_disk
    truth = bench.read_json("eval_test/ground_truth.json")
    assert [image["file_name"] for image in truth["images"]] == [
        "test/page 0.png",
        "test/page 1.jpg",
        "test/page 2.png",
    ]
    with (bench.layout.artifacts / "eval_test" / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == ["all", *CATEGORIES]
    row = told.tables[Split.TEST].rows[1]
    assert float(rows[1]["mask_map50_95"]) == pytest.approx(row.value("mask_map50_95"), abs=1e-6)
    with (bench.layout.artifacts / "train" / "curves.csv").open(encoding="utf-8-sig", newline="") as file:
        points = list(csv.DictReader(file))
    assert sum(p["split"] == "batch" and p["name"] == "loss" for p in points) == 24
    assert sum(p["split"] == "val" and p["name"] == "mask_map50" for p in points) == 3


@pytest.mark.parametrize("task", [DETECTION.slug, SEGMENTATION.slug])
def test_the_files_of_an_evaluation_give_pycocotools_the_same_numbers(bench: Bench, task: TaskId, capsys):
    bench.ask(task=task)
    told = bench.run()

    truth = COCO(str(bench.layout.artifacts / "eval_val" / "ground_truth.json"))
    found = truth.loadRes(str(bench.layout.artifacts / "eval_val" / "predictions.json"))
    evaluation = COCOeval(truth, found, "segm" if task == SEGMENTATION.slug else "bbox")
    evaluation.params.maxDets = [1, 10, 300]
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]

    row = told.tables[Split.VAL].overall
    ours = row.value("mask_map50_95") if task == SEGMENTATION.slug else row.value("map50_95")
    assert ours == pytest.approx(np.mean(precision[precision > -1]), abs=1e-6)


def test_no_test_image_is_opened_before_the_weights_are_final(bench: Bench):
    """AK-11, G-04: an audit hook in the child writes down every open."""
    manifest = bench.ask()

    told = bench.run(HERE / "watched_child.py")

    assert is_success(told), told.end
    lines = (bench.layout.folder / "opened.txt").read_text().splitlines()
    tests = manifest.of_split(Split.TEST)
    marks = [image.sha256 for image in tests] + [image.path for image in tests]
    of_tests = [i for i, line in enumerate(lines) if any(mark in line for mark in marks)]
    # The fake worker writes this table when its weights are; trained.json then says that they are final.
    final = max(i for i, line in enumerate(lines) if "trained.json" in line)
    assert of_tests, "the hook saw nothing"
    assert min(of_tests) > final
    assert any("/images/train/" in line for line in lines[:final])
    of_train = [i for i, line in enumerate(lines) if manifest.of_split(Split.TRAIN)[0].path in line]
    assert min(of_train) < final


def test_without_test_images_the_headline_is_vals_and_the_step_says_why(bench: Bench):
    bench.ask(splits=(Split.TRAIN, Split.VAL))

    told = bench.run()

    assert is_success(told)
    assert told.stage(StageName.EVALUATE_TEST) == (StageState.SKIPPED, "No test images were chosen.")
    assert set(told.tables) == {Split.TRAIN, Split.VAL}
    assert told.published[0].headline.split == "val"


def test_stop_and_keep_publishes_a_partial_version(bench: Bench):
    bench.ask(values={"n_steps": 1000, "delay_s": 0.01})
    process = bench.start()
    while not any(body.epoch == 2 for body in bench.told().all(says.CheckpointSaved)):
        assert process.poll() is None
        time.sleep(0.02)
    write_stop(bench.layout, StopWish.KEEP)
    assert process.wait(timeout=60) == 0

    told = bench.told()
    assert told.end.status is RunStatus.TERMINATED
    assert told.end.reason.startswith("Stopped by you after epoch ")
    assert told.end.reason.endswith("; the best of them is kept as V001 (first).")
    assert set(told.tables) == set(Split)
    (published,) = told.published
    assert published.is_partial
    assert load_model_json(Path(published.folder))["is_partial"] is True


def test_a_stop_before_the_first_epoch_keeps_nothing_and_says_so(bench: Bench):
    bench.ask(values={"n_steps": 10, "points_per_step": 1000, "delay_s": 0.01})
    process = bench.start()
    while not bench.told().all(says.Metrics):
        assert process.poll() is None
        time.sleep(0.02)
    write_stop(bench.layout, StopWish.KEEP)
    assert process.wait(timeout=60) == 0

    told = bench.told()
    assert told.end.status is RunStatus.TERMINATED
    assert "before the first epoch was complete; there is nothing to keep" in told.end.reason
    assert told.published == []
    assert bench.published() == []


def test_a_method_that_is_stopped_while_it_prepares_keeps_nothing(bench: Bench):
    bench.ask()

    told = bench.run(HERE / "leaving_child.py")

    assert told.end.status is RunStatus.TERMINATED
    assert told.end.reason == "Stopped by you before the training began; there is nothing to keep."
    assert bench.published() == []


def test_a_stop_before_the_training_trains_nothing(bench: Bench):
    bench.ask()
    write_stop(bench.layout, StopWish.KEEP)

    told = bench.run()

    assert told.end.status is RunStatus.TERMINATED
    assert "before the training began" in told.end.reason
    assert told.all(says.Metrics) == []
    assert not (bench.layout.work / "tree").exists()


def test_a_stop_during_an_evaluation_keeps_the_version_without_that_measurement(bench: Bench):
    bench.ask()

    told = bench.run(HERE / "stopping_child.py")

    assert told.returncode == 0
    assert told.end.status is RunStatus.TERMINATED
    assert told.end.reason.endswith("it is kept as V001 (first), not measured on val and test.")
    assert set(told.tables) == {Split.TRAIN}, "the half-measured set counts for nothing"
    assert told.stage(StageName.EVALUATE_VAL) == (StageState.SKIPPED, "You asked to stop.")
    assert told.stage(StageName.EVALUATE_TEST) == (StageState.SKIPPED, "You asked to stop.")
    assert not (bench.layout.work / "predict-test-1").exists(), "the next measurement was not even begun"
    (published,) = told.published
    assert not published.is_partial, "it was trained to its end"


def test_the_time_limit_ends_a_training_well(bench: Bench):
    bench.ask(values={"n_steps": 10_000, "delay_s": 0.005}, max_duration_s=0.6)

    told = bench.run()

    assert is_success(told)
    assert told.end.reason.startswith("Time limit reached after ")
    assert told.published[0].is_partial


def test_a_loss_that_is_no_number_fails_the_run_and_keeps_what_was_good(bench: Bench):
    bench.ask(values={"n_steps": 6, "non_finite_at": 4})

    told = bench.run()

    assert told.end.status is RunStatus.FAILED
    assert told.end.reason.startswith("The loss is not a number since batch 25 ")
    assert told.end.reason.endswith(". What was good before is kept as V001 (first).")
    assert told.published[0].is_partial
    assert set(told.tables) == set(Split)


def test_a_loss_that_is_no_number_from_the_start_leaves_nothing(bench: Bench):
    bench.ask(values={"non_finite_at": 1})

    told = bench.run()

    assert _failed(told).text.startswith("Training diverged in its first epoch")
    assert told.published == []


def test_a_retry_of_a_training_that_diverged_does_not_diverge_again(bench: Bench):
    bench.ask(values={"n_steps": 6, "non_finite_at": 4})
    bench.store.mkdir(parents=True)
    blocker = bench.layout.artifacts / "eval_val"
    blocker.write_text("in the way")
    assert "could not be stored" in _failed(bench.run()).text
    blocker.unlink()
    bench.next_attempt()

    told = bench.run()

    assert told.stage(StageName.TRAIN)[0] is StageState.SKIPPED
    assert told.end.status is RunStatus.FAILED
    assert told.published[0].is_partial


def test_a_changed_image_is_refused_before_training(bench: Bench):
    """F13, AS-03: one byte of a frozen image."""
    bench.ask()
    file = bench.images_root / "train" / "page 1.jpg"
    content = bytearray(file.read_bytes())
    content[-10] ^= 1
    file.write_bytes(content)

    told = bench.run()

    assert told.returncode == 1
    assert "1 file changed since the dataset was frozen: train/page 1.jpg" in _failed(told).text
    assert told.all(says.Metrics) == []
    assert bench.published() == []


def test_test_images_that_changed_cost_the_measurement_not_the_weights(bench: Bench):
    bench.ask()
    (bench.images_root / "test" / "page 1.jpg").unlink()

    told = bench.run()

    assert is_success(told)
    state, text = told.stage(StageName.EVALUATE_TEST)
    assert state is StageState.SKIPPED
    assert "test/page 1.jpg" in text
    assert "test set was not measured" in told.all(says.Warned)[0].text
    assert told.published[0].headline.split == "val"


def test_a_snapshot_that_was_tampered_with_is_refused(bench: Bench):
    bench.ask()
    payload = json.loads(bench.layout.request_file.read_text())["payload"]
    manifest = bench.home / payload["manifest"]
    manifest.chmod(0o600)
    manifest.write_bytes(manifest.read_bytes().replace(b'"width":64', b'"width":65', 1))

    assert "was changed after it was frozen" in _failed(bench.run()).text


def test_a_worker_that_fails_names_its_stage_and_publishes_nothing(bench: Bench):
    bench.ask(values={"fail_at": 2})

    told = bench.run()

    assert "failed at step 2" in _failed(told).text
    assert told.stage(StageName.TRAIN)[0] is StageState.FAILED
    assert bench.published() == []


def do_not_fail_again(bench: Bench) -> None:
    request = json.loads(bench.layout.request_file.read_text())
    request["payload"]["configuration"]["fail_at"] = None
    bench.layout.request_file.write_text(json.dumps(request))


def test_a_retry_resumes_from_the_checkpoint(bench: Bench):
    bench.ask(values={"n_steps": 4, "fail_at": 3})
    told = bench.run()
    checkpoint = bench.layout.folder / told.all(says.CheckpointSaved)[-1].path
    do_not_fail_again(bench)
    bench.next_attempt(checkpoint, epoch=2)

    told = bench.run()

    assert is_success(told), told.end
    second = [event.body for event in told.events if event.attempt == 2]
    steps = [body.epoch for body in second if isinstance(body, says.CheckpointSaved)]
    assert steps == [3, 4]
    with (bench.layout.artifacts / "train" / "curves.csv").open(encoding="utf-8-sig", newline="") as file:
        losses = [row for row in csv.DictReader(file) if row["split"] == "batch" and row["name"] == "loss"]
    assert [int(row["step"]) for row in losses] == list(range(1, 33))


def test_a_stop_during_a_retrys_prepare_keeps_the_best_of_the_earlier_attempt(bench: Bench):
    bench.ask(values={"n_steps": 6, "fail_at": 4})
    told = bench.run()
    checkpoint = bench.layout.folder / told.all(says.CheckpointSaved)[-1].path
    do_not_fail_again(bench)
    bench.next_attempt(checkpoint, epoch=3)
    write_stop(bench.layout, StopWish.KEEP)  # there before its first image is looked at

    told = bench.run()

    assert told.end == says.Finished(
        RunStatus.TERMINATED, "Stopped by you after epoch 3; the best of them is kept as V001 (first)."
    )
    assert set(told.tables) == set(Split)
    (published,) = told.published
    model = load_model_json(published.folder)
    assert (model["epochs_done"], model["best_epoch"], model["is_partial"]) == (3, 3, True)


def test_a_stop_during_the_prepare_of_a_retry_that_need_not_train_publishes_its_version(bench: Bench):
    bench.ask()
    blocker = bench.layout.artifacts / "eval_val"
    blocker.write_text("in the way")
    assert "could not be stored" in _failed(bench.run()).text
    blocker.unlink()
    bench.next_attempt()
    write_stop(bench.layout, StopWish.KEEP)

    told = bench.run()

    assert is_success(told), told.end
    assert len(bench.published()) == 1


def test_a_retry_after_training_does_not_train_again(bench: Bench):
    bench.ask()
    bench.store.mkdir(parents=True)
    blocker = bench.layout.artifacts / "eval_val"
    blocker.write_text("in the way")
    told = bench.run()
    assert "could not be stored" in _failed(told).text
    assert told.stage(StageName.TRAIN)[0] is StageState.DONE
    assert bench.published() == []
    blocker.unlink()
    bench.next_attempt()

    told = bench.run()

    assert is_success(told), told.end
    assert told.stage(StageName.TRAIN)[0] is StageState.SKIPPED
    assert "earlier attempt" in told.stage(StageName.TRAIN)[1]
    assert len(bench.published()) == 1


def test_a_retry_trains_again_when_the_remembered_weights_are_not_what_they_were(bench: Bench):
    bench.ask()
    blocker = bench.layout.artifacts / "eval_val"
    blocker.write_text("in the way")
    bench.run()
    blocker.unlink()
    (weights,) = bench.layout.work.rglob("weights.safetensors")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    bench.next_attempt()

    told = bench.run()

    assert is_success(told), told.end
    assert told.stage(StageName.TRAIN)[0] is StageState.DONE, "nobody publishes weights that were changed"


def test_a_store_that_cannot_be_written_leaves_nothing_half_there(bench: Bench):
    bench.ask()
    bench.store.write_text("in the way")

    told = bench.run()

    assert "could not be stored" in _failed(told).text
    assert told.stage(StageName.PUBLISH)[0] is StageState.FAILED
    assert told.published == []
    assert bench.store.read_text() == "in the way"


def test_missing_weights_are_named(bench: Bench):
    bench.ask(start=StartKind.FILE, weights=bench.home / "gone.pt")
    assert "gone.pt" in _failed(bench.run()).text


def test_a_version_that_changed_since_its_publication_starts_nothing(bench: Bench):
    bench.ask()
    (published,) = bench.run().published
    weights = bench.store / published.content_sha256 / "weights.safetensors"
    weights.chmod(0o600)
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    bench.ask(start=StartKind.VERSION, weights=weights)

    failed = _failed(bench.run())

    assert failed.cause == "weights-missing"
    assert "weights.safetensors was changed after publication" in failed.text


def test_weights_that_come_with_calque_are_checked_and_named(bench: Bench, tmp_path: Path):
    bench.ask()
    (published,) = bench.run().published
    told = {"trained_on": "Drawings.", "code_licence": "AGPL-3.0", "weights_licence": "AGPL-3.0"}
    starter = place_starter(Path(published.folder), tmp_path / "starters" / "shapes", title="Shapes", **told)
    weights = starter.folder / "weights.safetensors"
    bench.layout.events_file.unlink()
    bench.ask(start=StartKind.STARTER, weights=weights, start_text="starter Shapes")
    assert is_success(bench.run())
    model = starter.folder / "model.json"
    model.write_bytes(model.read_bytes().replace(b'"seed": 7', b'"seed": 8'))
    bench.layout.events_file.unlink()
    bench.ask(start=StartKind.STARTER, weights=weights, start_text="starter Shapes")

    failed = _failed(bench.run())

    assert '"Shapes" is not what came with Calque: model.json was changed' in failed.text


def test_missing_pretrained_weights_are_named_with_the_folder(bench: Bench):
    bench.ask(start=StartKind.PRETRAINED, pretrained="yolo11n.pt")

    failed = _failed(bench.run())

    assert failed.cause == "weights-missing"
    assert "yolo11n.pt" in failed.text
    assert str(bench.home / "weights") in failed.hint


def test_a_published_version_is_where_the_next_one_starts(bench: Bench):
    bench.ask()
    first = Path(bench.run().published[0].folder)
    bench.layout.events_file.unlink()
    bench.ask(start=StartKind.VERSION, weights=first / "weights.safetensors", start_text="Shapes V001", parent="v0")

    told = bench.run()

    assert is_success(told), told.end
    model = load_model_json(Path(told.published[0].folder))
    assert (model["start"], model["parent"]) == ("Shapes V001", "v0")
    assert len(bench.published()) == 2


def test_a_full_disk_at_publication_is_a_sentence_and_the_weights_stay(bench: Bench, full_disk: Path | None):
    """F5. Where no small file system can be made, `test_a_store_that_cannot_be_written...` stands for it."""
    if full_disk is None:
        return
    bench.ask()
    bench.store.symlink_to(full_disk)

    told = bench.run()

    failed = _failed(told)
    assert failed.cause == "disk-full"
    assert "The disk is full" in failed.text
    assert list(full_disk.iterdir()) == []
    bench.next_attempt()
    bench.store.unlink()
    told = bench.run()
    assert is_success(told), told.end
    assert told.stage(StageName.TRAIN)[0] is StageState.SKIPPED
    assert len(bench.published()) == 1
