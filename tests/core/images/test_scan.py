from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.imports import Problem
from core.errors import NotFoundError
from core.images.scan import ScannedFile, scan_images


def paths_of(root: Path) -> list[str]:
    return [found.path for found in scan_images(root) if isinstance(found, ScannedFile)]


def kinds_of(root: Path) -> dict[str, str]:
    return {found.file: found.kind for found in scan_images(root) if isinstance(found, Problem)}


def fill(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_pictures_in_the_order_of_folders(tmp_path: Path) -> None:
    fill(tmp_path, "b.jpg", "a/z.PNG", "a/y.tif", "a/deep/x.webp", "c/same.jpg", "a/same.jpg", "note.txt", "data.xml")
    assert paths_of(tmp_path) == ["b.jpg", "a/same.jpg", "a/y.tif", "a/z.PNG", "a/deep/x.webp", "c/same.jpg"]
    assert kinds_of(tmp_path) == {}


def test_size_and_time_are_told(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg")
    (found,) = scan_images(tmp_path)
    assert isinstance(found, ScannedFile)
    assert found.n_bytes == 1
    assert found.mtime_ns == (tmp_path / "a.jpg").stat().st_mtime_ns


def test_hidden_names_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, ".hidden.jpg", ".git/a.jpg", "__MACOSX/a.jpg", "._a.jpg", "a.jpg")
    assert paths_of(tmp_path) == ["a.jpg"]


def test_pictures_that_are_not_read_are_listed(tmp_path: Path) -> None:
    fill(tmp_path, "a.gif", "b.HEIC", "c.svg")
    assert set(kinds_of(tmp_path).values()) == {"image-unsupported-format"}
    assert len(kinds_of(tmp_path)) == 3


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    fill(root, "real.jpg", "sub/other.jpg")
    fill(tmp_path, "outside.jpg", "outside/far.jpg")
    (root / "inner.jpg").symlink_to(root / "real.jpg")
    (root / "leaves.jpg").symlink_to(tmp_path / "outside.jpg")
    (root / "leaves").symlink_to(tmp_path / "outside")
    (root / "again").symlink_to(root / "sub")
    (root / "sub" / "up").symlink_to(root)
    (root / "loop.jpg").symlink_to(root / "loop.jpg")
    (root / "broken.jpg").symlink_to(root / "nothing.jpg")
    assert paths_of(root) == ["inner.jpg", "real.jpg", "sub/other.jpg"]
    assert kinds_of(root) == {
        "leaves.jpg": "link-leaves-folder",
        "leaves": "link-to-folder",
        "again": "link-to-folder",
        "sub/up": "link-to-folder",
        "loop.jpg": "link-broken",
        "broken.jpg": "link-broken",
    }


def test_root_may_itself_be_a_link(tmp_path: Path) -> None:
    fill(tmp_path, "real/a.jpg")
    (tmp_path / "real" / "b.jpg").symlink_to(tmp_path / "real" / "a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert paths_of(tmp_path / "link") == ["a.jpg", "b.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are files on POSIX only")
def test_pipe_is_listed_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    os.mkfifo(tmp_path / "pipe")
    assert kinds_of(tmp_path) == {"pipe.jpg": "image-special-file"}


def test_names_that_are_not_utf8_stay_distinct(tmp_path: Path) -> None:
    names = [
        b"caf\xe9.jpg",
        "cafe\u0301.jpg".encode(),
        "caf\u00e9.jpg".encode(),
        "\U0001f600.jpg".encode(),
        b"a\nb.jpg",
    ]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    assert sorted(os.fsencode(path) for path in paths_of(tmp_path)) == sorted(names)


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        list(scan_images(tmp_path / "none"))


@pytest.mark.skipif(sys.platform != "linux", reason="uses setpriv")
def test_unreadable_folder_is_listed_and_the_rest_found(tmp_path: Path) -> None:
    """In a child without root's privileges, to whom permissions do not apply."""
    fill(tmp_path, "locked/a.jpg", "open/b.jpg")
    (tmp_path / "locked").chmod(0)
    code = (
        "import sys; from pathlib import Path; from core.images.scan import scan_images\n"
        f"for f in scan_images(Path({str(tmp_path)!r})):\n"
        "    print(getattr(f, 'kind', 'ok'), getattr(f, 'path', '') or f.file)"
    )
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        if folder.stat().st_uid == os.getuid() and folder != Path("/tmp"):
            folder.chmod(0o755)
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*drop, sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    (tmp_path / "locked").chmod(0o755)
    assert done.stdout.split("\n")[:2] == ["folder-unreadable locked", "ok open/b.jpg"], done.stderr
