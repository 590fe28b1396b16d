from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.domain.imports import Problem
from core.errors import NotFoundError, StorageError, WeightsError
from core.models.publish import publish, sweep_staging
from core.models.weights_store import find_folder, list_folders, load_model_json, n_bytes, verify

MODEL = {"architecture": "yolo11n", "task": "detection", "categories": ["initial", "stamp"], "seed": 3}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    save_file({"layer": np.arange(1000, dtype=np.float32)}, path)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "models"


def _names(store: Path) -> list[str]:
    return sorted(path.name for path in store.iterdir())


def test_a_version_is_named_by_its_content_and_verifies(weights: Path, store: Path) -> None:
    made = publish(weights=weights, model=MODEL, store=store, card="# Card\n")
    assert made.is_new
    assert made.folder == store / made.content_sha256 == find_folder(store, made.content_sha256)
    assert sorted(path.name for path in made.folder.iterdir()) == ["README.md", "model.json", "weights.safetensors"]
    model = load_model_json(made.folder)
    assert model["weights_sha256"] == made.weights_sha256
    assert model["categories"] == MODEL["categories"]
    assert verify(made.folder) == ()
    assert n_bytes(made.folder) > weights.stat().st_size
    assert (made.folder / "weights.safetensors").read_bytes() == weights.read_bytes()


def test_publishing_twice_is_one_version(weights: Path, store: Path) -> None:
    first = publish(weights=weights, model=MODEL, store=store, card="card")
    second = publish(weights=weights, model=MODEL, store=store, card="card")
    assert second.folder == first.folder
    assert not second.is_new
    assert _names(store) == [first.content_sha256]


def test_equal_weights_of_two_versions_are_stored_once(weights: Path, store: Path) -> None:
    first = publish(weights=weights, model=MODEL, store=store, card="card")
    second = publish(weights=weights, model={**MODEL, "seed": 4}, store=store, card="card")
    assert first.folder != second.folder
    assert (first.folder / "weights.safetensors").samefile(second.folder / "weights.safetensors")
    assert list_folders(store) == tuple(sorted([first.folder, second.folder]))


def _kinds(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.kind for problem in problems]


def test_a_changed_or_missing_file_is_found(weights: Path, store: Path) -> None:
    folder = publish(weights=weights, model=MODEL, store=store, card="card").folder
    stored = folder / "weights.safetensors"
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.unlink()
    assert _kinds(verify(folder)) == ["file-missing"]
    stored.write_bytes(content)
    assert _kinds(verify(folder)) == ["file-changed"]


def test_a_changed_description_is_found(weights: Path, store: Path) -> None:
    folder = publish(weights=weights, model=MODEL, store=store, card="card").folder
    model = load_model_json(folder)
    (folder / "model.json").unlink()
    (folder / "model.json").write_text(json.dumps({**model, "categories": ["stamp", "initial"]}))
    assert _kinds(verify(folder)) == ["model-changed"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"files": {}}', '{"files": {"../x": {}, "weights.safetensors": {}}}', "[" * 100_000]
)
def test_a_description_that_makes_no_sense_is_a_problem_not_a_crash(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.json").write_text(text)
    assert _kinds(verify(tmp_path)) == ["model-unreadable"]


def test_a_folder_without_description_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_model_json(tmp_path)
    (tmp_path / "model.json").write_text("3")
    with pytest.raises(WeightsError):
        load_model_json(tmp_path)


def test_a_damaged_namesake_is_set_aside_and_kept(weights: Path, store: Path) -> None:
    folder = publish(weights=weights, model=MODEL, store=store, card="card").folder
    (folder / "weights.safetensors").unlink()
    again = publish(weights=weights, model=MODEL, store=store, card="card")
    assert again.folder == folder
    assert verify(folder) == ()
    assert [name for name in _names(store) if name.startswith(".damaged-")]


# The child publishes and dies, without any clean-up, at the n-th thing it does to the disk.
CHILD = """
import os, sys
from pathlib import Path
from core.models.publish import publish
weights, store, fatal = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
seen = 0
def count(event, *_):
    global seen
    seen += 1
    if seen == fatal:
        os._exit(9)
def audit(event, arguments):
    if event in ("os.mkdir", "os.rename", "os.chmod", "os.remove", "os.rmdir", "os.link") or (
        event == "open" and str(arguments[0]).startswith(str(store))
    ):
        count(event)
fsync = os.fsync
os.fsync = lambda handle: (count("before fsync"), fsync(handle), count("after fsync"))
sys.addaudithook(audit)
publish(weights=weights, model={"architecture": "x", "seed": 3}, store=store, card="card")
os._exit(0)
"""


def test_a_kill_at_any_moment_leaves_the_version_whole_or_absent(weights: Path, tmp_path: Path) -> None:
    """F4. The loop ends with the first child that lived to the end."""
    was_absent = was_whole = 0
    for fatal in range(1, 200):
        store = tmp_path / f"store-{fatal}"
        command = [sys.executable, "-c", CHILD, str(weights), str(store), str(fatal)]
        done = subprocess.run(command, check=False, cwd=Path(__file__).parents[3])
        sweep_staging(store)
        left = list(store.iterdir()) if store.is_dir() else []
        assert left == list(list_folders(store)), f"litter after a kill at event {fatal}"
        assert all(verify(folder) == () for folder in left), f"half a version after a kill at event {fatal}"
        if done.returncode == 0:
            break
        assert done.returncode == 9
        was_whole += len(left)
        was_absent += not left
    assert done.returncode == 0
    assert was_absent > 8
    assert was_whole > 0
    assert len(left) == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("fatal", range(1, 6))
def test_a_failing_disk_is_a_sentence_and_leaves_nothing(
    weights: Path, store: Path, monkeypatch: pytest.MonkeyPatch, number: int, fatal: int
) -> None:
    """F5 and F6: a failed fsync is never retried and trusted."""
    fsync, calls = os.fsync, []

    def failing(handle: int) -> None:
        calls.append(handle)
        if len(calls) == fatal:
            raise OSError(number, os.strerror(number))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageError, match="disk is full" if number == errno.ENOSPC else "Input/output error"):
        publish(weights=weights, model=MODEL, store=store, card="card")
    left = list(store.iterdir())
    assert left == list(list_folders(store))
    assert all(verify(folder) == () for folder in left)


def test_a_file_size_limit_keeps_the_store_clean(weights: Path, store: Path) -> None:
    """The system's own refusal of a write, in a child that may write 2,000 bytes a file."""
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from core.errors import StorageError\n"
        "from core.models.publish import publish\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n"
        f"    publish(weights=Path({str(weights)!r}), model={{}}, store=Path({str(store)!r}), card='')\n"
        "except StorageError as error:\n"
        "    sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 7
    assert list(store.iterdir()) == []


def test_staging_of_a_living_publication_is_left_alone_for_a_day(store: Path) -> None:
    alive = store / f".staging-{os.getpid()}-abc"
    gone = store / ".staging-999999999-abc"
    alive.mkdir(parents=True)
    gone.mkdir()
    assert sweep_staging(store) == 1
    assert list(store.iterdir()) == [alive]
    assert sweep_staging(store, now_s=alive.stat().st_mtime + 90_000) == 1
    assert sweep_staging(store / "nowhere") == 0
