"""The rows of the review page's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.snapshots import Split
from core.domain.training import TrainingReview
from ui.theme import category_colour
from ui.training.counts_view import Cell
from ui.widgets import formatting

SPLIT_TITLES = {Split.TRAIN: "Training", Split.VAL: "Validation", Split.TEST: "Test"}

Rows = tuple[tuple[Cell, ...], list[tuple[Cell, ...]]]


def count_rows(review: TrainingReview, colours: Mapping[str, int]) -> Rows:
    """Images first, then annotations of each class; a set that was not chosen has dashes, not zeros."""
    by_split = {count.split: count for count in review.splits}
    headings = (Cell(""), *(Cell(title, is_number=True) for title in SPLIT_TITLES.values()))

    def row(title: Cell, pick: str, index: int | None = None) -> tuple[Cell, ...]:
        cells = []
        for split in SPLIT_TITLES:
            found = by_split.get(split)
            if found is None or (found.n_images == 0 and split is Split.TEST):
                cells.append(Cell(formatting.NOTHING, "text_muted", is_number=True, tool_tip="Not chosen"))
                continue
            value = found.category_counts[index] if index is not None else int(getattr(found, pick))
            is_missing = index is not None and value == 0
            cells.append(Cell(formatting.count(value), "warning" if is_missing else "", is_number=True))
        return (title, *cells)

    rows = [row(Cell("Images", is_bold=True), "n_images")]
    labels = review.task is not None and review.task.labels
    if any(count.n_background for count in review.splits):
        what = "of these without any class" if labels else "of these without objects"
        rows.append(row(Cell(what, "text_muted"), "n_background"))
    if any(count.n_regions for count in review.splits):
        rows.append(row(Cell("Crops", is_bold=True), "n_regions"))
    rows.append(row(Cell("Labels" if labels else "Annotations", is_bold=True), "n_objects"))
    for index, name in enumerate(review.categories):
        colour = category_colour(colours.get(name, index)).name()
        rows.append(row(Cell(name, colour=colour), "", index))
    return headings, rows


def left_out_text(ignored: Sequence[tuple[str, int]]) -> str:
    """A line for each reason; "" when all is used."""
    lines = [f"• {reason}: {formatting.count(n)}" for reason, n in ignored if n]
    return "\n".join(["Not used:", *lines]) if lines else ""


def value_rows(review: TrainingReview, *, only_changed: bool) -> Rows:
    """Title, value and whether it is the default; what differs stands out."""
    headings: tuple[Cell, ...] = (Cell("Setting"), Cell("Value"), Cell(""))
    rows: list[tuple[Cell, ...]] = []
    for title, value, is_default in review.values:
        if is_default and only_changed:
            continue
        mark = Cell("default", "text_muted") if is_default else Cell("", "accent")
        rows.append((Cell(title), Cell(value, "text_muted" if is_default else "", is_bold=not is_default), mark))
    return headings, rows
