"""A mutated export is taken in whole or refused with a sentence: no other error, no folder without its row.

`pytest -m long -s tests/core/models/test_mutations.py` tries a thousand and prints what became of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.ids import ProjectId
from core.domain.models import ModelVersion
from core.errors import CalqueError, StorageError
from core.models.importing import read_bundle
from core.models.service import ModelService
from tests.core.models.mutations import mutate

N_FEW, N_MANY = 60, 1_000


@pytest.fixture
def try_out(
    service: ModelService, version: ModelVersion, project: ProjectId, store: Path, tmp_path: Path
) -> Callable[[range], Counter[str]]:
    exported = service.export_version(version.id, tmp_path / "sound.zip")

    def run(seeds: range) -> Counter[str]:
        became: Counter[str] = Counter()
        for seed in seeds:
            target = tmp_path / "mutated.zip"
            told = mutate(exported, target, seed)
            before = sorted(path.name for path in tmp_path.iterdir())
            try:
                taken = service.import_version(target, project if seed % 3 else None).value
            except CalqueError as error:
                assert str(error).isprintable(), told
                assert not isinstance(error, StorageError), f"{told}: no disk is at fault: {error}"
                became[type(error).__name__] += 1
            except Exception as error:
                raise AssertionError(f"{told}: {error!r}") from error
            else:
                became["taken in"] += 1
                _require_usable(service, taken, told)
            listed = {item.content_sha256 for item in service.list_versions()}
            assert {path.name for path in store.iterdir()} == listed, told
            assert sorted(path.name for path in tmp_path.iterdir()) == before, told
        return became

    return run


def _require_usable(service: ModelService, taken: ModelVersion, told: str) -> None:
    """What was taken in can be shown, described in UTF-8, and read again from the store."""
    details = service.get_details(taken.id)
    assert taken.folder is not None
    read_bundle(taken.folder)
    json.dumps([details.model.name, details.version.label, details.facts, details.snippet], ensure_ascii=False).encode()
    for table in details.tables:
        for row in table.rows:
            for measure in table.columns:
                value = row.value(measure.name)
                assert value is None or f"{value:.{measure.digits}f}", told


def test_a_mutated_export_is_taken_in_whole_or_refused(
    service: ModelService, try_out: Callable[[range], Counter[str]]
) -> None:
    became = try_out(range(N_FEW))
    assert became.total() == N_FEW
    assert len(became) > 2, "both ends are tried"
    assert service.verify() == ()


@pytest.mark.long
def test_a_thousand_mutated_exports(service: ModelService, try_out: Callable[[range], Counter[str]]) -> None:
    became = try_out(range(N_FEW, N_FEW + N_MANY))
    print(f"\n{N_MANY} mutated exports: {dict(became)}")
    assert became.total() == N_MANY
    assert service.verify() == ()
