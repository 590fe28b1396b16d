from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import WorkerError
from core.runs.processes import launch
from core.workers.builtin.fake.description import DESCRIPTION as FAKE
from core.workers.builtin.yolo_detect.description import DESCRIPTION as YOLO
from core.workers.catalog import WorkerCatalog, version_text
from core.workers.environment import PROXY_VARIABLE, PYTHON_VARIABLE, prepare_environment

PARENT = {
    "PATH": "/usr/bin",
    "HOME": "/home/someone",
    "LC_ALL": "C.UTF-8",
    "CUDA_VISIBLE_DEVICES": "1",
    "http_proxy": "http://proxy:1",
    "https_proxy": "http://proxy:2",
    "ALL_PROXY": "http://proxy:3",
    "ULTRALYTICS_API_KEY": "secret",
    "WANDB_API_KEY": "secret",
    "OPENAI_API_KEY": "secret",
    "OMP_NUM_THREADS": "64",
    "YOLO_AUTOINSTALL": "1",
    "RANK": "3",
    "WORLD_SIZE": "4",
    "CALQUE_CHILD_PYTHON": "/somebody/else",
}


@pytest.mark.parametrize("description", [None, FAKE, YOLO])
def test_the_child_inherits_what_it_needs_and_no_key_proxy_or_rank(tmp_path: Path, description) -> None:
    made = prepare_environment(description, tmp_path, PARENT)
    assert made["PATH"] == "/usr/bin"
    assert made["CUDA_VISIBLE_DEVICES"] == "1"
    assert made["LC_ALL"] == "C.UTF-8"
    assert made["GOMP_SPINCOUNT"] == "20000"
    assert made["OMP_NUM_THREADS"] == "1"
    assert not [name for name in made if name.upper().endswith(("API_KEY", "RANK", "WORLD_SIZE"))]
    assert not [name for name in made if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]
    assert PYTHON_VARIABLE not in made


def test_a_proxy_is_for_a_child_that_may_fetch_something(tmp_path: Path) -> None:
    parent = {**PARENT, "https_proxy": "http://me:secret@proxy:2", PROXY_VARIABLE: "http://me:secret@proxy:3"}
    assert "secret" not in str(prepare_environment(FAKE, tmp_path, parent))
    made = prepare_environment(FAKE, tmp_path, parent, may_use_network=True)
    assert made[PROXY_VARIABLE] == "http://me:secret@proxy:2"


def test_a_worker_without_an_engine_gets_nothing_of_one(tmp_path: Path) -> None:
    made = prepare_environment(FAKE, tmp_path, PARENT)
    assert not [name for name in made if "YOLO" in name or "ULTRALYTICS" in name]
    assert list(tmp_path.iterdir()) == []


def test_the_engine_is_offline_and_never_unpickles(tmp_path: Path) -> None:
    made = prepare_environment(YOLO, tmp_path, PARENT)
    assert made["ULTRALYTICS_SAFE_LOAD"] == "1"
    assert made["YOLO_OFFLINE"] == "1"
    assert made["YOLO_AUTOINSTALL"] == "0"
    assert made["YOLO_CONFIG_DIR"] == str(tmp_path / "config")


def test_the_private_configuration_is_complete_and_survives_a_second_attempt(tmp_path: Path) -> None:
    prepare_environment(YOLO, tmp_path, PARENT)
    prepare_environment(YOLO, tmp_path, PARENT)
    folder = tmp_path / "config" / "Ultralytics"
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["sync"] is False
    assert settings["weights_dir"] == str(tmp_path / "config" / "weights")
    assert len(settings) == 17
    for name in ("Arial.ttf", "Arial.Unicode.ttf"):
        assert (folder / name).read_bytes()[:4] == b"\x00\x01\x00\x00"


def test_a_worker_with_a_python_of_its_own_names_it_to_the_warden(tmp_path: Path) -> None:
    own = tmp_path / "python"
    own.write_bytes(b"")
    made = prepare_environment(replace(FAKE, python=str(own)), tmp_path / "run", PARENT)
    assert made[PYTHON_VARIABLE] == str(own)
    assert launch.PYTHON_VARIABLE == PYTHON_VARIABLE, "launch is light and states the name itself"
    assert launch._program(str(own)) == [str(own), "-m", "core.runs.processes.entry"]
    assert launch._program() == [sys.executable, "-m", "core.runs.processes.entry"]


def test_a_python_that_is_gone_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = replace(FAKE, python=str(tmp_path / "python"), libraries=("not-installed-here",))
    with pytest.raises(WorkerError, match="is missing"):
        prepare_environment(gone, tmp_path, PARENT)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "lonely_plug_in.py").write_text(
        "from dataclasses import replace\n"
        "from core.workers.builtin.fake.description import DESCRIPTION as FAKE\n"
        f"DESCRIPTION = replace(FAKE, python={str(tmp_path / 'python')!r}, libraries=('not-installed-here',))\n"
    )
    from importlib.metadata import EntryPoint

    catalog = WorkerCatalog([EntryPoint("fake", "lonely_plug_in:DESCRIPTION", "calque.workers")])
    assert catalog.info("fake").unavailable_reason == f"Its own Python is missing: {tmp_path / 'python'}."
    (tmp_path / "python").write_bytes(b"")
    again = WorkerCatalog([EntryPoint("fake", "lonely_plug_in:DESCRIPTION", "calque.workers")])
    assert again.info("fake").is_available, "its libraries are in its own environment"
    assert version_text(gone) == gone.version
