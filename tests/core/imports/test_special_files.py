"""Pipes, sockets, devices, links in circles and empty files among images and labels: named, and nothing waits."""

from __future__ import annotations

import json
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
COCO = {
    "images": [{"id": 1, "file_name": "good.jpg"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]}],
    "categories": [{"id": 1, "name": "x"}],
}
OF_FORMAT = {
    "coco": {"good.json": json.dumps(COCO)},
    "yolo": {"good.txt": ROW, "classes.txt": "x\n"},
    "alto": {"good.xml": PAGE},
    "images": {},
}
ENDINGS = ("jpg", "txt", "xml", "json", "yaml", "data", "names")


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
    for ending in ENDINGS:
        expected |= add_specials(pictures, ending)
        if ending != "txt":
            (pictures / f"empty.{ending}").write_bytes(b"")
            expected.add(f"empty.{ending}")
    (pictures / "round").symlink_to(pictures)
    os.mkfifo(pictures / "notes.json")
    preview = imports.preview(ImportSource(pictures))
    assert preview.format == slug
    assert preview.n_images == 1 and preview.n_annotations == (slug != "images")
    said = Counter(Path(problem.file).name for problem in preview.problems)
    expected |= {"round", "notes.json"}
    assert expected <= set(said)
    assert not [name for name, n in said.items() if n > 1 and name in expected]
