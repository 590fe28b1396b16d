"""All services on a home of their own, and a project of drawn images in it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets.service import DatasetService
from core.domain.devices import Device, DeviceReport
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource
from core.domain.training import TrainingDraft
from core.home import Home
from core.imports.service import ImportService
from core.models.service import ModelService
from core.models.starters import StarterCatalog
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.runs.service import RunService
from core.training.service import TrainingService
from core.workers.catalog import WorkerCatalog

GPU = Device("cuda:0", "A card", 8_000_000_000, 6_000_000_000)


class Shop:
    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.home.ensure()
        self.images_root = folder / "images"
        self.registry = Registry(self.home.registry_file, self.home.backups)
        self.registry.open()
        self.projects = ProjectService(self.registry)
        self.imports = ImportService(self.registry)
        self.datasets = DatasetService(self.registry, self.home.snapshots)
        self.models = ModelService(self.registry, self.home.models)
        self.runs = RunService(self.registry, self.home.runs, self.home.devices)
        self.catalog = WorkerCatalog()
        self.starters = folder / "starters"
        self.devices = DeviceReport((Device("cpu", "A processor"), GPU), "")
        self.training = TrainingService(
            self.registry,
            self.projects,
            self.datasets,
            self.models,
            self.runs,
            self.catalog,
            self.home,
            devices=lambda: self.devices,
            starters=StarterCatalog(self.starters),
        )
        self.project = self._import_project()

    def close(self) -> None:
        self.training.close()
        self.registry.close()

    def draft(self, **changes: object) -> TrainingDraft:
        """A sound one: three folders, the fake worker, a new model."""
        values = {
            "name": "first run",
            "worker": "fake",
            "new_model_name": "Shapes",
            "train_folders": ("train",),
            "val_folders": ("val",),
            "test_folders": ("test",),
            "values": {"n_steps": 2},
            **changes,
        }
        return TrainingDraft(self.project, **values)

    def _import_project(self) -> ProjectId:
        """24 training, 4 validation and 3 test images with a disc and a bar each, and what is to be left out."""
        images, annotations = [], []
        for split, n in (("train", 24), ("val", 4), ("test", 3)):
            for i in range(n):
                images.append(self._draw(f"{split}/{i:02}.jpg", len(images)))
                for category in (1, 2):
                    annotations.append(self._annotation(len(annotations), len(images) - 1, category))
        images.append(self._draw("train/unlabelled.jpg", 900))
        file = self.images_root / "annotations.json"
        categories = [{"id": 1, "name": "disc"}, {"id": 2, "name": "bar"}, {"id": 3, "name": "never seen"}]
        file.write_text(json.dumps({"images": images[:-1], "annotations": annotations, "categories": categories}))
        report = self.imports.commit(ImportSource(file, self.images_root, "coco"), project_name="Drawings")
        return report.project

    def _draw(self, path: str, number: int) -> dict[str, object]:
        file = self.images_root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
        Image.fromarray(noise).save(file)
        return {"id": number, "file_name": path, "width": 64, "height": 48}

    @staticmethod
    def _annotation(number: int, image: int, category: int) -> dict[str, object]:
        x, y = 3 + 7 * (number % 5), 2 + 5 * (number % 4)
        ring = [x, y, x + 16, y, x + 16, y + 12, x, y + 12]
        box = [x, y, 16, 12]
        return {
            "id": number + 1, "image_id": image, "category_id": category, "bbox": box, "area": 192, "iscrowd": 0,
            "segmentation": [ring],
        }  # fmt: skip
