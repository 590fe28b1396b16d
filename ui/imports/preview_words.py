"""What a preview says in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.domain.imports import ImportPreview, SourceClass
from core.domain.names import shown
from ui.widgets.figures import Figure, counted_figure, problem_figure
from ui.widgets.formatting import count, counted

MAX_NAME = 100


def is_taken_as_stored(preview: ImportPreview) -> bool:
    """As chosen, else if all doubtful ones are so taken by the size that the file states."""
    chosen = preview.source.is_drawn_as_stored
    return 0 < preview.n_guessed_as_stored == preview.n_turn_doubtful if chosen is None else chosen


def rotated_text(preview: ImportPreview) -> str:
    turned = counted(preview.n_rotated, "image is", "images are")
    if not preview.n_turn_doubtful:
        chosen = preview.source.is_drawn_as_stored
        if chosen is not None:
            when = "before" if chosen else "after"
            return (
                f"{turned} stored turned (EXIF). Shapes of which nothing says it were drawn {when} turning, as chosen."
            )
        return f"{turned} stored turned (EXIF) and shown upright; the shapes follow."
    n_shown = sum(example.is_turn_doubtful for example in preview.sample)
    first = "first example" if n_shown == 1 else f"first {n_shown} examples"
    taken = "before" if is_taken_as_stored(preview) else "after"
    if 0 < preview.n_guessed_as_stored < preview.n_turn_doubtful and preview.source.is_drawn_as_stored is None:
        return (
            f"{turned} stored turned (EXIF). Nothing says whether the shapes were drawn before or after turning: of "
            f"{preview.n_guessed_as_stored} they are taken as drawn before, for the file states the stored size; of "
            f"the others after it. Look at the {first}."
        )
    return (
        f"{turned} stored turned (EXIF). Nothing says whether the shapes were drawn before or after turning: they are "
        f"taken as drawn {taken} it. Look at the {first}."
    )


def figures_of(preview: ImportPreview, classes: Sequence[SourceClass]) -> list[Figure]:
    """`classes` as the person wants them now."""
    kept = [one for one in classes if one.becomes is not None]
    n_without_class = preview.n_annotations - sum(n for _, n in preview.categories)
    n_annotations = sum(one.n_annotations for one in kept) + n_without_class
    return [
        counted_figure(preview.n_images, "image", tone="" if preview.n_images else "error"),
        Figure(count(preview.n_annotated), "annotated", "" if preview.n_annotated else "warning"),
        counted_figure(n_annotations, "annotation"),
        counted_figure(len({one.becomes for one in kept}), "class", "classes"),
        problem_figure(preview.problems),
    ]


def suggested_name(preview: ImportPreview) -> str:
    """The name of the folder that a person would call the collection's."""
    path: Path = preview.source.path
    if path.suffix.lower() == ".zip":
        return shown(path.stem)[:MAX_NAME]  # the folder that it is unpacked into has a name made of it
    folder = preview.images_root if path.suffix else path
    general = {"images", "image", "img", "imgs", "data", "train", "obj_train_data", "jpegimages"}
    while folder.name.lower() in general and folder.parent.name:
        folder = folder.parent
    return shown(folder.name)[:MAX_NAME]
