from __future__ import annotations

import os
import socket
from pathlib import Path

from core.domain.imports import Problem
from core.formats.reading.found_files import find_files


def test_what_is_no_plain_file_is_named_and_nothing_waits(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("x")
    (root / "b.txt").write_text("x")
    (root / "sub" / "c.TXT").write_text("")
    (root / "other.dat").write_text("x")
    (root / ".hidden.txt").write_text("x")
    os.mkfifo(root / "pipe.txt")
    os.mkfifo(root / "pipe.dat")
    (root / "loop.txt").symlink_to(root / "loop.txt")
    (root / "gone.txt").symlink_to(root / "nothing")
    (root / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "in.txt").symlink_to(root / "b.txt")
    (root / "round").symlink_to(root)
    (root / "named.txt").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # the path of a socket is short
        try:
            listener.bind("s.txt")
        finally:
            os.chdir(here)
        found = list(find_files(root, {".txt"}))
    files = [item.relative_to(root).as_posix() for item in found if isinstance(item, Path)]
    problems = {Path(item.file).name: item for item in found if isinstance(item, Problem)}
    assert files == ["b.txt", "in.txt", "sub/c.TXT"]
    assert set(problems) == {"pipe.txt", "loop.txt", "gone.txt", "out.txt", "s.txt", "round"}
    assert "a named pipe" in problems["pipe.txt"].text and "a socket" in problems["s.txt"].text
    assert "leads nowhere" in problems["loop.txt"].text and "outside" in problems["out.txt"].text
    assert "link to a folder" in problems["round"].text
