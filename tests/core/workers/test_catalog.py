from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.errors import NotFoundError, WorkerError
from core.workers.catalog import GROUP, WorkerCatalog, judged_format

FAKE = "core.workers.builtin.fake.description:DESCRIPTION"


@pytest.fixture
def plug_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path for plug-ins written by a test."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def _entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_library_that_is_not_there", "ModuleNotFoundError: No module named 'a_library_that_is_not_there'"),
        ("raise OSError('libcuda.so: wrong ELF class')", "OSError: libcuda.so: wrong ELF class"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("DESCRIPTION = 'a string'", "is not a WorkerDescription"),
        ("from core.workers.builtin.fake.description import DESCRIPTION", 'calls itself "fake"'),
        ("", "AttributeError"),
    ],
)
def test_a_broken_plug_in_is_listed_with_the_reason_and_harms_no_other(
    plug_ins: Path, source: str, reason: str
) -> None:
    name = f"plug_in_{abs(hash(source))}"
    (plug_ins / f"{name}.py").write_text(source)
    catalog = WorkerCatalog([_entry("broken", f"{name}:DESCRIPTION"), _entry("fake", FAKE)])
    listed = {info.slug: info for info in catalog.list_workers(include_hidden=True)}
    assert reason in listed["broken"].unavailable_reason
    assert not listed["broken"].is_available
    assert listed["fake"].is_available
    with pytest.raises(WorkerError, match="not available"):
        catalog.get("broken")


def test_the_built_in_workers_are_installed_like_any_plug_in() -> None:
    infos = {info.slug: info for info in WorkerCatalog().list_workers()}
    yolo = {"yolo-detect", "yolo-segment", "yolo-obb"}
    assert yolo <= set(infos)
    assert all(info.is_available for info in infos.values())
    for info in (infos[slug] for slug in sorted(yolo)):
        assert info.is_available, info.unavailable_reason
        assert "ultralytics 8." in info.version
        assert "Fast on small data" in dict(info.presets)


def test_hidden_workers_are_listed_on_request_only() -> None:
    catalog = WorkerCatalog()
    assert "fake" not in {info.slug for info in catalog.list_workers()}
    assert catalog.info("fake").is_hidden


def test_available_workers_come_before_broken_ones() -> None:
    catalog = WorkerCatalog([_entry("a-broken", "nowhere:X"), _entry("fake", FAKE)])
    assert [info.slug for info in catalog.list_workers(include_hidden=True)] == ["fake", "a-broken"]


def test_an_unknown_worker_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no-such-worker"):
        WorkerCatalog().get("no-such-worker")


def test_listing_and_describing_workers_loads_no_torch() -> None:
    code = (
        "import sys\n"
        "from core.workers.catalog import WorkerCatalog\n"
        "assert len(WorkerCatalog().list_workers(include_hidden=True)) >= 3\n"
        "heavy = {'torch', 'ultralytics', 'cv2', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_implementation_that_cannot_be_imported_is_a_sentence(plug_ins: Path) -> None:
    (plug_ins / "light_half.py").write_text(
        "from dataclasses import replace\n"
        "from core.workers.builtin.fake.description import DESCRIPTION as FAKE\n"
        "DESCRIPTION = replace(FAKE, slug='light', implementation='light_half_worker:Worker')\n"
    )
    (plug_ins / "light_half_worker.py").write_text("raise OSError('libtorch.so is missing')\n")
    catalog = WorkerCatalog([_entry("light", "light_half:DESCRIPTION")])
    with pytest.raises(WorkerError, match=r"cannot start: OSError: libtorch\.so is missing"):
        catalog.load(catalog.get("light"))


@pytest.mark.parametrize("slug", ["yolo-detect", "yolo-segment"])
def test_formats_whose_libraries_are_missing_say_so_and_the_others_stay(slug: str) -> None:
    description = WorkerCatalog().get(slug)
    judged = [judged_format(item, description, lambda _name: "") for item in description.exports]
    assert {item.slug: item.is_available for item in judged} == {
        "onnx": False,
        "openvino": False,
        "torchscript": True,
        "pt": True,
    }
    assert judged[0].unavailable_reason == (
        'onnx, onnxslim and onnxruntime are not installed. Install what exports need with: pip install "calque[export]"'
    )
    one = judged_format(description.exports[0], description, lambda name: "" if name == "onnxslim" else "1.0")
    assert one.unavailable_reason.startswith("onnxslim is not installed.")
    elsewhere = replace(description, python="/opt/other/bin/python")
    assert judged_format(description.exports[0], elsewhere, lambda _name: "").is_available, "not looked into from here"


def test_what_exports_need_is_installed_here_as_the_lock_has_it() -> None:
    info = WorkerCatalog().info("yolo-detect")
    assert [item.unavailable_reason for item in info.exports] == ["", "", "", ""]
