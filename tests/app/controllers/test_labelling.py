"""Edits go to the registry at once, are seen at once, are undone and done again, and taken back where refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.controllers.labelling import NO_MORE, LabellingController
from app.controllers.viewer import ViewerController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.categories.service import CategoryService
from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, ImageId
from core.domain.imports import ImportSource
from core.domain.labelling import ShapeEdit
from core.domain.messages import UserMessage
from core.domain.projects import Annotation, ImageFilter, Project, Source
from core.imports.service import ImportService
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry
from ui.viewer.drawing import Tool
from ui.viewer.overlays import OverlayKind
from ui.viewer.viewer_page import ViewerPage
from ui.viewer.wishes import AddShapes, ClassWish, DeleteShapes, ReshapeShapes


class Desk:
    def __init__(self, qtbot: QtBot, registry: Registry, projects: ProjectService, jobs: JobRunner, project: Project):
        self.qtbot, self.registry, self.projects, self.jobs, self.project = qtbot, registry, projects, jobs, project
        self.page = ViewerPage()
        qtbot.addWidget(self.page)
        self.page.resize(1000, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.viewer = ViewerController(projects=projects, jobs=jobs, page=self.page)
        self.undo = UndoHistory(jobs)
        self.undo.show_project(project.id)
        self.service = LabellingService(registry)
        self.messages: list[UserMessage] = []
        self.labelling = LabellingController(
            labelling=lambda: self.service, categories=lambda: CategoryService(registry), jobs=jobs, undo=self.undo,
            viewer=self.viewer, page=self.page, author=lambda: "Ada",
        )  # fmt: skip
        self.labelling.message_raised.connect(self.messages.append)
        self.undo.message_raised.connect(self.messages.append)
        jobs.changed.connect(self.viewer.refresh)
        self.ids = tuple(projects.list_image_ids(ImageFilter(project.id)))

    def open(self, number: int = 0) -> ImageId:
        self.viewer.open_image(self.project, self.ids[number], self.ids)
        self.qtbot.waitUntil(lambda: self.page.canvas.picture is not None and bool(self.page._categories))
        return self.ids[number]

    def shown(self) -> list[object]:
        layer = self.page.canvas.layers.get(OverlayKind.GROUND_TRUTH)
        return [] if layer is None else [Polygon(one.rings) if one.rings else one.bounds for one in layer.objects]

    def kept(self, image: ImageId) -> tuple[Annotation, ...]:
        (annotated,) = self.projects.get_annotated([image])
        return annotated.annotations

    def wish(self, wish: object) -> None:
        self.page.editing.wished.emit(wish)

    def idle(self) -> None:
        self.qtbot.waitUntil(lambda: self.jobs.n_busy == 0)


@pytest.fixture
def desk(
    qtbot: QtBot, browse_registry: Registry, browse_projects: ProjectService, browse_jobs: JobRunner,
    browse_project: Project,
) -> Iterator[Desk]:  # fmt: skip
    made = Desk(qtbot, browse_registry, browse_projects, browse_jobs, browse_project)
    yield made
    made.idle()


def a_class(desk: Desk) -> ClassWish:
    return ClassWish(desk.page._categories[0].id)


def test_a_shape_is_seen_at_once_kept_with_its_author_undone_and_done_again(desk: Desk) -> None:
    image = desk.open()
    before, view = desk.kept(image), desk.page.canvas.view
    drawn = Box(100, 70, 160, 120)
    desk.wish(AddShapes((drawn,), (a_class(desk),)))
    assert drawn in desk.shown(), "before the registry has answered"
    desk.idle()
    assert [(one.geometry, one.author, one.source) for one in desk.kept(image)[1:]] == [(drawn, "Ada", Source.HUMAN)]
    assert drawn in desk.shown()
    assert desk.page.canvas.view == view
    assert desk.undo.undo_text == "drawing a box"
    desk.undo.undo()
    desk.idle()
    assert desk.kept(image) == before
    assert drawn not in desk.shown()
    desk.undo.redo()
    desk.idle()
    assert desk.shown().count(drawn) == 1
    assert desk.messages == []


def test_edits_that_come_faster_than_the_registry_answers_are_all_written(desk: Desk) -> None:
    image = desk.open()
    desk.wish(AddShapes((Box(100, 70, 160, 120),), (a_class(desk),)))
    drawn = next(one for one in desk.page.canvas.layers[OverlayKind.GROUND_TRUTH].objects if "new" in one.key)
    for step in range(1, 6):
        desk.wish(ReshapeShapes({AnnotationId(drawn.key): Box(100 + step, 70, 160, 120)}))
        assert Box(100 + step, 70, 160, 120) in desk.shown()
    desk.idle()
    assert [one.geometry for one in desk.kept(image)[1:]] == [Box(105, 70, 160, 120)]
    for _ in range(6):
        desk.undo.undo()
    desk.idle()
    assert len(desk.kept(image)) == 1
    assert desk.messages == []


def test_what_somebody_else_changed_is_not_overwritten_and_shown_as_it_is(desk: Desk) -> None:
    image = desk.open()
    (known,) = desk.kept(image)
    (record,) = desk.projects.get_images([image])
    other = Box(0, 0, 50, 50)
    desk.service.change([ShapeEdit(known.id, other)], seen={image: record.revision}, author="Bo")
    desk.wish(ReshapeShapes({known.id: Box(1, 1, 9, 9)}))
    assert Box(1, 1, 9, 9) in desk.shown()
    desk.idle()
    assert ["has been changed since you looked" in message.text for message in desk.messages] == [True]
    assert desk.shown() == [other]
    assert desk.undo.undo_text == ""
    desk.wish(ReshapeShapes({known.id: Box(1, 1, 9, 9)}))
    desk.idle()
    assert desk.shown() == [Box(1, 1, 9, 9)], "now that it has been seen"


def test_nothing_is_written_while_the_project_is_imported_into(desk: Desk) -> None:
    image = desk.open()
    before = desk.shown()
    with desk.registry.occupied.importing(desk.project.id):
        desk.wish(DeleteShapes((desk.kept(image)[0].id,)))
        assert desk.shown() == []
        desk.idle()
    assert [(message.code, message.hint) for message in desk.messages] == [("E-432", "Wait until the import finishes.")]
    assert desk.shown() == before


def test_a_class_is_made_by_typing_it_and_chosen_for_what_comes(desk: Desk) -> None:
    image = desk.open()
    desk.wish(AddShapes((Box(100, 70, 160, 120),), (ClassWish(name="seal"),)))
    desk.idle()
    names = {one.id: one.name for one in desk.projects.list_categories(desk.project.id)}
    assert [names[one.category] for one in desk.kept(image)[1:]] == ["seal"]
    assert desk.page.edit_bar.classes.name_of(desk.page.edit_bar.classes.current) == "seal"
    desk.undo.undo()
    desk.undo.undo()
    desk.idle()
    assert "seal" not in {one.name for one in desk.projects.list_categories(desk.project.id)}, "nor is the class"
    assert desk.undo.redo_text == 'adding the class "seal"'
    desk.undo.redo()
    desk.undo.redo()
    desk.idle()
    assert len(desk.kept(image)) == 2
    assert [message.text for message in desk.messages] == ['"seal" is a new class.']


def test_a_class_with_a_name_that_cannot_be_had_is_refused(desk: Desk) -> None:
    image = desk.open()
    before = desk.kept(image)
    desk.wish(AddShapes((Box(100, 70, 160, 120),), (ClassWish(name="x" * 1001),)))
    desk.idle()
    assert ["at most 1000 characters" in message.text for message in desk.messages] == [True]
    assert (desk.kept(image), desk.undo.undo_text) == (before, "")


@pytest.mark.parametrize("way", ["next", "back"])
def test_what_the_arrow_keys_moved_is_kept_when_the_page_is_turned_at_once(desk: Desk, qtbot: QtBot, way: str) -> None:
    image = desk.open()
    (known,) = desk.kept(image)
    desk.page.editing.use(Tool.SELECT)
    desk.page.canvas.select_all()
    qtbot.keyClick(desk.page.canvas, Qt.Key.Key_Right)
    if way == "next":
        desk.page.step_requested.emit(1)
    else:
        desk.page.back_requested.emit()
    desk.idle()
    assert desk.messages == []
    (moved,) = desk.kept(image)
    assert moved.geometry != known.geometry
    assert desk.undo.undo_text == "moving a shape"


def test_nothing_there_is_said_and_taken_back(desk: Desk) -> None:
    image = desk.open(7)
    marked = bool(desk.kept(image))
    desk.page.editing.mark_empty()
    desk.idle()
    assert bool(desk.kept(image)) is not marked
    assert desk.page.edit_bar.is_marked is not marked
    desk.page.editing.mark_empty()
    desk.idle()
    assert bool(desk.kept(image)) is marked


def test_the_next_image_without_annotations_is_shown(desk: Desk) -> None:
    image = desk.open(5)
    assert desk.kept(image)
    seen = {one.id: one.revision for one in desk.projects.get_images(desk.ids)}
    desk.service.delete([one.id for one in desk.kept(desk.ids[6])], seen=seen)
    desk.page.editing.unlabelled_requested.emit(1)
    desk.qtbot.waitUntil(lambda: desk.viewer.current_image == desk.ids[6])
    desk.idle()
    seen = {one.id: one.revision for one in desk.projects.get_images(desk.ids)}
    if not desk.kept(desk.ids[7]):
        desk.service.set_without_concept([desk.ids[7]], seen=seen, author="Ada")
    desk.page.editing.unlabelled_requested.emit(1)
    desk.qtbot.waitUntil(lambda: bool(desk.messages))
    assert [message.text for message in desk.messages] == [NO_MORE]


def test_the_mouse_draws_what_the_registry_keeps(desk: Desk, qtbot: QtBot) -> None:
    image = desk.open()
    desk.page.edit_bar.classes.set_current(desk.page._categories[1].id)
    qtbot.keyClick(desk.page.canvas, Qt.Key.Key_B)
    assert desk.page.canvas.tool is Tool.BOX
    at = [desk.page.canvas.view.to_view(*point) for point in ((100, 70), (180, 130))]
    for x, y in at:
        qtbot.mouseClick(desk.page.canvas, Qt.MouseButton.LeftButton, pos=_point(x, y))
    desk.idle()
    (_, drawn) = desk.kept(image)
    assert isinstance(drawn.geometry, Box)
    assert (round(drawn.geometry.x0), round(drawn.geometry.y1)) == (100, 130)


def test_of_a_picture_that_is_stored_lying_the_upright_image_is_drawn_on(
    qtbot: QtBot, browse_registry: Registry, browse_projects: ProjectService, browse_jobs: JobRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "lying"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 120), "teal").save(folder / "a.jpg", exif=exif)
    report = ImportService(browse_registry).commit(ImportSource(folder), project_name="Lying")
    desk = Desk(qtbot, browse_registry, browse_projects, browse_jobs, browse_projects.get_project(report.project))
    CategoryService(browse_registry).add(report.project, "seal")
    image = desk.open()
    assert desk.page.canvas.image_size() == (120, 200)
    desk.page.canvas.setFocus()
    qtbot.keyClick(desk.page.canvas, Qt.Key.Key_B)
    for point in ((20, 150), (100, 190)):
        qtbot.mouseClick(
            desk.page.canvas, Qt.MouseButton.LeftButton, pos=_point(*desk.page.canvas.view.to_view(*point))
        )
    desk.idle()
    (drawn,) = desk.kept(image)
    assert isinstance(drawn.geometry, Box)
    assert [round(value) for value in (drawn.geometry.x0, drawn.geometry.y0, drawn.geometry.y1)] == [20, 150, 190]
    assert desk.messages == []


def _point(x: float, y: float):
    from PySide6.QtCore import QPoint

    return QPoint(round(x), round(y))
