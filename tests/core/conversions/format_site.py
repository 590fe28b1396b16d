"""A version of a real worker, trained for a moment on discs and bars, and what is exported of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from conversion_site import ConversionSite
from PIL import Image, ImageDraw
from service_workshop import Shop

from core.domain.conversions import ModelChoice
from core.domain.ids import VersionId
from core.domain.runs import RunRecord, RunState, RunStatus
from core.workers.builtin.yolo import environment
from core.workers.builtin.yolo.presets import FAST, PRESETS

IMAGE_SIZE = 96
VALUES: Mapping[str, Any] = {**PRESETS[FAST], "imgsz": IMAGE_SIZE, "epochs": 30, "family": "11"}


class DrawnShop(Shop):
    """Its images show what its annotations say: a dark disc and a pale bar, each 16 pixels wide."""

    def _draw(self, path: str, number: int) -> dict[str, object]:
        file = self.images_root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(90, 130, (48, 64, 3), np.uint8)
        picture = Image.fromarray(noise)
        pen = ImageDraw.Draw(picture)
        for annotation in (2 * number + 1, 2 * number):
            x, y = 3 + 7 * (annotation % 5), 2 + 5 * (annotation % 4)
            if annotation % 2:
                pen.rectangle((x, y, x + 16, y + 12), fill=(240, 240, 250))
            else:
                pen.ellipse((x, y, x + 16, y + 12), fill=(20, 10, 30))
        picture.save(file, quality=95)
        return {"id": number, "file_name": path, "width": 64, "height": 48}

    @staticmethod
    def _annotation(number: int, image: int, category: int) -> dict[str, object]:
        """With its corners cut off: an outline that is a box would be taken for one."""
        x, y = 3 + 7 * (number % 5), 2 + 5 * (number % 4)
        ring = [(5, 0), (11, 0), (16, 4), (16, 8), (11, 12), (5, 12), (0, 8), (0, 4)]
        outline = [value for dx, dy in ring for value in (x + dx, y + dy)]
        return {**Shop._annotation(number, image, category), "segmentation": [outline]}


@dataclass(frozen=True, slots=True)
class Made:
    state: RunState
    folder: Path

    @property
    def content(self) -> Mapping[str, Any]:
        return self.state.results[-1].content


class FormatSite(ConversionSite):
    """Everything is made once for all tests of a worker."""

    shop_class = DrawnShop

    def __init__(self, folder: Path, worker: str) -> None:
        self.worker = worker
        self._made: dict[tuple[ModelChoice, int], Made] = {}
        super().__init__(folder)
        self.outside = folder / "outside"
        self.outside.mkdir()

    def train(self, name: str, **values: object) -> VersionId:
        """One version is enough."""
        if name != "Quick":
            return self.quick
        draft = self.shop.draft(worker=self.worker, values=dict(VALUES), device="cpu")
        record = self.shop.training.submit(draft).value
        self._carried_out(record)
        assert record.version is not None
        return record.version

    def _carried_out(self, record: RunRecord) -> RunState:
        """However long it takes: the computer may have much else to do."""
        state = self.service.carry_out(record.id, lambda _batch: None, lambda: False)
        assert state is not None and state.status is RunStatus.SUCCESS, state
        return state

    def export(self, *choice: Any, time: int = 1) -> Made:
        key = (ModelChoice(*choice), time)
        if key not in self._made:
            target = self.target()
            record = self.conversions.submit(self.quick, key[0], target)
            self._made[key] = Made(self._carried_out(record), target)
        return self._made[key]

    @property
    def picture(self) -> Path:
        return sorted((self.shop.images_root / "val").glob("*.jpg"))[0]

    def run_outside(self, command: Sequence[str | Path], folder: Path) -> str:
        """As a stranger: offline, with a home folder of his own, without Calque on the path."""
        home = self.outside / "home"
        config = home / "config"
        config.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        made = {**kept, **environment.prepare(config), "HOME": str(home), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, env=made, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout
