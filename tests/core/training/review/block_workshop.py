"""Annotated images as blocks, without a registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.domain.projects import AnnotatedImage, Category
from core.domain.snapshots import Split
from core.registry.stores.image_blocks import ImageBlock, make_block, pack, unpack
from core.registry.stores.shapes import encode
from core.training.review.data import DataChoice, Resolved, resolve_data


def block_of(images: Sequence[AnnotatedImage], keys: Sequence[int]) -> ImageBlock:
    """`keys` ascending and below 4,096."""
    rows, shapes = [], []
    for key, item in zip(keys, images, strict=True):
        image = item.image
        rows.append(
            (key, 1, image.path.encode(), image.width, image.height, image.orientation, bytes.fromhex(image.sha256),
             image.n_bytes, image.state.value)
        )  # fmt: skip
        for annotation in item.annotations:
            category = None if annotation.category is None else int(annotation.category)
            shapes.append((key, category, *encode(annotation.geometry), int(annotation.is_crowd)))
    made = make_block(rows, shapes)
    return unpack(0, pack(made), made.hashes.tobytes())


def resolve_images(
    choice: DataChoice, categories: Sequence[Category], images: Mapping[Split, Sequence[AnnotatedImage]]
) -> tuple[Resolved, Mapping[int, str]]:
    """Also the path of each key."""
    paths: dict[int, str] = {}
    blocks = {}
    for split, items in images.items():
        keys = range(len(paths), len(paths) + len(items))
        paths.update((key, item.image.path) for key, item in zip(keys, items, strict=True))
        parts = [slice(start, start + 7) for start in range(0, len(items), 7)]
        blocks[split] = [block_of(items[part], keys[part]) for part in parts]

    def paths_of(keys: Iterable[int]) -> Mapping[int, str]:
        return {int(key): paths[int(key)] for key in keys}

    return resolve_data(choice, categories, blocks, paths_of), paths
