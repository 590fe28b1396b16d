"""What a training keeps of the pinned images while it works, in a real child with the worker that only pretends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from training_workshop import CATEGORIES, Bench, Told, is_success

from core.domain.outcomes import Thresholds
from core.domain.runs import Look
from core.domain.snapshots import SnapshotObject, Split
from core.errors import RefusedError
from core.packs.reading import read_pack
from core.runs.folder.attempts import read_attempts
from core.runs.folder.liveness import Liveness
from core.runs.folder.request import read_request
from core.runs.story import events as says
from core.runs.story.state import RunFold
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.training.looks import read_look
from core.training.pins import N_PINNED, choose_pins, read_pins, write_pins
from core.workers.api import SEEN_CONFIDENCE, TreeImage
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve


def _keys(path: Path) -> list[str]:
    with read_pack(path) as pack:
        return [image.key for image in pack.images]


def _looks(bench: Bench, told: Told) -> dict[int, Path]:
    return {body.epoch: bench.layout.folder / body.path for body in told.all(says.Looked)}


@pytest.mark.parametrize("task", [DETECTION.slug, SEGMENTATION.slug])
def test_every_evaluation_leaves_a_pack_of_the_pinned_images_beside_their_truth(bench: Bench, task):
    bench.ask(task=task)

    told = bench.run()

    assert is_success(told), told.end
    looks = _looks(bench, told)
    assert sorted(looks) == [1, 2, 3]
    surest = []
    for epoch, path in looks.items():
        with read_pack(path) as pack:
            assert pack.header.categories == CATEGORIES
            assert pack.header.source["epoch"] == epoch
            records = list(pack.walk())
        assert sorted(record.image.key for record in records) == [
            f"val/page {i}.{'jpg' if i % 2 else 'png'}" for i in range(4)
        ]
        assert all(len(record.truths) == 2 for record in records)
        found = [one for record in records for one in record.predictions]
        assert all(one.confidence >= SEEN_CONFIDENCE for one in found)
        assert all((one.polygon is not None) == (task == SEGMENTATION.slug) for one in found)
        surest.append(max(one.confidence for one in found))
        for name in pack.header.source["pictures"].values():
            with Image.open(path.parent / name) as picture:
                assert picture.size == (64, 48)
    assert surest == sorted(surest)


def test_a_person_pins_others_while_it_trains(bench: Bench):
    bench.ask()
    write_pins(bench.layout, ["val/page 3.jpg", "a page of another set.png", "val/page 0.png"])

    told = bench.run()

    assert {tuple(_keys(path)) for path in _looks(bench, told).values()} == {("val/page 3.jpg", "val/page 0.png")}


def test_a_resumed_training_goes_on_and_what_it_does_anew_is_forgotten(bench: Bench):
    bench.ask(values={"n_steps": 5, "fail_at": 4})
    torn = bench.run()
    assert sorted(_looks(bench, torn)) == [1, 2, 3]
    checkpoint = next(body for body in torn.all(says.CheckpointSaved) if body.epoch == 2)
    bench.next_attempt(bench.layout.folder / checkpoint.path, 2)
    bench.ask(values={"n_steps": 5})

    told = bench.run()

    assert is_success(told), told.end
    fold = RunFold(read_request(bench.layout), bench.layout, read_attempts(bench.layout))
    assert [body.epoch for body in told.all(says.Looked)] == [1, 2, 3, 3, 4, 5]
    started = [place for place, event in enumerate(told.events) if isinstance(event.body, says.Started)]
    fold.apply(told.events[: started[1] + 1])
    over = Liveness(attempt=2, is_alive=False, has_begun=True)
    assert [look.epoch for look in fold.state(over).looks] == [1, 2]  # the third was not resumed from
    fold.apply(told.events)
    state = fold.state(Liveness(attempt=2, is_alive=False, has_begun=True))
    assert sorted(look.epoch for look in state.looks) == [1, 2, 3, 4, 5]
    newest = max(event.seq for event in told.events if event.body == says.Looked("artifacts/live/epoch-0003.pack", 3))
    assert {look.epoch: look.seq for look in state.looks}[3] == newest


def test_a_look_that_cannot_be_written_ends_no_training(bench: Bench):
    bench.ask()
    bench.layout.artifacts.mkdir(exist_ok=True)
    bench.layout.looks.write_bytes(b"in the way")

    told = bench.run()

    assert is_success(told), told.end
    assert not told.all(says.Looked)
    assert any("looks" in body.text for body in told.all(says.Log))
    assert any("got lost" in body.text for body in told.all(says.Warned))


def test_pins_that_cannot_be_understood_are_those_of_the_rule(bench: Bench):
    for content in (b"", b"[]", b"\xff\xfe", b'{"format": 2, "keys": ["a"]}', b'{"format": 1, "keys": "a"}'):
        bench.layout.pins_file.write_bytes(content)
        assert read_pins(bench.layout) == ()
    with pytest.raises(RefusedError, match="9 images are too many"):
        write_pins(bench.layout, [f"{i}.png" for i in range(N_PINNED + 1)])
    with pytest.raises(RefusedError, match="twice"):
        write_pins(bench.layout, ["a.png", "a.png"])


def test_the_rule_shows_every_class_and_is_the_same_every_time():
    rng = np.random.default_rng(0)
    images = [
        TreeImage(
            Path(f"{i:064x}.png"), f"{i}.png", 10, 10, Split.VAL, tuple(SnapshotObject(0, None) for _ in range(3))
        )
        for i in range(40)
    ]
    images += [replace(images[0], path=Path(f"{c + 90:064x}.png"), key=f"rare {c}", objects=(SnapshotObject(c, None),))
               for c in range(1, 6)]  # fmt: skip
    images.append(replace(images[0], path=Path(f"{99:064x}.png"), key="empty", objects=()))
    chosen = choose_pins(images)
    assert len(chosen) == N_PINNED
    assert {item.category for image in chosen for item in image.objects} == set(range(6))
    assert "empty" not in {image.key for image in chosen}
    assert choose_pins([images[i] for i in rng.permutation(len(images))]) == chosen
    assert choose_pins(images[-1:]) == (images[-1],)
    assert choose_pins([]) == ()


@pytest.mark.training
@pytest.mark.parametrize("slug", ["yolo-detect", "yolo-segment"])
def test_a_real_training_keeps_what_it_sees(bench: Bench, slug: str):
    """Two epochs of the engine, from its request to packs that a window reads; nothing sure is found so early."""
    description = WorkerCatalog().get(slug)
    values = resolve(description.configuration, {"epochs": 2, "imgsz": 64, "batch": 4, "family": "v8"})
    bench.ask(task=description.tasks[0], worker=slug, values=values)
    write_pins(bench.layout, ["val/page 2.png"])

    told = bench.run()

    assert is_success(told), told.end
    assert not [body for body in told.all(says.Warned) if "observed" in body.text or "lost" in body.text]
    looks = _looks(bench, told)
    assert sorted(looks) == [1, 2]
    seen = read_look(Look(looks[2], 2), Thresholds(SEEN_CONFIDENCE))
    (image,) = seen.images
    assert (image.record.image.key, len(image.record.truths)) == ("val/page 2.png", 2)
    assert image.outcome is not None
    assert image.outcome.counts.tp + image.outcome.counts.fn == 2
    assert image.picture.is_file()
