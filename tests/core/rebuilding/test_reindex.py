"""Runs, versions and what belongs to them, listed again from their folders alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.services import Services, open_services, registry_of
from core.domain.models import ModelVersion, VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.errors import RegistryLostError
from core.home import Home
from core.rebuilding.findings import Rebuilt
from core.rebuilding.service import reindex, reindex_home
from core.runs.kinds import RunKindCatalog
from tests.fixtures.old_home import OldHome, lay_out


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    """Nine runs in every state, their versions, some published, one deleted, one imported."""
    return lay_out(tmp_path)


def rebuild(home: Home) -> Rebuilt:
    registry = registry_of(home)
    try:
        return reindex_home(home, registry, RunKindCatalog())
    finally:
        registry.close()


def plain(record: RunRecord) -> RunRecord:
    """Without what depends on the place, and what an older Calque put otherwise."""
    return replace(
        record,
        epochs_done=None,
        project_name="",
        folder=Path(record.folder.name),
        reason=record.reason[:60],
        progress=1.0,
    )


def told(services: Services, version: ModelVersion) -> tuple[object, ...]:
    tables = services.models.get_details(version.id).tables
    return (
        version.label, version.model_name, version.status, version.worker, version.architecture, version.parent,
        version.run, version.snapshot, version.snapshot_label, version.headline, version.is_partial,
        version.content_sha256, version.duration_s, tables,
    )  # fmt: skip


def test_a_lost_registry_is_rebuilt_from_runs_and_versions(old: OldHome) -> None:
    home = Home(old.home)
    with open_services(home) as services:
        before = {record.id: plain(record) for record in services.runs.list_runs()}
        versions = {item.run: told(services, item) for item in services.models.list_versions() if item.run}
        foreign = [item.content_sha256 for item in services.models.list_versions() if not item.run]
        snapshots = services.datasets.list_snapshots(services.projects.list_projects()[0].id)
    shutil.rmtree(home.backups)
    home.registry_file.unlink()
    with pytest.raises(RegistryLostError), open_services(home):
        pass
    rebuilt = rebuild(home)
    assert rebuilt.projects == ("Old drawings",)
    assert rebuilt.n_runs == len(before)
    assert rebuilt.aside is None
    with open_services(home) as services:
        for record in services.runs.list_runs():
            was = before[record.id]
            if was.status.is_terminal:
                assert plain(record) == was, record.name
            else:
                assert (record.name, record.version) == (was.name, was.version)
        (project,) = services.projects.list_projects()
        assert (project.name, project.root) == ("Old drawings", old.project_root)
        for version in services.models.list_versions():
            if version.run in versions and version.status is VersionStatus.AVAILABLE:
                assert told(services, version) == versions[version.run]
        assert {item.run for item in services.models.list_versions()} >= set(versions)
        assert set(foreign) <= {item.content_sha256 for item in services.models.list_versions()}
        again = {item.id: item for item in services.datasets.list_snapshots(project.id)}
        for snapshot in snapshots:
            found = again[snapshot.id]
            assert replace(found, created_at=snapshot.created_at) == snapshot
        assert services.registry.check() == ()
        assert reindex(home, services.registry, RunKindCatalog()) == Rebuilt((), 0, 0, 0, ()), "once is enough"


def test_a_damaged_registry_is_kept_aside(old: OldHome) -> None:
    home = Home(old.home)
    content = bytearray(home.registry_file.read_bytes())
    content[0:8192] = b"x" * 8192
    home.registry_file.write_bytes(content)
    rebuilt = rebuild(home)
    assert rebuilt.aside is not None
    assert rebuilt.aside.read_bytes() == bytes(content)
    with open_services(home) as services:
        assert len(services.runs.list_runs()) == rebuilt.n_runs > 5


def test_what_a_restored_copy_does_not_know_is_listed(old: OldHome) -> None:
    home = Home(old.home)
    with open_services(home) as services:
        known = {record.id for record in services.runs.list_runs()}
        gone = next(record for record in services.runs.list_runs() if record.status is RunStatus.FAILED)
        services.runs.rename(gone.id, "Called so since")
        services.runs.remove(gone.id, with_files=False)
        before = [told(services, version) for version in services.models.list_versions()]
    rebuilt = rebuild(home)
    assert (rebuilt.projects, rebuilt.n_runs, rebuilt.aside) == ((), 1, None)
    with open_services(home) as services:
        assert {record.id for record in services.runs.list_runs()} == known
        assert services.runs.get_run(gone.id).name == "Called so since"
        assert services.runs.get_run(gone.id).status is RunStatus.FAILED
        assert [told(services, version) for version in services.models.list_versions()] == before


def test_what_cannot_be_listed_again_is_named(old: OldHome) -> None:
    home = Home(old.home)
    home.registry_file.unlink()
    damaged, orphaned, bare = (old.run_folder(name) for name in ("success", "outlines", "retried"))
    for folder in (damaged, orphaned):
        (folder / "request.json").write_text("{")
    for manifest in home.snapshots.glob("*.jsonl"):
        manifest.unlink()
    stated = (path for path in home.models.glob("*/model.json"))
    for file in [path for path in stated if json.loads(path.read_bytes())["run"] == old.runs["success"]]:
        file.chmod(0o600)
        file.write_text("[]")
    rebuilt = rebuild(home)
    kinds = {problem.kind for problem in rebuilt.problems}
    assert {"run-lost", "dataset-lost", "version-lost"} <= kinds
    assert any(damaged.name in problem.file for problem in rebuilt.problems)
    with open_services(home) as services:
        assert services.runs.get_run(bare.name).snapshot is not None  # type: ignore[arg-type]
        orphans = [item for item in services.models.list_versions() if item.run is None]
        assert "outlines" in {item.name for item in orphans}, "of a run whose request is gone"
        assert services.registry.check() == ()


def test_a_version_whose_files_are_gone_counts_as_deleted(old: OldHome) -> None:
    home = Home(old.home)
    with open_services(home) as services:
        version = next(item for item in services.models.list_versions() if item.run == old.runs["outlines"])
        services.models.delete_version(version.id)
    shutil.rmtree(home.backups)
    home.registry_file.unlink()
    rebuilt = rebuild(home)
    assert "version-without-files" in {problem.kind for problem in rebuilt.problems}
    with open_services(home) as services:
        assert services.models.get_version(version.id).is_deleted
        assert version.id not in {item.id for item in services.models.list_versions()}


def test_a_kill_in_the_middle_leaves_the_loss_to_be_told(old: OldHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(old.home)
    home.registry_file.unlink()

    def stop(*_: object) -> Callable[..., object]:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.rebuilding.service._bury_without_files", stop)
    with pytest.raises(KeyboardInterrupt):
        rebuild(home)
    assert not home.registry_file.exists()
    monkeypatch.undo()
    with pytest.raises(RegistryLostError), open_services(home):
        pass
    assert rebuild(home).n_runs > 5
