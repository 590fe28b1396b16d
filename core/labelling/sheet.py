"""What the rows of some images become by an edit. Works on values; the service reads and writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.domain.geometry import Box, Polygon
from core.domain.ids import CategoryId
from core.domain.labelling import NewShape, ShapeEdit
from core.domain.names import shown
from core.domain.projects import Source
from core.errors import NotFoundError, RefusedError
from core.labelling.shapes import CUT, moved_details, taken
from core.registry.stores.details import annotation_details
from core.registry.stores.edits import Rows, Values
from core.registry.stores.image_sheets import WHOLE, Sheet
from core.registry.stores.shapes import Shape, decode, encode

_HUMAN, _MODEL = Source.HUMAN.value, Source.MODEL.value


class Desk:
    """The rows of some images under a person's hands."""

    def __init__(
        self,
        sheets: Mapping[int, Sheet],
        rows: Rows,
        names: Mapping[int, str],
        author: str,
        now: datetime,
        n_shapes: Mapping[int, int],
    ) -> None:
        """`names` are the classes of the project by key; `n_shapes` the shapes of an image that no model made."""
        self.rows = Rows({key: dict(row) for key, row in rows.annotations.items()})
        self.notes: list[str] = []
        self._sheets = sheets
        self._names = names
        self._author = author
        self._now = now
        self._n_shapes = n_shapes

    def add(self, shapes: Iterable[NewShape]) -> None:
        """Raises RefusedError for a class that is gone, and for what is no shape in its image."""
        for shape in shapes:
            image = int(shape.image)
            self._drop_markers(image)
            geometry = self._taken(shape.geometry, image)
            self.rows.new.append(self._made(image, self._class(shape.category), encode(geometry)))

    def change(self, edits: Iterable[ShapeEdit]) -> None:
        """What is as wished already stays unsigned. Raises NotFoundError and RefusedError."""
        for edit in edits:
            row = self._row(int(edit.annotation))
            if edit.category is not None:
                category: int | None = self._class(edit.category)
            else:
                category = row["category_id"]
            shape = Shape(*(row[name] for name in Shape._fields))
            details = row["details"]
            if edit.geometry is not None:
                if shape.kind == WHOLE:
                    raise RefusedError("A label of the whole image has no shape to change.")
                geometry = self._taken(edit.geometry, row["image_id"])
                before = annotation_details(details)
                after = moved_details(before, decode(shape), geometry)
                details = details if after is before or after is None else after.to_text()
                shape = encode(geometry)
            if category == row["category_id"] and shape == Shape(*(row[name] for name in Shape._fields)):
                continue
            row.update(category_id=category, details=details, **shape._asdict())
            self._sign(row)

    def delete(self, annotations: Iterable[int]) -> None:
        """By key. Raises NotFoundError."""
        for key in annotations:
            self._row(key)
            del self.rows.annotations[key]

    def set_whole(self, image: int, categories: Iterable[CategoryId]) -> None:
        """These and no others are the labels of the whole image; what it has of them stays as it is."""
        wanted = dict.fromkeys(map(self._class, categories))
        for row in self._whole(image):
            if row["category_id"] in wanted:
                del wanted[row["category_id"]]
            elif row["category_id"] is not None:
                self.delete([row["id"]])
        if wanted:
            self._drop_markers(image)
        for category in wanted:
            self.rows.new.append(self._made(image, category, encode(None)))

    def set_without_concept(self, image: int) -> None:
        """Somebody looked, and there is nothing to find. Raises RefusedError where there is something."""
        said = self._whole(image)
        n = sum(not _is_marker(row) for row in said) + self._n_shapes.get(image, 0)
        if n:
            text = "an annotation" if n == 1 else f"{n:,} annotations"
            raise RefusedError(
                f'"{shown(self._sheets[image].path)}" has {text}: it cannot be marked as having nothing to find.',
                hint="Delete what is wrong on it first.",
            )
        if not said:
            self.rows.new.append(self._made(image, None, encode(None)))

    # --- parts -------------------------------------------------------------------------------------------------

    def _taken(self, geometry: Box | Polygon, image: int) -> Box | Polygon:
        sheet = self._sheets[image]
        found, was_cut = taken(geometry, sheet.width, sheet.height, sheet.path)
        if was_cut:
            self.notes.append(CUT.format(image=shown(sheet.path)))
        return found

    def _class(self, category: CategoryId) -> int:
        if int(category) not in self._names:
            raise RefusedError("The class is not in the project any more.", hint="Choose another one.")
        return int(category)

    def _row(self, key: int) -> Values:
        if key not in self.rows.annotations:
            raise NotFoundError("The annotation is not there any more.", hint="Look at the image as it is now.")
        return self.rows.annotations[key]

    def _whole(self, image: int) -> list[Values]:
        rows = self.rows.annotations.values()
        return [r for r in rows if r["image_id"] == image and r["kind"] == WHOLE and r["source"] != _MODEL]

    def _drop_markers(self, image: int) -> None:
        """Something is on the image: nobody says any more that nothing is."""
        self.delete([row["id"] for row in self._whole(image) if _is_marker(row)])

    def _made(self, image: int, category: int | None, shape: Shape) -> Values:
        return {
            "image_id": image,
            "category_id": category,
            "source": _HUMAN,
            **shape._asdict(),
            "is_crowd": False,
            "is_corrected": False,
            "author": self._author,
            "edited_at": self._now,
        }

    def _sign(self, row: Values) -> None:
        """A person's from now on; what a model made stays a model's, corrected."""
        if row["source"] == _MODEL:
            row.update(is_corrected=True, reviewed_at=self._now)
        else:
            row["source"] = _HUMAN
        row.update(author=self._author, edited_at=self._now)


def _is_marker(row: Values) -> bool:
    return row["category_id"] is None and row["kind"] == WHOLE
