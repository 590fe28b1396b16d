"""Acceptance: copies saved anew and pages of one book in two sets are found, repaired at one click, and undone."""

from __future__ import annotations

import pytest
from PIL import Image

from core.domain.checks import CheckId, CheckWish
from core.domain.datasets import DatasetState, SetRole
from core.domain.image_ids import ImageIds
from core.domain.imports import ImportSource, Severity
from core.domain.projects import ImageFilter
from core.errors import RefusedError
from core.stopping import StoppedError


def test_leaks_are_found_repaired_and_undone(leaky):
    checks = leaky.services.checks
    report = checks.run(leaky.project)
    same = report.find(CheckId.COPIES_ACROSS_SETS)
    assert (same.severity, same.n, leaky.paths(same.images)) == (
        Severity.ERROR,
        1,
        {"train/book1_p005.jpg", "val/same file.jpg"},
    )
    alike = report.find(CheckId.ALIKE_ACROSS_SETS)
    assert [leaky.paths(alike.group(number)) for number in range(alike.n)] == [
        {"train/book0_p001.jpg", "test/saved anew.jpg"},
        {"train/book0_p002.jpg", "test/smaller.png"},
    ]
    book = report.find(CheckId.GROUPS_ACROSS_SETS)
    assert book.n == 1
    assert "val/book0_p016.jpg" in leaky.paths(book.images)
    assert len(book.images) == 5
    assert report.sets == (("train", 13), ("val", 6), ("test", 5))
    before = leaky.services.tags.count(leaky.project)
    done = []
    for check in (CheckId.COPIES_ACROSS_SETS, CheckId.ALIKE_ACROSS_SETS, CheckId.GROUPS_ACROSS_SETS):
        finding = report.find(check)
        assert finding.repair is not None
        changed = checks.repair(report, finding)
        assert not changed.changes.is_empty
        done.append(changed.value)
        assert not checks.is_current(report)
    again = checks.run(leaky.project)
    assert {one.check for one in again.findings}.isdisjoint(
        {CheckId.COPIES_ACROSS_SETS, CheckId.ALIKE_ACROSS_SETS, CheckId.GROUPS_ACROSS_SETS}
    )
    assert "No two pictures that look the same are in two sets." in again.fine
    assert again.sets == (("train", 14), ("val", 4), ("test", 3))
    redo = [checks.undo(one).value for one in reversed(done)]
    assert leaky.services.tags.count(leaky.project) == before
    back = checks.run(leaky.project)
    assert [(one.check, one.n) for one in back.findings] == [(one.check, one.n) for one in report.findings]
    for one in reversed(redo):
        checks.undo(one)
    assert checks.run(leaky.project).sets == again.sets


def test_a_repair_whose_tags_were_changed_since_is_not_undone(leaky):
    checks = leaky.services.checks
    report = checks.run(leaky.project)
    done = checks.repair(report, report.find(CheckId.ALIKE_ACROSS_SETS)).value
    leaky.services.tags.remove([leaky.id_of("test/smaller.png")], "exclude")
    with pytest.raises(RefusedError, match="changed since"):
        checks.undo(done)
    assert leaky.services.tags.count(leaky.project)["exclude"] == 1


def test_shapes_are_cut_off_and_deleted_and_come_back(leaky):
    checks = leaky.services.checks
    leaky.draw_beyond("train/book0_p000.jpg")
    report = checks.run(leaky.project)
    image = leaky.id_of("train/book0_p000.jpg")
    (before,) = leaky.services.projects.get_annotated([image])
    assert (report.find(CheckId.DOUBLE).n, report.find(CheckId.OUTSIDE).n) == (1, 1)
    double = checks.repair(report, report.find(CheckId.DOUBLE)).value
    outside = checks.repair(report, report.find(CheckId.OUTSIDE)).value
    (after,) = leaky.services.projects.get_annotated([image])
    assert len(after.annotations) == len(before.annotations) - 1
    assert max(one.geometry.x1 for one in after.annotations) == 240
    again = checks.run(leaky.project)
    assert again.find(CheckId.DOUBLE) is None
    assert again.find(CheckId.OUTSIDE) is None
    with pytest.raises(RefusedError, match="nothing to be repaired"):
        checks.repair(report, report.find(CheckId.DOUBLE))
    checks.undo(outside)
    checks.undo(double)
    (restored,) = leaky.services.projects.get_annotated([image])
    assert restored.annotations == before.annotations


def test_images_that_nobody_annotated_are_marked_and_the_mark_is_taken_back(leaky):
    checks = leaky.services.checks
    report = checks.run(leaky.project)
    finding = report.find(CheckId.UNANNOTATED)
    assert "train/nothing said.jpg" in leaky.paths(finding.images)
    done = checks.repair(report, finding).value
    assert done.n == finding.n
    assert checks.run(leaky.project).find(CheckId.UNANNOTATED) is None
    checks.undo(done)
    assert checks.run(leaky.project).find(CheckId.UNANNOTATED).n == finding.n


