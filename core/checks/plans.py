"""What a repair would do, in numbers and words, before it is done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.checks.data import TAG_OF, CheckedData
from core.checks.leaks import Homes, Together, homes_of
from core.datasets.taking_anew import Taken
from core.domain.checks import CheckId, RepairOffer
from core.domain.counting import counted
from core.domain.judgements import EXCLUDE
from core.domain.names import listed_names

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """`exclude`: images (keys) to get that tag. `tags`: images to get a set's tag, and to lose those of the others.
    `own_tags`: images to get the tag of the set that they are in.
    `taken_out` and `moved`: of a dataset, by the sets' keys from which and to which. `deleted` and `clipped`:
    annotations (first row) with their images (second row). `negatives`: images with nothing to find. `trashed`: images
    that are one too many. `taken`: images whose files changed, as they are now."""

    offer: RepairOffer
    exclude: Array | None = None
    tags: tuple[tuple[str, Array], ...] = ()
    own_tags: tuple[tuple[str, Array], ...] = ()
    taken_out: tuple[tuple[int, Array], ...] = ()
    moved: tuple[tuple[int, int, Array], ...] = ()
    deleted: Array | None = None
    clipped: Array | None = None
    negatives: Array | None = None
    trashed: Array | None = None
    taken: tuple[Taken, ...] = ()


def plan_copies_out(data: CheckedData, found: Together) -> Plan | None:
    """Of each picture, the copies in one set stay; those in the others are left out."""
    homes = homes_of(found, data.sets)
    n = len(np.unique(homes.places)) if data.is_editable else 0
    if not n or _empties(homes.after(data.sets, moved=False), data):
        return None
    then = _then(homes.after(data.sets, moved=False))
    if data.dataset is None:
        return _plan_tags_of_copies(data, homes, then)
    text = (
        f"Takes {counted(n, 'image')} out of sets. Of each picture, what is in the set with most of its copies stays. "
        f"{then}"
    )
    offer = RepairOffer("Take the copies out", text)
    return Plan(offer, taken_out=_from_sets(data, homes))


def _plan_tags_of_copies(data: CheckedData, homes: Homes, then: str) -> Plan:
    """An image that is tagged for several sets loses the tags of all but one; a copy elsewhere is left out."""
    is_at_home = homes.are_at_home(data.sets)
    left_out, kept = np.unique(homes.places[~is_at_home]), np.unique(homes.places[is_at_home])
    texts = []
    if len(left_out):
        texts.append(
            f'Gives {counted(len(left_out), "image")} the tag "{EXCLUDE}". Of each picture, what is in the set with '
            "most of its copies stays; the copies elsewhere are left out of every training."
        )
    if len(kept):
        texts.append(f"Takes all but one of these tags off {counted(len(kept), 'image')} tagged for several sets.")
    offer = RepairOffer("Leave the copies out" if len(left_out) else "Keep one tag", " ".join([*texts, then]))
    tags = _tags_of(data, homes, is_at_home)
    return Plan(offer, exclude=data.images.keys[left_out] if len(left_out) else None, tags=tags)


def _tags_of(data: CheckedData, homes: Homes, wanted: Array) -> tuple[tuple[str, Array], ...]:
    """The tag of each set where some of the wanted pairs go, with these images."""
    tags = []
    for target in np.unique(homes.targets[wanted]).tolist():
        role = data.sets.roles[target]
        assert role is not None  # the sets of a project are train, val and test
        tags.append((TAG_OF[role], data.images.keys[np.unique(homes.places[wanted & (homes.targets == target)])]))
    return tuple(tags)


def plan_together(data: CheckedData, found: Together) -> Plan | None:
    """All images of a group go where most of them are; None where a set would be left without any."""
    homes = homes_of(found, data.sets)
    n = len(np.unique(homes.places)) if data.is_editable else 0
    if not n or _empties(homes.after(data.sets, moved=True), data):
        return None
    then = _then(homes.after(data.sets, moved=True))
    if data.dataset is not None:
        pairs = np.unique(np.stack([homes.sources, homes.targets], axis=1), axis=0).tolist()
        moves = []
        for source, target in pairs:
            chosen = homes.places[(homes.sources == source) & (homes.targets == target)]
            moves.append((data.sets.keys[source], data.sets.keys[target], data.images.keys[chosen]))
        text = f"Moves {counted(n, 'image')}, each to the set that has most of its group. {then}"
        return Plan(RepairOffer("Keep groups together", text), moved=tuple(moves))
    tags = _tags_of(data, homes, np.ones(len(homes.places), dtype=bool))
    text = (
        f"Gives {counted(n, 'image')} the tag of the set that has most of its group "
        f"({listed_names([tag for tag, _ in tags])}), and each other image the tag of the set that it is in. {then} "
        "The files stay in their folders; trainings and new datasets go by these tags."
    )
    return Plan(RepairOffer("Keep groups together", text), tags=tags, own_tags=_own_tags(data, homes))


def _own_tags(data: CheckedData, homes: Homes) -> tuple[tuple[str, Array], ...]:
    """Of the images that stay where they are: with tags on some images alone, trainings would use these alone."""
    stays = ~np.isin(data.sets.places, homes.places)
    return tuple(
        (TAG_OF[role], data.images.keys[data.sets.places[stays & (data.sets.numbers == number)]])
        for number, role in enumerate(data.sets.roles)
        if role is not None
    )


def plan_one_of_each(data: CheckedData, found: Together) -> Plan | None:
    """Of copies in one set, the one with most annotations stays; of several, the first. The others go to the trash, or
    out of the dataset."""
    numbers = found.numbers()
    order = np.lexsort((found.places, -data.images.n_annotations[found.places], numbers))
    is_first = np.append(True, np.diff(numbers[order]) != 0) if len(order) else np.zeros(0, dtype=bool)
    extra = np.sort(found.places[order[~is_first]])
    if data.dataset is not None or not len(extra):
        return plan_left_out(data, extra, "Take the copies out", "Of each picture, ")
    text = (
        f"Of each picture, the one with most annotations stays. Moves {counted(len(extra), 'image')} to the project's "
        "trash, with what is drawn on them; the files stay where they are."
    )
    return Plan(RepairOffer("Move the copies to the trash", text), trashed=data.images.keys[extra])


def plan_left_out(data: CheckedData, places: Array, button: str, before: str = "") -> Plan | None:
    """Out of every training, or out of the dataset's sets."""
    if not len(places) or not data.is_editable:
        return None
    stays = f"{before}the one with most annotations stays. " if before else ""
    if data.dataset is None:
        text = f'{stays}Gives {counted(len(places), "image")} the tag "{EXCLUDE}": no training uses such images.'
        return Plan(RepairOffer(button, text), exclude=data.images.keys[places])
    out = []
    for number, key in enumerate(data.sets.keys):
        inside = data.sets.places[data.sets.numbers == number]
        chosen = places[np.isin(places, inside)]
        if len(chosen):
            out.append((key, data.images.keys[chosen]))
    text = f"{stays}Takes {counted(len(places), 'image')} out of the dataset."
    return Plan(RepairOffer(button, text), taken_out=tuple(out))


