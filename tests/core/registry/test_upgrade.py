"""From every schema ever released to the present one, without losing anything on the way."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.domain.geometry import Box, Polygon
from core.domain.projects import ImageFilter
from core.domain.runs import RunStatus
from core.errors import RegistryCorruptError
from core.registry.backups import list_backups
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.schema import SCHEMA, Schema
from core.registry.stores import annotations, configurations, evaluations, images, models, projects, runs, snapshots
from core.registry.tables.metadata import full_metadata

ASSETS = Path(__file__).with_name("assets")

_NEXT_REVISION = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0007", "0006", None, None

def upgrade():
    # Copies the table, as every change of a column does in SQLite.
    with op.batch_alter_table("project") as batch:
        batch.add_column(sa.Column("motto", sa.String(100), nullable=True))
        batch.alter_column("name", type_=sa.String(300))
    op.execute("UPDATE project SET motto = 'festina lente'")
    {fault}
"""


def schema_with_next_revision(folder: Path, fault: str = "") -> Schema:
    shutil.copytree(SCHEMA.migrations, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "revision_0007.py").write_text(_NEXT_REVISION.format(fault=fault))
    return Schema(folder, (*SCHEMA.revisions, "0007"))


def test_the_known_revisions_are_the_scripts(tmp_path: Path) -> None:
    scripts = ScriptDirectory(str(SCHEMA.migrations))
    oldest_first = [script.revision for script in scripts.walk_revisions()][::-1]
    assert oldest_first == list(SCHEMA.revisions)
    assert scripts.get_current_head() == SCHEMA.head


def test_the_migrations_make_exactly_the_tables_of_the_code(registry: Registry) -> None:
    with registry.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"target_metadata": full_metadata()})
        assert compare_metadata(context, full_metadata()) == []


@pytest.fixture(params=SCHEMA.revisions)
def released_file(request: pytest.FixtureRequest, registry_file: Path) -> Path:
    """A registry as the Calque of that revision left it."""
    registry_file.parent.mkdir(parents=True)
    with connected(registry_file, "rwc") as connection:
        connection.executescript((ASSETS / f"registry_{request.param}.sql").read_text(encoding="utf-8"))
    return registry_file


def test_a_registry_of_every_released_schema_opens_with_all_its_content(
    released_file: Path, registry_backups: Path
) -> None:
    with Registry(released_file, registry_backups) as registry:
        assert registry.check() == ()
        with registry.read() as session:
            (project,) = projects.list_projects(session)
            assert (project.name, project.n_images, project.n_annotated, project.n_annotations) == ("Parish", 3, 2, 3)
            assert [category.name for category in projects.list_categories(session, project.id)] == ["line", "initial"]
            ids = images.list_image_ids(session, ImageFilter(project.id))
            first, second, third = annotations.get_annotated(session, ids)
            assert [image.image.path for image in (first, second, third)] == ["a/1.png", "a/2.png", "b/\udcff.png"]
            assert first.annotations[0].geometry == Box(1.25, 2.5, 30.0, 40.0)
            assert first.annotations[1].geometry == Polygon(((0.0, 0.0, 10.0, 0.0, 10.0, 10.5),))
            assert second.annotations[0].is_crowd
            (run,) = runs.list_runs(session)
            assert (run.name, run.status, run.version_label) == ("First run", RunStatus.SUCCESS, "V001 (first)")
            assert len(runs.list_metrics(session, run.id)) == 2
            (version,) = models.list_versions(session)
            assert version.headline is not None
            assert version.headline.value == 0.5
            assert len(evaluations.list_tables(session, version.id)) == 1
            assert [snapshot.label for snapshot in snapshots.list_snapshots(session, project.id)] == ["V001"]
            assert [found.name for found in configurations.list_configurations(session)] == ["Fast"]


def test_a_frozen_dataset_cannot_be_changed_by_anybody(released_file: Path, registry_backups: Path) -> None:
    with Registry(released_file, registry_backups):
        pass
    with connected(released_file, "rw") as connection:
        for statement in ("UPDATE snapshot SET number = 2", "DELETE FROM snapshot"):
            with pytest.raises(Exception, match="a frozen dataset cannot be changed"):
                connection.execute(statement)


@pytest.fixture
def older_file(registry_file: Path, registry_backups: Path, tmp_path: Path) -> Iterator[Path]:
    with Registry(registry_file, registry_backups) as registry, registry.write() as session:
        project = projects.insert_project(session, name="Old", root=tmp_path)
        images.insert_images(session, project, [images.ImageFacts("a.png", 1, 1, 1, "00" * 32, 1, 1)])
    yield registry_file


def test_an_older_registry_is_copied_and_then_upgraded(
    older_file: Path, registry_backups: Path, tmp_path: Path
) -> None:
    newer = schema_with_next_revision(tmp_path / "migrations")
    with Registry(older_file, registry_backups, schema=newer) as registry:
        with registry.read() as session:
            assert session.execute(text("SELECT name, motto FROM project")).all() == [("Old", "festina lente")]
            assert session.execute(text("SELECT count(*) FROM image")).scalar() == 1, "no cascade was set off"
            assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert registry.check() == ()
    (backup,) = list_backups(registry_backups)
    assert backup.label == "before-0007"
    with Registry(backup.path, tmp_path / "none") as copy, copy.read() as session:
        assert [project.name for project in projects.list_projects(session)] == ["Old"]


def test_an_upgrade_that_fails_changes_nothing(older_file: Path, registry_backups: Path, tmp_path: Path) -> None:
    newer = schema_with_next_revision(tmp_path / "migrations", fault='op.execute("SELECT * FROM nowhere")')
    with pytest.raises(Exception, match="nowhere"):
        Registry(older_file, registry_backups, schema=newer).open()
    with Registry(older_file, registry_backups) as registry:
        assert registry.check() == ()
        with registry.read() as session:
            assert [project.name for project in projects.list_projects(session)] == ["Old"]


def test_an_upgrade_that_would_orphan_rows_is_refused(older_file: Path, registry_backups: Path, tmp_path: Path) -> None:
    newer = schema_with_next_revision(tmp_path / "migrations", fault='op.execute("DELETE FROM project")')
    with pytest.raises(RegistryCorruptError, match="could not be upgraded"):
        Registry(older_file, registry_backups, schema=newer).open()
    with Registry(older_file, registry_backups) as registry, registry.read() as session:
        assert [project.name for project in projects.list_projects(session)] == ["Old"]


def test_an_upgrade_that_is_killed_changes_nothing(
    older_file: Path, registry_backups: Path, tmp_path: Path, start_child
) -> None:
    schema_with_next_revision(tmp_path / "migrations", fault="import os; os.kill(os.getpid(), 9)")
    child = start_child(
        """
        import pathlib, sys
        from core.registry.database import Registry
        from core.registry.schema import Schema
        file, migrations = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
        schema = Schema(migrations, ("0001", "0002", "0003", "0004", "0005", "0006", "0007"))
        Registry(file, file.parent / "backups", schema=schema).open()
        """,
        older_file,
        tmp_path / "migrations",
    )
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    with Registry(older_file, registry_backups) as registry:
        assert registry.check() == ()
        with registry.read() as session:
            assert [project.name for project in projects.list_projects(session)] == ["Old"]
    (tmp_path / "migrations" / "versions" / "revision_0007.py").write_text(_NEXT_REVISION.format(fault=""))
    with Registry(
        older_file, registry_backups, schema=Schema(tmp_path / "migrations", (*SCHEMA.revisions, "0007"))
    ) as registry:
        assert registry.check() == ()
