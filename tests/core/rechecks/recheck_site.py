"""Versions of the fake worker, and rechecks of them."""

from __future__ import annotations

from pathlib import Path

from service_workshop import Shop

from core.domain.ids import VersionId
from core.domain.runs import RunRecord, RunStatus
from core.rechecks.service import RecheckService
from core.runs.service import RunService
from core.runs.testing import run_to_its_end


class RecheckSite:
    def __init__(self, folder: Path) -> None:
        self.shop = Shop(folder)
        self.service: RunService = self.shop.runs
        self.rechecks = RecheckService(self.shop.projects, self.shop.datasets, self.shop.models, self.shop.runs)
        self.quick = self.train("Quick")
        self.slow = self.train("Slow", predict_delay_s=0.7)

    def close(self) -> None:
        self.shop.close()

    def train(self, name: str, **values: object) -> VersionId:
        draft = self.shop.draft(new_model_name=name, values={"n_steps": 1, **values}, device="cpu")
        record = self.shop.training.submit(draft).value
        heard = run_to_its_end(self.service, record)
        assert heard.state is not None and heard.state.status is RunStatus.SUCCESS, heard.state
        assert record.version is not None
        return record.version

    def make(self) -> RunRecord:
        return self.rechecks.submit(self.quick)

    def make_long(self) -> RunRecord:
        return self.rechecks.submit(self.slow)
