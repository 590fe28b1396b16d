"""Datasets that a person froze and trained from, listed again from their files."""

from __future__ import annotations

from collections import Counter

from core.datasets.frozen_file import open_frozen_file
from core.domain.dataset_uses import DatasetUse
from core.domain.datasets import DatasetFacts, SetFacts, SetId
from core.domain.frozen_datasets import FrozenPicture
from core.domain.projects import Source
from core.errors import NotFoundError
from core.home import Home
from core.registry.session import Session
from core.registry.stores import datasets as store
from core.registry.stores.dataset_images import Counts
from core.runs.folder.request import RunRequest


def make_dataset(session: Session, home: Home, use: DatasetUse, request: RunRequest) -> bool:
    """Its row and those of its sets, without images: the project has none yet. False where it is there already.

    Raises NotFoundError, FormatError or StorageError when its file is gone or damaged.
    """
    try:
        store.get_row(session, use.id)
        return False
    except NotFoundError:
        pass
    frozen = open_frozen_file(home.snapshots, use.snapshot, use.label)
    images, annotated = Counter[int](), Counter[int]()
    for picture in frozen.images():
        images.update(picture.sets)
        annotated.update(picture.sets if _has_truth(picture) else ())
    header = frozen.header
    sets = tuple(SetFacts(SetId(0), item.name, item.role) for item in header.sets)
    taken, name, number = store.list_names(session, request.project), use.name, 2
    while name in taken:
        name, number = f"{use.name} {number}", number + 1
    facts = DatasetFacts(request.project, name, "", header.has_unique_images, sets, header.rules)
    made = store.insert_dataset(session, use.id, facts, request.created_at)
    counts = {int(item.id): Counts(images[place], annotated[place]) for place, item in enumerate(made.sets)}
    store.set_frozen(session, use.id, use.version, use.snapshot, counts, request.created_at)
    return True


def _has_truth(picture: FrozenPicture) -> bool:
    return any(item.source is not Source.MODEL for item in picture.annotations)