def test_classes_with_few_examples_absent_ones_and_names_alike(leaky):
    report = leaky.services.checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    few = report.find(CheckId.FEW_EXAMPLES)
    assert few.code == "W-403"  # seal and stamp on the same twelve images to train on
    assert leaky.paths(few.images) == {f"train/book{n // 4}_p{n:03}.jpg" for n in range(12)}
    names = report.find(CheckId.CLASS_NAMES)
    assert names is None or names.n == 1
    absent = report.find(CheckId.ABSENT_CLASSES)
    assert absent.details == ('"val" has no image of stamp.', '"test" has no image of stamp.')
    assert leaky.paths(absent.images) == {f"train/book{n // 4}_p{n:03}.jpg" for n in range(12)}
    assert "Pictures were not compared with each other." in report.notes


def test_files_that_are_gone_changed_or_damaged_are_named(leaky):
    (leaky.root / "test/book4_p020.jpg").unlink()
    (leaky.root / "test/book4_p021.jpg").write_bytes(b"\xff\xd8 not any more")
    file = leaky.root / "test/book4_p022.jpg"
    file.write_bytes(file.read_bytes())  # the same content, another date
    report = leaky.services.checks.run(leaky.project)
    assert leaky.paths(report.find(CheckId.MISSING_FILES).images) == {"test/book4_p020.jpg"}
    assert leaky.paths(report.find(CheckId.CHANGED_FILES).images) == {"test/book4_p021.jpg"}
    assert leaky.paths(report.find(CheckId.UNREADABLE_FILES).images) == {"test/book4_p021.jpg"}
    codes = {one.check: one.code for one in report.findings}
    assert (codes[CheckId.MISSING_FILES], codes[CheckId.CHANGED_FILES]) == ("E-222", "E-224")
    assert codes[CheckId.UNREADABLE_FILES] == "E-420"


def test_changed_files_are_taken_as_they_are_now_where_their_size_is_the_same(leaky):
    checks, same, other = leaky.services.checks, "test/book4_p020.jpg", "test/book4_p021.jpg"
    with Image.open(leaky.root / same) as picture:
        size = picture.size
    Image.new("RGB", size, "red").save(leaky.root / same)
    Image.new("RGB", (7, 5), "red").save(leaky.root / other)
    report = checks.run(leaky.project)
    finding = report.find(CheckId.CHANGED_FILES)
    assert (finding.n, finding.repair.button) == (2, "Take them as they are now")
    assert "1 of them is of another size in pixels now" in finding.text
    done = checks.repair(report, finding).value
    assert done.n == 1
    assert leaky.paths(checks.run(leaky.project).find(CheckId.CHANGED_FILES).images) == {other}
    redo = checks.undo(done).value
    assert leaky.paths(checks.run(leaky.project).find(CheckId.CHANGED_FILES).images) == {same, other}
    undo = checks.undo(redo).value
    Image.new("RGB", size, "blue").save(leaky.root / same)
    again = checks.run(leaky.project)
    checks.repair(again, again.find(CheckId.CHANGED_FILES))
    with pytest.raises(RefusedError, match="changed since"):
        checks.undo(undo)
    left = checks.run(leaky.project).find(CheckId.CHANGED_FILES)
    assert (left.n, left.repair) == (1, None)


def test_the_last_report_is_kept_and_known_to_be_old(leaky):
    checks = leaky.services.checks
    assert checks.last(leaky.project) is None
    report = checks.run(leaky.project)
    kept = checks.last(leaky.project)
    assert [(one.check, one.text, one.images, one.repair) for one in kept.findings] == [
        (one.check, one.text, one.images, one.repair) for one in report.findings
    ]
    assert kept.find(CheckId.ALIKE_ACROSS_SETS).group(1) == report.find(CheckId.ALIKE_ACROSS_SETS).group(1)
    assert checks.is_current(kept)
    leaky.services.tags.add([leaky.id_of("test/smaller.png")], "hard case")
    assert not checks.is_current(kept)
    (leaky.services.home.checks / f"{leaky.project}.npz").write_bytes(b"PK torn")
    assert checks.last(leaky.project) is None


def test_a_cancelled_check_keeps_what_it_looked_at(leaky):
    asked = iter(range(10_000))
    with pytest.raises(StoppedError):
        leaky.services.checks.run(leaky.project, is_cancelled=lambda: next(asked) > 40)
    assert leaky.services.checks.last(leaky.project) is None
    assert leaky.services.checks.run(leaky.project).find(CheckId.ALIKE_ACROSS_SETS).n == 2


