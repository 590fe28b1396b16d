"""Only what a process that is gone left is swept, and only under the name that Calque gives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from core.files.leftovers import partial_of
from core.files.whole_folder import whole_folder


def gone_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_killed_exports_file_is_swept_by_the_next(tmp_path: Path):
    pid = gone_pid()
    killed = tmp_path / f".model.zip.{pid}.partial"
    killed.write_text("half")
    killed_folder = tmp_path / f".model.{pid}.partial"
    killed_folder.mkdir()
    (killed_folder / "weights.safetensors").write_text("half")
    others = [
        f".model.zip.{os.getppid()}.partial",
        ".model.zip.partial",
        f"model.zip.{pid}.partial",
        ".model.zip.x.part",
    ]
    for name in others:
        (tmp_path / name).write_text("a person's, or at work")

    assert partial_of(tmp_path / "model.zip", ".partial").name == f".model.zip.{os.getpid()}.partial"
    assert not killed.exists()
    assert killed_folder.exists(), "of another target"
    partial_of(tmp_path / "model", ".partial")
    assert not killed_folder.exists()
    assert all((tmp_path / name).exists() for name in others)


def test_a_killed_exports_folder_is_swept_by_the_next_beside_it(tmp_path: Path):
    pid = gone_pid()
    no_pid = f".calque-{10**20}-abcdefgh.part"
    for name in (f".calque-{pid}-abcdefgh.part", f".calque-{os.getppid()}-abcdefgh.part", ".calque-mine.part", no_pid):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")

    with whole_folder(tmp_path / "export") as folder:
        (folder / "annotations.json").write_text("{}")

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted([f".calque-{os.getppid()}-abcdefgh.part", no_pid, ".calque-mine.part", "export"])


def test_an_export_that_was_put_aside_goes_only_unchanged(tmp_path: Path):
    pid = gone_pid()
    for name in ("unchanged", "changed"):
        with whole_folder(tmp_path / name) as folder:
            (folder / "annotations.json").write_text("{}")
    letters = {"unchanged": "a" * 8, "changed": "b" * 8}
    asides = {name: tmp_path / f".calque-{pid}-{letters[name]}.old" for name in letters}
    for name, aside in asides.items():
        aside.mkdir()
        (tmp_path / name).rename(aside / "old")
    (asides["changed"] / "old" / "mine.txt").write_text("added by a person")

    with whole_folder(tmp_path / "export") as folder:
        (folder / "annotations.json").write_text("{}")

    assert not asides["unchanged"].exists()
    assert (asides["changed"] / "old" / "mine.txt").exists()
