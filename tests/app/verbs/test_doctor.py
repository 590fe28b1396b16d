"""The findings on a home that is not as it should be."""

from __future__ import annotations

from pathlib import Path

from app.verbs.doctor import check_formats, check_home, check_registry
from core.home import Home
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.stores import projects


def test_a_damaged_registry_and_its_newest_backup(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.ensure()
    registry = Registry(home.registry_file, home.backups)
    registry.open()
    backup = registry.back_up()
    registry.close()
    home.registry_file.write_bytes(b"no database" * 100)

    finding = check_registry(home)

    assert finding.state == "error"
    assert "is damaged" in finding.text
    assert str(backup.path) in finding.hint


def test_a_registry_that_is_not_made_yet(tmp_path: Path) -> None:
    finding = check_registry(Home(tmp_path))
    assert finding.state == "ok"
    assert finding.text.startswith("not made yet (SQLite 3.")


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    finding = check_home(Home(tmp_path / "home"))
    assert finding.state == "error"
    assert "there is a file of that name" in finding.text
    assert "--home" in finding.hint


def test_the_formats_are_named(tmp_path: Path) -> None:
    finding = check_formats(Home(tmp_path))
    assert finding.state == "ok"
    assert finding.text.startswith("coco, yolo, ") and finding.text.endswith(", images")


def test_wrong_counts_are_no_reason_for_a_backup(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.ensure()
    with Registry(home.registry_file, home.backups) as registry:
        registry.back_up()
        with registry.write() as session:
            project = projects.insert_project(session, name="Parish", root=tmp_path)
            projects.add_folders(session, project, ["a"])
    with connected(home.registry_file, "rw") as connection:
        connection.execute("UPDATE folder SET n_images = 7")
    finding = check_registry(home)
    assert (finding.state, finding.hint) == ("error", "")
    assert "calque verify --recount" in finding.text
