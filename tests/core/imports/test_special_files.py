"""Pipes, sockets, devices, links in circles and empty files among images and labels: named, and nothing waits."""

from __future__ import annotations

import os
import socket
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from core.domain.imports import ImportSource
from core.imports.service import ImportService

ROW = "0 0.5 0.5 0.2 0.2\n"
PAGE = '<alto><Layout><Page><TextLine HPOS="1" VPOS="1" WIDTH="9" HEIGHT="9"/></Page></Layout></alto>'
OF_FORMAT = {
    "yolo": {"good.txt": ROW, "classes.txt": "x\n"},
    "alto": {"good.xml": PAGE},
    "images": {},
}
READ = {"yolo": ("jpg", "txt", "yaml", "data", "names"), "alto": ("jpg", "xml"), "images": ("jpg",)}


def add_specials(folder: Path, ending: str) -> set[str]:
    os.mkfifo(folder / f"pipe.{ending}")
    (folder / f"loop.{ending}").symlink_to(f"loop.{ending}")
    (folder / f"gone.{ending}").symlink_to(f"nothing.{ending}")
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"socket.{ending}")
    finally:
        os.chdir(here)
    return {f"{name}.{ending}" for name in ("pipe", "loop", "gone", "socket")}


@pytest.mark.parametrize("slug", OF_FORMAT)
def test_all_are_named_and_nothing_waits(imports: ImportService, pictures: Path, slug: str) -> None:
    pictures.mkdir(exist_ok=True)
    Image.new("RGB", (64, 48)).save(pictures / "good.jpg")
    for name, content in OF_FORMAT[slug].items():
        (pictures / name).write_text(content)
    expected: set[str] = set()
    for ending in ("jpg", "txt", "xml", "json", "yaml", "data", "names"):
        added = add_specials(pictures, ending)
        expected |= added if ending in READ[slug] else set()
        if ending in READ[slug] and ending != "txt":
            (pictures / f"empty.{ending}").write_bytes(b"")
            expected.add(f"empty.{ending}")
    (pictures / "round").symlink_to(pictures)
    os.mkfifo(pictures / "notes.json")
    preview = imports.preview(ImportSource(pictures))
    assert preview.format == slug
    assert preview.n_images == 1 and preview.n_annotations == (slug != "images")
    said = Counter(Path(problem.file).name for problem in preview.problems)
    assert expected | {"round"} | ({"notes.json"} if slug == "yolo" else set()) <= set(said)
    assert not [name for name, n in said.items() if n > 1 and name in expected | {"round"}]
