from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.errors import RefusedError, StorageError
from core.files.whole_folder import MARKER, is_unchanged, require_free, whole_folder


def make(target: Path, **files: str) -> None:
    with whole_folder(target) as folder:
        for name, text in files.items():
            (folder / name).write_text(text)


def test_the_folder_appears_when_all_is_in_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out"
    with whole_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
        assert folder.parent == target.parent
    assert sorted(path.name for path in target.iterdir()) == [MARKER, "a"]
    assert [path.name for path in target.parent.iterdir()] == ["out"]
    assert target.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("error", [KeyboardInterrupt, RefusedError("no"), ValueError])
def test_nothing_stays_when_the_work_breaks_off(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(BaseException), whole_folder(tmp_path / "a" / "b" / "out") as folder:  # noqa: B017
        (folder / "deep").mkdir()
        (folder / "deep" / "x").touch()
        raise error
    assert not list(tmp_path.iterdir())
    make(tmp_path / "out", a="1")
    with pytest.raises(BaseException), whole_folder(tmp_path / "out") as folder:  # noqa: B017
        raise error
    assert (tmp_path / "out" / "a").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_parents_that_somebody_uses_meanwhile_stay(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), whole_folder(tmp_path / "a" / "out"):
        (tmp_path / "a" / "mine").touch()
        raise ValueError("no")
    assert (tmp_path / "a" / "mine").exists()


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "E-250"), (errno.EIO, "")])
def test_a_failing_disk_is_told_in_words(tmp_path: Path, number: int, code: str) -> None:
    with pytest.raises(StorageError) as caught, whole_folder(tmp_path / "out"):
        raise OSError(number, os.strerror(number))
    assert caught.value.code == code
    assert "out" in caught.value.text
    assert not list(tmp_path.iterdir())


def test_a_refusal_names_the_folder_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, whole_folder(tmp_path / "out") as folder:
        raise StorageError(f'"{folder}/1.txt" cannot be written: the disk is full.', hint="Make room.", code="E-250")
    assert caught.value.text == f'"{tmp_path}/out/1.txt" cannot be written: the disk is full.'
    assert (caught.value.hint, caught.value.code) == ("Make room.", "E-250")
    assert not list(tmp_path.iterdir())


def test_its_own_is_replaced_while_nobody_changed_it(tmp_path: Path) -> None:
    target = tmp_path / "out"
    make(target, a="1", b="2")
    (target / "b").unlink()
    assert is_unchanged(target)
    make(target, c="3")
    assert sorted(path.name for path in target.iterdir()) == [MARKER, "c"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    "what", ["added", "empty folder", "edited", "same size", "linked", "linked folder", "torn", "newer", "no list"]
)
def test_what_somebody_changed_is_never_replaced(tmp_path: Path, what: str) -> None:
    target = tmp_path / "out"
    make(target, a="1")
    marker = target / MARKER
    if what == "added":
        (target / "new").mkdir()
        (target / "new" / "x").touch()
    elif what == "empty folder":
        (target / "new").mkdir()
    elif what == "edited":
        (target / "a").write_text("12")
    elif what == "same size":
        (target / "a").write_text("2")
        os.utime(target / "a", ns=(0, 0))
    elif what == "linked":
        (target / "x").symlink_to(target / "a")
    elif what == "linked folder":
        (target / "x").symlink_to(tmp_path, target_is_directory=True)
    elif what == "torn":
        marker.write_text(marker.read_text()[:-5])
    elif what == "newer":
        marker.write_text(marker.read_text().replace('"format": 1', '"format": 2'))
    else:
        marker.unlink()
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in target.rglob("*"))
    assert not is_unchanged(target)
    with pytest.raises(RefusedError, match="is not empty"):
        require_free(target)
    with pytest.raises(RefusedError, match="is not empty"):
        make(target, b="2")
    assert sorted((str(path), path.lstat().st_mtime_ns) for path in target.rglob("*")) == before


def test_what_came_into_the_place_meanwhile_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(RefusedError, match="is not empty"), whole_folder(target) as folder:
        (folder / "a").touch()
        target.mkdir()
        (target / "mine").write_text("mine")
    assert (target / "mine").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken_also_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    make(tmp_path / "link", a="1")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_text() == "1"


def test_files_in_the_way_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="is a file"):
        make(tmp_path / "file")
    with pytest.raises(RefusedError, match="is not a folder"):
        make(tmp_path / "file" / "deep" / "out")


def test_folders_in_it_are_its_own(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as folder:
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "b" / "x").touch()
    assert is_unchanged(tmp_path / "out")


def test_a_folder_that_cannot_be_moved_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    make(target, a="1")
    rename = Path.rename

    def renamed(self: Path, other: Path) -> Path:
        if self == target:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", renamed)
    with pytest.raises(StorageError):
        make(target, b="2")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (target / "a").read_text() == "1"
