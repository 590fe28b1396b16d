"""What the list says of an image: a column each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.ids import CategoryId
from core.domain.image_order import SortKey
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Category, ImageState
from ui.images.image_grid_model import n_objects
from ui.widgets.formatting import count, moment, size

Names = Mapping[CategoryId, str]
"""Of the classes."""


@dataclass(frozen=True, slots=True)
class ImageColumn:
    """`key` is what is remembered of the choice of columns; `sort` None = the list cannot be sorted by it."""

    key: str
    title: str
    width: int  # pixels at first
    text: Callable[[AnnotatedImage, Names], str]
    sort: SortKey | None = None
    is_number: bool = False
    is_shown: bool = True  # at first


STATES = {ImageState.OK: "", ImageState.DAMAGED: "Damaged", ImageState.MISSING: "Missing"}


def class_counts(annotated: AnnotatedImage, names: Names) -> str:
    """ "line 12, picture 3": the most frequent first."""
    counted = Counter(one.category for one in annotated.annotations if one.category is not None)
    if not counted:
        return "nothing to find" if annotated.annotations else ""
    return ", ".join(f"{names.get(category, '?')} {count(number)}" for category, number in counted.most_common())


def _pixels(annotated: AnnotatedImage, _names: Names) -> str:
    image = annotated.image
    return f"{count(image.width)} × {count(image.height)}" if image.width else ""


COLUMNS: tuple[ImageColumn, ...] = (
    ImageColumn("name", "Name", 220, lambda one, _: shown(one.image.name), SortKey.NAME),
    ImageColumn("folder", "Folder", 130, lambda one, _: shown(one.image.folder), SortKey.PATH),
    ImageColumn(
        "annotations",
        "Annotations",
        120,
        lambda one, _: count(n_objects(one)) if one.annotations else "",
        SortKey.ANNOTATIONS,
        is_number=True,
    ),
    ImageColumn("classes", "Classes", 200, class_counts),
    ImageColumn("pixels", "Pixels", 110, _pixels, SortKey.PIXELS, is_number=True),
    ImageColumn("bytes", "Size", 90, lambda one, _: size(one.image.n_bytes), SortKey.SIZE, is_number=True),
    ImageColumn("set", "Set", 60, lambda one, _: ", ".join(one.sets)),
    ImageColumn("tags", "Tags", 130, lambda one, _: ", ".join(one.tags)),
    ImageColumn("added", "Added", 144, lambda one, _: moment(one.image.added_at), SortKey.ADDED),
    ImageColumn("state", "State", 80, lambda one, _: STATES[one.image.state], is_shown=False),
)


def names_of(categories: Sequence[Category]) -> dict[CategoryId, str]:
    return {category.id: shown(category.name) for category in categories}
