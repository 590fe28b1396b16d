"""Versions of the fake worker, and predictions of them."""

from __future__ import annotations

from pathlib import Path

from service_workshop import Shop

from core.domain.ids import VersionId
from core.domain.predicting import PredictionDraft
from core.domain.runs import RunRecord, RunState, RunStatus
from core.predictions.service import PredictionService
from core.runs.service import RunService
from core.runs.testing import run_to_its_end


class PredictionSite:
    def __init__(self, folder: Path) -> None:
        self.shop = self._make_shop(folder)
        self.service: RunService = self.shop.runs
        shop = self.shop
        self.predictions = PredictionService(
            shop.registry, shop.projects, shop.models, shop.runs, shop.home.predictions
        )
        self._make_versions()

    def _make_shop(self, folder: Path) -> Shop:
        return Shop(folder)

    def _make_versions(self) -> None:
        self.quick = self.train("Quick")
        self.slow = self.train("Slow", predict_delay_s=0.2)

    def close(self) -> None:
        self.shop.close()

    def train(self, name: str, **values: object) -> VersionId:
        draft = self.shop.draft(new_model_name=name, values={"n_steps": 1, **values}, device="cpu")
        record = self.shop.training.submit(draft).value
        heard = run_to_its_end(self.service, record)
        assert heard.state is not None and heard.state.status is RunStatus.SUCCESS, heard.state
        assert record.version is not None
        return record.version

    def draft(self, **changes: object) -> PredictionDraft:
        """Of the quick version on the test images, with the usual threshold."""
        usual = {"version": self.quick, "project": self.shop.project, "folders": ("test",), "confidence": 0.25}
        return PredictionDraft(**{**usual, **changes})

    def make(self) -> RunRecord:
        return self.predictions.submit(self.draft())

    def make_long(self) -> RunRecord:
        return self.predictions.submit(self.draft(version=self.slow, folders=("train",)))

    def end(self, record: RunRecord) -> RunState:
        state = run_to_its_end(self.service, record).state
        assert state is not None
        return state
