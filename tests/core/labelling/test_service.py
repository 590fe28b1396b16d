"""Editing annotations: written with author, time and counts; taken back to the last bit; refused in words."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from math import nan

import pytest

from core import clock
from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId
from core.domain.judgements import ModelAnnotation
from core.domain.labelling import NewShape, ShapeEdit
from core.domain.projects import Source
from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from core.errors import NotFoundError, RefusedError
from core.registry.stores import model_annotations
from core.registry.stores.model_annotations import NewModelAnnotation
from tests.core.labelling.conftest import FIRST, HEIGHT, WIDTH, Desk

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fixed_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def draw(desk: Desk, path: str, shape: Box | Polygon, name: str = "line"):
    new = NewShape(desk.id_of(path), desk.class_of(name), shape)
    return desk.labelling.add([new], seen=desk.seen(path), author="Ada").value


def line(desk: Desk, path: str = "1.png"):
    return next(one for one in desk.on(path) if one.category == desk.class_of("line"))


def test_what_is_drawn_is_a_persons_with_name_and_time_and_counted(desk: Desk) -> None:
    edited = draw(desk, "2.png", Box(1, 2, 11, 12))
    (drawn,) = desk.on("2.png")
    assert (drawn.id, drawn.geometry, drawn.source) == (edited.added[0], Box(1, 2, 11, 12), Source.HUMAN)
    assert (drawn.author, drawn.edited_at) == ("Ada", NOW)
    assert edited.revisions == desk.seen("2.png")
    assert desk.projects.get_project(desk.project).n_annotated == 2
    assert desk.is_sound()


def test_everything_is_taken_back_to_the_last_bit_and_done_again(desk: Desk) -> None:
    before = [desk.rows()]
    steps = []

    def did(changed) -> None:
        steps.append(changed.value.step)
        before.append(desk.rows())

    labelling, initial = desk.labelling, desk.class_of("initial")
    shape = Polygon(((1.5, 1.25, 20.0, 2.0, 12.0, 30.0),))
    did(labelling.add([NewShape(desk.id_of("2.png"), initial, shape)], seen=desk.seen("2.png"), author="Ada"))
    did(labelling.change([ShapeEdit(line(desk).id, Box(6, 6, 30, 30))], seen=desk.seen(), author="Ada"))
    did(labelling.change([ShapeEdit(line(desk).id, category=initial)], seen=desk.seen(), author="Bo"))
    did(labelling.delete([one.id for one in desk.on("1.png")], seen=desk.seen()))
    did(labelling.set_without_concept([desk.id_of("1.png")], seen=desk.seen(), author="Bo"))
    did(labelling.set_whole({desk.id_of("1.png"): [initial]}, seen=desk.seen(), author="Bo"))
    assert len({str(one) for one in before}) == len(before)
    backward = []
    for step, left in zip(reversed(steps), reversed(before[:-1]), strict=True):
        backward.append(labelling.take_back(step).value.step)
        assert desk.rows() == left
    assert desk.is_sound()
    for step, left in zip(reversed(backward), before[1:], strict=True):
        labelling.take_back(step)
        assert desk.rows() == left
    assert desk.is_sound()


def test_what_an_image_was_when_it_was_looked_at_must_still_be_so(desk: Desk) -> None:
    seen, before = desk.seen(), line(desk)
    desk.labelling.change([ShapeEdit(before.id, Box(1, 1, 9, 9))], seen=seen, author="Ada")
    for verb in (
        lambda: desk.labelling.change([ShapeEdit(before.id, Box(2, 2, 9, 9))], seen=seen, author="Bo"),
        lambda: desk.labelling.delete([before.id], seen=seen),
        lambda: desk.labelling.set_whole({desk.id_of("1.png"): []}, seen=seen, author="Bo"),
    ):
        with pytest.raises(RefusedError, match=r'"1\.png" has been changed since you looked at it'):
            verb()
    assert line(desk).author == "Ada"


def test_a_step_whose_result_is_gone_is_not_taken_back(desk: Desk) -> None:
    edited = draw(desk, "2.png", Box(1, 2, 11, 12))
    desk.labelling.change([ShapeEdit(edited.added[0], Box(1, 2, 20, 20))], seen=desk.seen("2.png"), author="Bo")
    before = desk.rows()
    with pytest.raises(RefusedError, match=r'cannot be undone\. The annotations of "2\.png" were changed since'):
        desk.labelling.take_back(edited.step)
    assert desk.rows() == before


def test_other_annotations_of_the_image_do_not_stand_in_the_way_of_taking_back(desk: Desk) -> None:
    first = draw(desk, "2.png", Box(1, 2, 11, 12))
    second = draw(desk, "2.png", Box(21, 2, 31, 12))
    desk.labelling.take_back(first.step)
    assert [one.id for one in desk.on("2.png")] == list(second.added)


def test_several_images_are_written_together_or_not_at_all(desk: Desk) -> None:
    before = desk.rows()
    shapes = [NewShape(desk.id_of(path), desk.class_of("line"), Box(1, 1, 9, 9)) for path in ("1.png", "2.png")]
    with pytest.raises(RefusedError, match=r"2\.png"):
        desk.labelling.add(shapes, seen=desk.seen("1.png"), author="Ada")
    assert desk.rows() == before
    desk.labelling.add(shapes, seen=desk.seen("1.png", "2.png"), author="Ada")
    assert (len(desk.on("1.png")), len(desk.on("2.png"))) == (3, 1)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (Box(5, 5, 5, 20), "no area"),
        (Box(70, 5, 90, 20), "no area"),
        (Box(nan, 5, 90, 20), "no number"),
        (Polygon(((1.0, 1.0, 5.0, 5.0),)), "three points"),
        (Polygon(((1.0, 1.0, 5.0, 5.0, 1.0, 1.0),)), "three points"),
        (Polygon(((1.0, 1.0, 5.0, 5.0, 9.0, 9.0),)), "no area"),
    ],
)
def test_what_is_no_shape_in_the_image_is_refused(desk: Desk, shape: Box | Polygon, reason: str) -> None:
    before = desk.rows()
    with pytest.raises(RefusedError, match=reason):
        draw(desk, "2.png", shape)
    assert desk.rows() == before


def test_a_shape_that_sticks_out_is_cut_and_it_is_said(desk: Desk) -> None:
    edited = draw(desk, "2.png", Box(-5, 5, 30, 500))
    assert desk.on("2.png")[0].geometry == Box(0, 5, 30, HEIGHT)
    assert edited.notes == ('A shape was cut at the edge of "2.png".',)


@pytest.mark.parametrize(
    "drawn",
    [
        Rotated(WIDTH - 4, 20, 30, 10, 20),  # over the right edge
        Rotated(WIDTH / 2, 3, 40, 20, 45),  # over the top
        Rotated(5, HEIGHT - 5, 24, 18, 110),  # over the left and the lower edge
    ],
)
def test_an_oriented_box_that_sticks_out_keeps_its_right_angles_and_ends_in_the_image(
    desk: Desk, drawn: Rotated
) -> None:
    edited = draw(desk, "2.png", corners_of(drawn))
    shape = desk.on("2.png")[0].geometry
    assert isinstance(shape, Polygon)
    rotated = rotated_rectangle(shape)
    assert rotated is not None
    assert rotated.angle_degrees % 90 == pytest.approx(drawn.angle_degrees % 90, abs=0.01)
    assert rotated.width * rotated.height < drawn.width * drawn.height
    bounds = shape.bounds()
    assert bounds == bounds.clipped(WIDTH, HEIGHT)
    assert edited.notes == ('A shape was cut at the edge of "2.png".',)


def test_what_a_model_made_stays_a_models_and_is_marked_as_corrected(desk: Desk) -> None:
    with desk.registry.write() as session:
        new = NewModelAnnotation(
            int(desk.id_of("1.png")), int(desk.class_of("line")), Box(1, 1, 9, 9), 0.75, None, None, NOW
        )
        (id,) = model_annotations.insert_model_annotations(session, [new])
    edit = ShapeEdit(id, Box(2, 2, 9, 9), desk.class_of("initial"))
    edited = desk.labelling.change([edit], seen=desk.seen(), author="Ada").value

    def made() -> tuple[ModelAnnotation, ...]:
        with desk.registry.read() as session:
            return model_annotations.list_model_annotations(session, [desk.id_of("1.png")])

    assert [(one.geometry, one.confidence, one.is_corrected) for one in made()] == [(Box(2, 2, 9, 9), 0.75, True)]
    assert desk.is_sound()
    desk.labelling.take_back(edited.step)
    assert [(one.geometry, one.is_corrected) for one in made()] == [(Box(1, 1, 9, 9), False)]


def test_an_image_with_annotations_is_not_marked_as_empty(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="2 annotations"):
        desk.labelling.set_without_concept([desk.id_of("1.png")], seen=desk.seen(), author="Ada")
    desk.labelling.set_without_concept([desk.id_of("2.png")], seen=desk.seen("2.png"), author="Ada")
    (marker,) = desk.on("2.png")
    assert (marker.category, marker.geometry, marker.author) == (None, None, "Ada")
    draw(desk, "2.png", Box(1, 1, 9, 9))
    assert [one.category for one in desk.on("2.png")] == [desk.class_of("line")], "something is on it now"


def test_labels_of_the_whole_image_are_set_beside_its_shapes(desk: Desk) -> None:
    image, line_class, initial = desk.id_of("1.png"), desk.class_of("line"), desk.class_of("initial")
    desk.labelling.set_whole({image: [line_class, initial]}, seen=desk.seen(), author="Ada")
    desk.labelling.set_whole({image: [initial]}, seen=desk.seen(), author="Bo")
    whole = [one for one in desk.on("1.png") if one.geometry is None]
    assert [(one.category, one.author) for one in whole] == [(initial, "Ada")], "what stays was not touched"
    assert len(desk.on("1.png")) == 3
    with pytest.raises(RefusedError, match="whole image"):
        desk.labelling.change([ShapeEdit(whole[0].id, Box(1, 1, 9, 9))], seen=desk.seen(), author="Bo")


def test_what_is_not_there_is_said(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="not there any more"):
        desk.labelling.delete([AnnotationId("4711")], seen=desk.seen())
    with pytest.raises(RefusedError, match="class is not in the project"):
        new = NewShape(desk.id_of("1.png"), CategoryId("4711"), Box(1, 1, 9, 9))
        desk.labelling.add([new], seen=desk.seen(), author="Ada")


def test_nothing_is_edited_while_the_project_is_imported_into(desk: Desk) -> None:
    before, answers = desk.rows(), list[RefusedError]()
    waiting, going_on = threading.Event(), threading.Event()

    def told(done: float, total: float, text: str) -> None:
        waiting.set()
        going_on.wait(10)

    thread = threading.Thread(
        target=lambda: desk.imports.commit(_source(desk), project_name="", into=desk.project, progress=told)
    )
    thread.start()
    assert waiting.wait(10)
    with pytest.raises(RefusedError) as refused:
        draw(desk, "2.png", Box(1, 1, 9, 9))
    answers.append(refused.value)
    going_on.set()
    thread.join(20)
    assert [(one.code, one.hint) for one in answers] == [("E-432", "Wait until the import finishes.")]
    assert desk.rows() == before
    draw(desk, "2.png", Box(1, 1, 9, 9))


def _source(desk: Desk):
    from core.domain.imports import ImportSource
    from tests.core.labelling.conftest import write_coco

    return ImportSource(write_coco(desk.folder, FIRST), desk.folder)


def test_a_registry_that_can_only_be_read_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.registry, "_is_read_only", True)
    with pytest.raises(RefusedError) as refused:
        desk.labelling.delete([line(desk).id], seen=desk.seen())
    assert refused.value.code == "E-103"


def test_nothing_to_find_is_not_said_again_of_an_image_with_annotations(desk: Desk) -> None:
    image = desk.id_of("2.png")
    desk.labelling.set_without_concept([image], seen=desk.seen("2.png"), author="Ada")
    first = draw(desk, "2.png", Box(1, 1, 9, 9))
    draw(desk, "2.png", Box(20, 1, 30, 9))
    before = desk.rows()
    with pytest.raises(RefusedError, match="nothing to find"):
        desk.labelling.take_back(first.step)
    assert desk.rows() == before


def test_the_next_image_that_nobody_looked_at_is_found_on_either_side(desk: Desk) -> None:
    first, second = desk.id_of("1.png"), desk.id_of("2.png")
    ids = [second, first, first, second]
    find = desk.labelling.find_unlabelled
    assert [find(ids, at, 1) for at in range(4)] == [3, 3, 3, None]
    assert [find(ids, at, -1) for at in range(4)] == [None, 0, 0, 0]
    desk.labelling.set_without_concept([second], seen=desk.seen("2.png"), author="Ada")
    assert find(ids, 1, 1) is None
