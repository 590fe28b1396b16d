"""The program as a person runs it: its own process, a home of its own, a small project drawn here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pytestqt.qtbot import QtBot

sys.path.append(str(Path(__file__).parent))

from window_desk import Desk

ROOT = Path(__file__).resolve().parents[2]
SIDE = 96


@dataclass(frozen=True)
class Answer:
    code: int
    data: dict[str, Any]
    stderr: str


Calque = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def calque(home: Path) -> Calque:
    """Run a verb with `--json` in a process of its own and read its answer."""

    def run(*arguments: object, timeout: float = 240) -> Answer:
        command = [sys.executable, "-m", "app", "--home", home, "--json", *arguments]
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Answer(done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr)

    return run


@pytest.fixture
def desk(home: Path, qtbot: QtBot) -> Iterator[Desk]:
    """Opens windows on the home; whatever is open or runs at the test's end is ended."""
    desk = Desk(home, qtbot)
    yield desk
    desk.end()


def draw_shape(draw: ImageDraw.ImageDraw, category: str, box: tuple[int, int, int, int]) -> None:
    if category == "disc":
        draw.ellipse(box, fill=(200, 60, 40))
    else:
        draw.rectangle(box, fill=(30, 70, 170))


def outline(category: str, x: int, y: int, w: int, h: int) -> list[int]:
    """The bar's corners; for the disc eight points, so that the file holds outlines and not only boxes."""
    if category == "bar":
        return [x, y, x + w, y, x + w, y + h, x, y + h]
    a, b = w // 3, h // 3
    corners = [(a, 0), (w - a, 0), (w, b), (w, h - b), (w - a, h), (a, h), (0, h - b), (0, b)]
    return [value for dx, dy in corners for value in (x + dx, y + dy)]


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """A COCO folder: discs and bars in train/ (8 images), val/ (4) and test/ (4), boxes and polygons."""
    folder = tmp_path / "shapes of a naïve \N{SNOWMAN} user"
    categories = [{"id": 7, "name": "disc"}, {"id": 0, "name": "bar"}]
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for split, count in (("train", 8), ("val", 4), ("test", 4)):
        (folder / split).mkdir(parents=True)
        for number in range(count):
            picture = Image.new("RGB", (SIDE, SIDE), (235, 230, 215))
            draw = ImageDraw.Draw(picture)
            image_id = len(images) + 1
            for index, category in enumerate(categories):
                # By the image's id: the same picture in two sets is refused.
                x = 8 + (image_id * 7 + index * 40) % 48
                y = 10 + (image_id * 11 + index * 23) % 44
                w, h = (26, 26) if index == 0 else (34, 14)
                draw_shape(draw, str(category["name"]), (x, y, x + w, y + h))
                ring = outline(str(category["name"]), x, y, w, h)
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": image_id,
                        "category_id": category["id"],
                        "bbox": [x, y, w, h],
                        "area": w * h,
                        "segmentation": [ring],
                        "iscrowd": 0,
                    }
                )
            name = f"{split}/{number}.jpg"
            picture.save(folder / name, quality=92)
            images.append({"id": image_id, "file_name": name, "width": SIDE, "height": SIDE})
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Pictures nobody has labelled: on each a seal and a line, of another ink and paper each time."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(10):
        picture = Image.new("RGB", (96, 96), (235, 230 - 3 * number, 215))
        draw = ImageDraw.Draw(picture)
        draw.ellipse((20, 20, 50, 50), fill=(200, 60, 40))
        draw.rectangle((16, 60, 80, 72), fill=(30, 70, 170 - 8 * number))
        picture.save(folder / f"letter_{number}.jpg", quality=92)
    return folder
