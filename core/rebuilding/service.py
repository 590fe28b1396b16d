"""`calque doctor --reindex`: runs, published versions and frozen datasets that the registry does not list are listed
again.

Runs say most: their requests name project, model and version, their events what was measured. What is published and
of no run that is there becomes a version of a model of no project.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.domain.ids import ModelId, RunId, VersionId
from core.domain.imports import Severity
from core.domain.models import VersionStatus
from core.domain.names import shown
from core.domain.runs import RunRecord, RunStatus
from core.errors import CalqueError, RegistryCorruptError, RegistryLostError, RunError
from core.home import Home
from core.models.importing import Bundle, read_bundle
from core.models.publish import Published
from core.models.taking_in import insert_imported, is_fitting, make_model, stated_label
from core.models.weights_store import list_folders
from core.rebuilding.dataset_rows import list_frozen
from core.rebuilding.findings import Rebuilt, Tally
from core.rebuilding.owners import Owners
from core.registry.database import Registry
from core.registry.presence import alone
from core.registry.restoring import replace_by
from core.registry.session import Session
from core.registry.stores import models, runs
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import RunRequest, read_request
from core.runs.folder.titles import read_title
from core.runs.ingest import Ingest
from core.runs.kinds import RunKindCatalog
from core.runs.supervise import RunReader, catch_up


def reindex_home(home: Home, registry: Registry, kinds: RunKindCatalog) -> Rebuilt:
    """Into the registry as it is; into a new one, with the former file put aside, where it is lost or damaged.

    Raises RegistryError, RefusedError while another Calque has a lost one open, StorageError.
    """
    try:
        registry.open()
    except (RegistryLostError, RegistryCorruptError):
        return _rebuild(home, kinds)
    return reindex(home, registry, kinds)


def reindex(home: Home, registry: Registry, kinds: RunKindCatalog) -> Rebuilt:
    """Doing so again changes nothing."""
    tally = Tally()
    for request, layout in _unlisted_runs(home, registry, tally):
        try:
            _list_run(home, registry, kinds, request, layout, tally)
            tally.n_runs += 1
        except CalqueError as error:
            tally.add("run-lost", f'The run "{shown(request.name)}": {error}', layout.folder, Severity.ERROR)
    for record in _retried_since(registry):
        try:
            catch_up(RunLayout(record.folder), registry, kinds=kinds)
            if record.version is not None:
                _bury_without_files(home, registry, record.version, tally)
            tally.n_runs += 1
        except CalqueError as error:
            tally.add("run-lost", f'The run "{shown(record.name)}": {error}', record.folder, Severity.ERROR)
    for folder in _unlisted_versions(home, registry):
        try:
            _list_version(registry, read_bundle(folder), folder)
            tally.n_versions += 1
        except CalqueError as error:
            tally.add("version-lost", str(error), folder, Severity.ERROR)
    list_frozen(home, registry, tally)
    return tally.result()


def _rebuild(home: Home, kinds: RunKindCatalog) -> Rebuilt:
    """Beside the file, so that a kill leaves what was there."""
    new = home.registry_file.with_name(f"{home.registry_file.name}.rebuilding")
    with alone(home.registry_file):
        try:
            for left in new.parent.glob(f"{new.name}*"):
                left.unlink()
            with Registry(new, home.backups) as registry:
                rebuilt = reindex(home, registry, kinds)
            return replace(rebuilt, aside=replace_by(home.registry_file, new))
        finally:
            for left in new.parent.glob(f"{new.name}*"):
                left.unlink()


def _unlisted_runs(home: Home, registry: Registry, tally: Tally) -> list[tuple[RunRequest, RunLayout]]:
    """Oldest first: what a run starts from was made before it."""
    with registry.read() as session:
        known = {record.id for record in runs.list_runs(session)}
    found = []
    for folder in sorted(home.runs.iterdir()) if home.runs.is_dir() else ():
        if not folder.is_dir() or folder.name.startswith(".") or RunId(folder.name) in known:
            continue
        layout = RunLayout(folder)
        try:
            found.append((read_request(layout), layout))
        except RunError as error:
            tally.add("run-lost", str(error), folder, Severity.ERROR)
    return sorted((item for item in found if item[0].run not in known), key=lambda item: item[0].created_at)


def _retried_since(registry: Registry) -> list[RunRecord]:
    """Of whose last attempt a registry that was restored from a copy knows nothing."""
    with registry.read() as session:
        over = [record for record in runs.list_runs(session) if record.status.is_terminal]
    return [record for record in over if latest_attempt(RunLayout(record.folder)).number > record.attempt]


def _list_run(
    home: Home, registry: Registry, kinds: RunKindCatalog, request: RunRequest, layout: RunLayout, tally: Tally
) -> None:
    reader = RunReader(layout, kinds)
    with registry.write(durable=True) as session:
        model, version, snapshot = Owners(session, home, tally).of(request)
        record = _record_of(request, layout.folder)
        name, description = read_title(layout) or (record.name, "")
        record = replace(record, model=model, version=version, snapshot=snapshot, name=name, description=description)
        runs.insert_run(session, record)
    ingest = Ingest(registry, request.run, reader.books)
    while True:
        batch, events = reader.read()
        ingest.take(events, batch.state, has_more=batch.has_more)
        if not batch.has_more:
            break
    if ingest.error is not None:
        raise ingest.error
    if version is not None:
        _bury_without_files(home, registry, version, tally)


def _record_of(request: RunRequest, folder: Path) -> RunRecord:
    return RunRecord(
        id=request.run,
        name=request.name,
        kind=request.kind,
        project=request.project,
        project_name=request.project_name,
        worker=request.worker,
        worker_version=request.worker_version,
        model=None,
        model_name="",
        version=None,
        version_label="",
        snapshot=None,
        status=RunStatus.PENDING,
        reason="",
        stage=None,
        progress=0.0,
        device=request.device,
        attempt=1,
        created_at=request.created_at,
        folder=folder,
    )


def _bury_without_files(home: Home, registry: Registry, id: VersionId, tally: Tally) -> None:
    """A version whose files are gone was deleted, as far as anybody can tell: its place in the lineage is left."""
    with registry.write() as session:
        version = models.get_version(session, id)
        is_there = (home.models / version.content_sha256).is_dir()
        if version.status is not VersionStatus.AVAILABLE or is_there or version.is_deleted:
            tally.n_versions += version.status is VersionStatus.AVAILABLE and is_there
            return
        models.delete_version(session, id)
    text = f"{version.model_name} {version.label} was published, and its files are not there: it counts as deleted."
    tally.add("version-without-files", text, home.models / version.content_sha256, Severity.INFO)


def _unlisted_versions(home: Home, registry: Registry) -> list[Path]:
    """Oldest first by what they say of themselves."""
    with registry.read() as session:
        known = {version.content_sha256 for version in models.list_versions(session)}
    return [folder for folder in list_folders(home.models) if folder.name not in known]


def _list_version(registry: Registry, bundle: Bundle, folder: Path) -> None:
    published = Published(folder, folder.name, str(bundle.model.get("weights_sha256") or ""), is_new=False)
    with registry.write(durable=True) as session:
        number = stated_label(bundle)[1]
        insert_imported(session, bundle, published, _model_for(session, bundle), number=number)


def _model_for(session: Session, bundle: Bundle) -> ModelId:
    """The one of that name that fits, of any project; else a new one of none."""
    name = stated_label(bundle)[0]
    fitting = [model for model in models.list_models(session) if model.name == name and is_fitting(bundle, model)]
    return fitting[0].id if len(fitting) == 1 else make_model(session, bundle, None)
