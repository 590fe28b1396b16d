"""A folder of pages with the flaws that the checks look for, for the guide's pictures: made from the sample's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from PIL import Image

Coco = dict[str, list[dict[str, Any]]]
"""What a file of COCO holds."""

FOLDERS = (("train", 24), ("val", 6), ("test", 8))
"""Folder, and how many of its pages are taken."""
SAVED_AGAIN = ("page_003.jpg", "page_008.jpg", "page_015.jpg")  # of train, in test under other names
TWICE = "page_010.jpg"  # of train, in val as the very same file
N_UNLABELLED = 9  # of train, its last ones
TURNED = "page_004.jpg"  # of val


def make_flawed_pages(sample: Path, target: Path) -> None:
    """Write the folder, which must not exist (FileExistsError): train, val, test and `annotations.json` in it."""
    target.mkdir(parents=True)
    told: Coco = json.loads((sample / "annotations.json").read_text(encoding="utf-8"))
    numbers = {str(image["file_name"]): int(image["id"]) for image in told["images"]}
    made: Coco = {"images": [], "annotations": [], "categories": told["categories"]}

    def add(name: str, shapes_of: str) -> None:
        number = len(made["images"]) + 1
        with Image.open(target / name) as picture:
            width, height = picture.size
        made["images"].append({"id": number, "file_name": name, "width": width, "height": height})
        for one in told["annotations"]:
            if one["image_id"] == numbers[shapes_of]:
                made["annotations"].append({**one, "id": len(made["annotations"]) + 1, "image_id": number})

    for folder, n_pages in FOLDERS:
        (target / folder).mkdir()
        for at, name in enumerate(sorted(file.name for file in (sample / folder).glob("*.jpg"))[:n_pages]):
            shutil.copyfile(sample / folder / name, target / folder / name)
            is_labelled = folder != "train" or at < n_pages - N_UNLABELLED
            if is_labelled:
                add(f"{folder}/{name}", f"{folder}/{name}")
    for name in SAVED_AGAIN:
        with Image.open(sample / "train" / name) as picture:
            picture.resize((512, 720)).save(target / "test" / f"scan_{name}", quality=80)
    shutil.copyfile(sample / "train" / TWICE, target / "val" / f"again_{TWICE}")
    add(f"val/again_{TWICE}", f"train/{TWICE}")
    made["annotations"].append(_moved(made["annotations"][0], id=len(made["annotations"]) + 1))  # drawn twice
    _turn(target / "val" / TURNED)
    (target / "annotations.json").write_text(json.dumps(made), encoding="utf-8")


def _moved(annotation: dict[str, Any], *, id: int) -> dict[str, Any]:
    """The same shape, one pixel beside itself."""
    x, *others = annotation["bbox"]
    points = [[value + (at % 2 == 0) for at, value in enumerate(outline)] for outline in annotation["segmentation"]]
    return {**annotation, "id": id, "bbox": [x + 1, *others], "segmentation": points}


def _turn(file: Path) -> None:
    """As if the camera was held on its side."""
    with Image.open(file) as picture:
        exif = picture.getexif()
        exif[0x0112] = 6
        picture.save(file, exif=exif)
