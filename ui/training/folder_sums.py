"""Adding up folders whose counts include everything below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.domain.ids import CategoryId
from core.domain.names import shown
from core.domain.projects import Folder


@dataclass(frozen=True, slots=True)
class FolderSum:
    n_images: int = 0
    n_annotated: int = 0
    category_counts: Mapping[CategoryId, int] = field(default_factory=dict)


def is_inside(path: str, ancestor: str) -> bool:
    """Whether `path` is `ancestor` or below it; "" is the root."""
    return not ancestor or path == ancestor or path.startswith(f"{ancestor}/")


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Without those that another one already includes, sorted."""
    unique = sorted(set(paths))
    return tuple(path for path in unique if not any(other != path and is_inside(path, other) for other in unique))


def sum_of(paths: Iterable[str], folders: Mapping[str, Folder]) -> FolderSum:
    """What is in the folders together; a folder inside another one counts once, an unknown one not at all."""
    counts: dict[CategoryId, int] = {}
    n_images = n_annotated = 0
    for path in outermost(paths):
        folder = folders.get(path)
        if folder is None:
            continue
        n_images += folder.n_images
        n_annotated += folder.n_annotated
        for category, n in folder.category_counts:
            counts[category] = counts.get(category, 0) + n
    return FolderSum(n_images, n_annotated, counts)


def folder_title(path: str) -> str:
    """Paths may hold bytes that are no text; what is shown is always printable."""
    return shown(path) or "Whole project"


def carved(n_images: int, ratio: float) -> tuple[int, int]:
    """About how many images stay in training and how many are held back. The review counts exactly, class by class."""
    held_back = min(max(round(n_images * ratio), 1), n_images - 1) if n_images > 1 else 0
    return n_images - held_back, held_back
