from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from app.settings import PREFERENCES, Settings, SettingsStore, checked


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


def test_every_preference_is_a_setting_with_its_default() -> None:
    defaults = asdict(Settings())
    for spec in PREFERENCES:
        assert spec.default == defaults[spec.name]
        assert spec.title and spec.group
    assert checked(Settings()) == Settings()


@pytest.mark.parametrize(
    "text", ['{"max_minutes": 5}', '{"max_minutes": true}', '{"val_percent": 20.0}', '{"network": "always"}']
)
def test_a_value_outside_the_table_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)
    assert SettingsStore(file).problem


def test_what_is_set_is_written_when_it_is_saved_and_only_once(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    store = SettingsStore(file)
    store.save()
    store.set(theme="dark", max_minutes=120)
    assert not file.exists()
    store.save()
    assert json.loads(file.read_text()) == {"theme": "dark", "max_minutes": 120}
    file.unlink()
    store.save()
    assert not file.exists()
    with pytest.raises(ValueError, match="max_minutes"):
        store.set(max_minutes=1)
    assert store.settings.max_minutes == 120


def test_a_value_is_set_while_the_disk_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_writing, is_through = threading.Event(), threading.Event()

    def slow(_handle: int) -> None:
        is_writing.set()
        assert is_through.wait(30)

    monkeypatch.setattr(os, "fsync", slow)
    file = tmp_path / "settings.json"
    store = SettingsStore(file)
    store.set(theme="dark")
    writer = threading.Thread(target=store.save)
    writer.start()
    assert is_writing.wait(30)
    setter = threading.Thread(target=store.set, kwargs={"theme": "light"}, daemon=True)
    setter.start()
    setter.join(10)
    has_waited = setter.is_alive()
    is_through.set()
    writer.join()
    assert not has_waited
    store.save()
    assert json.loads(file.read_text()) == {"theme": "light"}
