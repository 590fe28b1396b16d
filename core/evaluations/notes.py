"""What has to be said of a study, so that nobody takes its numbers for more than they are. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from core.domain.counting import counted
from core.domain.predictions import PredictedImage
from core.domain.snapshots import Split
from core.domain.studies import NoteKind, StudyInfo, StudyKind, StudyNote

_NAMED = 5


def notes_on_source(info: StudyInfo, *, has_test: bool) -> list[StudyNote]:
    """What follows from which images these are. `has_test`: the version's training had a test set."""
    notes = []
    if not info.n_images:
        notes.append(StudyNote(NoteKind.EMPTY, "There is no image in it: nothing can be said of the model."))
    if info.kind is StudyKind.TRAINING and info.split is Split.TRAIN:
        text = "Seen in training: the model was trained on these images, and does better on them than on any other."
        notes.append(StudyNote(NoteKind.SEEN, text, "Judge it by its test set."))
    if info.kind is StudyKind.TRAINING and info.split is Split.VAL and not has_test:
        text = (
            "There was no test set. The training chose its best epoch on these validation images, so their numbers are "
            "a little too good."
        )
        hint = "Evaluate the version on images that it has not seen, or choose a test set for the next training."
        notes.append(StudyNote(NoteKind.NO_TEST, text, hint))
    if info.n_images and not info.has_truth:
        text = "There is no ground truth for these images: nothing can be right or wrong here."
        hint = "Annotate them, then measure against the present labels." if info.project is not None else ""
        notes.append(StudyNote(NoteKind.NO_TRUTH, text, hint, is_warning=False))
    return notes


def note_on_seen(images: Sequence[PredictedImage], trained_on: Set[str]) -> list[StudyNote]:
    """Of an evaluation: images whose content the version was trained on."""
    seen = tuple(index for index, image in enumerate(images) if image.sha256 and image.sha256 in trained_on)
    if not seen:
        return []
    if len(seen) == len(images):
        text = "Seen in training: the model was trained on these images, and does better on them than on any other."
    else:
        text = f"{counted(len(seen), 'image was', 'images were')} seen in training, of {len(images)}."
    return [StudyNote(NoteKind.SEEN, text, "Judge it by images that it has not seen.", images=seen)]


def note_on_bare(images: Sequence[PredictedImage]) -> list[StudyNote]:
    """Of predictions that were made on whatever there is: images without an object beside others that have some."""
    bare = tuple(index for index, image in enumerate(images) if not image.n_truths)
    if not bare or len(bare) == len(images):
        return []
    text = (
        f"{counted(len(bare), 'image has', 'images have')} no annotations: whatever the model found there counts as "
        "wrong, also where nobody has annotated yet."
    )
    return [StudyNote(NoteKind.PARTLY_ANNOTATED, text, "Annotate them, or evaluate on annotated images.", images=bare)]


def note_on_lost(n_images: int, lost: Sequence[int]) -> list[StudyNote]:
    """Measured against labels of today: images that the project does not have any more have none."""
    if not lost:
        return []
    text = (
        f"{counted(len(lost), 'image is', 'images are')} not in the project any more, of {n_images}: whatever the "
        "model found there counts as wrong."
    )
    return [StudyNote(NoteKind.PARTLY_ANNOTATED, text, images=tuple(lost))]


def note_on_labels(changed: Sequence[int]) -> list[StudyNote]:
    """Images whose labels are not those of then."""
    if not changed:
        return []
    text = f"The labels of {counted(len(changed), 'image')} were changed since this was measured."
    return [StudyNote(NoteKind.LABELS_CHANGED, text, "Measure against the present labels.", images=tuple(changed))]


def note_on_present(unknown: Mapping[str, int]) -> list[StudyNote]:
    text = "Measured against the labels of today, not those that the version was measured with."
    return [StudyNote(NoteKind.PRESENT_LABELS, text, is_warning=False), *note_on_classes(unknown)]


def note_on_classes(unknown: Mapping[str, int]) -> list[StudyNote]:
    """Objects of classes that the model does not know: it can neither find nor miss them."""
    if not unknown:
        return []
    names = ", ".join(f'"{name}" ({n})' for name, n in list(unknown.items())[:_NAMED])
    more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
    text = f"Left out, for the model does not know the class: {names}{more}."
    return [StudyNote(NoteKind.CLASSES_ADAPTED, text)]


def notes_on_images(
    images: Sequence[PredictedImage], found: Sequence[tuple[str, int, int] | None], *, is_known: bool
) -> list[StudyNote]:
    """`found` is what the project says of each image today: its hash and size, None where it has none of that path.
    `is_known`: the project is on this computer."""
    if not is_known:
        text = "The project of these images is not on this computer: the numbers are there, the pictures are not."
        return [StudyNote(NoteKind.NO_PROJECT, text, is_warning=False)]
    changed, other_size = [], []
    for index, (image, now) in enumerate(zip(images, found, strict=True)):
        if now is None:
            continue
        sha256, width, height = now
        if (width, height) != (image.width, image.height):
            other_size.append(index)
        elif image.sha256 and sha256 != image.sha256:
            changed.append(index)
    notes = []
    if changed:
        text = f"{counted(len(changed), 'image was', 'images were')} changed since they were predicted."
        hint = "The picture beside the predictions is not the one that the model saw."
        notes.append(StudyNote(NoteKind.IMAGES_CHANGED, text, hint, images=tuple(changed)))
    if other_size:
        first = images[other_size[0]]
        now = found[other_size[0]]
        assert now is not None
        text = (
            f"{counted(len(other_size), 'image has', 'images have')} another size than when predicted: "
            f'"{first.key}" was {first.width} x {first.height} pixels, and is {now[1]} x {now[2]}.'
        )
        hint = "What was predicted lies in the wrong place there. Predict them again."
        notes.append(StudyNote(NoteKind.OTHER_SIZE, text, hint, images=tuple(other_size)))
    return notes
