"""What is told of a dataset in sentences, on the command line and in the window."""

from __future__ import annotations

from core.domain.counting import counted
from core.domain.datasets import Dataset
from core.domain.names import listed_names


def taken_words(dataset: Dataset) -> str:
    """Which files of a frozen dataset had changed and were taken as they were; "" for none."""
    taken = [item.file for item in dataset.problems if item.code == "W-224"]
    if not taken:
        return ""
    what = counted(len(taken), "image has", "images have")
    are_taken, theirs = ("is taken as it is", "its") if len(taken) == 1 else ("are taken as they are", "their")
    names = listed_names(taken)
    return f"{what} changed since the import and {are_taken} now: {names}. Look whether {theirs} annotations still fit."


def images_words(dataset: Dataset) -> str:
    """ "100 images"; where images may be in several sets, that each is counted in each of them."""
    words = counted(dataset.n_images, "image")
    may_share = not dataset.has_unique_images and sum(1 for item in dataset.sets if item.n_images) > 1
    return f"{words}, set by set" if may_share else words
