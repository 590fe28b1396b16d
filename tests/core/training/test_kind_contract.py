"""A training as a run kind."""

from __future__ import annotations

import pytest
from service_workshop import Shop

from core.domain.runs import RunRecord
from core.runs.service import RunService
from core.runs.testing import RunKindContract


class TrainingSite:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.service: RunService = shop.runs

    def make(self) -> RunRecord:
        return self._submit(n_steps=2)

    def make_long(self) -> RunRecord:
        return self._submit(n_steps=40, delay_s=0.01)

    def _submit(self, **values: object) -> RunRecord:
        return self._shop.training.submit(self._shop.draft(values=values, device="cpu")).value


class TestTraining(RunKindContract):
    slug = "training"
    working_stage = "train"

    @pytest.fixture
    def site(self, shop: Shop) -> TrainingSite:
        return TrainingSite(shop)
