"""Which folders are proposed for which set, by their names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.ids import CategoryId
from core.domain.projects import Folder
from core.domain.set_names import set_named
from core.domain.snapshots import Split


@dataclass(frozen=True, slots=True)
class ProposedSets:
    """Folders of each set; none to validate on = a part of the training images is held back."""

    train: tuple[str, ...] = ()
    val: tuple[str, ...] = ()
    test: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.train, *self.val, *self.test)


def propose_sets(folders: Sequence[Folder], *, chosen: Iterable[str] = ()) -> ProposedSets:
    """Folders called train, val or test, wherever they stand, if somebody annotated something in them.

    Without one to train on: all other folders, or the whole project. `chosen` are folders that a person wants to train
    on; the other sets are then looked for beside them. A set without any class of the training images is left out.
    """
    named = _named(folders)
    train = tuple(chosen) or named.get(Split.TRAIN, ())
    others = (*named.get(Split.VAL, ()), *named.get(Split.TEST, ()))
    if not train:
        train = _rest(folders, others) if others else ()
        if not train:
            return ProposedSets(("",) if any(not folder.path for folder in folders) else ())
    by_path = {folder.path: folder for folder in folders}
    learned = _classes(train, by_path)
    val, test = (
        tuple(
            path
            for path in named.get(split, ())
            if not any(_overlap(path, other) for other in train) and learned & _classes((path,), by_path)
        )
        for split in (Split.VAL, Split.TEST)
    )
    return ProposedSets(train, val, test)


def _named(folders: Sequence[Folder]) -> dict[Split, tuple[str, ...]]:
    """The outermost folders with the name of a set: what lies in "train" trains, whatever it is called."""
    found: dict[Split, tuple[str, ...]] = {}
    taken: list[str] = []
    for folder in sorted(folders, key=lambda folder: folder.path):
        split = set_named(folder.name) if folder.path else None
        if split is None or not folder.n_annotated or any(_is_inside(folder.path, path) for path in taken):
            continue
        taken.append(folder.path)
        found[split] = (*found.get(split, ()), folder.path)
    return found


def _rest(folders: Sequence[Folder], others: Sequence[str]) -> tuple[str, ...]:
    """Folders beside those of the other sets that hold all other annotated images, as few as can be."""
    rest: list[str] = []
    for folder in sorted(folders, key=lambda folder: folder.path):
        is_free = not any(_overlap(folder.path, other) for other in others)
        if is_free and folder.n_annotated and not any(_is_inside(folder.path, path) for path in rest):
            rest.append(folder.path)
    return tuple(rest)


def _classes(paths: Iterable[str], folders: Mapping[str, Folder]) -> set[CategoryId]:
    return {category for path in paths if path in folders for category, n in folders[path].category_counts if n}


def _is_inside(path: str, ancestor: str) -> bool:
    return not ancestor or path == ancestor or path.startswith(f"{ancestor}/")


def _overlap(first: str, second: str) -> bool:
    return _is_inside(first, second) or _is_inside(second, first)