def plan_taking(data: CheckedData, n: int, taken: tuple[Taken, ...] = ()) -> Plan | None:
    """`n` images whose files changed and have the size in pixels that they had; `taken` when it is to be done."""
    if not n or not data.is_editable:
        return None
    as_now = "as it is" if n == 1 else "as they are"
    text = (
        f"Takes {counted(n, 'file')} {as_now} now, with what is drawn on the images left as it is: look whether it "
        "still fits. Files of another size in pixels, and those that cannot be read, are passed over."
    )
    return Plan(RepairOffer("Take them as they are now", text), taken=taken)


def plan_deletion(check: CheckId, found: Array) -> Plan | None:
    """`found`: (2, n), keys of annotations and of their images. None for none."""
    if not found.shape[1]:
        return None
    n, n_images = found.shape[1], len(np.unique(found[1]))
    which = "the later one of each two" if check is CheckId.DOUBLE else "nothing of them can be seen"
    text = f"Deletes {counted(n, 'shape')} on {counted(n_images, 'image')} ({which})."
    return Plan(RepairOffer("Delete them", text), deleted=found)


def plan_clipping(found: Array) -> Plan | None:
    """`found`: (2, n), keys of annotations and of their images. None for none."""
    if not found.shape[1]:
        return None
    text = (
        f"Cuts {counted(found.shape[1], 'shape')} on {counted(len(np.unique(found[1])), 'image')} off at the image's "
        "border. Oriented boxes stay as they are."
    )
    return Plan(RepairOffer("Cut them off", text), clipped=found)


def plan_negatives(data: CheckedData, places: Array) -> Plan | None:
    """`places` of images. None for none, and of a frozen dataset."""
    if not len(places) or not data.is_editable:
        return None
    text = (
        f'Marks {counted(len(places), "image")} as "without concept": looked at, nothing to be found. Do so only '
        "where it is true: a training learns from it that nothing is there."
    )
    return Plan(RepairOffer("Mark as without concept", text), negatives=data.images.keys[places])


def _from_sets(data: CheckedData, homes: Homes) -> tuple[tuple[int, Array], ...]:
    numbers = np.unique(homes.sources).tolist()
    return tuple(
        (data.sets.keys[number], data.images.keys[np.unique(homes.places[homes.sources == number])])
        for number in numbers
    )


def _empties(after: tuple[tuple[str, int], ...], data: CheckedData) -> bool:
    return any(n <= 0 < before for (_, n), (_, before) in zip(after, data.sets.counts(), strict=True))


def _then(after: tuple[tuple[str, int], ...]) -> str:
    return f"Afterwards: {', '.join(f'{name} {n}' for name, n in after)}."
