"""Weights that come with Calque: read, found by name, and refused when anything of them was changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.domain.starts import PAGES, Starter
from core.errors import NotFoundError, WeightsError
from core.models.publish import publish
from core.models.starters import StarterCatalog, place_starter, require_unaltered

MODEL = {
    "architecture": "net-n",
    "task": "detection",
    "categories": ["text_line", "illustration"],
    "worker": "fake",
    "worker_version": "0.1.0",
    "configuration": {"n_steps": 3},
}


def made(folder: Path, name: str = "pages", title: str = "Pages") -> Starter:
    weights = folder / "made.safetensors"
    save_file({"shift": np.array([0.5], np.float16)}, weights)
    published = publish(weights=weights, model=MODEL, store=folder / "store", card="# Pages\n")
    return place_starter(
        published.folder,
        folder / "starters" / name,
        title=title,
        trained_on="Drawn pages.",
        code_licence="AGPL-3.0",
        weights_licence="CC0-1.0",
    )


def test_a_starter_says_what_it_is(tmp_path: Path) -> None:
    starter = made(tmp_path)
    assert (starter.name, starter.title, starter.tasks, starter.worker) == ("pages", "Pages", ("detection",), "fake")
    assert (starter.architecture, starter.categories) == ("net-n", ("text_line", "illustration"))
    assert (starter.code_licence, starter.weights_licence) == ("AGPL-3.0", "CC0-1.0")
    assert (starter.trained_on, starter.suits, starter.problem) == ("Drawn pages.", PAGES, "")
    assert starter.configuration == {"n_steps": 3}
    assert len(starter.sha256) == 64
    assert starter.n_bytes == (starter.folder / "weights.safetensors").stat().st_size
    require_unaltered(starter.folder)


def test_an_unknown_name_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    made(tmp_path)
    catalog = StarterCatalog(tmp_path / "starters")
    assert [item.name for item in catalog.list_starters()] == ["pages"]
    assert catalog.get("pages").title == "Pages"
    with pytest.raises(NotFoundError, match=r'"paegs" come with Calque\. There are: pages') as caught:
        catalog.get("paegs")
    assert caught.value.code == "E-355"
    with pytest.raises(NotFoundError, match="comes without any"):
        StarterCatalog(tmp_path / "none").get("pages")


@pytest.mark.parametrize("file", ["weights.safetensors", "README.md", "model.json", "starter.json"])
def test_what_was_changed_is_refused(tmp_path: Path, file: str) -> None:
    starter = made(tmp_path)
    path = starter.folder / file
    path.write_bytes(path.read_bytes().replace(b"Pages", b"Pagan").replace(b"net-n", b"net-m").rstrip()[:-1])
    with pytest.raises(WeightsError):
        require_unaltered(starter.folder)


def test_another_model_json_with_fitting_weights_is_refused(tmp_path: Path) -> None:
    starter = made(tmp_path)
    path = starter.folder / "model.json"
    path.write_bytes(path.read_bytes().replace(b"net-n", b"net-m"))
    with pytest.raises(WeightsError, match="not what came with Calque") as caught:
        require_unaltered(starter.folder)
    assert caught.value.code == "E-354"


def test_one_that_cannot_be_understood_is_listed_with_the_reason(tmp_path: Path) -> None:
    starter = made(tmp_path)
    (starter.folder / "model.json").write_text("{", encoding="utf-8")
    (found,) = StarterCatalog(tmp_path / "starters").list_starters()
    assert "cannot be read" in found.problem
    (starter.folder / "starter.json").write_text('{"format": 99}', encoding="utf-8")
    (starter.folder / "model.json").write_text('{"task": "detection"}', encoding="utf-8")
    (found,) = StarterCatalog(tmp_path / "starters").list_starters()
    assert found.problem
