"""What was found of a project's images in a folder that may be the one that was moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.domain.counting import counted
from core.domain.names import shown


@dataclass(frozen=True, slots=True)
class FolderMatch:
    """`folder` is where the project's folder would be: the chosen one, or one beside or in it that fits better.

    An image counts as there when a file of its path and size is. Of those, some were hashed (`n_hashed`): a sample,
    and files whose time is another one. `missing` and `different` name the first ones.
    """

    folder: Path
    n_images: int
    n_missing: int
    n_different: int  # of another size, or of another content
    n_hashed: int
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    @property
    def n_there(self) -> int:
        return self.n_images - self.n_missing - self.n_different

    @property
    def is_whole(self) -> bool:
        return self.n_there == self.n_images

    @property
    def refusal(self) -> str:
        """Why this cannot be the project's folder, "" when it can."""
        return "" if self.n_there else f"None of the project's {counted(self.n_images, 'image')} is in there."


def match_text(match: FolderMatch) -> str:
    """What was found and what was not, in a few sentences."""
    if match.is_whole:
        return f"All {counted(match.n_images, 'image')} are there." if match.n_images != 1 else "Its image is there."
    parts = [f"{match.n_there} of {counted(match.n_images, 'image')} are there."]
    for names, n, what in (
        (match.missing, match.n_missing, "missing"),
        (match.different, match.n_different, "another picture than before"),
    ):
        if n:
            more = ", …" if n > len(names[:3]) else ""
            listed = ", ".join(shown(name) for name in names[:3])
            parts.append(f"{n} {'is' if n == 1 else 'are'} {what}: {listed}{more}.")
    return " ".join(parts)
