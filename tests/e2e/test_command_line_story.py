"""A person's whole way without a window: import, train for real, look, export, take the version back in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.e2e.conftest import Calque

TINY = ("--set", "epochs=2", "--set", "imgsz=64", "--set", "batch=4", "--set", "size=n")


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.training
@pytest.mark.parametrize("worker", ["yolo-detect", "yolo-segment"])
def test_from_folder_to_exported_model(calque: Calque, shapes: Path, tmp_path: Path, worker: str) -> None:
    before = hashes(shapes)

    imported = calque("import", shapes, "--project", "Shapes")
    assert imported.code == 0, imported.stderr
    assert (imported.data["images"], imported.data["annotations"]) == (16, 32)
    assert imported.data["categories"] == {"disc": 16, "bar": 16}
    assert imported.data["problems"] == []

    trained = calque(
        "train", "--project", "Shapes", "--worker", worker, "--model", "First", "--train", "train",
        "--val", "val", "--test", "test", "--device", "cpu", *TINY,
    )  # fmt: skip
    assert trained.code == 0, trained.stderr
    assert trained.data["status"] == "Success"
    assert "train: 8 images, 16 objects." in trained.stderr
    assert set(trained.data["metrics"]) == {"train", "val", "test"}
    assert 0.0 <= trained.data["metrics"]["test"]["map50"] <= 1.0
    assert len(trained.data["snapshot"]) == 64

    again = calque("recheck", trained.data["version"])
    assert again.code == 0, again.stderr
    assert again.data["result"]["split"] == "test"
    assert (again.data["result"]["n_images"], again.data["result"]["n_different"]) == (4, 0)
    assert [run["kind"] for run in calque("runs").data["runs"]] == ["recheck", "training"]

    listed = calque("models", trained.data["version"])
    assert listed.data["status"] == "Available"
    exported = calque("export", trained.data["version"], tmp_path / "exported")
    assert exported.code == 0, exported.stderr
    weights = tmp_path / "exported" / "weights.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == listed.data["weights_sha256"]

    back = calque("import-version", tmp_path / "exported", "--project", "Shapes", "--model", "Taken back")
    assert back.code == 0, back.stderr
    assert back.data["weights_sha256"] == listed.data["weights_sha256"]

    assert calque("verify").data == {"ok": True, "problems": []}
    assert hashes(shapes) == before


def test_refusals_have_a_sentence_and_a_code(calque: Calque, shapes: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    refused = calque("import", empty, "--project", "Nothing")
    assert refused.code == 1
    assert refused.data["error"]["text"]

    assert calque("import", shapes, "--project", "Shapes").code == 0
    refused = calque(
        "train", "--project", "Shapes", "--worker", "yolo-detect", "--model", "M", "--train", "train",
        "--val", "train",
    )  # fmt: skip
    assert refused.code == 1
    assert "E-151" in refused.stderr

    assert calque("runs", "nothing-like-it").code == 1
    assert calque("paint").code == 2
    assert calque("projects").data["projects"][0]["name"] == "Shapes"


def test_a_folder_that_was_moved_is_located(calque: Calque, shapes: Path) -> None:
    assert calque("import", shapes, "--project", "Shapes").code == 0
    new = shapes.with_name("archive")
    shapes.rename(new)
    (new / "val" / "0.jpg").unlink()
    refused = calque("locate", "Shapes", new)
    assert refused.code == 1
    assert "15 of 16 images" in refused.stderr and "--allow-missing" in refused.stderr
    found = calque("locate", "Shapes", new, "--allow-missing")
    assert (found.code, found.data["match"]["n_missing"]) == (0, 1)
    assert calque("projects", "Shapes").data["project"]["root"] == str(new)
    assert calque("locate", "Shapes", new.parent / "nowhere").code == 1
