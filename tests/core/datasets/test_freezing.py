"""A dataset is frozen whole or not at all, stays what it was, and is told apart from files that changed."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image
from sqlalchemy import text

from core import clock
from core.datasets.freezing import DELETED_KEPT, DatasetFreezing
from core.datasets.taking_anew import facts_of
from core.domain.dataset_words import taken_words
from core.domain.datasets import DatasetState, SetRole, SplitRule
from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.frozen_datasets import FrozenAnnotation
from core.domain.geometry import Box, Polygon
from core.domain.ids import DatasetId
from core.domain.imports import ImportSource, Severity
from core.domain.projects import ImageState, Source
from core.errors import FormatError, NotFoundError, RefusedError, RegistryError, StorageError
from core.files.locks import try_lock
from core.images.hashing import sha256_of
from core.imports.service import ImportService
from core.judgements.tags import TagService
from core.registry.occupied import Occupied
from core.registry.stores import annotations, images, projects
from core.registry.stores import datasets as store
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.frozen_rows import FileLook, iter_looks
from core.stopping import StoppedError
from core.trash.service import TrashService


@pytest.fixture
def freezing(shop) -> DatasetFreezing:
    return DatasetFreezing(shop.registry, shop.snapshots)


@pytest.fixture
def filled(shop) -> DatasetId:
    id, (train, val, test) = shop.made()
    for key, folder in ((train, "train/"), (val, "valid/"), (test, "test/")):
        shop.editing.add_images(id, key, shop.below(folder))
    return id


def test_a_frozen_dataset_says_everything(shop, freezing, filled):
    path = "train/00.png"
    (key,) = shop.ids(path).keys.tolist()
    disc = shop.categories["disc"]
    ring = (1.0, 2.0, 11.25, 2.5, 5.0, 20.0)
    with shop.registry.write() as session:
        images.state_details(session, {key: ImageDetails(url="https://example.org/a?b=1")})
        annotations.insert_annotations(
            session,
            [
                NewAnnotation(key, disc, Polygon((ring, ring[::-1])), source=Source.IMPORT, is_crowd=True),
                NewAnnotation(key, disc, None, source=Source.HUMAN),
                NewAnnotation(key, None, None, source=Source.HUMAN),
                NewAnnotation(key, None, Box(0, 0, 3, 3), details=AnnotationDetails(text='„Æ"')),
            ],
        )
    TagService(shop.registry).add(list(shop.ids(path)), "hard")
    made = freezing.freeze(filled)
    assert made.changes.datasets == {filled}
    dataset = made.value
    assert (dataset.state, dataset.version, dataset.label) == (DatasetState.COMPLETE, "V001", "Data (V001)")
    assert [(item.n_images, item.n_annotated) for item in dataset.sets] == [(6, 6), (3, 3), (2, 2)]
    frozen = freezing.open_frozen(filled)
    assert frozen.file.name == f"{dataset.snapshot}.dataset.jsonl"
    assert [item.name for item in frozen.header.classes] == ["disc", "bar"]
    assert [(item.id, item.name, item.role) for item in frozen.header.sets] == [
        (item.id, item.name, item.role) for item in dataset.sets
    ]
    pictures = {image.path: image for image in frozen.images()}
    assert list(pictures) == sorted(pictures)
    assert len(pictures) == frozen.header.n_images == 11
    image = pictures[path]
    file = shop.root / path
    assert (image.key, image.n_bytes, image.mtime_ns) == (key, file.stat().st_size, file.stat().st_mtime_ns)
    assert (image.sets, image.usage, image.tags) == ((0,), ("TRAIN",), ("hard",))
    assert ImageDetails.from_text(image.details).url == "https://example.org/a?b=1"
    assert pictures["valid/00.png"].stated_set == "val"
    assert pictures["valid/00.png"].usage == ("EVAL",)
    first, crowd, label, negative, noted = image.annotations
    assert first == FrozenAnnotation(first.id, 0, Box(1, 2, 11.5, 12), Source.HUMAN)
    assert crowd == FrozenAnnotation(crowd.id, 0, Polygon((ring, ring[::-1])), Source.IMPORT, is_crowd=True)
    assert label == FrozenAnnotation(label.id, 0, None, Source.HUMAN)
    assert negative == FrozenAnnotation(negative.id, None, None, Source.HUMAN)
    assert AnnotationDetails.from_text(noted.details).text == '„Æ"'
    for line in frozen.file.read_text(encoding="ascii").splitlines():
        assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")) == line.replace(".0]", "]")


def test_what_is_frozen_stays_and_its_clone_can_be_changed(shop, freezing, filled):
    before = freezing.freeze(filled).value
    with pytest.raises(RefusedError, match=r'"Data \(V001\)" is complete and cannot be edited. Clone it\?'):
        shop.editing.rename(filled, "x")
    with pytest.raises(RefusedError, match="complete"):
        freezing.freeze(filled)
    clone = shop.editing.clone(filled).value.dataset
    with shop.registry.write() as session:
        annotations.insert_annotations(session, [NewAnnotation(int(shop.below("train/")[0]), None, None)])
    again = freezing.freeze(clone).value
    assert (again.version, again.cloned_from) == ("V002", filled)
    assert again.snapshot != before.snapshot
    assert freezing.open_frozen(filled).file.name == f"{before.snapshot}.dataset.jsonl"
    deleted = shop.editing.delete(filled).value
    assert [item.id for item in shop.editing.list_datasets(shop.project)] == [clone]
    assert len(list(freezing.open_frozen(filled).images())) == 11
    third = shop.editing.clone(clone).value.dataset
    assert freezing.propose_version(shop.project) == "V003"  # that of the deleted one is not given again
    with pytest.raises(RefusedError, match='"V001" already exists') as refused:
        freezing.freeze(third, "V001")
    assert refused.value.code == "E-430"
    shop.editing.undo(deleted)
    assert shop.editing.get_dataset(filled) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dataset SET snapshot_id = 'x'",
        "UPDATE dataset SET version = 'V009'",
        "UPDATE dataset_set SET role = 'test'",
        "DELETE FROM dataset_set",
        "UPDATE dataset_image SET set_id = 2 WHERE set_id = 1",
        "INSERT INTO dataset_image SELECT 3, image_id FROM dataset_image WHERE set_id = 1",
    ],
)
def test_nobody_who_writes_to_the_registry_changes_what_was_frozen(shop, freezing, filled, statement):
    freezing.freeze(filled)
    before = shop.content(filled)
    with pytest.raises(RegistryError, match="a frozen dataset cannot be changed"), shop.registry.write() as session:
        session.execute(text(statement))
    assert shop.content(filled) == before


def test_a_version_may_have_a_name(shop, freezing, filled):
    with pytest.raises(RefusedError, match='letters, digits, "-" and "_"') as refused:
        freezing.freeze(filled, "first one")
    assert refused.value.code == "E-431"
    assert freezing.freeze(filled, " first-1 ").value.label == "Data (first-1)"
    clone = shop.editing.clone(filled).value.dataset
    with pytest.raises(RefusedError, match="already exists"):
        freezing.freeze(clone, "FIRST-1")
    assert shop.editing.get_dataset(clone).state is DatasetState.OPEN
    assert freezing.freeze(clone, "V007").value.version == "V007"
    assert freezing.propose_version(shop.project) == "V008"


def test_it_is_said_what_freezing_means(freezing, filled):
    told = freezing.confirmation(filled)
    assert told.code == "W-220"
    assert told.text == 'After freezing, "Data" and its sets can no longer be edited. To change it later, clone it.'


def test_files_that_cannot_be_read_or_changed_are_told_and_nothing_is_frozen(shop, freezing, filled):
    (shop.root / "train/00.png").unlink()
    Image.new("RGB", (30, 40)).save(shop.root / "test/01.png")
    answer = freezing.freeze(filled)
    assert answer.changes.datasets == {filled}
    assert answer.value.state is DatasetState.ERROR
    assert [(item.file, item.code) for item in answer.value.problems] == [
        ("test/01.png", "E-224"),
        ("train/00.png", "E-222"),
    ]
    assert "is 30 × 40 pixels now, not 40 × 30" in answer.value.problems[0].text
    assert answer.value.version == ""
    assert list(shop.snapshots.iterdir()) == []
    before = shop.content(filled)
    edit = shop.editing.remove_unfit(filled).value
    assert (edit.n_removed, shop.editing.get_dataset(filled).state) == (2, DatasetState.OPEN)
    shop.taken_back_and_done_again(edit, before)
    shop.editing.undo(edit)
    deleted = shop.editing.delete(filled).value
    shop.editing.undo(deleted)
    assert shop.content(filled) == before
    shop.editing.remove_unfit(filled)
    done = freezing.freeze(filled).value
    assert (done.state, done.problems, done.version) == (DatasetState.COMPLETE, (), "V001")


def test_undoing_a_repair_leaves_what_a_later_freeze_found(shop, freezing, filled):
    (shop.root / "train/00.png").unlink()
    freezing.freeze(filled)
    edit = shop.editing.remove_unfit(filled).value
    (shop.root / "train/01.png").unlink()
    later = freezing.freeze(filled).value
    shop.editing.undo(edit)
    now = shop.editing.get_dataset(filled)
    assert (now.state, now.problems, now.n_images) == (DatasetState.ERROR, later.problems, 11)


def test_a_file_that_only_looks_other_is_hashed_and_frozen(shop, freezing, filled):
    file = shop.root / "train/00.png"
    os.utime(file, ns=(5, 5))
    assert freezing.freeze(filled).value.state is DatasetState.COMPLETE
    assert {image.path: image.mtime_ns for image in freezing.open_frozen(filled).images()}["train/00.png"] == 5


def test_a_file_that_changed_is_taken_as_it_is_now_by_the_project_too(shop, freezing, filled):
    file = shop.root / "train/00.png"
    Image.new("RGB", (40, 30), "red").save(file)
    before, sha256 = _known(shop, "train/00.png"), sha256_of(file)
    answer = freezing.freeze(filled)
    dataset = answer.value
    assert (dataset.state, dataset.version) == (DatasetState.COMPLETE, "V001")
    assert [(item.code, item.severity, item.file) for item in dataset.problems] == [
        ("W-224", Severity.WARNING, "train/00.png")
    ]
    assert taken_words(dataset) == (
        "1 image has changed since the import and is taken as it is now: train/00.png. "
        "Look whether its annotations still fit."
    )
    picture = next(image for image in freezing.open_frozen(filled).images() if image.path == "train/00.png")
    assert (picture.sha256, picture.n_bytes, len(picture.annotations)) == (sha256, file.stat().st_size, 1)
    after = _known(shop, "train/00.png")
    assert (after.sha256, after.n_bytes, after.mtime_ns) == (sha256, file.stat().st_size, file.stat().st_mtime_ns)
    assert before.sha256 != after.sha256
    assert {str(image) for image in answer.changes.images} == {str(before.key)}
    assert freezing.verify(filled).problems == ()
    assert freezing.verify(filled).n_hashed == 0
    again = freezing.freeze(shop.editing.clone(filled).value.dataset).value
    assert (again.state, again.problems) == (DatasetState.COMPLETE, ())


def test_a_changed_file_that_was_cut_off_is_refused(shop, freezing, filled):
    file = shop.root / "train/00.png"
    file.write_bytes(file.read_bytes()[:900])
    before = _known(shop, "train/00.png")
    answer = freezing.freeze(filled)
    assert [(item.file, item.code) for item in answer.value.problems] == [("train/00.png", "E-222")]
    assert _known(shop, "train/00.png") == before


def test_a_damaged_file_that_was_restored_is_taken(shop, freezing, filled):
    with shop.registry.write() as session:
        (look,) = iter_looks(session, shop.ids("train/00.png").keys)
        images.update_images(
            session, {look.key: replace(facts_of(look), state=ImageState.DAMAGED, damage="cut off", sha256="00" * 32)}
        )
    assert [item.code for item in freezing.freeze(filled).value.problems] == ["E-222"]
    os.utime(shop.root / "train/00.png", ns=(5, 5))
    assert freezing.freeze(filled).value.state is DatasetState.COMPLETE
    assert _known(shop, "train/00.png").state == ImageState.OK.value


def test_nothing_is_taken_when_another_window_changed_the_image_meanwhile(shop, freezing, filled):
    Image.new("RGB", (40, 30), "red").save(shop.root / "train/00.png")

    def progress(done: int, total: int, text: str) -> None:
        if text.startswith("Writing") and done == 0:
            with shop.registry.write() as session:
                (look,) = iter_looks(session, shop.ids("train/00.png").keys)
                images.update_images(session, {look.key: replace(facts_of(look), sha256="11" * 32)})

    with pytest.raises(RefusedError, match="changed since"):
        freezing.freeze(filled, progress=progress)
    assert shop.editing.get_dataset(filled).state is DatasetState.OPEN
    assert _known(shop, "train/00.png").sha256 == "11" * 32


def test_what_is_counted_is_what_was_frozen_though_annotations_go_meanwhile(shop, freezing, filled):
    def progress(done: int, total: int, text: str) -> None:
        if text.startswith("Writing") and done == 0:
            (key,) = shop.ids("train/00.png").keys.tolist()
            with shop.registry.write() as session:
                drawn = annotations.list_ground_truth(session, [key])[key]
                annotations.delete_annotations(session, {key: [int(one.id) for one in drawn]})

    dataset = freezing.freeze(filled, progress=progress).value
    assert [(item.n_images, item.n_annotated) for item in dataset.sets] == [(6, 6), (3, 3), (2, 2)]
    assert freezing.open_frozen(filled).header.n_images == 11


def test_classes_are_counted_as_they_were_frozen(shop, freezing, filled):
    open_ = shop.editing.get_details(filled).classes
    assert open_
    freezing.freeze(filled)
    frozen = shop.editing.get_details(filled)
    assert frozen.classes == open_
    keys = shop.below("train/").keys.tolist()
    with shop.registry.write() as session:
        drawn = annotations.list_ground_truth(session, keys)
        annotations.delete_annotations(session, {key: [int(one.id) for one in drawn[key]] for key in keys})
    assert shop.editing.get_details(filled) == frozen
    clone = shop.editing.clone(filled).value.dataset
    assert shop.editing.get_details(clone).classes != open_, "of an open one they are those of today"


def test_two_that_are_frozen_at_once_get_versions_of_their_own(shop, freezing, filled):
    other = shop.editing.clone(filled).value.dataset

    def progress(done: int, total: int, text: str) -> None:
        if text.startswith("Writing") and done == 0:
            with ThreadPoolExecutor() as elsewhere:
                assert elsewhere.submit(freezing.freeze, other).result().value.version == "V001"

    assert freezing.freeze(filled, progress=progress).value.version == "V002"


def test_a_clone_says_that_it_lacks_images_that_left_the_project(shop, freezing, filled):
    freezing.freeze(filled)
    assert shop.editing.clone(filled).value.notes == ()
    TrashService(shop.registry).remove_images(shop.project, shop.ids("train/00.png", "valid/00.png"))
    edit = shop.editing.clone(filled).value
    assert edit.notes == ("2 images have left the project since it was frozen: the clone is without.",)


def _known(shop, path: str) -> FileLook:
    with shop.registry.read() as session:
        (look,) = iter_looks(session, shop.ids(path).keys)
    return look


def test_a_freeze_that_is_ended_never_began(shop, freezing, filled):
    before = shop.content(filled)
    for stage in ("Checking files", "Writing what is frozen"):

        def progress(done: int, total: int, text: str, stage: str = stage) -> None:
            assert shop.editing.get_dataset(filled).state is DatasetState.BUILDING
            with pytest.raises(RefusedError, match="being frozen"):
                freezing.freeze(filled)
            if text == stage:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            freezing.freeze(filled, progress=progress)
        assert shop.editing.get_dataset(filled).state is DatasetState.OPEN
        assert shop.content(filled) == before
        assert list(shop.snapshots.iterdir()) == []


def test_a_freeze_of_a_program_that_died_is_taken_back_at_the_next_start(shop, freezing, filled):
    other, _ = shop.made("Other")
    with shop.registry.write() as session:
        for id in (filled, other):
            store.set_state(session, id, DatasetState.BUILDING, clock.now())
    handle = try_lock(shop.snapshots / f"{other}.building")  # somebody is at it
    found = freezing.recover()
    assert found.changes.datasets == {filled}
    (dataset,) = found.value
    assert (dataset.id, dataset.state) == (filled, DatasetState.OPEN)
    assert "cut off" in dataset.problems[0].text
    assert freezing.recover().value == ()
    assert handle is not None
    os.close(handle)


def raw_state(shop, id: DatasetId) -> str:
    with shop.registry.read() as session:
        return session.execute(text("SELECT state FROM dataset WHERE id = :id"), {"id": id}).scalar_one()


def test_a_freeze_that_cannot_say_that_it_gave_up_holds_nobody_up(shop, freezing, filled, monkeypatch):
    """On a full disk: the dataset's row goes on saying that it is being frozen."""

    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    def stop(done: int, total: int, text: str) -> None:
        raise StoppedError

    with monkeypatch.context() as patched:
        patched.setattr(freezing, "_give_up", full)
        with pytest.raises(StorageError):
            freezing.freeze(filled, progress=stop)
    assert raw_state(shop, filled) == "building"
    dataset = shop.editing.get_dataset(filled)
    assert (dataset.state, dataset.problems) == (DatasetState.OPEN, (store.CUT_OFF,))
    shop.editing.describe(filled, "can be edited")
    TrashService(shop.registry).remove_images(shop.project, shop.ids("train/00.png"))
    revision = shop.editing.get_dataset(filled).revision
    assert freezing.freeze(filled, revision=revision).value.state is DatasetState.COMPLETE


