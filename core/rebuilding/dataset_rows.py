"""Datasets that a person froze, listed again from their files: those that were trained from, and all others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from core.datasets.frozen_about import FrozenAbout, about_file, list_about_files, read_about
from core.datasets.frozen_file import frozen_file, list_frozen_files, open_frozen_file
from core.domain.dataset_uses import DatasetUse
from core.domain.datasets import DatasetFacts, SetFacts, SetId
from core.domain.frozen_datasets import FrozenPicture
from core.domain.imports import Severity
from core.domain.names import shown
from core.domain.projects import Source
from core.errors import CalqueError, NotFoundError
from core.home import Home
from core.rebuilding.findings import Tally
from core.rebuilding.project_rows import make_project
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import datasets as store
from core.registry.stores.dataset_images import ClassCounts, Counts
from core.runs.folder.request import RunRequest


def make_used_dataset(session: Session, home: Home, use: DatasetUse, request: RunRequest, root: Path) -> bool:
    """That a run was trained from. See `_make_dataset`."""
    about = read_about(about_file(home.snapshots, use.snapshot, use.id)) or FrozenAbout(
        use.id, use.snapshot, use.name, use.version, request.created_at, request.project, request.project_name, root
    )
    return _make_dataset(session, home, about)


def list_frozen(home: Home, registry: Registry, tally: Tally) -> None:
    """All that lie in the home and are not listed, each in a transaction of its own."""
    for file, snapshot, id in list_about_files(home.snapshots):
        with registry.read() as session:
            if store.which_are_known(session, {id}):
                continue
        manifest = frozen_file(home.snapshots, snapshot)
        if any(problem.file == str(manifest) for problem in tally.problems):  # said of a run already
            continue
        about = read_about(file)
        if about is None:
            text = "What a frozen dataset is called cannot be read: it is not listed."
            tally.add("dataset-lost", text, file, Severity.ERROR)
            continue
        n_projects = len(tally.projects)
        try:
            with registry.write(durable=True) as session:
                make_project(session, about.project, about.project_name, about.root, tally)
                tally.n_datasets += _make_dataset(session, home, about)
        except CalqueError as error:
            del tally.projects[n_projects:]
            text = f'The dataset "{shown(about.label)}": {error}'
            tally.add("dataset-lost", text, manifest, Severity.ERROR)
    _name_others(home, registry, tally)


def _name_others(home: Home, registry: Registry, tally: Tally) -> None:
    """Frozen datasets of which nothing says what they are called: deleted ones, and an older Calque's that nothing was
    trained from."""
    with registry.read() as session:
        known = store.list_frozen_ids(session)
    told = {snapshot for _, snapshot, _ in list_about_files(home.snapshots)}
    for snapshot in list_frozen_files(home.snapshots):
        if snapshot not in known and snapshot not in told:
            text = "A frozen dataset lies here of which nothing says what it is called and whose it is: not listed."
            tally.add("dataset-unnamed", text, frozen_file(home.snapshots, snapshot), Severity.INFO)


def _make_dataset(session: Session, home: Home, about: FrozenAbout) -> bool:
    """Its row and those of its sets, without images: the project has none yet. False where it is there already.

    Raises NotFoundError, FormatError or StorageError when its file is gone or damaged.
    """
    try:
        store.get_row(session, about.dataset)
        return False
    except NotFoundError:
        pass
    frozen = open_frozen_file(home.snapshots, about.snapshot, about.label)
    images, annotated = Counter[int](), Counter[int]()
    objects, showing = Counter[tuple[int, int]](), Counter[tuple[int, int]]()  # by set and class
    for picture in frozen.images():
        images.update(picture.sets)
        annotated.update(picture.sets if _has_truth(picture) else ())
        shown = [one.category for one in picture.annotations if one.source is not Source.MODEL]
        known = [category for category in shown if category is not None]
        objects.update((place, category) for place in picture.sets for category in known)
        showing.update((place, category) for place in picture.sets for category in set(known))
    header = frozen.header
    sets = tuple(SetFacts(SetId(0), item.name, item.role) for item in header.sets)
    taken, name, number = store.list_names(session, about.project), about.name, 2
    while name in taken:
        name, number = f"{about.name} {number}", number + 1
    facts = DatasetFacts(
        about.project, name, about.description, header.has_unique_images, sets, header.rules, about.cloned_from
    )
    made = store.insert_dataset(session, about.dataset, facts, about.frozen_at)
    counts = {int(item.id): Counts(images[place], annotated[place]) for place, item in enumerate(made.sets)}
    classes = {
        int(item.id): {
            one.name: ClassCounts(objects[place, number], showing[place, number])
            for number, one in enumerate(header.classes)
            if objects[place, number]
        }
        for place, item in enumerate(made.sets)
    }
    store.set_frozen(session, about.dataset, about.version, about.snapshot, counts, about.frozen_at, (), classes)
    return True


def _has_truth(picture: FrozenPicture) -> bool:
    return any(item.source is not Source.MODEL for item in picture.annotations)
