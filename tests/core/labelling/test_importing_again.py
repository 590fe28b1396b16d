"""What a person changed or deleted is not brought back, nor doubled, by importing the same files again."""

from __future__ import annotations

import pytest

from core.domain.geometry import Box
from core.domain.imports import Difference
from core.domain.labelling import ShapeEdit
from core.domain.projects import Source
from tests.core.labelling.conftest import FIRST, Boxes, Desk

EDITED = Box(5, 5, 45, 40)


def boxes(desk: Desk) -> list[tuple[object, Source]]:
    return [(one.geometry, one.source) for one in desk.on("1.png")]


def edit_line(desk: Desk):
    (line, _) = desk.on("1.png")
    return desk.labelling.change([ShapeEdit(line.id, EDITED)], seen=desk.seen(), author="Ada").value


@pytest.mark.parametrize("replace", [False, True])
def test_what_a_person_reshaped_stays_alone(desk: Desk, replace: bool) -> None:
    edit_line(desk)
    before = desk.rows()
    report = desk.import_again(FIRST, replace=replace)
    assert report.differences == Difference(same=2)
    assert desk.rows() == before


@pytest.mark.parametrize("replace", [False, True])
def test_what_a_person_gave_another_class_stays_alone(desk: Desk, replace: bool) -> None:
    (line, _) = desk.on("1.png")
    edit = ShapeEdit(line.id, category=desk.class_of("initial"))
    desk.labelling.change([edit], seen=desk.seen(), author="Ada")
    before = desk.rows()
    desk.import_again(FIRST, replace=replace)
    assert desk.rows() == before


@pytest.mark.parametrize("replace", [False, True])
def test_what_a_person_deleted_stays_deleted(desk: Desk, replace: bool) -> None:
    (line, initial) = desk.on("1.png")
    desk.labelling.delete([line.id], seen=desk.seen())
    desk.import_again(FIRST, replace=replace)
    assert boxes(desk) == [(initial.geometry, Source.IMPORT)]
    desk.labelling.delete([initial.id], seen=desk.seen())
    desk.import_again(FIRST, replace=replace)
    assert boxes(desk) == [], "also where nothing is left"
    assert desk.is_sound()


def test_what_a_file_states_otherwise_than_a_person_reshaped_does_not_double_it(desk: Desk) -> None:
    edit_line(desk)
    moved: Boxes = [("1.png", "line", [6, 6, 20, 20]), FIRST[1]]
    desk.import_again(moved, replace=True)
    assert (EDITED, Source.HUMAN) in boxes(desk)
    assert len(desk.on("1.png")) == 2


def test_what_a_file_draws_elsewhere_than_a_person_deleted_is_new(desk: Desk) -> None:
    (line, initial) = desk.on("1.png")
    desk.labelling.delete([line.id], seen=desk.seen())
    moved: Boxes = [("1.png", "line", [8, 8, 20, 20]), FIRST[1]]
    report = desk.import_again(moved)
    assert report.differences == Difference(same=1, new=1)
    assert boxes(desk) == [(initial.geometry, Source.IMPORT), (Box(8, 8, 28, 28), Source.IMPORT)]


def test_an_edit_that_was_exported_and_comes_back_is_the_same(desk: Desk) -> None:
    edit_line(desk)
    before = desk.rows()
    exported: Boxes = [("1.png", "line", [5, 5, 40, 35]), FIRST[1]]
    desk.import_again(exported, replace=True)
    assert desk.rows() == before


def test_after_it_is_taken_back_an_import_may_replace_it_again(desk: Desk) -> None:
    desk.labelling.take_back(edit_line(desk).step)
    moved: Boxes = [("1.png", "line", [6, 6, 20, 20]), FIRST[1]]
    report = desk.import_again(moved, replace=True)
    assert report.differences == Difference(same=1, changed=1)
    assert (Box(6, 6, 26, 26), Source.IMPORT) in boxes(desk)


@pytest.mark.parametrize("replace", [False, True])
def test_an_object_that_is_imported_takes_away_that_a_person_said_there_is_none(desk: Desk, replace: bool) -> None:
    desk.labelling.set_without_concept([desk.id_of("2.png")], seen=desk.seen("2.png"), author="Ada")
    desk.import_again([*FIRST, ("2.png", "line", [1, 1, 9, 9])], replace=replace)
    assert [one.geometry for one in desk.on("2.png")] == [Box(1, 1, 10, 10)]
    assert desk.is_sound()


@pytest.mark.parametrize("replace", [False, True])
def test_that_a_person_found_nothing_stays_where_files_say_nothing(desk: Desk, replace: bool) -> None:
    desk.labelling.set_without_concept([desk.id_of("2.png")], seen=desk.seen("2.png"), author="Ada")
    before = desk.rows()
    desk.import_again(FIRST, replace=replace)
    assert desk.rows() == before