def test_a_dataset_is_checked_and_repaired_in_its_sets(leaky):
    editing, checks = leaky.services.dataset_editing, leaky.services.checks
    made = editing.create(leaky.project, "Seals").value.dataset
    sets = {item.role: item.id for item in editing.get_dataset(made).sets}
    for role, folder in ((SetRole.TRAIN, "train"), (SetRole.VAL, "val"), (SetRole.TEST, "test")):
        editing.fill(made, sets[role], ImageFilter(leaky.project, folders=(folder,)))
    report = checks.run(leaky.project, made)
    assert report.sets == (("train", 13), ("val", 6), ("test", 5))
    done = []
    for check in (CheckId.COPIES_ACROSS_SETS, CheckId.ALIKE_ACROSS_SETS, CheckId.GROUPS_ACROSS_SETS):
        done.append(checks.repair(report, report.find(check)).value)
    assert not checks.is_current(report)
    again = checks.run(leaky.project, made)
    assert again.sets == (("train", 14), ("val", 4), ("test", 3))
    assert again.find(CheckId.GROUPS_ACROSS_SETS) is None
    assert checks.last(leaky.project, made).sets == again.sets
    assert checks.last(leaky.project) is None
    for one in reversed(done):
        checks.undo(one)
    assert checks.run(leaky.project, made).sets == report.sets


def test_a_result_that_cannot_be_kept_is_shown_all_the_same(leaky):
    leaky.services.home.checks.write_bytes(b"in the way")
    report = leaky.services.checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    assert report.find(CheckId.COPIES_ACROSS_SETS) is not None
    assert report.notes[-1].startswith("This result cannot be kept for later")


def test_copies_in_one_set_go_to_the_trash_and_come_back(leaky):
    (leaky.root / "train" / "again.jpg").write_bytes((leaky.root / "train" / "book1_p004.jpg").read_bytes())
    services, checks = leaky.services, leaky.services.checks
    source = ImportSource(leaky.root / "annotations.json", leaky.root, "coco")
    services.imports.commit(source, project_name="Leaky", into=leaky.project)
    report = checks.run(leaky.project)
    finding = report.find(CheckId.COPIES)
    assert leaky.paths(finding.images) == {"train/again.jpg", "train/book1_p004.jpg"}
    done = checks.repair(report, finding).value
    assert [one.path for one in services.trash.list_images(leaky.project)] == ["train/again.jpg"]
    assert (leaky.root / "train" / "again.jpg").is_file()
    assert checks.run(leaky.project).find(CheckId.COPIES) is None
    redo = checks.undo(done).value
    assert services.trash.list_images(leaky.project) == ()
    assert checks.run(leaky.project).find(CheckId.COPIES).n == 1
    checks.undo(redo)
    assert checks.run(leaky.project).find(CheckId.COPIES) is None


def test_images_that_a_repair_removed_come_back_all_or_none(leaky):
    """An image of one of the paths came meanwhile: undoing by half would leave the other copy in the trash."""
    for name in ("book1_p004", "book1_p006"):
        (leaky.root / "train" / f"{name} again.jpg").write_bytes((leaky.root / "train" / f"{name}.jpg").read_bytes())
    services, checks, trash = leaky.services, leaky.services.checks, leaky.services.trash
    services.imports.commit(leaky.source, project_name="Leaky", into=leaky.project)
    report = checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    done = checks.repair(report, report.find(CheckId.COPIES)).value
    lying = trash.list_images(leaky.project)
    assert {one.path for one in lying} == {"train/book1_p004 again.jpg", "train/book1_p006 again.jpg"}
    leaky.add_bare(lying[0].path)
    with pytest.raises(RefusedError, match="has the path"):
        checks.undo(done)
    assert trash.list_images(leaky.project) == lying


def test_of_a_frozen_dataset_only_a_clone_can_be_repaired(leaky):
    editing, checks = leaky.services.dataset_editing, leaky.services.checks
    made = editing.create(leaky.project, "Seals").value.dataset
    train, val = (item.id for item in editing.get_dataset(made).sets[:2])
    editing.fill(made, train, ImageFilter(leaky.project, folders=("train",)))
    editing.fill(made, val, ImageFilter(leaky.project, folders=("val",)))
    assert leaky.services.dataset_freezing.freeze(made).value.state is DatasetState.COMPLETE
    report = checks.run(leaky.project, made)
    finding = report.find(CheckId.GROUPS_ACROSS_SETS)
    assert finding.repair is None
    assert "The dataset is frozen: clone it to change it." in finding.text
    assert report.notes[0].startswith("The dataset is frozen: its images were looked at with the annotations")
    assert report.find(CheckId.DOUBLE).repair is None
    assert report.find(CheckId.UNANNOTATED).repair is None
    for refused in (finding, report.find(CheckId.DOUBLE), report.find(CheckId.UNANNOTATED)):
        with pytest.raises(RefusedError, match="nothing to be repaired"):
            checks.repair(report, refused)
    clone = editing.clone(made).value.dataset
    again = checks.run(leaky.project, clone)
    checks.repair(again, again.find(CheckId.GROUPS_ACROSS_SETS))
    assert checks.run(leaky.project, clone).find(CheckId.GROUPS_ACROSS_SETS) is None


