"""The weights shelf on a real home: what stands on it, what is taken in, refused, verified and removed."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from core.domain.licences import UNKNOWN_LICENCE
from core.domain.starts import ShelfItem, ShelfOrigin
from core.errors import NotFoundError, RefusedError, WeightsError
from core.home import Home
from core.models.publish import publish
from core.models.service import ModelService
from core.models.starters import StarterCatalog, place_starter
from core.registry.database import Registry
from core.runs.service import RunService
from core.shelf.service import ShelfService
from core.workers.catalog import WorkerCatalog

MODEL = {
    "architecture": "yolo11n", "task": "detection", "categories": ["text_line"], "worker": "yolo-detect",
    "worker_version": "1", "start": "scratch", "configuration": {},
}  # fmt: skip


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.home.ensure()
        self.registry = Registry(self.home.registry_file, self.home.backups)
        self.registry.open()
        self.models = ModelService(self.registry, self.home.models)
        runs = RunService(self.registry, self.home.runs, self.home.devices)
        starters = StarterCatalog(folder / "starters")
        self.shelf = ShelfService(self.models, runs, WorkerCatalog(), self.home.weights, starters=starters)

    def publish(self) -> Path:
        weights = self.folder / "made.safetensors"
        save_file({"w": np.ones(3, np.float16)}, weights)
        return publish(weights=weights, model=MODEL, store=self.folder / "store", card="# Made\n").folder

    def place_starter(self) -> None:
        told = {"trained_on": "Drawn pages.", "code_licence": "AGPL-3.0", "weights_licence": "CC0-1.0"}
        place_starter(self.publish(), self.folder / "starters" / "pages", title="Pages", **told)

    def file(self, name: str, content: object = None) -> Path:
        path = self.folder / name
        torch.save({"weights": torch.ones(2)} if content is None else content, path)
        return path

    def of(self, origin: ShelfOrigin) -> list[ShelfItem]:
        return [item for item in self.shelf.list_items() if item.origin is origin]


@pytest.fixture
def bench(tmp_path: Path):
    made = Bench(tmp_path)
    yield made
    made.registry.close()


def test_starters_and_versions_stand_there_and_stay(bench: Bench) -> None:
    bench.place_starter()
    version = bench.models.import_version(bench.publish(), None, new_model_name="Lines").value
    (starter,), (own,) = bench.of(ShelfOrigin.STARTER), bench.of(ShelfOrigin.VERSION)
    assert (starter.key, starter.title, starter.weights_licence) == ("starter:pages", "Pages", "CC0-1.0")
    assert starter.source == "Drawn pages."
    assert (own.version, own.architecture, own.categories) == (version.id, "yolo11n", ("text_line",))
    assert own.code_licence == UNKNOWN_LICENCE, "its model.json is of before licences were written down"
    assert bench.shelf.get(version.id[:8]) == own
    for item in (starter, own):
        assert "as it was" in bench.shelf.verify(item.key)
        assert len(item.sha256) == 64
        with pytest.raises(RefusedError, match="cannot be removed from here"):
            bench.shelf.remove(item.key)
        with pytest.raises(RefusedError, match="cannot be described from here"):
            bench.shelf.describe(item.key, note="x")
    with pytest.raises(NotFoundError, match="not on the shelf"):
        bench.shelf.get("nothing")


def test_weights_inside_packages_are_listed_once_with_all_who_use_them(bench: Bench) -> None:
    for item in bench.of(ShelfOrigin.PACKAGE):
        assert item.path is not None and item.path.is_file()
        assert hashlib.sha256(item.path.read_bytes()).hexdigest() == item.sha256
        assert item.workers and item.kept_reason
    paths = [item.path for item in bench.of(ShelfOrigin.PACKAGE)]
    assert len(paths) == len(set(paths))


def test_a_foreign_file_is_copied_hashed_described_and_thrown_away(bench: Bench) -> None:
    source = bench.file("kraken.pth")
    told: list[tuple[float, float, str]] = []
    item = bench.shelf.add(source, lambda *step: told.append(step))
    assert (item.key, item.origin) == ("file:kraken.pth", ShelfOrigin.FILE)
    assert item.path == bench.home.weights / "kraken.pth"
    assert item.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (item.code_licence, item.weights_licence, item.workers) == (UNKNOWN_LICENCE, UNKNOWN_LICENCE, ())
    assert str(source) in item.source and item.added_at is not None
    assert told[-1][0] == told[-1][1]
    assert bench.shelf.add(source) == item, "the same file once"
    described = bench.shelf.describe(item.key, weights_licence=" CC-BY-4.0 ", note="From a colleague.")
    assert (described.weights_licence, described.note, described.sha256) == (
        "CC-BY-4.0",
        "From a colleague.",
        item.sha256,
    )
    assert bench.shelf.list_items()[-1] == described
    bench.shelf.remove(item.key)
    assert bench.of(ShelfOrigin.FILE) == []
    (trash,) = bench.home.weights.glob(".trash-*")
    assert {path.name for path in trash.iterdir()} == {"kraken.pth", "kraken.pth.json"}
    assert source.is_file()


def test_what_was_altered_since_is_told(bench: Bench) -> None:
    item = bench.shelf.add(bench.file("other.pt"))
    assert item.path is not None
    item.path.write_bytes(item.path.read_bytes() + b"!")
    with pytest.raises(WeightsError, match="is not what it was") as caught:
        bench.shelf.verify(item.key)
    assert caught.value.code == "E-354"


def test_a_file_put_there_by_hand_gets_its_hash_when_it_is_verified(bench: Bench) -> None:
    (bench.home.weights / "yolo11n.pt").write_bytes(bench.file("x.pt").read_bytes())
    (item,) = bench.of(ShelfOrigin.PUBLISHED)
    assert (item.sha256, item.architecture, item.workers) == ("", "yolo11n", ("yolo-detect",))
    assert item.weights_licence == "AGPL-3.0" and "Ultralytics" in item.source
    assert "from now on" in bench.shelf.verify(item.key)
    (item,) = bench.of(ShelfOrigin.PUBLISHED)
    assert len(item.sha256) == 64
    assert "as it was" in bench.shelf.verify(item.key)


def test_a_note_of_an_older_calque_and_one_of_a_newer(bench: Bench) -> None:
    file = bench.home.weights / "yolo11n.pt"
    file.write_bytes(b"PK\x03\x04")
    note = file.with_name("yolo11n.pt.json")
    note.write_text(json.dumps({"name": "yolo11n.pt", "url": "https://x/yolo11n.pt", "n_bytes": 4, "sha256": "ab"}))
    (item,) = bench.of(ShelfOrigin.PUBLISHED)
    assert (item.sha256, item.problem) == ("ab", "") and "https://x/yolo11n.pt" in item.source
    note.write_text('{"format": 99}')
    assert "newer Calque" in bench.of(ShelfOrigin.PUBLISHED)[0].problem


@pytest.mark.parametrize("name", ["notes.txt", "gone.pt", "bomb.pt", "bomb.pth", "raw.pt", "empty.safetensors"])
def test_what_is_no_weights_or_would_execute_code_is_refused(bench: Bench, name: str) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("executed",)

    path = bench.folder / name
    if name.startswith("bomb"):
        bench.file(name, {"model": Bomb()})
    elif name == "raw.pt":
        path.write_bytes(pickle.dumps(Bomb()))
    elif name != "gone.pt":
        path.write_bytes(b"hello")
    with pytest.raises(RefusedError) as caught:
        bench.shelf.add(path)
    assert caught.value.code == ("E-352" if name == "gone.pt" else "E-351")
    assert not [item for item in bench.home.weights.iterdir() if not item.name.startswith(".")]


def test_another_file_of_a_name_that_is_taken_is_refused(bench: Bench) -> None:
    bench.shelf.add(bench.file("other.pt"))
    with pytest.raises(RefusedError, match="another file"):
        bench.shelf.add(bench.file("other.pt", {"weights": torch.zeros(9)}))
    assert not list(bench.home.weights.glob("*.part*"))


def test_an_exported_version_is_sent_to_where_versions_are_taken_in(bench: Bench) -> None:
    with pytest.raises(RefusedError, match="a version that Calque has exported"):
        bench.shelf.add(bench.publish() / "weights.safetensors")


def test_figures_of_starts_are_read_and_damaged_ones_told(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    shelf = ShelfService(bench.models, bench.shelf._runs, WorkerCatalog(), tmp_path, measured_file=file)
    assert shelf.measured() == ()
    row = {"start": "scratch", "data": "pages", "task": "detection", "measure": "test mAP50-95", "cpu_s": 48}
    file.write_text(json.dumps({"format": 1, "rows": [{**row, "values": [0.2, 0.4]}, {**row, "values": []}]}))
    (found,) = shelf.measured()
    assert (found.start, found.mean) == ("scratch", pytest.approx(0.3))
    for text in ("{", '{"format": 2, "rows": []}', '{"format": 1, "rows": [{}]}', "[]"):
        file.write_text(text)
        with pytest.raises(WeightsError):
            shelf.measured()


@pytest.mark.parametrize("text", ["{bro", '{"format": 99, "sha256": "0123"}'])
def test_a_note_that_cannot_be_read_is_kept_and_told(bench: Bench, text: str) -> None:
    """It may hold the SHA-256 that the file had, and the person's words."""
    item = bench.shelf.add(bench.file("other.pt"))
    assert item.path is not None
    note = item.path.with_name("other.pt.json")
    note.write_text(text)
    for act in (lambda: bench.shelf.verify(item.key), lambda: bench.shelf.describe(item.key, note="mine")):
        with pytest.raises(WeightsError, match="cannot be told") as caught:
            act()
        assert caught.value.code == "E-354"
    assert note.read_text() == text
    assert '"other.pt.json"' in bench.shelf.get(item.key).problem


def test_names_that_hide_and_names_of_two_lines(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="begins with a dot"):
        bench.shelf.add(bench.file(".hidden.pt"))
    assert not list(bench.home.weights.glob(".hidden*"))
    item = bench.shelf.add(bench.file("two\nlines.pt"))
    said: list[str] = []
    said.append(bench.shelf.verify(item.key, lambda _done, _total, text: said.append(text)))
    assert all(line.isprintable() for line in said)


def test_tensors_without_a_description_of_their_network_say_so(bench: Bench, tmp_path: Path) -> None:
    version = bench.publish()
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes((version / "weights.safetensors").read_bytes())
    assert bench.shelf.add(alone).problem.startswith("Nothing says which network it is of")


def test_an_ending_in_capitals_is_written_as_trainings_know_it(bench: Bench) -> None:
    assert bench.shelf.add(bench.file("OLD.PT")).key == "file:OLD.pt"
