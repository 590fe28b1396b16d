"""Whether a training fits into the memory that is free, from one batch that was tried. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.counting import in_bytes
from core.domain.training import Issue, Remedy
from core.training.timing import BatchTime

TOO_MUCH, TOO_MUCH_NOW = "E-163", "W-164"

RESERVE = 1.1
"""Of what was taken: measuring and writing weights come on top, and images differ."""

DRIVER_BYTES = 400 << 20
"""What the driver of a GPU takes for a process beside what torch asks for: 300 to 500 MB by what is told of it."""


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """`kept_bytes` are kept of the images all the time. `gpu_free_bytes` is None on the CPU. `batch_field` names what
    sets the batch, "" when nothing does. `is_shared`: another run computes on the device now."""

    time: BatchTime
    free_bytes: int
    gpu_free_bytes: int | None = None
    kept_bytes: int = 0
    batch_field: str = ""
    is_shared: bool = False

    @property
    def is_known(self) -> bool:
        return self.time.is_short or self.time.peak_bytes > 0

    def bytes_of(self, batch: int) -> tuple[int, int]:
        """Of the computer and of the GPU. What was there before the first batch does not grow with it."""
        share = batch / self.time.n_images
        grown = self.time.base_bytes + (self.time.peak_bytes - self.time.base_bytes) * share
        gpu = 0 if self.gpu_free_bytes is None else self.time.gpu_bytes * share * RESERVE + DRIVER_BYTES
        return int(grown * RESERVE + self.kept_bytes), int(gpu)

    def fits(self, batch: int) -> bool:
        host, gpu = self.bytes_of(batch)
        return host <= self.free_bytes and (self.gpu_free_bytes is None or gpu <= self.gpu_free_bytes)

    @property
    def smaller_batch(self) -> int | None:
        """The batch, halved until it fits; where nobody knows what it takes, half of it. None when there is none."""
        batch = self.time.n_images // 2
        while batch >= 1:
            if self.time.is_short or self.fits(batch):
                return batch
            batch //= 2
        return None

    @property
    def words(self) -> str:
        """ "about 1.3 GB of memory of 20.1 GB free"; "" when it is not known."""
        if not self.is_known or self.time.is_short:
            return ""
        host, gpu = self.bytes_of(self.time.n_images)
        own = f"about {in_bytes(host)} of memory of {in_bytes(self.free_bytes)} free"
        if self.gpu_free_bytes is None:
            return own
        return f"about {in_bytes(gpu)} of GPU memory of {in_bytes(self.gpu_free_bytes)} free, and {own}"


def memory_issues(need: MemoryNeed | None) -> tuple[Issue, ...]:
    """None where it fits, or nobody knows."""
    if need is None or not need.is_known or (not need.time.is_short and need.fits(need.time.n_images)):
        return ()
    batch = need.smaller_batch if need.batch_field else None
    remedy = None if batch is None else Remedy(f"Use a batch of {batch}", ((need.batch_field, batch),))
    text = f"{_why(need)} {_advice(need, batch)}"
    if need.is_shared:
        text += " Another run computes there now; this one waits for its end, and there may be more then."
    code = TOO_MUCH_NOW if need.is_shared else TOO_MUCH
    return (Issue(code, text, "review", not need.is_shared, remedy=remedy),)


def _why(need: MemoryNeed) -> str:
    n = need.time.n_images
    if need.time.is_short:
        where = "" if need.gpu_free_bytes is None else f", and {in_bytes(need.gpu_free_bytes)} of the GPU's"
        return (
            f"A batch of {n} was tried, and there was not enough memory for it: {in_bytes(need.free_bytes)} of the "
            f"computer's are free{where}."
        )
    host, gpu = need.bytes_of(n)
    if need.gpu_free_bytes is not None and gpu > need.gpu_free_bytes:
        return (
            f"A batch of {n} needs about {in_bytes(gpu)} of the GPU's memory; {in_bytes(need.gpu_free_bytes)} are free."
        )
    kept = f", {in_bytes(need.kept_bytes)} of it for images that are kept" if need.kept_bytes > host / 4 else ""
    return f"A batch of {n} needs about {in_bytes(host)} of memory{kept}; {in_bytes(need.free_bytes)} are free."


def _advice(need: MemoryNeed, batch: int | None) -> str:
    if batch is None:
        return "Use smaller images or a smaller network, or end what else takes memory."
    if need.time.is_short:
        return f"Try a batch of {batch}, smaller images or a smaller network."
    host, gpu = need.bytes_of(batch)
    return f"A batch of {batch} needs about {in_bytes(host if need.gpu_free_bytes is None else gpu)}."
