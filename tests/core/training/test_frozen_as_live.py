"""What a training makes of a frozen dataset is, to the byte, what it made of the project when that was frozen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from service_workshop import Shop

from core.datasets.freezing import DatasetFreezing
from core.datasets.proposing import DatasetProposing
from core.domain.geometry import Box, Polygon
from core.domain.ids import DatasetId
from core.domain.projects import Source
from core.registry.stores import annotations, images
from core.registry.stores.annotations import NewAnnotation
from core.tasks.classification import CLASSIFICATION
from core.tasks.tagging import TAGGING


@pytest.fixture
def frozen(shop: Shop) -> DatasetId:
    """Of all images, with accepted predictions, crowds, labels of whole images, and shapes that reach out."""
    classes = {item.name: int(item.id) for item in shop.projects.list_categories(shop.project)}
    disc, bar = classes["disc"], classes["bar"]
    with shop.registry.write() as session:
        keys = images.list_keys(session, shop.project)
        ring = ((1.1, 2.2, 30.3, 2.2, 30.3, 40.7),)
        made = [
            NewAnnotation(keys["train/unlabelled.jpg"], disc, Box(1, 1, 20, 20), source=Source.MODEL, confidence=0.8),
            *(NewAnnotation(keys[f"train/1{i}.jpg"], disc, Polygon(ring), is_crowd=i % 2 == 0) for i in range(4)),
            NewAnnotation(keys["train/20.jpg"], bar, None),
            NewAnnotation(keys["train/21.jpg"], bar, Box(60, 40, 90, 90)),
            NewAnnotation(keys["train/22.jpg"], bar, Box(3, 3, 3, 3)),
        ]
        annotations.insert_annotations(session, made)
    proposing = DatasetProposing(shop.registry)
    id = proposing.create(shop.project, "Pages", proposing.propose_sets(shop.project)).value.dataset
    DatasetFreezing(shop.registry, shop.home.snapshots).freeze(id)
    return id


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"include_model_annotations": True},
        {"categories": ("disc",), "use_images_without_objects": True},
        {"task": TAGGING.slug, "crop_of": ("disc", "bar"), "use_images_without_objects": True},
        {"task": CLASSIFICATION.slug, "crop_of": ("disc", "bar"), "include_model_annotations": True},
    ],
)
def test_both_give_one_snapshot_with_the_numbers_that_were_shown(
    shop: Shop, frozen: DatasetId, choice: dict[str, object]
) -> None:
    live = shop.draft(**choice, new_model_name="A")
    draft = replace(live, train_folders=(), val_folders=(), test_folders=(), dataset=frozen, new_model_name="B")
    review = shop.training.review(draft)
    shown = {item.split: (item.n_images, item.n_objects) for item in review.splits}
    snapshot = shop.training.submit(draft).value.snapshot
    assert shop.training.submit(live).value.snapshot == snapshot
    n_images, n_objects = Counter(), Counter()
    for image in shop.datasets.open(snapshot).images(tuple(shown)):
        n_images[image.split] += 1
        n_objects[image.split] += sum(not item.is_crowd for item in image.objects)
    assert {split: (n_images[split], n_objects[split]) for split in shown} == shown
