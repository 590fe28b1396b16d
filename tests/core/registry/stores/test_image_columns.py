from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from core.registry.database import Registry
from core.registry.stores import image_columns, images, projects
from core.registry.stores.images import ImageFacts


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.db", tmp_path / "backups") as opened:
        yield opened


def test_of_many_images_the_same_is_read_as_of_few(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lies between them: images of the same project that are not wanted, and of another."""
    with registry.write() as session:
        mine, other = (projects.insert_project(session, name=name, root=tmp_path) for name in ("a", "b"))
        for n in range(40):
            facts = [ImageFacts(f"{n}-{k}.png", 10 + n, 20 + k, 1, "00" * 32, 7 * n, 5) for k in range(3)]
            images.insert_images(session, other if n % 4 == 0 else mine, facts)
    rng = np.random.default_rng(1)
    monkeypatch.setattr(image_columns, "_AT_ONCE", 10)
    with registry.read() as session:
        for n_wanted in (0, 1, 7, 60, 200):
            keys = rng.permutation(np.arange(1, 201))[:n_wanted].astype(np.int64)
            monkeypatch.setattr(image_columns, "_FEW", 1000)
            few = image_columns.read_many(session, mine, keys)
            monkeypatch.setattr(image_columns, "_FEW", 0 if n_wanted else 1000)
            many = image_columns.read_many(session, mine, keys)
            for one in fields(few):
                assert np.array_equal(getattr(few, one.name), getattr(many, one.name))
