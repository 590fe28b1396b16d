"""Freezing into the registry, and finding what changed since."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.datasets.checked_files import Checked
from core.datasets.manifest import FrozenImage, freeze_image
from core.datasets.service import DatasetService
from core.domain.changes import NO_CHANGES
from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.snapshots import SnapshotImage, SnapshotInfo, SnapshotObject, Split
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


def frozen(*images: SnapshotImage) -> list[FrozenImage]:
    return [freeze_image(image) for image in sorted(images, key=lambda image: image.path)]


@pytest.fixture
def datasets(registry, tmp_path) -> DatasetService:
    return DatasetService(registry, tmp_path / "home" / "snapshots")


def test_freezing_writes_the_manifest_and_a_labelled_row(datasets, project, make_image):
    images = [make_image("b.jpg", seed=1), make_image("a.jpg", split=Split.VAL, seed=2)]
    crowd = SnapshotObject(1, Box(0, 0, 5, 5), is_crowd=True)
    images[0] = replace(images[0], objects=(*images[0].objects, crowd))

    info = datasets.freeze(project, frozen(*images), ["line", "map"]).value

    assert info.label == "V001"
    assert dict(info.n_images) == {Split.TRAIN: 1, Split.VAL: 1, Split.TEST: 0}
    assert dict(info.category_counts)[Split.TRAIN] == (1, 0)
    assert [image.path for image in datasets.open(info.id).images()] == ["a.jpg", "b.jpg"]
    assert datasets.list_snapshots(project) == (info,)
    assert datasets.file_of(info.id).stat().st_mode & 0o222 == 0


def test_the_same_data_is_the_same_snapshot_and_other_data_the_next(datasets, project, make_image):
    images = [make_image(f"{i}.jpg", seed=i) for i in range(3)]

    first = datasets.freeze(project, frozen(*images), ["line"]).value
    again = datasets.freeze(project, frozen(*images[::-1]), ["line"])
    other = datasets.freeze(project, frozen(*images[:2]), ["line"]).value

    assert (again.value, again.changes) == (first, NO_CHANGES)
    assert datasets.freeze(project, frozen(*images[:1]), ["line"]).changes.snapshots
    assert (first.label, other.label) == ("V001", "V002")


def test_an_image_in_two_sets_is_refused_and_nothing_is_written(datasets, project, make_image, tmp_path):
    image = make_image("a.jpg")

    with pytest.raises(RefusedError) as refusal:
        datasets.freeze(project, frozen(image, replace(image, path="b.jpg", split=Split.TEST)), ["line"])

    assert refusal.value.code == "E-152"
    assert datasets.list_snapshots(project) == ()
    assert list((tmp_path / "home" / "snapshots").iterdir()) == []


def test_a_snapshot_that_cannot_be_stored_leaves_no_row(datasets, project, make_image, tmp_path):
    (tmp_path / "home" / "snapshots").write_text("in the way")

    with pytest.raises(StorageError):
        datasets.freeze(project, frozen(make_image("a.jpg")), ["line"])

    assert datasets.list_snapshots(project) == ()


@pytest.fixture
def three(datasets, project, make_image, images_root) -> SnapshotInfo:
    """Of pictures that have been there for a while."""
    images = [make_image(f"{i}.jpg", seed=i) for i in range(3)]
    for image in images:
        os.utime(images_root / image.path, ns=(10**18, 10**18))
    return datasets.freeze(project, frozen(*images), ["line"]).value


def test_verifying_names_what_changed_and_what_is_gone(datasets, three, images_root):
    assert datasets.verify(three.id, images_root).problems == ()

    file = images_root / "1.jpg"
    file.write_bytes(file.read_bytes()[:-2] + b"\0\0")
    (images_root / "2.jpg").unlink()
    seen = []
    checked = datasets.verify(three.id, images_root, progress=lambda done, total: seen.append((done, total)))

    assert [problem.file for problem in checked.problems] == ["1.jpg", "2.jpg"]
    assert "changed" in checked.problems[0].text
    assert "does not exist" in checked.problems[1].text
    assert seen == [(0, 3), (1, 3), (2, 3)]
    assert [problem.file for problem in datasets.verify(three.id, images_root).problems] == ["1.jpg", "2.jpg"]


def test_what_looks_as_it_did_is_not_hashed_again_unless_asked_for(datasets, three, images_root):
    assert datasets.verify(three.id, images_root) == Checked((), 3, 3)
    assert datasets.verify(three.id, images_root) == Checked((), 3, 0)
    os.utime(images_root / "1.jpg", ns=(10**18, 10**18 + 5))
    assert datasets.verify(three.id, images_root) == Checked((), 3, 1)
    assert datasets.verify(three.id, images_root) == Checked((), 3, 0)

    before = (images_root / "1.jpg").stat()
    content = (images_root / "1.jpg").read_bytes()
    with (images_root / "1.jpg").open("r+b") as file:
        file.write(b"\0\0")
    os.utime(images_root / "1.jpg", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert datasets.verify(three.id, images_root) == Checked((), 3, 0)
    (problem,) = datasets.verify(three.id, images_root, full=True).problems
    assert problem.file == "1.jpg"
    (images_root / "1.jpg").write_bytes(content)
    assert datasets.verify(three.id, images_root) == Checked((), 3, 1)


def test_a_file_written_a_moment_ago_is_hashed_again(datasets, three, images_root):
    (images_root / "0.jpg").touch()

    assert [datasets.verify(three.id, images_root).n_hashed for _ in range(3)] == [3, 1, 1]


def test_a_record_of_another_folder_or_a_damaged_one_is_passed_over(datasets, three, images_root, tmp_path):
    datasets.verify(three.id, images_root)
    copy = tmp_path / "copy"
    shutil.copytree(images_root, copy)
    assert datasets.verify(three.id, copy) == Checked((), 3, 3)
    assert datasets.verify(three.id, copy) == Checked((), 3, 0)
    record = datasets.file_of(three.id).with_suffix(".checked")
    for damaged in (
        record.read_bytes()[:-1],
        b"",
        b"[]\n",
        record.read_bytes().replace(b'"format": 1', b'"format": 2'),
    ):
        record.write_bytes(damaged)
        assert datasets.verify(three.id, copy) == Checked((), 3, 3)


def test_every_known_manifest_is_verified(datasets, project, make_image):
    whole = datasets.freeze(project, frozen(make_image("a.jpg")), ["line"]).value
    gone = datasets.freeze(project, frozen(make_image("b.jpg", seed=1)), ["line"]).value
    assert datasets.verify_manifests() == ()

    datasets.file_of(gone.id).unlink()

    (problem,) = datasets.verify_manifests()
    assert gone.id[:12] in problem.text
    assert whole.id[:12] not in problem.text
