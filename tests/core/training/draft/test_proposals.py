"""Which configuration is proposed for how much data on which device (MA-08)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.workers import WorkerInfo
from core.training.draft.proposals import proposed_configuration
from core.workers.catalog import WorkerCatalog


@pytest.mark.parametrize(
    ("n_images", "device", "name"),
    [
        (1, "cpu", "Fast on small data"),
        (60, "cpu", "Fast on small data"),
        (199, "cpu", "Fast on small data"),
        (200, "cpu", "Balance"),
        (100_000, "cpu", "Balance"),
        (60, "cuda:0", "Balance"),
    ],
)
@pytest.mark.parametrize("slug", ["yolo-detect", "yolo-segment"])
def test_small_data_on_a_cpu_gets_the_fast_preset(slug: str, n_images: int, device: str, name: str) -> None:
    worker = WorkerCatalog().info(slug)
    assert proposed_configuration(worker, n_images=n_images, device=device) == name
    assert name in dict(worker.presets)


def test_a_worker_that_proposes_nothing_begins_with_its_defaults() -> None:
    plain = WorkerInfo(slug="plain", title="Plain", version="1", presets=(("Quick", {}),))
    assert proposed_configuration(plain, n_images=10, device="cpu") == ""
    assert proposed_configuration(replace(plain, usual_preset="Gone"), n_images=10, device="cpu") == ""


def test_without_a_preset_for_small_data_the_usual_one_is_proposed() -> None:
    worker = WorkerInfo(slug="plain", title="Plain", version="1", presets=(("Long", {}),), usual_preset="Long")
    assert proposed_configuration(worker, n_images=10, device="cpu") == "Long"
