"""A home in which two versions were trained: one that predicts at once, one that takes its time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

sys.path += [str(Path(__file__).parents[1] / name) for name in ("rechecks", "training")]

from recheck_site import RecheckSite

from core.domain.devices import Device, DeviceReport
from core.domain.workers import GpuUse
from core.trying.service import TryingService
from core.workers.api import WorkerDescription
from core.workers.catalog import WorkerCatalog


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecheckSite]:
    site = RecheckSite(tmp_path_factory.mktemp("trying"))
    yield site
    site.close()


class _OnCards(WorkerCatalog):
    """The fake worker as one that can use a graphics card: it computes nothing on any."""

    def get(self, slug: str) -> WorkerDescription:
        return replace(super().get(slug), gpu_use=GpuUse.SUPPORTED)


@pytest.fixture
def gpus() -> list[Device]:
    """The graphics cards that there are; none unless a test puts some in."""
    return []


@pytest.fixture
def trying(site: RecheckSite, gpus: list[Device]) -> Iterator[TryingService]:
    def devices() -> DeviceReport:
        return DeviceReport((Device("cpu", "CPU"), *gpus), "")

    made = TryingService(site.shop.home, site.shop.models, _OnCards(), devices=devices)
    yield made
    made.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a picture.png"
    Image.new("RGB", (60, 40), (200, 180, 160)).save(path)
    return path
