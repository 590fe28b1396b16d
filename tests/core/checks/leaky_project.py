"""A project in folders train, val and test, with what should not be in it: copies saved anew, one book in two sets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from app.services import build_services
from core.domain.geometry import Box
from core.domain.image_ids import ImageIds
from core.domain.imports import ImportSource
from core.domain.projects import ImageFilter
from core.home import Home
from core.registry.stores.annotations import NewAnnotation, insert_annotations
from core.registry.stores.images import ImageFacts, insert_images


class LeakyProject:
    def __init__(self, folder: Path) -> None:
        self.services = build_services(Home(folder / "home"))
        self.root = folder / "images"
        self._images: list[dict[str, object]] = []
        self._annotations: list[dict[str, object]] = []
        self._draw_all()
        file = self.root / "annotations.json"
        categories = [{"id": 1, "name": "seal"}, {"id": 2, "name": "Seal "}, {"id": 3, "name": "stamp"}]
        content = {"images": self._images, "annotations": self._annotations, "categories": categories}
        file.write_text(json.dumps(content))
        self.source = ImportSource(file, self.root, "coco")
        report = self.services.imports.commit(self.source, project_name="Leaky")
        self.project = report.project

    def close(self) -> None:
        self.services.registry.close()

    def paths(self, ids: ImageIds) -> set[str]:
        return {image.path for image in self.services.projects.get_images(tuple(ids))}

    def id_of(self, path: str) -> str:
        ids = self.services.projects.list_image_ids(ImageFilter(self.project))
        return next(image.id for image in self.services.projects.get_images(tuple(ids)) if image.path == path)

    def _draw_all(self) -> None:
        for number in range(12):
            self._add(f"train/book{number // 4}_p{number:03}.jpg", picture(number), n_shapes=2)
        for number in range(12, 16):
            self._add(f"val/book3_p{number:03}.jpg", picture(number), n_shapes=1)
        self._add("val/book0_p016.jpg", picture(16), n_shapes=1)  # a page of the first book, beside its set
        for number in range(20, 23):
            self._add(f"test/book4_p{number:03}.jpg", picture(number), n_shapes=1)
        self._add("test/saved anew.jpg", picture(1), quality=60)
        small = picture(2).resize((192, 144), Image.Resampling.LANCZOS)
        self._add("test/smaller.png", small)
        self._add("val/same file.jpg", picture(5))
        self._add("train/nothing said.jpg", picture(90))

    def _add(self, path: str, image: Image.Image, *, quality: int = 90, n_shapes: int = 0) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        options = {"quality": quality} if path.endswith("jpg") else {}
        image.save(file, **options)
        key = len(self._images) + 1
        if path.startswith("train/nothing"):
            return
        width, height = image.size
        self._images.append({"id": key, "file_name": path, "width": width, "height": height})
        for shape in range(n_shapes):
            self._box(key, 1 + 2 * shape, 10 + 60 * shape, 12, 40, 30)
        if path == "train/book0_p000.jpg":
            self._box(key, 1, 11, 12, 40, 30)  # drawn again

    def draw_beyond(self, path: str) -> None:
        """As a program may have written it that does not cut boxes off, 40 pixels beyond the right border."""
        (category,) = (c for c in self.services.projects.list_categories(self.project) if c.name == "stamp")
        drawn = NewAnnotation(int(self.id_of(path)), int(category.id), Box(200, 100, 280, 130))
        with self.services.registry.write() as session:
            insert_annotations(session, [drawn])

    def add_bare(self, path: str) -> None:
        """An image of which nothing is known but its file."""
        with self.services.registry.write() as session:
            insert_images(session, self.project, [ImageFacts(path, 240, 180, 1, "0" * 64, 1000, 0)])

    def _box(self, image: int, category: int, x: float, y: float, width: float, height: float) -> None:
        self._annotations.append(
            {"id": len(self._annotations) + 1, "image_id": image, "category_id": category, "iscrowd": 0,
             "bbox": [x, y, width, height], "area": width * height, "segmentation": []}
        )  # fmt: skip


def picture(number: int) -> Image.Image:
    """240 x 180, unlike all others."""
    noise = np.random.default_rng(number).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((240, 180), Image.Resampling.BICUBIC)
