"""What can be done with the weights on the shelf: listed, taken in, verified, described, removed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from core import clock
from core.domain.models import TRASH_DAYS
from core.domain.names import shown
from core.domain.runs import RunFilter, RunStatus
from core.domain.starts import MeasuredStart, ShelfItem, ShelfOrigin
from core.errors import NotFoundError, RefusedError, RunError, WeightsError
from core.files.faults import told_as_storage_error
from core.files.hashing import sha256_of_file
from core.files.leftovers import partial_of
from core.models.measured_starts import MEASURED_FILE, read_measured
from core.models.service import ModelService
from core.models.starters import StarterCatalog, require_unaltered
from core.models.tensors import require_weights
from core.models.weights_store import MODEL_FILE, WEIGHTS_FILE, verify
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import read_request
from core.runs.service import RunService
from core.shelf.listing import SUFFIXES, of_file, of_files, of_packages, of_starter, of_versions
from core.workers.api import WorkerDescription
from core.workers.catalog import WorkerCatalog
from core.workers.foreign_weights import refuse_weights
from core.workers.weights_notes import WeightsNote, note_file, read_note, write_note

TRASH_PREFIX = ".trash-"

Progress = Callable[[float, float, str], None]
"""Done, of how many, and what is being done. May raise to give up."""

_UNFINISHED = (RunStatus.CREATED, RunStatus.PENDING, RunStatus.IN_PROGRESS, RunStatus.STOPPING, RunStatus.RERUN)


def _unwatched(done: float, total: float, text: str) -> None:
    """For callers that do not watch."""


class ShelfService:
    """`folder` is the home's weights folder: the only place that is written to. Every method may be called on any
    thread."""

    def __init__(
        self,
        models: ModelService,
        runs: RunService,
        catalog: WorkerCatalog,
        folder: Path,
        *,
        starters: StarterCatalog | None = None,
        measured_file: Path = MEASURED_FILE,
    ) -> None:
        self._models = models
        self._runs = runs
        self._catalog = catalog
        self._folder = folder
        self._starters = starters or StarterCatalog()
        self._measured_file = measured_file

    @property
    def folder(self) -> Path:
        return self._folder

    def list_items(self) -> tuple[ShelfItem, ...]:
        """Starters, then what packages bring, files, and own versions, newest first. Nothing is hashed or opened."""
        workers = self._workers()
        versions = of_versions(self._models.list_versions(), self._models.list_models())
        return (
            *(of_starter(starter) for starter in self._starters.list_starters()),
            *of_packages(workers),
            *of_files(self._folder, workers),
            *versions,
        )

    def measured(self) -> tuple[MeasuredStart, ...]:
        """What was measured of the starts that come with Calque. Raises WeightsError when the file is damaged."""
        return read_measured(self._measured_file)

    def get(self, name: str) -> ShelfItem:
        """By its key, its title, or a version's id or the beginning of it. Raises NotFoundError."""
        items = self.list_items()
        exact = [item for item in items if name in (item.key, item.title, item.key.partition(":")[2])]
        begun = [
            item for item in items if item.version is not None and len(name) >= 6 and item.version.startswith(name)
        ]
        found = exact or begun
        if len(found) != 1:
            text = (
                f'"{shown(name)}" is more than one on the shelf.' if found else f'"{shown(name)}" is not on the shelf.'
            )
            raise NotFoundError(text, hint="`calque weights` lists what there is.")
        return found[0]

    def add(self, file: Path, progress: Progress = _unwatched) -> ShelfItem:
        """Copy a file of weights into the weights folder; nothing in it is unpickled. A file that is there already
        with the same content stays as it is.

        Raises RefusedError for what is no file of weights, would execute code (E-351), or has a name that is taken;
        StorageError.
        """
        self._refuse(file)
        target = self._folder / f"{file.stem}{file.suffix.lower()}"  # trainings know endings in lower case alone
        size = file.stat().st_size
        with told_as_storage_error("The weights", self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = partial_of(target, ".part")
            try:
                _copy(file, partial, size, progress)
                sha256 = sha256_of_file(partial)
                if target.exists():
                    if sha256_of_file(target) == sha256:
                        return of_file(target, self._workers())
                    text = f'There is another file "{shown(file.name)}" on the shelf already.'
                    raise RefusedError(text, hint="Rename the file, or remove the other one.")
                write_note(target, WeightsNote(size, sha256, f"Copied from {file}.", clock.now()))
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
        return of_file(target, self._workers())

    def verify(self, key: str, progress: Progress = _unwatched) -> str:
        """Hash it again. Returns what was found, as a sentence; the hash of a file without one is written down.

        Raises WeightsError (E-354) when it is not what it was or nobody can tell, NotFoundError when it is gone.
        """
        item = self.get(key)
        if item.path is None or not item.path.is_file():
            raise NotFoundError(f'"{shown(item.title)}" is not there: {shown(item.path or "its folder")}.')
        progress(0, item.n_bytes, f"Reading {shown(item.title)}")
        if item.origin is ShelfOrigin.STARTER:
            require_unaltered(item.path.parent)
        elif item.origin is ShelfOrigin.VERSION:
            for problem in verify(item.path.parent, (WEIGHTS_FILE,)):
                raise WeightsError(f'"{shown(item.title)}" is not as it was published: {problem.text}', code="E-354")
        else:
            self._verify_file(item, progress)
        progress(item.n_bytes, item.n_bytes, f"Reading {shown(item.title)}")
        return (
            f'"{shown(item.title)}" is as it was.'
            if item.sha256
            else f'"{shown(item.title)}" has a SHA-256 from now on.'
        )

    def describe(
        self, key: str, *, code_licence: str | None = None, weights_licence: str | None = None, note: str | None = None
    ) -> ShelfItem:
        """What the person knows of a file; None leaves what was said. Raises RefusedError for what is no file of the
        weights folder, WeightsError for a note that cannot be read, StorageError."""
        item = self._own_file(self.get(key), "described")
        assert item.path is not None
        known = _readable_note(item)
        known = replace(
            known,
            code_licence=known.code_licence if code_licence is None else code_licence.strip(),
            weights_licence=known.weights_licence if weights_licence is None else weights_licence.strip(),
            note=known.note if note is None else note.strip(),
        )
        with told_as_storage_error("The note", self._folder):
            write_note(item.path, known)
        return of_file(item.path, self._workers())

    def remove(self, key: str) -> None:
        """Into the trash of the weights folder, which is emptied of what has lain there long enough.

        Raises RefusedError for what cannot be removed from here, with the reason, and for what a run needs (E-550).
        """
        item = self._own_file(self.get(key), "removed")
        assert item.path is not None
        run = self._user_of(item.path)
        if run:
            text = f'"{shown(item.title)}" is in use by the run "{shown(run)}".'
            raise RefusedError(text, hint="Stop the training before removing it.", code="E-550")
        trash = self._folder / f"{TRASH_PREFIX}{clock.new_id()}"
        with told_as_storage_error("The weights", self._folder):
            trash.mkdir(mode=0o700)
            item.path.replace(trash / item.path.name)
            note = note_file(item.path)
            if note.exists():
                note.replace(trash / note.name)
            os.utime(trash)
        self._empty_trash()

    def _workers(self) -> tuple[WorkerDescription, ...]:
        infos = self._catalog.list_workers(include_hidden=True)
        return tuple(self._catalog.get(info.slug) for info in infos if info.is_available)

    def _refuse(self, file: Path) -> None:
        if not file.is_file():
            raise RefusedError(f'The weights file "{shown(file)}" is not there.', hint="Choose it again.", code="E-352")
        if file.name.startswith("."):
            text = f'"{shown(file.name)}" begins with a dot; such files are not listed.'
            raise RefusedError(text, hint="Rename the file.", code="E-351")
        if file.suffix.lower() not in SUFFIXES:
            text = f'"{shown(file.name)}" is no weights file; they end in {", ".join(SUFFIXES)}.'
            raise RefusedError(text, hint="Choose another file.", code="E-351")
        if file.suffix.lower() == ".safetensors":
            if (file.parent / MODEL_FILE).is_file() and file.name == WEIGHTS_FILE:
                text = f'"{shown(file.parent)}" is a version that Calque has exported.'
                raise RefusedError(text, hint="Import it on the page of models.", code="E-351")
            try:
                require_weights(file)
            except WeightsError as error:
                raise RefusedError(error.text, hint="Choose another file.", code="E-351") from error
            return
        refusal = refuse_weights(file)
        if refusal:
            raise RefusedError(refusal, hint="Choose weights from somewhere you trust.", code="E-351")

    def _verify_file(self, item: ShelfItem, progress: Progress) -> None:
        assert item.path is not None
        with told_as_storage_error("The weights", item.path):
            found = sha256_of_file(item.path)
        if not item.sha256:
            note = replace(_readable_note(item), sha256=found, n_bytes=item.n_bytes)
            with told_as_storage_error("The note", self._folder):
                write_note(item.path, replace(note, added_at=note.added_at or item.added_at))
        elif found != item.sha256:
            text = f'"{shown(item.title)}" is not what it was: its SHA-256 is {found[:12]}…, not {item.sha256[:12]}….'
            raise WeightsError(text, hint="Get the file again, and remove this one.", code="E-354")

    def _own_file(self, item: ShelfItem, done: str) -> ShelfItem:
        if item.kept_reason:
            raise RefusedError(f'"{shown(item.title)}" cannot be {done} from here. {item.kept_reason}')
        return item

    def _user_of(self, path: Path) -> str:
        """The name of a run that is not over and starts from the file; "" when none does."""
        for record in self._runs.list_runs(RunFilter(statuses=_UNFINISHED)):
            try:
                payload = read_request(RunLayout(record.folder)).payload
            except RunError:
                continue  # an unreadable run cannot start
            names = {Path(str(payload.get(key) or "")).name for key in ("weights", "pretrained")}
            if path.name in names:
                return record.name
        return ""

    def _empty_trash(self) -> None:
        for trash in self._folder.glob(f"{TRASH_PREFIX}*"):
            if time.time() - trash.stat().st_mtime > TRASH_DAYS * 86_400:
                shutil.rmtree(trash, ignore_errors=True)


def _readable_note(item: ShelfItem) -> WeightsNote:
    """To be written anew with more in it. Raises WeightsError for one that cannot be read: what it says would be lost,
    the SHA-256 among it."""
    assert item.path is not None
    note = read_note(item.path)
    if note.problem:
        name = shown(note_file(item.path).name)
        text = f'What "{shown(item.title)}" was when it came cannot be told: {note.problem}'
        raise WeightsError(text, hint=f'Restore "{name}" from a backup, or delete it to begin a new one.', code="E-354")
    return note


def _copy(source: Path, target: Path, size: int, progress: Progress) -> None:
    done = 0
    with source.open("rb") as read, target.open("xb") as written:
        for chunk in _chunks(read.read):
            written.write(chunk)
            done += len(chunk)
            progress(done, max(size, done), f"Copying {shown(source.name)}")
        written.flush()
        os.fsync(written.fileno())


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while chunk := read(1 << 20):
        yield chunk
