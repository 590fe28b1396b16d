"""Versions of the fake worker, and conversions of them."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path
from typing import ClassVar

from service_workshop import Shop

from core.conversions.service import ConversionService
from core.domain.conversions import ModelChoice
from core.domain.ids import VersionId
from core.domain.runs import RunRecord, RunState, RunStatus
from core.runs.service import RunService
from core.runs.testing import run_to_its_end

COPY = ModelChoice("copy")


class ConversionSite:
    shop_class: ClassVar[type[Shop]] = Shop

    def __init__(self, folder: Path) -> None:
        self.shop = self.shop_class(folder)
        self.service: RunService = self.shop.runs
        shop = self.shop
        self.conversions = ConversionService(
            shop.projects, shop.datasets, shop.models, shop.runs, shop.catalog, shop.home.root
        )
        self.targets = folder / "targets"
        self.targets.mkdir()
        self._numbers = count(1)
        self.quick = self.train("Quick")
        self.slow = self.train("Slow", predict_delay_s=0.4)

    def close(self) -> None:
        self.shop.close()

    def train(self, name: str, **values: object) -> VersionId:
        draft = self.shop.draft(new_model_name=name, values={"n_steps": 1, **values}, device="cpu")
        record = self.shop.training.submit(draft).value
        heard = run_to_its_end(self.service, record)
        assert heard.state is not None and heard.state.status is RunStatus.SUCCESS, heard.state
        assert record.version is not None
        return record.version

    def target(self, ending: str = "") -> Path:
        return self.targets / f"export {next(self._numbers)}{ending}"

    def make(self) -> RunRecord:
        return self.conversions.submit(self.quick, COPY, self.target())

    def make_long(self) -> RunRecord:
        return self.conversions.submit(self.slow, COPY, self.target())

    def carry_out(self, version: VersionId, choice: ModelChoice, target: Path) -> RunState:
        state = run_to_its_end(self.service, self.conversions.submit(version, choice, target)).state
        assert state is not None
        return state

    def everything_but(self, *folders: Path) -> dict[str, str]:
        """Path and hash of each file of the published versions and the frozen datasets."""
        roots = (self.shop.home.models, self.shop.home.snapshots)
        files = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if not any(path.is_relative_to(folder) for folder in folders)
        }