def test_where_nothing_can_be_written_it_is_said_before_anything_is_begun(shop, freezing, filled, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patched:
        patched.setattr("core.datasets.freezing.try_lock", Mock(side_effect=full))
        with pytest.raises(StorageError, match="The disk is full"):
            freezing.freeze(filled)
    monkeypatch.setattr(shop.registry, "_is_read_only", True)
    with pytest.raises(StorageError) as refused:
        freezing.freeze(filled)
    assert refused.value.code == "E-103"
    assert list(shop.snapshots.iterdir()) == []


def test_a_killed_freeze_leaves_the_dataset_to_be_recovered(shop, freezing, filled):
    child = f"""
import os
from pathlib import Path
from core.datasets.freezing import DELETED_KEPT, DatasetFreezing
from core.datasets.taking_anew import facts_of
from core.registry.database import Registry
registry = Registry(Path({str(shop.registry.file)!r}), Path({str(shop.root)!r}))
registry.open()
freezing = DatasetFreezing(registry, Path({str(shop.snapshots)!r}))
freezing.freeze({filled!r}, progress=lambda done, total, text: text.startswith("Writing") and os._exit(9))
"""
    killed = subprocess.Popen([sys.executable, "-c", child], cwd=Path.cwd())
    assert killed.wait() == 9
    assert raw_state(shop, filled) == "building"
    shop.editing.rename(filled, "Not held up")
    (shop.snapshots / f"new.{killed.pid}.1.tmp").touch()
    (shop.snapshots / f"{'0' * 64}.{filled}.about.json.{killed.pid}.tmp").touch()
    (shop.snapshots / f"{'0' * 64}.dataset.checked.{killed.pid}.tmp").touch()
    assert [item.state for item in freezing.recover().value] == [DatasetState.OPEN]
    assert list(shop.snapshots.iterdir()) == []
    assert freezing.freeze(filled).value.version == "V001"


def test_what_cannot_be_tidied_keeps_no_dataset_from_being_open_again(shop, freezing, filled, monkeypatch):
    with shop.registry.write() as session:
        store.set_state(session, filled, DatasetState.BUILDING, clock.now())
    monkeypatch.setattr("core.datasets.freezing.purge_deleted", Mock(side_effect=StorageError("The disk is full.")))
    with pytest.raises(StorageError):
        freezing.recover()
    assert raw_state(shop, filled) == "open"


def test_what_is_empty_is_not_frozen(shop, freezing):
    id, _ = shop.made()
    with pytest.raises(RefusedError, match='The sets of "Data" are empty'):
        freezing.freeze(id)
    assert shop.editing.get_dataset(id).state is DatasetState.OPEN


def test_a_dataset_that_another_window_changed_is_looked_at_again(shop, freezing, filled):
    seen = shop.editing.get_dataset(filled).revision
    shop.editing.remove_images(filled, shop.ids("train/00.png"))
    with pytest.raises(RefusedError, match="changed since"):
        freezing.freeze(filled, revision=seen)


def test_no_dataset_is_frozen_while_its_project_is_imported_into(shop, freezing, filled):
    with shop.registry.occupied.importing(shop.project), pytest.raises(RefusedError) as refused:
        freezing.freeze(filled)
    assert refused.value.code == "E-432"


def test_nothing_is_imported_into_a_project_of_which_a_dataset_is_being_frozen(shop, freezing, filled):
    imports = ImportService(shop.registry)

    def progress(done: int, total: int, text: str) -> None:
        with pytest.raises(RefusedError, match='"Data" is being frozen') as refused:
            imports.commit(ImportSource(shop.root), project_name="", into=shop.project)
        assert refused.value.code == "E-432"

    assert freezing.freeze(filled, progress=progress).value.state is DatasetState.COMPLETE


def test_an_import_that_began_elsewhere_keeps_a_dataset_from_being_frozen(shop, freezing, filled):
    with Occupied(shop.registry.file).importing(shop.project), pytest.raises(RefusedError) as refused:
        freezing.freeze(filled)
    assert refused.value.code == "E-432"
    assert shop.editing.get_dataset(filled).state is DatasetState.OPEN


def test_an_import_writes_nothing_when_a_dataset_began_to_be_frozen_meanwhile(shop, filled):
    Image.new("RGB", (20, 20)).save(shop.root / "train" / "new.png")

    def progress(done: int, total: int, text: str) -> None:
        with shop.registry.write() as session:
            store.set_state(session, filled, DatasetState.BUILDING, clock.now())

    handle = try_lock(shop.snapshots / f"{filled}.building")  # somebody is at it
    assert handle is not None
    with pytest.raises(RefusedError, match='"Data" is being frozen'):
        ImportService(shop.registry).commit(
            ImportSource(shop.root), project_name="", into=shop.project, progress=progress
        )
    os.close(handle)
    assert len(shop.below("train/")) == 6


def test_a_changed_byte_is_found_and_named(shop, freezing, filled):
    freezing.freeze(filled)
    assert freezing.verify(filled).problems == ()
    assert freezing.verify(filled).n_hashed == 0
    freezing.require_unchanged(filled)
    file = shop.root / "train/03.png"
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    (shop.root / "valid/00.png").unlink()
    assert [item.file for item in freezing.verify(filled).problems] == ["train/03.png", "valid/00.png"]
    with pytest.raises(
        RefusedError, match=r"2 files changed since Data \(V001\) was frozen: train/03.png, valid"
    ) as no:
        freezing.require_unchanged(filled)
    assert no.value.code == "E-223"


def test_without_the_folder_nothing_is_said_of_its_files(shop, freezing, filled):
    clone = shop.editing.clone(filled).value.dataset
    freezing.freeze(filled)
    shop.root.rename(shop.root.with_name("elsewhere"))
    for refused in (lambda: freezing.verify(filled), lambda: freezing.freeze(clone)):
        with pytest.raises(RefusedError, match="images is not there now") as caught:
            refused()
        assert caught.value.code == "E-222"
    assert shop.editing.get_dataset(clone).state is DatasetState.OPEN


def test_a_full_check_finds_what_looks_as_it_did(shop, freezing, filled):
    freezing.freeze(filled)
    file = shop.root / "train/03.png"
    looks = file.stat()
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(looks.st_atime_ns, looks.st_mtime_ns))
    assert [item.file for item in freezing.verify(filled, full=True).problems] == ["train/03.png"]


