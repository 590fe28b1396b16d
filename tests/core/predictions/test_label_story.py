"""A classifier of crops and a tagger, from the draft to predictions on a project's images, with real children."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from label_workshop import LabelShop
from prediction_site import PredictionSite

from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId, VersionId
from core.domain.predicting import PredictionDraft
from core.domain.runs import RunStatus
from core.models.weights_store import load_model_json
from core.packs.reading import read_pack

BOX, RING = Box(2, 3, 20, 21), Polygon(((25.0, 5.0, 45.0, 6.0, 35.0, 30.0),))
PAGES = {f"page{i:02}.jpg": [("initial", BOX), ("picture", RING)] for i in range(8)}


class LabelSite(PredictionSite):
    def __init__(self, folder: Path) -> None:
        pages = {path: [*labels, ("good", None)] for path, labels in PAGES.items()}
        self._content = {**pages, "bare.jpg": [], **{f"none{i}.jpg": [(None, None)] for i in range(5)}}
        super().__init__(folder)

    def _make_shop(self, folder: Path) -> LabelShop:
        return LabelShop(folder, self._content)

    def _make_versions(self) -> None:
        """Each test makes its own."""

    def train_task(self, task: str, **changes: object) -> VersionId:
        draft = self.shop.draft(task=TaskId(task), values={"n_steps": 1}, **{"new_model_name": task, **changes})
        record = self.shop.training.submit(draft).value
        state = self.end(record)
        assert state.status is RunStatus.SUCCESS, state.reason
        assert record.version is not None
        return record.version


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelSite]:
    made = LabelSite(tmp_path_factory.mktemp("labels"))
    yield made
    made.close()


def predict(site: LabelSite, version: VersionId, **changes: object):
    wanted = {
        "version": version,
        "project": site.shop.project,
        "folders": ("",),
        "confidence": 0.001,
        "kept_from": 0.001,
    }
    record = site.predictions.submit(PredictionDraft(**{**wanted, **changes}))
    return site.end(record), site.predictions.list_sets(run=record.id)[0]


def test_a_classifier_of_crops_labels_the_shapes_of_a_project(site: LabelSite) -> None:
    version = site.train_task("classification", crop_of=("initial", "picture"))

    published = site.shop.models.get_version(version)
    assert published.folder is not None
    model = load_model_json(published.folder)
    assert (model["task"], model["categories"]) == ("classification", ["initial", "picture"])
    assert model["crops"] == {"of": ["initial", "picture"], "margin": 0.0}
    with read_pack(published.folder / "predictions-val.pack") as pack:
        for index in range(len(pack.images)):
            record = pack.read(index)
            # Every class of every region, on the page that it lies on.
            assert sorted(item.category for item in record.predictions) == [0, 0, 1, 1]
            assert {item.geometry for item in record.predictions} == {BOX, RING}
            assert {(item.category, item.geometry) for item in record.truths} == {(0, BOX), (1, RING)}

    state, found = predict(site, version)
    assert found.n_images == 8
    assert "6 images were left out" in state.reason
    assert "has no shape of the classes that are to be cut out" in state.reason
    with site.predictions.open(found.id) as pack:
        assert {item.geometry for item in pack.read(0).predictions} == {BOX, RING}


def test_a_tagger_labels_whole_images_and_learns_from_those_without_concept(site: LabelSite) -> None:
    version = site.train_task("tagging", categories=("good",))

    published = site.shop.models.get_version(version)
    assert published.folder is not None
    assert "crops" not in load_model_json(published.folder)
    with read_pack(published.folder / "predictions-train.pack") as pack:
        truths = {image.key: len(pack.read(index).truths) for index, image in enumerate(pack.images)}
    assert {n for path, n in truths.items() if path.startswith("page")} == {1}
    assert {n for path, n in truths.items() if not path.startswith("page")} == {0}

    state, found = predict(site, version)
    assert (found.n_images, found.n_predictions) == (14, 14)
    assert "left out" not in state.reason


def test_every_class_of_every_region_is_kept_however_unsure(site: LabelSite) -> None:
    version = site.train_task("classification", crop_of=("initial", "picture"), new_model_name="sure")

    _, found = predict(site, version, confidence=0.99, kept_from=0.9)
    with read_pack(site.shop.home.predictions / f"{found.id}.pack") as pack:
        assert pack.header.settings["confidence"] == 0.0
        for index in range(len(pack.images)):
            assert sorted(item.category for item in pack.read(index).predictions) == [0, 0, 1, 1]

    file = site.shop.images_root / "page00.jpg"
    record = site.predictions.submit(PredictionDraft(version=version, paths=(file,)))
    warnings = site.end(record).warnings
    assert "labels crops (initial, picture): each of these files is taken as one crop." in " ".join(warnings)