def test_no_repair_is_offered_that_would_empty_a_set(leaky):
    editing, checks = leaky.services.dataset_editing, leaky.services.checks
    made = editing.create(leaky.project, "Two").value.dataset
    train, val = (item.id for item in editing.get_dataset(made).sets[:2])
    editing.fill(made, train, ImageFilter(leaky.project, folders=("train",)))
    editing.add_images(made, val, ImageIds.of([leaky.id_of("val/same file.jpg")]))
    finding = checks.run(leaky.project, made).find(CheckId.COPIES_ACROSS_SETS)
    assert finding.repair is None
    assert "would leave a set without any image" in finding.text


def test_a_tag_that_a_repair_took_off_comes_back_with_its_note_and_time(leaky):
    services, image = leaky.services, leaky.id_of("val/book0_p016.jpg")
    services.tags.add([image], "validation", "as the archivist said")
    before = services.tags.list_tagged(leaky.project)
    report = services.checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    done = services.checks.repair(report, report.find(CheckId.GROUPS_ACROSS_SETS)).value
    assert [one.tag.tag for one in services.tags.list_tagged(leaky.project) if one.tag.image == image] == ["train"]
    redo = services.checks.undo(done).value
    assert services.tags.list_tagged(leaky.project) == before
    services.checks.undo(redo)
    assert [one.tag.tag for one in services.tags.list_tagged(leaky.project) if one.tag.image == image] == ["train"]


def test_an_image_that_is_tagged_for_two_sets_is_found_and_keeps_one(leaky):
    services, image = leaky.services, leaky.id_of("train/book1_p006.jpg")
    for tag in ("train", "test"):
        services.tags.add([image], tag)
    report = services.checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    finding = report.find(CheckId.COPIES_ACROSS_SETS)
    assert (finding.n, image in finding.images) == (2, True)
    assert "Takes all but one of these tags off 1 image tagged for several sets." in finding.repair.text
    done = services.checks.repair(report, finding).value
    tags = {one.path: one.tag.tag for one in services.tags.list_tagged(leaky.project)}
    assert tags == {"train/book1_p006.jpg": "train", "val/same file.jpg": "exclude"}
    again = services.checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    assert again.find(CheckId.COPIES_ACROSS_SETS) is None
    assert again.sets == (("train", 13), ("val", 5), ("test", 5))
    services.checks.undo(done)
    assert services.tags.count(leaky.project)["exclude"] == 0


def test_what_is_no_copy_any_more_and_what_came_back_is_left_alone(leaky):
    checks, services = leaky.services.checks, leaky.services
    gone, copy = leaky.root / "test/book4_p020.jpg", leaky.root / "val/same file.jpg"
    content = gone.read_bytes()
    gone.unlink()
    report = checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    gone.write_bytes(content)
    copy.write_bytes((leaky.root / "train/nothing said.jpg").read_bytes())
    source = ImportSource(leaky.root / "annotations.json", leaky.root, "coco")
    services.imports.commit(source, project_name="Leaky", into=leaky.project, replace=True)
    for check in (CheckId.MISSING_FILES, CheckId.COPIES_ACROSS_SETS):
        with pytest.raises(RefusedError, match="nothing to be repaired"):
            checks.repair(report, report.find(check))
    assert services.tags.count(leaky.project)["exclude"] == 0


def test_after_groups_were_kept_together_tags_and_datasets_tell_of_all_images(leaky):
    services, checks = leaky.services, leaky.services.checks
    report = checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    done = checks.repair(report, report.find(CheckId.GROUPS_ACROSS_SETS)).value
    again = checks.run(leaky.project, wish=CheckWish(compares_pictures=False))
    assert again.sets == (("train", 14), ("val", 5), ("test", 5))
    tags = services.tags.count(leaky.project)
    assert [tags[tag] for tag in ("train", "validation", "test")] == [14, 5, 5]
    proposed = services.dataset_proposing.propose_sets(leaky.project)
    made = services.dataset_proposing.create(leaky.project, "Kept together", proposed).value.dataset
    of_dataset = checks.run(leaky.project, made, CheckWish(compares_pictures=False))
    assert of_dataset.sets == again.sets
    assert of_dataset.find(CheckId.GROUPS_ACROSS_SETS) is None
    checks.undo(done)
    assert not any(services.tags.count(leaky.project).values())
