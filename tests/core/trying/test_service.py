"""Trying versions in real processes: warm between pictures, gone when they should be, never in the way of a run."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from core.domain.devices import Device
from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.domain.trying import TriedImage, as_json
from core.errors import FormatError, RunError, StorageError, WeightsError
from core.files.locks import try_lock, write_note
from core.models.weights_store import WEIGHTS_FILE
from core.runs.folder.layout import device_lock_file
from core.trying import service
from core.trying.warm import WarmProcess, new_folder
from core.workers.environment import prepare_environment

ROOT = Path(__file__).resolve().parents[3]
GPU = Device("cuda:0", "A card")


def _until_gone(pid: int) -> bool:
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_the_process_stays_warm_between_pictures_and_goes_when_told(site, trying, picture):
    first = trying.try_image(site.quick, picture)
    pid = trying._warm.pid
    second = trying.try_image(site.quick, picture, name="Pasted picture")

    assert (first.name, first.width, first.height, first.device) == ("a picture.png", 60, 40, "cpu")
    assert second.name == "Pasted picture"
    assert first.version.startswith("Quick V001")
    assert first.n_bytes > 10_000_000
    assert trying._warm.pid == pid
    if hasattr(os, "getpriority"):
        assert os.getpriority(os.PRIO_PROCESS, pid) >= 15
    trying.close()
    assert _until_gone(pid)
    assert list(trying.folder.iterdir()) == []
    assert picture.parent.joinpath("a picture.png").exists()
    assert sorted(path.name for path in picture.parent.iterdir()) == ["a picture.png"]


def test_weights_that_are_not_as_they_were_published_are_not_tried(site, trying, picture):
    weights = trying._models.get_version(site.quick).folder / WEIGHTS_FILE
    content = weights.read_bytes()
    weights.unlink()  # another version may have the same file
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(WeightsError, match=r"weights.safetensors was changed") as refused:
        trying.try_image(site.quick, picture)
    assert refused.value.code == "E-260"
    weights.unlink()
    with pytest.raises(WeightsError, match=r"weights.safetensors is missing"):
        trying.try_image(site.quick, picture)
    weights.write_bytes(content)
    assert trying.try_image(site.quick, picture).version.startswith("Quick V001")


def test_a_folder_that_cannot_be_written_is_named_and_nothing_half_written_stays(trying, site, picture, monkeypatch):
    def full(description, folder):
        (folder / "font.ttf").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device", "a library's own font")

    monkeypatch.setattr(service, "prepare_environment", full)
    with pytest.raises(StorageError, match=r"The disk is full. The files of the trial could not be stored in .*trying"):
        trying.try_image(site.quick, picture)
    assert list(trying.folder.iterdir()) == []


def test_another_version_takes_the_place_of_the_first(site, trying, picture):
    trying.try_image(site.quick, picture)
    pid = trying._warm.pid
    assert trying.try_image(site.slow, picture).version.startswith("Slow")
    assert _until_gone(pid)


def test_what_has_to_be_said_of_a_picture(site, trying, tmp_path):
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(turned, exif=exif)
    pages = tmp_path / "pages.tif"
    Image.new("L", (30, 20)).save(pages, save_all=True, append_images=[Image.new("L", (30, 20))])
    deep = tmp_path / "deep.png"
    Image.fromarray(np.full((20, 30), 40_000, np.uint16)).save(deep)

    tried = trying.try_image(site.quick, turned)
    assert (tried.width, tried.height) == (40, 60)
    assert "upright" in tried.notes[0]
    assert "2 pages" in trying.try_image(site.quick, pages).notes[0]
    assert "16 bits" in trying.try_image(site.quick, deep).notes[0]


def test_what_is_no_picture_is_refused_before_anything_is_started(site, trying, tmp_path):
    wrong = tmp_path / "notes.png"
    wrong.write_text("no picture")
    with pytest.raises(FormatError, match="not a picture"):
        trying.try_image(site.quick, wrong)
    with pytest.raises(FormatError):
        trying.try_image(site.quick, tmp_path / "gone.png")
    assert not trying.is_warm


def test_a_picture_that_is_damaged_ends_nothing(site, trying, picture, tmp_path):
    broken = tmp_path / "broken.png"
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(broken)
    broken.write_bytes(broken.read_bytes()[:9000])
    trying.try_image(site.quick, picture)
    pid = trying._warm.pid
    with pytest.raises(Exception, match="damaged"):
        trying.try_image(site.quick, broken)
    trying.try_image(site.quick, picture)
    assert trying._warm.pid == pid


def test_a_free_graphics_card_is_taken_and_left_to_a_run_that_wants_it(site, trying, picture, gpus):
    gpus.append(GPU)
    assert trying.try_image(site.quick, picture).device == "cuda:0"
    pid = trying._warm.pid
    trying.tend()
    assert trying._warm.pid == pid
    site.shop.home.devices.mkdir(exist_ok=True)
    lock = try_lock(device_lock_file(site.shop.home.devices, "cuda:0"))
    write_note(lock, json.dumps({"run": "r1", "name": "Text lines"}).encode())
    try:
        trying.tend()
        assert not trying.is_warm
        tried = trying.try_image(site.quick, picture)
    finally:
        os.close(lock)

    assert tried.device == "cpu"
    assert tried.device_note == (
        'On the processor: the graphics card works on "Text lines", which is not to be disturbed.'
    )


def test_a_run_on_the_processor_goes_first_and_that_is_said(site, trying, picture):
    site.shop.home.devices.mkdir(exist_ok=True)
    lock = try_lock(device_lock_file(site.shop.home.devices, "cpu"))
    write_note(lock, json.dumps({"run": "r1", "name": "Text lines"}).encode())
    try:
        assert '"Text lines"' in trying.try_image(site.quick, picture).device_note
    finally:
        os.close(lock)
    assert trying.try_image(site.quick, picture).device_note == ""


def test_a_process_that_nobody_uses_is_ended(site, trying, picture, monkeypatch):
    trying.try_image(site.quick, picture)
    pid = trying._warm.pid
    monkeypatch.setattr(service, "IDLE_S", -1.0)
    trying.tend()
    assert not trying.is_warm
    assert _until_gone(pid)


def test_a_process_that_was_killed_is_said_and_started_anew(site, trying, picture):
    trying.try_image(site.slow, picture)
    os.kill(trying._warm.pid, signal.SIGKILL)
    assert _until_gone(trying._warm.pid)
    assert trying.try_image(site.slow, picture).version.startswith("Slow")


def test_one_that_dies_under_a_picture_is_said_in_words(site, trying, picture):
    def kill():
        if trying._warm is not None:
            os.kill(trying._warm.pid, signal.SIGKILL)

    with pytest.raises(RunError, match="has ended"):
        trying.try_image(site.slow, picture, check=kill)
    assert not trying.is_warm


def test_giving_up_ends_the_process(site, trying, picture):
    class GivenUpError(Exception):
        pass

    def check():
        if trying.is_warm:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        trying.try_image(site.slow, picture, check=check)
    assert not trying.is_warm


def _setup(site, version) -> dict[str, object]:
    found = site.shop.models.get_version(version)
    model = json.loads((found.folder / "model.json").read_text())
    return {"worker": "fake", "weights": str(found.folder / "weights.safetensors"), "model": model, "device": "cpu"}


def test_one_that_hangs_is_ended(site, picture, tmp_path):
    folder = new_folder(tmp_path / "trying")
    warm = WarmProcess(_setup(site, site.slow), prepare_environment(None, folder), folder)
    question = {"image": str(picture), "name": "a", "confidence": 0.1}
    assert warm.ask(question, lambda: None)["width"] == 60
    with pytest.raises(RunError, match=r"did not answer within 0\.1 seconds"):
        warm.ask(question, lambda: None, timeout_s=0.1)
    assert not warm.is_alive
    assert not folder.exists()


def test_a_method_that_cannot_be_loaded_says_why(site, picture, tmp_path):
    folder = new_folder(tmp_path / "trying")
    setup = {**_setup(site, site.quick), "worker": "a method that is gone"}
    warm = WarmProcess(setup, prepare_environment(None, folder), folder)
    with pytest.raises(Exception, match="a method that is gone"):
        warm.ask({"image": str(picture), "name": "a", "confidence": 0.1}, lambda: None)
    warm.close()


PARENT = """
import json, sys, time
from pathlib import Path
from core.trying.warm import WarmProcess, new_folder
from core.workers.environment import prepare_environment
setup, folder = json.loads(sys.argv[1]), new_folder(Path(sys.argv[2]))
warm = WarmProcess(setup, prepare_environment(None, folder), folder)
warm.ask({"image": sys.argv[3], "name": "a", "confidence": 0.1}, lambda: None)
print(warm.pid, flush=True)
time.sleep(600)
"""


def test_it_does_not_outlive_a_window_that_is_killed(site, picture, tmp_path):
    command = [sys.executable, "-c", PARENT, json.dumps(_setup(site, site.quick)), str(tmp_path / "t"), str(picture)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert _until_gone(pid)


def test_the_answer_as_json():
    objects = (
        PredictedObject(0, 0.91239, Box(1, 2, 3.456, 4), Polygon(((1.0, 2.0, 3.0, 2.0, 3.0, 4.0),))),
        PredictedObject(1, 0.3, Box(0, 0, 1, 1)),
    )
    tried = TriedImage("a.png", 60, 40, ("disc", "bar"), objects, "Quick V001", "cpu", 0.1, 0.05)
    assert as_json(tried, 0.5) == {
        "format": 1,
        "image": "a.png",
        "width": 60,
        "height": 40,
        "version": "Quick V001",
        "confidence_from": 0.5,
        "objects": [
            {
                "class": "disc",
                "confidence": 0.9124,
                "box": [1, 2, 3.46, 4],
                "polygon": [[1.0, 2.0, 3.0, 2.0, 3.0, 4.0]],
            }
        ],
    }
    assert len(as_json(tried, 0.05)["objects"]) == 2
