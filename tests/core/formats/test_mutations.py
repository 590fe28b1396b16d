"""YOLO and ALTO folders with bytes changed, cut, doubled: read as far as possible, and nothing is lost in silence."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from core.domain.imports import ImportSource, Problem
from core.errors import FormatError
from core.formats.alto import FORMAT as ALTO
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.reading.text_files import decode_lines
from core.formats.reading.xml_files import read_xml
from core.formats.yolo import FORMAT as YOLO

N = int(os.environ.get("CALQUE_MUTATIONS", "60"))
"""Folders a format; more by hand, e.g. CALQUE_MUTATIONS=5000."""

ROWS = "0 0.5 0.5 0.2 0.5\n1 0.25 0.25 0.1 0.1\n\n0 0.1 0.1 0.9 0.1 0.5 0.9\n"
YOLO_FILES = {
    "data.yaml": "path: .\ntrain: train.txt\nval: images/val\nnc: 2\nnames:\n  0: cat\n  1: dog\n",
    "classes.txt": "cat\ndog\n",
    "notes.json": '{"categories": [{"id": "0", "name": "cat"}, {"id": 1, "name": "dog"}], "info": {}}',
    "train.txt": "./images/a.jpg\nimages/b.jpg\n",
    "labels/a.txt": ROWS,
    "labels/b.txt": "",
    "labels/val/c.txt": ROWS,
}
LINE = '<TextLine ID="l{0}" HPOS="{0}" VPOS="20" WIDTH="9" HEIGHT="8" BASELINE="1 2 3 4">{1}</TextLine>\n'
SHAPE = '<Shape><Polygon POINTS="1,1 9,1 9,9 1,9"/></Shape><String HPOS="1" VPOS="1" WIDTH="4" HEIGHT="4"/>'
BARE = '<TextLine><String HPOS="50" VPOS="1" WIDTH="4" HEIGHT="4"/></TextLine>\n<TextLine BASELINE="1 2 3 4"/>\n'
PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<alto><Description><MeasurementUnit>pixel</MeasurementUnit>'
    "<sourceImageInformation><fileName>{}.tif</fileName></sourceImageInformation></Description>\n"
    '<Layout><Page WIDTH="100" HEIGHT="80"><PrintSpace>\n'
    + LINE.format(1, "")
    + LINE.format(30, SHAPE)
    + BARE
    + "</PrintSpace>"
    "</Page></Layout></alto>"
)
ALTO_FILES = {f"alto/{name}.xml": PAGE.format(name) for name in "abc"}
PIECES = (
    b"\0",
    b"\xff\xfe",
    b"\xb0\xb2",
    b"nan",
    b"-1",
    b"1e999",
    b"9" * 400,
    b"\n",
    b" ",
    b"<",
    b"&x;",
    b'"',
    b"{",
    b"]",
)


def mutated(content: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 5))):
        at, length = rng.randrange(len(content) + 1), rng.choice((1, 2, 8, 40))
        kind = rng.randrange(6)
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content = content[:at] + content[at + length :]
        elif kind == 2:
            content = content[:at] + rng.choice(PIECES) + content[at:]
        elif kind == 3:
            content = content[:at] + rng.choice(PIECES) + content[at + length :]
        elif kind == 4:
            content = content[:at] + content[at : at + length] * 3 + content[at + length :]
        else:
            content = content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
    return content


def make(root: Path, files: dict[str, str], pictures: tuple[str, ...], rng: random.Random) -> None:
    for name in pictures:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    changed = set(rng.sample(sorted(files), rng.choice((1, 1, 2, len(files)))))
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(mutated(content.encode(), rng) if name in changed else content.encode())


def said(result: ReadResult, file: Path) -> list[Problem]:
    return [problem for problem in result.problems if Path(problem.file) == file]


@pytest.mark.parametrize("seed", range(4))
def test_yolo(tmp_path: Path, seed: int) -> None:
    for number in range(N // 4):
        rng = random.Random(f"{seed}/{number}")
        root = tmp_path / str(number)
        make(root, YOLO_FILES, ("images/a.jpg", "images/b.jpg", "images/val/c.jpg"), rng)
        assert 0 <= YOLO.detect(root) <= 1
        try:
            result = gather(YOLO.read(ImportSource(root), size_of=lambda _: PictureSize(100, 80)))
        except FormatError as error:
            assert error.text.isprintable()
            continue
        assert all(problem.text.isprintable() for problem in result.problems)
        images = {image.source_file: image for image in result.images}
        for file in sorted(root.glob("labels/**/*.txt")):
            image, problems = images.get(str(file)), said(result, file)
            assert image is not None or problems, file
            if any(problem.line is None for problem in problems):
                continue  # of the file as a whole
            lines = {n for n, text in enumerate(decode_lines(file.read_bytes()), 1) if text.split()}
            told = {item.line for item in (*(image.annotations if image else ()), *problems)}
            assert lines <= told, (number, file)
            assert not (lines and image is not None and image.is_explicit_negative)


@pytest.mark.parametrize("seed", range(4))
def test_alto(tmp_path: Path, seed: int) -> None:
    for number in range(N // 4):
        rng = random.Random(f"{seed}/{number}")
        root = tmp_path / str(number)
        make(root, ALTO_FILES, ("images/a.jpg", "images/b.jpg", "images/c.jpg"), rng)
        assert 0 <= ALTO.detect(root) <= 1
        try:
            result = gather(ALTO.read(ImportSource(root), size_of=lambda _: PictureSize(100, 80)))
        except FormatError as error:
            assert error.text.isprintable()
            continue
        assert all(problem.text.isprintable() for problem in result.problems)
        n_others = sum(problem.kind == "annotations-not-read" for problem in result.problems)
        images = {image.source_file: image for image in result.images}
        for file in sorted(root.glob("alto/*.xml")):
            image, problems = images.get(str(file)), said(result, file)
            assert image is not None or problems or n_others, (number, file)
            if image is None:
                continue
            pages = [node for node in read_xml(file).walk() if node.name == "Page"]
            n_stated = sum(node.name == "TextLine" for node in pages[0].walk())
            n_read = sum(item.category == "text_line" for item in image.annotations)
            assert n_stated <= n_read + len(problems), (number, file)
            assert not (n_stated and image.is_explicit_negative)
