"""Where a run can compute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """`id` is "cpu" or "cuda:N". Memory in bytes; 0 when unknown."""

    id: str
    name: str
    total_bytes: int = 0
    free_bytes: int = 0

    @property
    def is_gpu(self) -> bool:
        return self.id != "cpu"


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What the probe found. `gpu_reason` says in a sentence why there is no GPU, "" when there is one."""

    devices: tuple[Device, ...]  # the CPU first
    gpu_reason: str
    torch_version: str = ""
    cuda_version: str = ""
    driver_version: str = ""

    @property
    def gpus(self) -> tuple[Device, ...]:
        return tuple(device for device in self.devices if device.is_gpu)
