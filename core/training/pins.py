"""Which images a training is watched on: chosen by a person, in a file of the run's folder, else by a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from core.domain.names import shown
from core.errors import RefusedError
from core.files.durable import read_json, write_json
from core.runs.folder.layout import RunLayout
from core.workers.api import TreeImage

N_PINNED = 8
_FORMAT = 1


def read_pins(layout: RunLayout) -> tuple[str, ...]:
    """The keys of the images that a person chose; none where nobody did, or the file cannot be understood."""
    value = read_json(layout.pins_file)
    keys = value.get("keys") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or value.get("format") != _FORMAT or not isinstance(keys, list):
        return ()
    return tuple(key for key in keys if isinstance(key, str))[:N_PINNED]


def write_pins(layout: RunLayout, keys: Sequence[str]) -> None:
    """In force at the next evaluation; no keys = those of the rule again. Raises RefusedError, OSError."""
    if len(keys) > N_PINNED:
        raise RefusedError(f"{len(keys)} images are too many to be pinned: up to {N_PINNED} are kept at an evaluation.")
    if len(set(keys)) != len(keys):
        twice = next(key for key, count in Counter(keys).items() if count > 1)
        raise RefusedError(f'"{shown(twice)}" is pinned twice.')
    write_json(layout.pins_file, {"format": _FORMAT, "keys": list(keys)})


def choose_pins(images: Sequence[TreeImage], most: int = N_PINNED) -> tuple[TreeImage, ...]:
    """The same for the same images: each next one shows most of the classes that are seldom shown yet, then has most
    objects; the content's hash decides between equals. One without objects is taken when nothing else is left."""
    left = sorted(images, key=lambda image: (-len(image.objects), image.path.name))
    classes = {image.key: {item.category for item in image.objects} for image in left}
    shown_so_far: Counter[int] = Counter()
    chosen: list[TreeImage] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda image: sum(1 / (1 + shown_so_far[name]) ** 2 for name in classes[image.key]))
        left.remove(best)
        chosen.append(best)
        shown_so_far.update(classes[best.key])
    return tuple(chosen)
