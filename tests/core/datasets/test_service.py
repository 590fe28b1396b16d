"""Freezing into the registry, and finding what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.datasets.service import DatasetService
from core.domain.changes import NO_CHANGES
from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.snapshots import SnapshotObject, Split
from core.errors import RefusedError, StorageError
from core.registry.database import Registry
from core.registry.stores import projects


@pytest.fixture
def registry(tmp_path) -> Iterator[Registry]:
    with Registry(tmp_path / "home" / "registry.db", tmp_path / "home" / "backups") as registry:
        yield registry


@pytest.fixture
def project(registry, images_root) -> ProjectId:
    with registry.write() as session:
        return projects.insert_project(session, name="Pages", root=images_root)


@pytest.fixture
def datasets(registry, tmp_path) -> DatasetService:
    return DatasetService(registry, tmp_path / "home" / "snapshots")


def test_freezing_writes_the_manifest_and_a_labelled_row(datasets, project, make_image):
    images = [make_image("b.jpg", seed=1), make_image("a.jpg", split=Split.VAL, seed=2)]
    crowd = SnapshotObject(1, Box(0, 0, 5, 5), is_crowd=True)
    images[0] = replace(images[0], objects=(*images[0].objects, crowd))

    info = datasets.freeze(project, images, ["line", "map"]).value

    assert info.label == "V001"
    assert dict(info.n_images) == {Split.TRAIN: 1, Split.VAL: 1, Split.TEST: 0}
    assert dict(info.category_counts)[Split.TRAIN] == (1, 0)
    assert [image.path for image in datasets.read(info.id).images] == ["a.jpg", "b.jpg"]
    assert datasets.list_snapshots(project) == (info,)
    assert datasets.file_of(info.id).stat().st_mode & 0o222 == 0


def test_the_same_data_is_the_same_snapshot_and_other_data_the_next(datasets, project, make_image):
    images = [make_image(f"{i}.jpg", seed=i) for i in range(3)]

    first = datasets.freeze(project, images, ["line"]).value
    again = datasets.freeze(project, images[::-1], ["line"])
    other = datasets.freeze(project, images[:2], ["line"]).value

    assert (again.value, again.changes) == (first, NO_CHANGES)
    assert datasets.freeze(project, images[:1], ["line"]).changes.snapshots
    assert (first.label, other.label) == ("V001", "V002")


def test_an_image_in_two_sets_is_refused_and_nothing_is_written(datasets, project, make_image, tmp_path):
    image = make_image("a.jpg")

    with pytest.raises(RefusedError) as refusal:
        datasets.freeze(project, [image, replace(image, path="b.jpg", split=Split.TEST)], ["line"])

    assert refusal.value.code == "E-152"
    assert datasets.list_snapshots(project) == ()
    assert not (tmp_path / "home" / "snapshots").exists()


def test_a_snapshot_that_cannot_be_stored_leaves_no_row(datasets, project, make_image, tmp_path):
    (tmp_path / "home" / "snapshots").write_text("in the way")

    with pytest.raises(StorageError):
        datasets.freeze(project, [make_image("a.jpg")], ["line"])

    assert datasets.list_snapshots(project) == ()


def test_verifying_names_what_changed_and_what_is_gone(datasets, project, make_image, images_root):
    images = [make_image(f"{i}.jpg", seed=i) for i in range(3)]
    info = datasets.freeze(project, images, ["line"]).value
    assert datasets.verify(info.id, images_root) == ()

    file = images_root / "1.jpg"
    file.write_bytes(file.read_bytes()[:-2] + b"\0\0")
    (images_root / "2.jpg").unlink()
    seen = []
    problems = datasets.verify(info.id, images_root, progress=lambda done, total: seen.append((done, total)))

    assert [problem.file for problem in problems] == ["1.jpg", "2.jpg"]
    assert "changed" in problems[0].text
    assert "does not exist" in problems[1].text
    assert seen == [(0, 3), (1, 3), (2, 3)]


def test_every_known_manifest_is_verified(datasets, project, make_image):
    whole = datasets.freeze(project, [make_image("a.jpg")], ["line"]).value
    gone = datasets.freeze(project, [make_image("b.jpg", seed=1)], ["line"]).value
    assert datasets.verify_manifests() == ()

    datasets.file_of(gone.id).unlink()

    (problem,) = datasets.verify_manifests()
    assert gone.id[:12] in problem.text
    assert whole.id[:12] not in problem.text
