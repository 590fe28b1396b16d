from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.settings import Settings, SettingsStore


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    SettingsStore(file).change(theme="dark")
    assert json.loads(file.read_text()) == {"theme": "dark"}
    assert SettingsStore(file).settings == Settings(theme="dark")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"theme": "pink"}', '{"theme": 3}', "\x00\xff", "null"])
def test_an_unusable_file_gives_the_defaults_and_says_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text, encoding="latin-1")
    store = SettingsStore(file)
    assert store.settings == Settings()
    assert str(file) in store.problem


def test_an_unusable_file_is_kept_when_settings_change(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("not json")
    SettingsStore(file).change(theme="light")
    assert (tmp_path / "settings.unusable.json").read_text() == "not json"
    assert SettingsStore(file).settings.theme == "light"


def test_a_setting_of_a_newer_calque_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"theme": "dark", "novelty": 1}')
    store = SettingsStore(file)
    assert store.settings.theme == "dark"
    assert store.problem == ""
