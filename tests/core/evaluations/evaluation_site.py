"""Versions of the fake worker, and studies of them."""

from __future__ import annotations

from pathlib import Path

from service_workshop import Shop

from core.domain.evaluating import EvaluationDraft
from core.domain.ids import VersionId
from core.domain.runs import RunRecord, RunState, RunStatus
from core.domain.training import TrainingDraft
from core.evaluations.service import EvaluationService
from core.evaluations.studies import StudyService
from core.runs.service import RunService
from core.runs.testing import run_to_its_end


class EvaluationSite:
    def __init__(self, folder: Path, *, with_slow: bool = False) -> None:
        self.shop = Shop(folder)
        self.service: RunService = self.shop.runs
        self.studies = StudyService(
            self.shop.registry,
            self.shop.projects,
            self.shop.models,
            runs=self.shop.runs,
            packs=self.shop.home.predictions,
        )
        self.evaluations = EvaluationService(
            self.shop.registry,
            self.shop.projects,
            self.shop.datasets,
            self.shop.models,
            self.shop.runs,
            self.studies,
            self.shop.home.predictions,
        )
        self.quick = self.train("Quick")
        self.slow = self.train("Slow", predict_delay_s=0.7) if with_slow else self.quick

    def close(self) -> None:
        self.shop.close()

    def make(self) -> RunRecord:
        return self.submit(self.quick)

    def make_long(self) -> RunRecord:
        return self.submit(self.slow)

    def submit(self, version: VersionId, **changes: object) -> RunRecord:
        draft = EvaluationDraft(version, self.shop.project, **{"folders": ("test",), **changes})
        return self.evaluations.submit(draft).value

    def evaluate(self, version: VersionId, **changes: object) -> RunState:
        state = run_to_its_end(self.service, self.submit(version, **changes)).state
        assert state is not None
        return state

    def train(self, name: str, **values: object) -> VersionId:
        return self.train_draft(self.shop.draft(new_model_name=name, values={"n_steps": 1, **values}, device="cpu"))

    def train_draft(self, draft: TrainingDraft) -> VersionId:
        record = self.shop.training.submit(draft).value
        heard = run_to_its_end(self.service, record)
        assert heard.state is not None and heard.state.status is RunStatus.SUCCESS, heard.state
        assert record.version is not None
        return record.version