def test_the_file_of_a_frozen_dataset_is_checked(shop, freezing, filled):
    freezing.freeze(filled)
    assert freezing.verify_files() == ()
    file = freezing.open_frozen(filled).file
    content = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(content.replace(b'"disc"', b'"disk"'))
    with pytest.raises(FormatError, match='of the frozen dataset "Data \\(V001\\)" was changed'):
        freezing.open_frozen(filled)
    (problem,) = freezing.verify_files()
    assert problem.kind == "dataset-damaged"
    file.unlink()
    with pytest.raises(NotFoundError, match="is missing"):
        freezing.open_frozen(filled)


def test_an_image_in_two_sets_says_both(shop, freezing):
    id, (train, val, _) = shop.made(has_unique_images=False)
    rule = SplitRule((("train", "50"), ("val", "50")), 3, 2)
    both = shop.ids("train/00.png")
    shop.editing.assign(id, [(train, both), (val, shop.ids("train/00.png", "train/01.png"))], rule)
    shop.editing.set_role(id, val, SetRole.EXTRA)
    freezing.freeze(id)
    frozen = freezing.open_frozen(id)
    assert frozen.header.rules == (rule,)
    assert [(image.sets, image.usage) for image in frozen.images()] == [((0, 1), ("TRAIN", "")), ((1,), ("",))]


