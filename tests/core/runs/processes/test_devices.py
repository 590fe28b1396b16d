"""The search for devices, with the torch that is installed and with others that are not well."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from core.runs.processes import devices, launch
from core.runs.processes.devices import probe_devices, report_of
from core.runs.processes.launch import ask_for_devices

CUDA = """
class version:
    cuda = "12.8"
__version__ = "2.10.0"
class cuda:
    @staticmethod
    def init():
        {init}
    @staticmethod
    def device_count():
        return 1
    @staticmethod
    def mem_get_info(index):
        return 20 * 2**30, 24 * 2**30
    @staticmethod
    def get_device_name(index):
        return "NVIDIA Test 4090"
"""


@pytest.fixture
def fake_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the probe imports as torch."""
    monkeypatch.setattr(launch, "_SOURCE_ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(devices.__file__).parents[3]))
    return tmp_path / "torch.py"


def reason(timeout_s: float = 30) -> str:
    return report_of(ask_for_devices(timeout_s)).gpu_reason


def test_a_gpu(fake_torch: Path) -> None:
    fake_torch.write_text("print('noise of a library')\n" + CUDA.format(init="print('more noise')"))
    report = report_of(ask_for_devices(30))
    assert report.gpu_reason == ""
    assert [(gpu.id, gpu.name, gpu.total_bytes) for gpu in report.gpus] == [("cuda:0", "NVIDIA Test 4090", 24 * 2**30)]
    assert (report.torch_version, report.cuda_version) == ("2.10.0", "12.8")


def test_torch_for_the_cpu_only(fake_torch: Path) -> None:
    fake_torch.write_text("__version__ = '2.10.0+cpu'\nclass version:\n    cuda = None\n")
    assert "(2.10.0+cpu) is CPU-only" in reason()
    assert "pip install" in reason()


@pytest.mark.parametrize("error", ["OSError('libcudart.so.12: cannot open')", "RuntimeError('x')", "SystemExit(3)"])
def test_torch_that_cannot_be_loaded(fake_torch: Path, error: str) -> None:
    fake_torch.write_text(f"raise {error}\n")
    assert reason().startswith("PyTorch cannot be loaded (")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Found no NVIDIA driver on your system.", "No NVIDIA driver was found"),
        ("The NVIDIA driver on your system is too old (found version 11040).", "too old for this PyTorch"),
        ("No CUDA GPUs are available", "no GPU answers"),
        ("CUDA unknown error - this may be due to an incorrectly set up environment.", "The GPU cannot be used: CUDA"),
    ],
)
def test_drivers(fake_torch: Path, message: str, words: str) -> None:
    fake_torch.write_text(CUDA.format(init=f"raise RuntimeError({message!r})"))
    assert words in reason()


def test_a_search_that_hangs_or_crashes(fake_torch: Path) -> None:
    fake_torch.write_text("import time\ntime.sleep(60)\n")
    assert "did not end within 20 seconds" in reason(timeout_s=1)
    fake_torch.write_text("import os\nos.kill(os.getpid(), 11)\n")
    assert "crashed with signal 11 (SIGSEGV)" in reason()
    fake_torch.write_text("import os\nos._exit(4)\n")
    assert "crashed with exit code 4" in reason()


def test_the_answer_is_kept(fake_torch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_known", [])
    fake_torch.write_text(CUDA.format(init="pass"))
    first = probe_devices()
    fake_torch.write_text("raise OSError('gone')\n")
    assert probe_devices() is first
    assert probe_devices(refresh=True).gpus == ()


def test_the_cpu_has_a_name_and_memory() -> None:
    cpu = devices.cpu_device()
    assert (cpu.id, cpu.is_gpu) == ("cpu", False)
    assert cpu.name
    assert cpu.total_bytes == psutil.virtual_memory().total
