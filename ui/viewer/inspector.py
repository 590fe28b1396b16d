"""Facts in two columns: of the selected object, and of the image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, ImageState, Source
from core.domain.rotated import rotated_rectangle
from ui.viewer.layers import is_negative
from ui.viewer.overlays import OverlayObject
from ui.widgets.formatting import count, moment, size
from ui.widgets.labels import label

ORIENTATIONS = {
    2: "mirrored",
    3: "turned by 180°",
    4: "mirrored, turned by 180°",
    5: "mirrored, turned by 90°",
    6: "turned by 90° to the right",
    7: "mirrored, turned by 90°",
    8: "turned by 90° to the left",
}


class FactTable(QWidget):
    """Names at the left, values at the right; values can be selected and copied."""

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = label(empty_text, "muted", wrap=True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        # The same in every table, so that the values of two tables one above the other stand in a line.
        self._grid.setColumnMinimumWidth(0, self.fontMetrics().horizontalAdvance("Confidence"))
        self._grid.addWidget(self._empty, 0, 0, 1, 2)
        self._rows: list[tuple[QLabel, QLabel]] = []

    def set_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        while len(self._rows) < len(facts):
            self._add_row()
        for number, (name, value) in enumerate(self._rows):
            is_used = number < len(facts)
            name.setText(facts[number][0] if is_used else "")
            value.setText(facts[number][1] if is_used else "")
            name.setVisible(is_used)
            value.setVisible(is_used)
        self._empty.setVisible(not facts)

    def facts(self) -> list[tuple[str, str]]:
        return [(name.text(), value.text()) for name, value in self._rows if name.text()]

    def _add_row(self) -> None:
        name = label("", "muted")
        value = label("", wrap=True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = len(self._rows) + 1
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._rows.append((name, value))


def object_facts(one: OverlayObject, image_area: float) -> list[tuple[str, str]]:
    """What the inspector says of an object, in words."""
    facts = [("Class", one.title), *_text_facts(one.details), ("Shape", shape_words(one))]
    if not one.is_whole_image:
        facts.append(("Position", _position(one.bounds)))
        facts.append(("Size", _extent(one.bounds)))
        share = f" ({100 * one.area / image_area:.1f} % of the image)" if image_area > 0 else ""
        facts.append(("Area", f"{_number(one.area)} px²{share}"))
    facts.append(("Source", one.author or _source(one.source)))
    if one.person:
        facts.append(("Author", shown(one.person)))
    if one.edited_at is not None:
        facts.append(("Changed", moment(one.edited_at)))
    if one.confidence is not None:
        facts.append(("Confidence", f"{one.confidence:.2f}"))
    if one.is_crowd:
        facts.append(("Crowd", "Marks a group; never counted as missed"))
    return [*facts, *_file_facts(one.details)]


def facts_of_several(objects: Sequence[OverlayObject]) -> list[tuple[str, str]]:
    """What the inspector says of shapes that are selected together: how many, and of which classes."""
    by_class = Counter(one.title for one in objects)
    classes = ", ".join(f"{name} ({count(n)})" for name, n in by_class.most_common())
    return [("Selected", f"{count(len(objects))} shapes"), ("Classes" if len(by_class) > 1 else "Class", classes)]


def origin(one: OverlayObject) -> str:
    """Who made it, and when, in a line: "A person: Ada, 28 Nov 2026 20:29"."""
    made = one.author or _source(one.source)
    details = ", ".join(text for text in (shown(one.person), moment(one.edited_at) if one.edited_at else "") if text)
    return f"{made}: {details}" if details else made


def _text_facts(details: AnnotationDetails | None) -> list[tuple[str, str]]:
    """What a line says, and of what type its file says that it is."""
    if details is None:
        return []
    text = " ".join((details.text or "").split())
    return _stated((("Text", text), ("Type", details.get("type") or details.get("label") or "")))


def _file_facts(details: AnnotationDetails | None) -> list[tuple[str, str]]:
    """Its id in the file that it came from, and that of the zone that it lies in."""
    if details is None:
        return []
    baseline = "Derived from the outline" if details.is_baseline_derived else ""
    return _stated((("Baseline", baseline), ("Id", details.stated_id), ("Lies in", details.parent)))


def _stated(facts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, shown(value)) for name, value in facts if value]


def image_facts(annotated: AnnotatedImage) -> list[tuple[str, str]]:
    """What the side panel says of the image's file."""
    record = annotated.image
    facts = [
        ("Name", shown(record.name)),
        ("Folder", shown(record.folder) or "Top folder"),
        ("Size", f"{_number(record.width)} × {_number(record.height)} px"),
        ("File", size(record.n_bytes)),
    ]
    if any(is_negative(annotation) for annotation in annotated.annotations):
        facts.append(("Ground truth", "Looked at: nothing to find"))
    if annotated.tags:
        facts.append(("Tags", ", ".join(annotated.tags)))
    note = ORIENTATIONS.get(record.orientation)
    if note:
        facts.append(("Rotation", f"Stored {note} (EXIF {record.orientation}), shown upright"))
    if record.state != ImageState.OK:
        facts.append(("State", shown(record.damage) or str(record.state).capitalize()))
    return facts


def shape_words(one: OverlayObject) -> str:
    """ "Box", "Polygon, 12 points"."""
    if one.is_whole_image:
        return "Whole image"
    if not one.rings:
        return "Box"
    rotated = rotated_rectangle(Polygon(one.rings))
    if rotated is not None and round(rotated.angle_degrees) % 90:
        return f"Oriented box, {round(rotated.angle_degrees)}°"
    n_points = sum(len(ring) // 2 for ring in one.rings)
    parts = f", {len(one.rings)} parts" if len(one.rings) > 1 else ""
    return f"Polygon, {n_points} points{parts}"


def _source(source: Source) -> str:
    return {Source.HUMAN: "A person", Source.IMPORT: "Import", Source.MODEL: "Model version"}[source]


def _position(box: Box) -> str:
    return f"left {_number(box.x0)}, top {_number(box.y0)} px"


def _extent(box: Box) -> str:
    return f"{_number(box.width)} × {_number(box.height)} px"


def _number(value: float) -> str:
    return count(round(value))
