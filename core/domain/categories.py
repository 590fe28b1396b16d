"""What is done with the classes of a project, and with the classes of whole images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.counting import counted
from core.domain.ids import CategoryId

MAX_CATEGORY_NAME = 1000
"""Characters; files of other programs have long ones."""

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#999999")
"""The colours of the classes at the first positions, while nobody gave them another: Okabe & Ito's eight that people
with any colour vision can tell apart ("Color Universal Design", 2008), the most distinct first."""


@dataclass(frozen=True, slots=True)
class CategoryUse:
    """What deleting or renaming a class would touch. Counts are of ground truth unless it is said."""

    category: CategoryId
    name: str
    n_annotations: int
    n_images: int
    n_only: int  # images whose annotations are all of it
    n_by_models: int = 0  # accepted predictions of it, which are no ground truth
    models: tuple[str, ...] = ()  # names of the project's models that know it

    @property
    def models_text(self) -> str:
        """A sentence, "" where no model knows the class."""
        if not self.models:
            return ""
        is_one = len(self.models) == 1
        verbs = ("knows", "it keeps") if is_one else ("know", "they keep")
        return f"{counted(len(self.models), 'model')} {verbs[0]} this class; {verbs[1]} its name."


class Labelling(StrEnum):
    """What becomes of the classes of whole images. Boxes and outlines always stay."""

    ADD = "add"  # the class comes to those that the image has
    REPLACE = "replace"  # it takes the place of those
    REMOVE = "remove"  # it goes
    CLEAR = "clear"  # all go: the image is unlabelled
    WITHOUT_CONCEPT = "without concept"  # all go, and "looked at, nothing there" is kept

    @property
    def takes_class(self) -> bool:
        return self in (Labelling.ADD, Labelling.REPLACE, Labelling.REMOVE)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Images by what became of them."""

    n_changed: int = 0
    n_same: int = 0  # said so already
    n_left: int = 0  # have boxes or outlines, and cannot be "without concept"
    n_gone: int = 0  # are not in the project any more
    is_cut_short: bool = False  # it was cancelled: the rest of the images is as it was

    def __add__(self, other: Labelled) -> Labelled:
        return Labelled(
            self.n_changed + other.n_changed,
            self.n_same + other.n_same,
            self.n_left + other.n_left,
            self.n_gone + other.n_gone,
            self.is_cut_short or other.is_cut_short,
        )

    @property
    def text(self) -> str:
        """Sentences for people."""
        parts = [f"{counted(self.n_changed, 'image')} labelled." if self.n_changed else "No image was changed."]
        if self.n_same:
            parts.append(f"{counted(self.n_same, 'image')} said so already.")
        if self.n_left:
            parts.append(
                f"{counted(self.n_left, 'image')} left as {_were(self.n_left)}: boxes or outlines are on them."
            )
        if self.n_gone:
            parts.append(f"{counted(self.n_gone, 'image')} no longer in the project.")
        if self.is_cut_short:
            parts.append("Cancelled: the rest is as it was.")
        return " ".join(parts)


def _were(n: int) -> str:
    return "it was" if n == 1 else "they were"
