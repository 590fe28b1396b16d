from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.judgements.predicted_shop import PredictedShop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()
