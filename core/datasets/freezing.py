"""Freezing datasets, checking frozen ones against the files, and opening them.

Open -> Building -> Complete, or Error with the files that cannot be read; whatever ends a freeze before, it is as if it
had never begun.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from core import clock
from core.datasets import refusals
from core.datasets.checked_files import (
    Checked,
    FileRecord,
    check_files,
    new_record,
    read_record,
    seen_record,
    write_record,
)
from core.datasets.dataset_manifest import Header, header_line, picture_line, usage_of
from core.datasets.file_checks import FileChecks
from core.datasets.frozen_about import about_of, write_about
from core.datasets.frozen_file import FrozenDataset, frozen_file, open_frozen_file, write_frozen
from core.datasets.frozen_upkeep import keep_abouts, purge_deleted, record_file
from core.datasets.membership import editable
from core.datasets.taking_anew import write_taken
from core.domain.changes import NO_CHANGES, Changed
from core.domain.datasets import Dataset, DatasetFacts, DatasetState
from core.domain.frozen_datasets import FrozenClass, FrozenSet
from core.domain.ids import DatasetId, ProjectId, SnapshotId
from core.domain.imports import Problem, Severity
from core.domain.messages import UserMessage
from core.errors import CalqueError, RefusedError
from core.files.faults import storage_error, told_as_storage_error
from core.files.leftovers import sweep
from core.files.locks import is_locked, try_lock
from core.progress import Progress, no_progress, sparing
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.places import freezing_lock
from core.registry.session import Session
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store
from core.registry.stores import projects, selected_images, selections, snapshots
from core.registry.stores.frozen_rows import iter_facts, iter_looks
from core.registry.stores.image_blocks import Column, is_in
from core.stopping import current_stop

MAX_PROBLEMS = 10_000  # kept with a dataset that could not be frozen
DELETED_KEPT = timedelta(days=30)  # what a frozen dataset was, after its deletion
_HALF_WRITTEN = re.compile(r"new\.(\d+)\.\d+\.tmp")
_HALF_WRITTEN_BESIDE = re.compile(r"[0-9a-f]{64}\..+\.(\d+)\.tmp")  # what is said of a manifest
_CHECKING, _WRITING = "Checking files", "Writing what is frozen"


class DatasetFreezing:
    """`folder` is that of the manifests. Every method may be called on any thread."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self._registry = registry
        self._folder = folder

    def propose_version(self, project: ProjectId) -> str:
        """The next of V001, V002 ... in the project: none is given twice."""
        with self._registry.read() as session:
            return snapshots.label_of(snapshots.next_number(session, project))

    def confirmation(self, id: DatasetId) -> UserMessage:
        """W-220, before a dataset is frozen."""
        with self._registry.read() as session:
            return refusals.freezing_confirmation(store.get_facts(session, id).name)

    def freeze(
        self, id: DatasetId, version: str = "", *, revision: int | None = None, progress: Progress = no_progress
    ) -> Changed[Dataset]:
        """Check every file, write all that is said of the images, and let the dataset be complete for ever.

        Files that changed since they were imported are taken as they are now, by the project too: the complete dataset
        has them as problems (W-224). One with files that cannot be read, or whose size in pixels changed, comes back in
        the state ERROR with these as its problems (E-222, E-224). `version` "" = the proposed one; `revision` is that
        of the dataset as it was looked at. What `progress` raises, and a stop, leave it open.

        Raises RefusedError (E-221, E-222 for the folder, E-430, E-431, E-432, E-523, or that it changed since),
        NotFoundError, StorageError.
        """
        with self._locked(id):
            facts, begun = self._begin(id, version, revision)
            is_done = False
            try:
                answer = self._build(id, facts, version, progress)
                is_done = True
            finally:
                if not is_done:
                    self._give_up(id)
            return replace(answer, changes=begun.changes.merged(answer.changes))

    def recover(self) -> Changed[tuple[Dataset, ...]]:
        """Datasets whose freezing was cut off: they are open again, and say so, for good.

        What lies beside the manifests is tidied (core.datasets.frozen_upkeep). Raises StorageError.
        """
        sweep(self._folder, _HALF_WRITTEN)
        sweep(self._folder, _HALF_WRITTEN_BESIDE)
        recovered = self._open_again()  # first: what cannot be tidied keeps no dataset from being used
        purge_deleted(self._registry, self._folder, clock.now() - DELETED_KEPT)
        keep_abouts(self._registry, self._folder)
        return recovered

    def _open_again(self) -> Changed[tuple[Dataset, ...]]:
        with self._registry.read() as session:
            building = store.list_in_state(session, DatasetState.BUILDING)
        left = [item for item in building if not is_locked(self._lock_file(item.id))]
        if not left:
            return Changed((), NO_CHANGES)
        with self._registry.write(durable=True) as session:
            for item in left:
                store.set_state(session, item.id, DatasetState.OPEN, clock.now(), [store.CUT_OFF])
            found = tuple(store.get_dataset(session, item.id, with_annotated=False) for item in left)
            changes = noted(session)
        for item in left:
            self._drop_lock(item.id)
        return Changed(found, changes)

    def open_frozen(self, id: DatasetId) -> FrozenDataset:
        """A complete dataset as it was frozen, whatever became of the project since.

        `.header` has `classes` (key and name, in the order that `FrozenAnnotation.category` counts), `sets` (key, name,
        role) and `rules`; `.images()` yields each image once, sorted by path, as a FrozenPicture: facts of the file,
        indexes of its sets, tags, and all annotations of every form, accepted predictions among them (their source
        says so). Also of a dataset that was deleted, as long as its file is there.

        Raises NotFoundError, RefusedError when it is not frozen, FormatError when its file was changed, StorageError.
        """
        dataset = self._get(id)
        return open_frozen_file(self._folder, self._snapshot_of(dataset), dataset.label)

    def verify(
        self,
        id: DatasetId,
        *,
        full: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Checked:
        """Every file that is missing or no longer what was frozen. Those that look as they did then are not hashed
        again, unless `full`. Raises what `open_frozen` raises, and RefusedError (E-222) without the folder."""
        dataset = self._get(id)
        with self._registry.read() as session:
            root = _root_of(session, dataset.project)
        frozen = self.open_frozen(id)
        file = self._record_file(self._snapshot_of(dataset))
        record = None if full else read_record(file, root)
        if record is None:
            record = new_record(root, ((image.path, image.sha256) for image in frozen.images()))
        checked, seen = check_files(record, progress)
        if checked.n_hashed and not self._registry.is_read_only:
            self._write_record(file, seen)
        return checked

    def require_unchanged(self, id: DatasetId) -> None:
        """Raises RefusedError (E-223) naming files that changed since the dataset was frozen."""
        checked = self.verify(id)
        if checked.problems:
            raise refusals.changed_since(self._get(id).label, checked.problems)

    def verify_files(self) -> tuple[Problem, ...]:
        """Frozen datasets whose own file is missing, changed or unreadable; for `calque verify`."""
        with self._registry.read() as session:
            complete = store.list_in_state(session, DatasetState.COMPLETE)
        problems = []
        for dataset in (one for one in complete if not one.is_deleted):
            try:
                self.open_frozen(dataset.id)
            except CalqueError as error:
                file = str(frozen_file(self._folder, self._snapshot_of(dataset)))
                problems.append(Problem("dataset-damaged", str(error), file, severity=Severity.ERROR))
        return tuple(problems)

    # --- the steps of a freeze -----------------------------------------------------------------------------------

    @contextmanager
    def _locked(self, id: DatasetId) -> Iterator[None]:
        self._registry.check_writable()
        file = self._lock_file(id)
        with told_as_storage_error("The frozen dataset", self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = try_lock(file)
        if handle is None:
            raise RefusedError("The dataset is being frozen.", hint="Wait until that is done.", code="E-432")
        try:
            yield
        finally:
            os.close(handle)
            file.unlink(missing_ok=True)

    def _begin(self, id: DatasetId, version: str, revision: int | None) -> tuple[DatasetFacts, Changed[None]]:
        with self._registry.write(durable=True) as session:
            found = store.get_dataset(session, id, with_annotated=False)
            if found.state is DatasetState.BUILDING:  # and nobody is at it any more: the lock is ours
                store.set_state(session, id, DatasetState.OPEN, clock.now())
                revision = None if revision == found.revision else revision
            facts = editable(session, id, revision)
            self._registry.occupied.check(facts.project)
            self._label(session, facts.project, version)
            if store.get_dataset(session, id, with_annotated=False).n_images == 0:
                raise refusals.nothing_to_freeze(facts.name)
            store.set_state(session, id, DatasetState.BUILDING, clock.now())
            return facts, Changed(None, noted(session))

    def _label(self, session: Session, project: ProjectId, version: str) -> str:
        """What the version is to be called. Raises RefusedError (E-111, E-430, E-431)."""
        number = snapshots.next_number(session, project)
        if not version.strip():
            return snapshots.label_of(number)
        label = refusals.check_version(version)
        taken = store.list_versions(session, project)
        if label.casefold() in {other.casefold() for other in taken} or snapshots.has_label(session, project, label):
            raise refusals.version_exists(label)
        return label

    def _build(self, id: DatasetId, facts: DatasetFacts, version: str, progress: Progress) -> Changed[Dataset]:
        stop = current_stop()

        seldom = sparing(progress)

        def told(done: int, total: int, text: str) -> None:
            if stop is not None:
                stop.check()
            seldom(done, total, text)

        with self._registry.read() as session:
            root = _root_of(session, facts.project)
            of_set = [members.images_of(session, item.id) for item in facts.sets]
            keys = selected_images.keys_by_path(session, facts.project, np.unique(np.concatenate(of_set)))
            checks = FileChecks(root)
            for done, look in enumerate(iter_looks(session, keys)):
                told(done, len(keys), _CHECKING)
                checks.check(look)
            if checks.problems:
                return self._fail(id, tuple(checks.problems[:MAX_PROBLEMS]))
            lines = self._lines(session, facts, keys, of_set, checks, told)
            snapshot = write_frozen(self._folder, lines)
            counts = members.count_images(session, [item.id for item in facts.sets], with_annotated=True)
            classes = _classes(session, facts)
        self._write_record(
            self._record_file(snapshot), seen_record(root, checks.paths, bytes(checks.hashes), checks.looks)
        )
        with self._registry.write(durable=True) as session:
            now = store.get_dataset(session, id, with_annotated=False)
            if now.state is not DatasetState.BUILDING:
                raise refusals.changed_meanwhile(facts.name)
            label = self._label(session, facts.project, version)  # others may have been frozen meanwhile
            taken = checks.taken
            if taken:
                before, after = {key: t.before for key, t in taken.items()}, {key: t.now for key, t in taken.items()}
                write_taken(session, facts.project, before, after)
            notes = [refusals.taken_as_it_is(item.now.path) for item in taken.values()]
            store.set_frozen(session, id, label, snapshot, counts, clock.now(), notes[:MAX_PROBLEMS], classes)
            made = store.get_dataset(session, id)
            write_about(self._folder, about_of(made, projects.get_project(session, facts.project)))
            return Changed(made, noted(session))

    def _lines(
        self,
        session: Session,
        facts: DatasetFacts,
        keys: Column,
        of_set: list[Column],
        checks: FileChecks,
        told: Progress,
    ) -> Iterator[str]:
        classes = tuple(FrozenClass(int(c.id), c.name) for c in selections.list_classes(session, facts.project))
        sets = tuple(FrozenSet(item.id, item.name, item.role) for item in facts.sets)
        yield header_line(Header(classes, sets, facts.has_unique_images, len(keys), facts.rules))
        places = {item.key: index for index, item in enumerate(classes)}
        usage = usage_of(sets)
        is_member = np.array([is_in(keys, chosen) for chosen in of_set]).T.tolist()
        for index, image in enumerate(iter_facts(session, keys)):
            told(index, len(keys), _WRITING)
            if (taken := checks.taken.get(image.key)) is not None:
                now = taken.now
                image = image._replace(orientation=now.orientation, sha256=now.sha256, n_bytes=now.n_bytes)
            own = [place for place, is_there in enumerate(is_member[index]) if is_there]
            yield picture_line(image, checks.looks[index][1], own, [usage[place] for place in own], places)

    def _fail(self, id: DatasetId, problems: tuple[Problem, ...]) -> Changed[Dataset]:
        with self._registry.write(durable=True) as session:
            store.set_state(session, id, DatasetState.ERROR, clock.now(), problems)
            return Changed(store.get_dataset(session, id), noted(session))

    def _give_up(self, id: DatasetId) -> None:
        with self._registry.write(durable=True) as session:
            store.set_state(session, id, DatasetState.OPEN, clock.now())

    # --- parts ---------------------------------------------------------------------------------------------------

    def _get(self, id: DatasetId) -> Dataset:
        with self._registry.read() as session:
            return store.get_dataset(session, id, with_annotated=False)

    def _snapshot_of(self, dataset: Dataset) -> SnapshotId:
        if dataset.state is not DatasetState.COMPLETE or dataset.snapshot is None:
            raise RefusedError(f'The dataset "{dataset.name}" is not frozen.', hint="Freeze it first.")
        return dataset.snapshot

    def _drop_lock(self, id: DatasetId) -> None:
        """That of a freeze that was cut off."""
        file = self._lock_file(id)
        handle = try_lock(file)
        if handle is not None:  # else somebody has begun anew
            with suppress(OSError):  # Windows removes no file that somebody has open
                file.unlink(missing_ok=True)
            os.close(handle)

    def _lock_file(self, id: DatasetId) -> Path:
        return freezing_lock(self._folder, id)

    def _record_file(self, snapshot: SnapshotId) -> Path:
        return record_file(self._folder, snapshot)

    def _write_record(self, file: Path, record: FileRecord) -> None:
        try:
            write_record(file, record)
        except OSError as error:
            raise storage_error(error, "What was checked", file) from error


def _classes(session: Session, facts: DatasetFacts) -> dict[int, dict[str, members.ClassCounts]]:
    """How many annotations of each class are in each set now."""
    names = {item.id: item.name for item in selections.list_classes(session, facts.project)}
    found: dict[int, dict[str, members.ClassCounts]] = {item.id: {} for item in facts.sets}
    for (key, category), number in members.count_classes(session, list(found), list(names)).items():
        found[key][names[category]] = number
    return found


def _root_of(session: Session, project: ProjectId) -> Path:
    """Raises RefusedError (E-222) when it is not there: nothing can be said of the files then."""
    root = projects.get_project(session, project).root
    if not root.is_dir():
        raise refusals.without_folder(root)
    return root
