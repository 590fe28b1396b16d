from __future__ import annotations

import json
from pathlib import Path

from core.workers.environment import child_environment, prepare_private_config

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
}


def test_the_child_inherits_what_it_needs_and_no_key_proxy_or_rank(tmp_path: Path) -> None:
    made = child_environment(tmp_path, PARENT)
    assert made["PATH"] == "/usr/bin"
    assert made["CUDA_VISIBLE_DEVICES"] == "1"
    assert made["LC_ALL"] == "C.UTF-8"
    assert not [name for name in made if name.upper().endswith(("API_KEY", "RANK", "WORLD_SIZE"))]
    assert not [name for name in made if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]


def test_the_child_is_offline_and_never_unpickles(tmp_path: Path) -> None:
    made = child_environment(tmp_path, PARENT)
    assert made["ULTRALYTICS_SAFE_LOAD"] == "1"
    assert made["YOLO_OFFLINE"] == "1"
    assert made["YOLO_AUTOINSTALL"] == "0"
    assert made["GOMP_SPINCOUNT"] == "20000"
    assert made["OMP_NUM_THREADS"] == "1"
    assert made["YOLO_CONFIG_DIR"] == str(tmp_path / "config")


def test_the_private_configuration_is_complete_and_survives_a_second_attempt(tmp_path: Path) -> None:
    folder = prepare_private_config(tmp_path)
    prepare_private_config(tmp_path)
    assert folder == tmp_path / "config" / "Ultralytics"
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["sync"] is False
    assert len(settings) == 17
    for name in ("Arial.ttf", "Arial.Unicode.ttf"):
        assert (folder / name).read_bytes()[:4] == b"\x00\x01\x00\x00"
