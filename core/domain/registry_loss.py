"""A registry that cannot be opened, and what there is to bring it back from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """`made` and `age` are words: when it was made, and how long ago that is."""

    file: Path
    made: str
    age: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class RegistryLoss:
    """`text` says what is wrong with the file; `copies` are newest first, and may be damaged themselves."""

    text: str
    copies: tuple[KeptCopy, ...]
    n_runs: int
    n_versions: int
    n_datasets: int = 0  # frozen ones

    @property
    def can_reindex(self) -> bool:
        """Whether anything on the disk could be listed anew."""
        return self.n_runs + self.n_versions + self.n_datasets > 0