def test_what_a_deleted_dataset_was_goes_after_a_month_and_its_number_is_not_given_again(shop, freezing, filled):
    freezing.freeze(filled)
    clone = shop.editing.clone(filled).value.dataset
    kept = freezing.freeze(clone).value
    deleted = shop.editing.delete(filled).value
    freezing.recover()
    assert len(list(freezing.open_frozen(filled).images())) == 11  # undo may bring it back
    with shop.registry.write() as session:
        store.set_deleted(session, filled, clock.now() - DELETED_KEPT - timedelta(hours=1))
    freezing.recover()
    assert {file.name.split(".")[0] for file in shop.snapshots.iterdir()} == {kept.snapshot}
    assert shop.editing.get_dataset(filled).sets == ()
    assert (shop.editing.get_dataset(clone).n_images, freezing.verify(clone).problems) == (11, ())
    assert freezing.verify_files() == ()
    assert [item.id for item in shop.editing.list_datasets(shop.project)] == [clone]
    assert shop.editing.get_details(clone).first == "Data (V001)"
    assert freezing.propose_version(shop.project) == "V003"
    with pytest.raises(RefusedError, match="more than a month ago"):
        shop.editing.undo(deleted)  # in a window that has been open since
    assert [item.id for item in shop.editing.list_datasets(shop.project)] == [clone]
    assert shop.editing.rename(shop.made("Other")[0], "Data").value.after.name == "Data"


def test_a_project_in_the_trash_or_forgotten_keeps_what_was_frozen_of_it(shop, freezing, filled):
    snapshot = freezing.freeze(filled).value.snapshot
    for about in list(shop.snapshots.glob("*.about.json")):
        about.unlink()  # as an older Calque left it
    with shop.registry.write() as session:
        projects.remove_project(session, shop.project)
    freezing.recover()
    TrashService(shop.registry).empty_project(shop.project)
    with shop.registry.write() as session:
        store.set_deleted(session, filled, clock.now() - DELETED_KEPT - timedelta(hours=1))
    freezing.recover()
    assert (shop.snapshots / f"{snapshot}.dataset.jsonl").is_file()
