"""One image with its ground truth, and the way to its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from core.domain.ids import AnnotationId, ImageId
from core.domain.judgements import ModelAnnotation
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Category, Source
from ui.icons import icon
from ui.viewer import viewer_keys
from ui.viewer.drawing import Tool
from ui.viewer.edit_bar import EditBar
from ui.viewer.editing_canvas import EditingCanvas
from ui.viewer.layers import accepted_layer
from ui.viewer.looks import PREDICTION_LOOK
from ui.viewer.overlays import OverlayKind, OverlayLayer, OverlayObject
from ui.viewer.picture import Picture
from ui.viewer.provisional import PendingEdit, provisional, provisional_models
from ui.viewer.side_panel import ViewerSidePanel
from ui.viewer.truth_layers import TruthLayers
from ui.viewer.viewer_editing import ViewerEditing
from ui.viewer.wishes import AddShapes, DeleteShapes, EditWish, Reclassify
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, percent, size
from ui.widgets.labels import label
from ui.widgets.page_header import PageHeader

LOADING_DELAY_MS = 150  # a shorter wait is not worth a word


class ViewerPage(QWidget):
    """Setters: `show_image`, `set_position`, `set_annotated`, `set_accepted`, `set_picture`, `show_problem`,
    `set_categories`, `set_pending`. What is to be edited is wished by `editing`."""

    back_requested = Signal()
    step_requested = Signal(int)  # -1 = previous image, 1 = next
    jump_requested = Signal(int)  # position in the list, from 0; -1 = the last
    retry_requested = Signal()
    save_requested = Signal()  # the view as a picture

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self._annotated: AnnotatedImage | None = None
        self._accepted: tuple[ModelAnnotation, ...] = ()
        self._pending: tuple[PendingEdit, ...] = ()
        self._truth = TruthLayers()
        self._header = PageHeader("", back=self.tr("Back to the images (Esc)"))
        self._position = label("", "muted")
        self._position.setAccessibleName(self.tr("Position in the list"))
        self._zoom = label("", "muted")
        self._zoom.setMinimumWidth(56)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setAccessibleName(self.tr("Zoom"))
        self.canvas = EditingCanvas()
        self.edit_bar = EditBar()
        self.editing = ViewerEditing(self.canvas, self.edit_bar, self)
        self.side_panel = ViewerSidePanel()
        self._problem = EmptyState("triangle-alert", "", "", self.tr("Try again"))
        self._loading = EmptyState("loader", self.tr("Loading…"), "")
        self._stack = QStackedWidget()
        for widget in (self.canvas, self._loading, self._problem):
            self._stack.addWidget(widget)
        self._loading_timer = QTimer(self)
        self._loading_timer.setSingleShot(True)
        self._loading_timer.setInterval(LOADING_DELAY_MS)
        self._build()
        self._connect()
        self._add_shortcuts()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _build(self) -> None:
        self._previous = self._button("chevron-left", self.tr("Previous image (Left)"), lambda: self._step(-1))
        self._next = self._button("chevron-right", self.tr("Next image (Right)"), lambda: self._step(1))
        zoom_row = (
            self._button("zoom-out", self.tr("Zoom out (-)"), self.canvas.zoom_out),
            self._zoom,
            self._button("zoom-in", self.tr("Zoom in (+)"), self.canvas.zoom_in),
            self._button("maximize", self.tr("Fit into the window (F)"), self.canvas.fit),
            self._button("", self.tr("Actual size (0)"), self.canvas.show_actual_size),
        )
        self._edit = self._button("pencil", self.tr("Edit the annotations (E)"), self.editing.toggle)
        self._edit.setCheckable(True)
        save = self._button("save", self.tr("Save this view as a picture… (S)"), self._save)
        for widget in (self._previous, self._position, self._next):
            self._header.add_widget(widget)
        self._header.add_widget(_gap())
        zoom_row[-1].setText("1:1")
        for widget in zoom_row:
            self._header.add_widget(widget)
        self._header.add_widget(_gap())
        self._header.add_widget(self._edit)
        self._header.add_widget(save)
        self.side_panel.setMinimumWidth(240)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._stack)
        splitter.addWidget(self.side_panel)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([1000, 288])
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self.edit_bar)
        column.addWidget(splitter, 1)

    def _button(self, icon_name: str, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        if icon_name:
            button.setIcon(icon(icon_name))
        button.setIconSize(QSize(18, 18))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        # Clicks leave the focus on the image, so that its keys go on working.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: slot())
        return button

    def _connect(self) -> None:
        self._header.back_requested.connect(self.back_requested)
        self._problem.action_requested.connect(self.retry_requested)
        self._loading_timer.timeout.connect(self._show_loading)
        self.canvas.zoom_changed.connect(lambda zoom: self._zoom.setText(percent(zoom)))
        self.canvas.object_selected.connect(self._show_selection)
        self.canvas.selection_changed.connect(self._show_selected)
        self.side_panel.annotations.chosen.connect(self.canvas.select_objects)
        self.side_panel.hidden_changed.connect(self.canvas.set_hidden_categories)
        self.side_panel.layer_toggled.connect(self.canvas.set_layer_shown)
        self.side_panel.accepted_toggled.connect(lambda _: self._set_looks())
        self.side_panel.look_changed.connect(lambda _: self._set_looks())
        self.editing.editing_changed.connect(self._edit.setChecked)
        self.editing.wished.connect(self._reveal)
        self._set_looks()

    def _set_looks(self) -> None:
        look, panel = self.side_panel.look(), self.side_panel
        self.canvas.set_look(look)
        accepted = replace(PREDICTION_LOOK, has_labels=look.has_labels, is_shown=panel.is_accepted_shown)
        self.canvas.set_look(accepted, OverlayKind.PREDICTIONS_A)

    def _add_shortcuts(self) -> None:
        panel, canvas = self.side_panel, self.canvas
        handlers: dict[str, Callable[[], object]] = {
            viewer_keys.PREVIOUS: lambda: self._step(-1),
            viewer_keys.NEXT: lambda: self._step(1),
            viewer_keys.FIRST: lambda: self.jump_requested.emit(0),
            viewer_keys.LAST: lambda: self.jump_requested.emit(-1),
            viewer_keys.FIT: canvas.fit,
            viewer_keys.ACTUAL_SIZE: canvas.show_actual_size,
            viewer_keys.ZOOM_IN: canvas.zoom_in,
            viewer_keys.ZOOM_OUT: canvas.zoom_out,
            viewer_keys.LABELS: panel.toggle_labels,
            viewer_keys.LAYER: panel.toggle_layer,
            viewer_keys.ACCEPTED: panel.toggle_accepted,
            viewer_keys.NEXT_SHAPE: lambda: canvas.select_next(1),
            viewer_keys.PREVIOUS_SHAPE: lambda: canvas.select_next(-1),
            viewer_keys.SAVE: self._save,
            viewer_keys.LEAVE: self._escape,
            viewer_keys.TAKE_AWAY: self._take_away,
            viewer_keys.EDIT: self.editing.toggle,
            viewer_keys.SELECT: lambda: self.editing.use(Tool.SELECT),
            viewer_keys.BOX: lambda: self.editing.use(Tool.BOX),
            viewer_keys.ORIENTED: lambda: self.editing.use(Tool.ORIENTED),
            viewer_keys.POLYGON: lambda: self.editing.use(Tool.POLYGON),
            viewer_keys.CHOOSE_CLASS: self.editing.ask_class,
            viewer_keys.DUPLICATE: self.editing.duplicate,
            viewer_keys.ALL: lambda: canvas.select_all() if canvas.is_editing else None,
            viewer_keys.NEXT_GRIP: lambda: canvas.choose_grip(1),
            viewer_keys.PREVIOUS_GRIP: lambda: canvas.choose_grip(-1),
            viewer_keys.EMPTY: self.editing.mark_empty,
            viewer_keys.UNLABELLED: lambda: self.editing.unlabelled_requested.emit(1),
            viewer_keys.UNLABELLED_BEFORE: lambda: self.editing.unlabelled_requested.emit(-1),
        }
        for row in viewer_keys.VIEWER_KEYS:
            for number, key in enumerate(row.keys):
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                if row.id == viewer_keys.CLASS:
                    shortcut.activated.connect(lambda number=number: self._take_digit(number))
                elif row.id == viewer_keys.CLASS_NUMBER:
                    shortcut.activated.connect(lambda number=number: self.editing.choose_class(number))
                else:
                    shortcut.activated.connect(handlers[row.id])

    def _take_digit(self, number: int) -> None:
        """The class at a place of the list, from 0: given to what is selected while editing, else shown or hidden."""
        if self.editing.has_selection:
            self.editing.choose_class(number)
        else:
            self.side_panel.categories.toggle(number)

    # Setters

    def set_categories(self, categories: Sequence[Category]) -> None:
        """The project's classes; kept classes stay shown or hidden as they were."""
        self._categories = tuple(categories)
        self.editing.set_categories(self._categories)
        self._refresh_layer()

    def set_pending(self, edits: Sequence[PendingEdit]) -> None:
        """What was done to images and is not in what was read of them yet."""
        self._pending = tuple(edits)
        self._refresh_layer()

    def set_position(self, position: int, total: int) -> None:
        """`position` counts from 0."""
        text = self.tr("{n} of {total}").format(n=count(position + 1), total=count(total)) if total else ""
        self._position.setText(text)
        self._previous.setEnabled(position > 0)
        self._next.setEnabled(position + 1 < total)

    def show_image(self, image: ImageId, name: str) -> None:
        """Turn to another image whose record and picture follow."""
        self.editing.turn()
        self._annotated, self._accepted = None, ()
        self._header.set_title(shown(name), " ")
        self.canvas.setAccessibleName(self.tr("Image {name}").format(name=shown(name)))
        self.canvas.set_layer(None)
        self.canvas.set_picture(None)
        self.side_panel.set_image(None)
        self.side_panel.set_accepted(0)
        self._stack.setCurrentWidget(self.canvas)
        self._focus_shown()
        self._loading_timer.start()

    def set_annotated(self, annotated: AnnotatedImage) -> None:
        self._annotated = annotated
        record = annotated.image
        folder = shown(record.folder)
        tags = ", ".join(annotated.tags)
        facts = [folder, f"{count(record.width)} × {count(record.height)} px", size(record.n_bytes), tags]
        self._header.set_title(shown(record.name), "  ·  ".join(fact for fact in facts if fact))
        self.canvas.setAccessibleName(self.tr("Image {name}").format(name=shown(record.name)))
        self.side_panel.set_image(annotated)
        self._refresh_layer()

    def set_accepted(self, accepted: Sequence[ModelAnnotation]) -> None:
        """What models made of the annotations of the image on the page."""
        if tuple(accepted) != self._accepted:
            self._accepted = tuple(accepted)
            self._refresh_layer()

    def set_picture(self, picture: Picture) -> None:
        """A first, smaller picture, or the full one after it."""
        self._loading_timer.stop()
        self._stack.setCurrentWidget(self.canvas)
        self._focus_shown()
        self.canvas.set_picture(picture)

    def show_problem(self, message: UserMessage) -> None:
        """The image cannot be shown; why, and what to do."""
        self._loading_timer.stop()
        self._problem.set_content("triangle-alert", message.text, message.hint, self.tr("Try again"))
        self._stack.setCurrentWidget(self._problem)
        self._focus_shown()

    @property
    def image_name(self) -> str:
        """Of the image on the page; "" before it is known."""
        return self._annotated.image.name if self._annotated is not None else ""

    @property
    def is_showing_problem(self) -> bool:
        return self._stack.currentWidget() is self._problem

    def _refresh_layer(self) -> None:
        layer: OverlayLayer | None = None
        annotated, accepted = self._annotated, self._accepted
        if annotated is not None:
            accepted = provisional_models(accepted, annotated, self._pending)
            annotated = provisional(annotated, self._pending)
            layer = self._truth.layer(annotated, self._categories)
        self.editing.set_annotated(annotated)
        counts = layer.counts() if layer else {}
        self.side_panel.set_categories(self._categories, {key: n for key, n in counts.items() if key is not None})
        layers = [layer] if layer else []
        if layer is not None and accepted:
            layers.append(accepted_layer(accepted, self._categories))
        self.side_panel.set_accepted(len(accepted))
        self.side_panel.set_layers(layers)
        self.canvas.set_layers(layers)

    def _show_selected(self) -> None:
        """In the list, and in words: of several how many they are."""
        found = self.canvas.selected_objects()
        self.side_panel.annotations.set_selected(found)
        if len(found) > 1:
            self.side_panel.set_selected_together(found)
            self._speak_of_selection()
        else:
            self._show_selection(found[0] if found else None)

    def _show_selection(self, one: OverlayObject | None) -> None:
        record = self._annotated.image if self._annotated else None
        self.side_panel.set_selection(one, float(record.width * record.height) if record else 0.0)
        self._speak_of_selection()

    def _speak_of_selection(self) -> None:
        self.canvas.setAccessibleDescription(
            ". ".join(f"{name}: {value}" for name, value in self.side_panel.selection_facts())
        )

    def _reveal(self, wish: EditWish) -> None:
        """What was drawn, or given a class, is seen, also where its class or the ground truth was hidden."""
        wanted = wish.classes if isinstance(wish, AddShapes) else (wish.wanted,) if isinstance(wish, Reclassify) else ()
        hidden = self.side_panel.categories.hidden
        shown = {one.id for one in wanted if one.id is not None}
        if hidden & shown:
            self.side_panel.categories.set_hidden(hidden - shown)
        if wanted and not self.side_panel.is_layer_shown:
            self.side_panel.toggle_layer()

    def _show_loading(self) -> None:
        self._stack.setCurrentWidget(self._loading)
        self._focus_shown()

    def _step(self, step: int) -> None:
        if (self._previous if step < 0 else self._next).isEnabled():
            self.step_requested.emit(step)

    def _save(self) -> None:
        if self._stack.currentWidget() is self.canvas and self.canvas.picture is not None:
            self.save_requested.emit()

    def _take_away(self) -> None:
        """What is selected; while nothing is edited only what a model made: ground truth is not touched by mistake."""
        one = self.canvas.selected
        if self.canvas.is_editing:
            self.canvas.delete_selected()
        elif one is not None and one.source == Source.MODEL:
            self.editing.wished.emit(DeleteShapes((AnnotationId(one.key),)))

    def _escape(self) -> None:
        if self.editing.escape():
            return
        if self.canvas.selected is not None:
            self.canvas.select(None)
        else:
            self.back_requested.emit()

    def _focus_shown(self) -> None:
        """Keep the keyboard on what is shown, so that the keys work on a problem as on a picture."""
        focused = QApplication.focusWidget()
        if focused is None or focused in (self, self.canvas) or not self.isAncestorOf(focused):
            (self.canvas if self._stack.currentWidget() is self.canvas else self).setFocus()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_shown()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._loading_timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self.canvas.set_layer_shown(False)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self.canvas.set_layer_shown(self.side_panel.is_layer_shown)
        else:
            super().keyReleaseEvent(event)


def _gap() -> QWidget:
    gap = QWidget()
    gap.setFixedWidth(12)
    return gap
