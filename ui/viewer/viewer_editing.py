"""Editing in the viewer: what canvas, tools and panel say becomes wishes, and what is pending is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId
from core.domain.projects import AnnotatedImage, Category
from ui.viewer.class_chooser import MAX_KEYS
from ui.viewer.drawing import Tool
from ui.viewer.edit_bar import HINTS, NOTHING_DRAWN, EditBar
from ui.viewer.editing_canvas import EditingCanvas
from ui.viewer.grips import rounded
from ui.viewer.layers import is_negative
from ui.viewer.shape_editing import Shape, moved
from ui.viewer.wishes import AddShapes, ClassWish, DeleteShapes, EditWish, MarkEmpty, Reclassify, ReshapeShapes

ASK_CLASS = "Which class? Choose or type one, then Enter."
NOT_SEEN = "The image is not shown: nothing on it is changed."
DUPLICATE_PX = 10.0

__all__ = ["MAX_KEYS", "ViewerEditing"]


class ViewerEditing(QObject):
    wished = Signal(object)  # EditWish
    unlabelled_requested = Signal(int)
    editing_changed = Signal(bool)

    def __init__(self, canvas: EditingCanvas, bar: EditBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._bar = bar
        self._annotated: AnnotatedImage | None = None
        self._unnamed: Shape | None = None
        self._last_tool = Tool.SELECT
        bar.hide()
        bar.tool_requested.connect(self.use)
        bar.duplication_requested.connect(self.duplicate)
        bar.deletion_requested.connect(canvas.delete_selected)
        bar.marking_requested.connect(self.mark_empty)
        bar.unlabelled_requested.connect(self.unlabelled_requested)
        bar.done_requested.connect(self.stop)
        bar.classes.chosen.connect(self._choose_class)
        bar.classes.left.connect(self._leave_classes)
        canvas.tool_changed.connect(self._tool_was_set)
        canvas.shape_drawn.connect(self._add)
        canvas.shapes_changed.connect(lambda shapes: self._wish(ReshapeShapes(shapes)))
        canvas.deletion_requested.connect(lambda keys: self._wish(DeleteShapes(keys)))
        canvas.selection_changed.connect(self.selection_was_set)
        canvas.told.connect(bar.set_hint)

    @property
    def is_editing(self) -> bool:
        return self._canvas.is_editing

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._bar.classes.set_categories(categories)

    def set_annotated(self, annotated: AnnotatedImage | None) -> None:
        """As it is shown, with what is pending."""
        self._annotated = annotated
        annotations = annotated.annotations if annotated is not None else ()
        is_marked = any(is_negative(one) for one in annotations)
        self._bar.set_marked(is_marked, can_be=annotated is not None and not annotations)
        if self._bar.hint in (HINTS[Tool.SELECT], NOTHING_DRAWN):
            self._restore_hint()

    def turn(self) -> None:
        """Another image is about to be on the page: what the arrow keys moved is handed on, what is drawn given up."""
        self._canvas.settle()
        self._canvas.cancel()
        self._unnamed = None

    def toggle(self) -> None:
        if self.is_editing:
            self.stop()
        else:
            self.use(Tool.SELECT)

    def stop(self) -> None:
        self._unnamed = None
        self._canvas.set_tool(None)
        self._canvas.setFocus()

    def use(self, tool: Tool) -> None:
        self._unnamed = None
        self._canvas.set_tool(tool)
        self._canvas.setFocus()

    def ask_class(self) -> None:
        if not self.is_editing:
            self.use(Tool.SELECT)
        self._bar.classes.ask()

    @property
    def has_selection(self) -> bool:
        """Whether there is what another class can be given."""
        return self.is_editing and bool(self._canvas.selected_objects())

    def choose_class(self, number: int) -> None:
        """By its place in the list, from 0."""
        if self.is_editing:
            self._bar.classes.choose_number(number)

    def duplicate(self) -> None:
        """The selected shapes again, a little aside."""
        size = self._canvas.image_size()
        found = [one for one in self._canvas.selected_objects() if not one.is_whole_image and one.category is not None]
        if not self.is_editing or not found or size is None:
            return
        shapes, classes = [], []
        for one in found:
            shape = Polygon(one.rings) if one.rings else one.bounds
            shapes.append(rounded(moved(shape, DUPLICATE_PX, DUPLICATE_PX, *size)))
            classes.append(ClassWish(one.category))
        self._wish(AddShapes(tuple(shapes), tuple(classes)))

    def mark_empty(self) -> None:
        """Nothing is to be found on the image, or that was said too early."""
        if self._annotated is None:
            return
        marker = next((one.id for one in self._annotated.annotations if is_negative(one)), None)
        self._wish(MarkEmpty(marker))

    def give_up(self) -> bool:
        """What is being drawn or moved, and not yet handed on; False when there is nothing of the kind."""
        if self._unnamed is None and not self._canvas.cancel():
            return False
        self._drop_unnamed()
        return True

    def escape(self) -> bool:
        """One step back: the shape, the selection, the tool, then editing itself; False when there is none."""
        if self.give_up():
            return True
        if self._canvas.selected is not None:
            self._canvas.select(None)
        elif self._canvas.tool is not None and self._canvas.tool.draws:
            self.use(Tool.SELECT)
        elif self.is_editing:
            self.stop()
        else:
            return False
        return True

    def selection_was_set(self) -> None:
        found = self._canvas.selected_objects()
        self._bar.set_selection(len(found) if self.is_editing else 0)
        if self.is_editing and len(found) == 1 and found[0].category is not None:
            self._bar.classes.set_current(found[0].category)

    # --- parts -------------------------------------------------------------------------------------------------

    def _wish(self, wish: EditWish) -> None:
        """Nothing is changed on an image that cannot be seen; its file may be missing."""
        if self._canvas.image_size() is None:
            self._bar.set_hint(self.tr(NOT_SEEN))
        else:
            self.wished.emit(wish)

    def _tool_was_set(self, tool: Tool | None) -> None:
        self._bar.set_tool(tool)
        self._restore_hint()
        self._bar.setVisible(tool is not None)
        self.selection_was_set()
        self.editing_changed.emit(tool is not None)

    def _add(self, shape: Box | Polygon) -> None:
        current = self._bar.classes.current
        if current is not None:
            self._wish(AddShapes((shape,), (ClassWish(current),)))
            return
        self._unnamed = shape
        self._canvas.set_waiting(shape)
        self._bar.set_hint(self.tr(ASK_CLASS))
        self._bar.classes.ask()

    def _choose_class(self, wanted: ClassWish) -> None:
        unnamed, self._unnamed = self._unnamed, None
        self._canvas.set_waiting(None)
        selected = self._canvas.selected_objects()
        changed = tuple(AnnotationId(one.key) for one in selected if wanted.id is None or one.category != wanted.id)
        if unnamed is not None:
            self._wish(AddShapes((unnamed,), (wanted,)))
        elif changed:
            self._wish(Reclassify(changed, wanted))
        elif wanted.id is None:
            self._wish(AddShapes((), (wanted,)))  # a class for what will be drawn
        self._restore_hint()
        self._canvas.setFocus()

    def class_was_made(self, category: CategoryId) -> None:
        """That had been typed: what is drawn next is of it."""
        self._bar.classes.set_current(category)

    def _leave_classes(self) -> None:
        self._drop_unnamed()
        self._canvas.setFocus()

    def _drop_unnamed(self) -> None:
        self._unnamed = None
        self._canvas.set_waiting(None)
        self._restore_hint()

    def _restore_hint(self) -> None:
        tool = self._canvas.tool
        has_shapes = self._annotated is not None and any(
            one.geometry is not None for one in self._annotated.annotations
        )
        is_bare = tool is Tool.SELECT and self._annotated is not None and not has_shapes
        self._bar.set_hint(NOTHING_DRAWN if is_bare else HINTS[tool] if tool is not None else "")
