"""The images that a conversion looks at: the version's own where they are here, else pages that Calque draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.conversions.payload import Source
from core.datasets.manifest_file import ManifestFile, open_manifest
from core.datasets.tree import build_sample
from core.domain.counting import counted
from core.domain.snapshots import Split
from core.errors import CalqueError
from core.samples.drawing import draw_page
from core.workers.api import TreeImage

MOST_VERIFIED = 16
MOST_CALIBRATION = 100
MOST_MEASURED = 500
N_DRAWN = 8

DRAWN = "drawn"
"""Stands for the split where the images are none of the version's."""

_SEED = 4200  # of pages that no sample project has
_QUALITY = 90
_PREFERRED = (Split.VAL, Split.TEST, Split.TRAIN)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Pictures:
    """`origin` is the split's name, or "drawn"; `problem` says why they are not the version's own, "" when they are."""

    images: tuple[TreeImage, ...]
    origin: str
    problem: str = ""

    @property
    def words(self) -> str:
        """ "12 val images", "8 drawn pages"."""
        if self.origin == DRAWN:
            return counted(len(self.images), "page", "pages") + " drawn by Calque"
        return counted(len(self.images), f"{self.origin} image")


def pictures_to_compare(source: Source | None, target: Path, progress: Progress) -> Pictures:
    """At most 16, spread evenly over the set. Raises StorageError."""
    if source is None:
        return Pictures(_drawn(target), DRAWN, "The version's images are not on this computer.")
    try:
        manifest = open_manifest(source.manifest, source.snapshot)
        for split in _PREFERRED:
            found = _of(manifest, split, MOST_VERIFIED, source, target, progress)
            if found:
                return Pictures(found, split.value)
    except CalqueError as error:
        return Pictures(_drawn(target), DRAWN, error.text)
    return Pictures(_drawn(target), DRAWN, "Every image of the frozen dataset is gone or was changed since.")


def pictures_to_fit(source: Source, target: Path, progress: Progress) -> tuple[TreeImage, ...]:
    """Training images that 8 bits are fitted to, at most 100. Raises CalqueError."""
    manifest = open_manifest(source.manifest, source.snapshot)
    return _of(manifest, Split.TRAIN, MOST_CALIBRATION, source, target, progress)


def pictures_to_measure(source: Source, target: Path, progress: Progress) -> Pictures:
    """Images with ground truth that the version was not trained on, at most 500. Raises CalqueError."""
    manifest = open_manifest(source.manifest, source.snapshot)
    for split in (Split.VAL, Split.TEST):
        found = _of(manifest, split, MOST_MEASURED, source, target, progress)
        if found:
            return Pictures(found, split.value)
    return Pictures((), Split.VAL.value, "No image of the validation or test set is on this computer as it was.")


def draw_example(target: Path) -> None:
    """A page that anybody may have, for the package's example."""
    draw_page(_SEED)[0].save(target, "JPEG", quality=_QUALITY)


def _of(
    manifest: ManifestFile, split: Split, most: int, source: Source, target: Path, progress: Progress
) -> tuple[TreeImage, ...]:
    return build_sample(manifest, split, most, images_root=source.images_root, target=target, progress=progress)


def _drawn(target: Path) -> tuple[TreeImage, ...]:
    folder = target / "drawn"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for number in range(1, N_DRAWN + 1):
        page = draw_page(_SEED + number)[0]
        path = folder / f"{number:02d}.png"
        page.save(path, "PNG", compress_level=1)
        made.append(TreeImage(path, f"drawn/{path.name}", page.width, page.height, Split.VAL, ()))
    return tuple(made)
