"""The viewer's right side: classes, how the ground truth shows, what is selected, facts of the image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QSlider, QToolButton, QVBoxLayout, QWidget

from core.domain.ids import CategoryId
from core.domain.projects import AnnotatedImage, Category
from ui.viewer.annotation_list import AnnotationList
from ui.viewer.category_list import CategoryList
from ui.viewer.inspector import FactTable, facts_of_several, image_facts, object_facts
from ui.viewer.looks import OverlayLook
from ui.viewer.overlays import OverlayLayer, OverlayObject
from ui.widgets.formatting import count, percent
from ui.widgets.labels import label

MAX_LIST_ROWS = 12
MAX_ANNOTATIONS_SHOWN = 8


class ViewerSidePanel(QFrame):
    hidden_changed = Signal(object)  # frozenset[CategoryId]
    look_changed = Signal(object)  # OverlayLook
    layer_toggled = Signal(bool)
    accepted_toggled = Signal(bool)  # annotations made by models

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewerSidePanel")
        self.categories = CategoryList(has_keys=True)
        self.categories.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.categories.setToolTip(self.tr("Show or hide a class: click its box, or press its number"))
        self._class_buttons: list[QToolButton] = []
        self._ground_truth = _check(self.tr("&Ground truth"), self.tr("Show the ground truth (G; hold H to hide)"))
        self._ground_truth.setChecked(True)
        self._labels = _check(self.tr("&Labels"), self.tr("Write the class beside each shape (L)"))
        self._accepted = _check("", self.tr("Show what people accepted among predictions (M): no ground truth"))
        self._accepted.setChecked(True)
        self._accepted.setAccessibleName(self.tr("Show annotations made by models"))
        self._accepted.hide()
        self._opacity = _slider(self.tr("Opacity of the ground truth"), 100)
        self._opacity_value = label("", "muted")
        self._fill = _slider(self.tr("Fill of the ground truth"), 16)
        self._fill_value = label("", "muted")
        self.annotations = AnnotationList()
        self._annotations_heading = label(self.tr("Annotations"), "heading")
        self._selection = FactTable(self.tr("Click a shape, or press N for the next one."))
        self._image = FactTable()
        self._build()
        self.categories.hidden_changed.connect(self.hidden_changed)
        self._ground_truth.toggled.connect(self.layer_toggled)
        self._accepted.toggled.connect(self.accepted_toggled)
        self._labels.toggled.connect(self._announce_look)
        self._opacity.valueChanged.connect(self._announce_look)
        self._fill.valueChanged.connect(self._announce_look)
        self._announce_look()

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        column.addLayout(self._class_heading())
        column.addWidget(self.categories)
        column.addSpacing(10)
        column.addWidget(label(self.tr("Drawing"), "heading"))
        row = QHBoxLayout()
        row.addWidget(self._ground_truth)
        row.addStretch(1)
        row.addWidget(self._labels)
        column.addLayout(row)
        column.addWidget(self._accepted)
        column.addLayout(_slider_row(self.tr("Opacity"), self._opacity, self._opacity_value))
        column.addLayout(_slider_row(self.tr("Fill"), self._fill, self._fill_value))
        column.addSpacing(10)
        column.addWidget(label(self.tr("Selection"), "heading"))
        column.addWidget(self._selection)
        column.addSpacing(10)
        column.addWidget(self._annotations_heading)
        column.addWidget(self.annotations)
        column.addSpacing(10)
        column.addWidget(label(self.tr("Image"), "heading"))
        column.addWidget(self._image)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _class_heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Classes"), "heading"))
        row.addStretch(1)
        for text, tip, slot in (
            (self.tr("All"), self.tr("Draw all classes"), self.categories.show_all),
            (self.tr("None"), self.tr("Draw no class"), self.categories.hide_all),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(slot)
            button.setEnabled(False)  # until there is a class
            self._class_buttons.append(button)
            row.addWidget(button)
        return row

    def set_categories(self, categories: Sequence[Category], counts: Mapping[CategoryId, int]) -> None:
        self.categories.set_categories(categories, counts)
        for button in self._class_buttons:
            button.setEnabled(bool(categories))
        rows = min(max(len(categories), 1), MAX_LIST_ROWS)
        self.categories.setFixedHeight(rows * self.categories.sizeHintForRow(0) + 2 if categories else 30)

    def set_image(self, annotated: AnnotatedImage | None) -> None:
        self._image.set_facts(image_facts(annotated) if annotated else [])

    def set_selection(self, one: OverlayObject | None, image_area: float) -> None:
        self._selection.set_facts(object_facts(one, image_area) if one else [])

    def set_selected_together(self, objects: Sequence[OverlayObject]) -> None:
        self._selection.set_facts(facts_of_several(objects))

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        """What the list of annotations has."""
        self.annotations.set_layers(layers)
        n = sum(len(layer.objects) for layer in layers)
        self._annotations_heading.setVisible(n > 0)
        self.annotations.setVisible(n > 0)
        rows = min(max(n, 1), MAX_ANNOTATIONS_SHOWN)
        self.annotations.setFixedHeight(rows * max(self.annotations.sizeHintForRow(0), 20) + 4)

    def selection_facts(self) -> list[tuple[str, str]]:
        return self._selection.facts()

    def set_accepted(self, n: int) -> None:
        """How many annotations on the image were made by models."""
        self._accepted.setVisible(n > 0)
        self._accepted.setText(self.tr("&Made by models ({n})").format(n=count(n)))

    def toggle_accepted(self) -> None:
        if not self._accepted.isHidden():
            self._accepted.toggle()

    @property
    def is_accepted_shown(self) -> bool:
        return self._accepted.isChecked()

    def toggle_layer(self) -> None:
        self._ground_truth.toggle()

    @property
    def is_layer_shown(self) -> bool:
        return self._ground_truth.isChecked()

    def toggle_labels(self) -> None:
        self._labels.toggle()

    def look(self) -> OverlayLook:
        return OverlayLook(
            opacity=self._opacity.value() / 100, fill=self._fill.value() / 100, has_labels=self._labels.isChecked()
        )

    def _announce_look(self) -> None:
        self._opacity_value.setText(percent(self._opacity.value() / 100))
        self._fill_value.setText(percent(self._fill.value() / 100))
        self.look_changed.emit(self.look())


def _check(text: str, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box


def _slider(name: str, value: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(value)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    # Clicks leave the focus where it is, so that the arrow keys go on turning pages.
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider


def _slider_row(text: str, slider: QSlider, value: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    name = label(text, "muted")
    name.setMinimumWidth(56)
    value.setMinimumWidth(44)
    row.addWidget(name)
    row.addWidget(slider, 1)
    row.addWidget(value)
    return row
