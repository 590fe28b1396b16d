"""Of thousands of shapes one edit makes one; classes have their own colours."""

from __future__ import annotations

from dataclasses import replace

from core.domain.geometry import Box
from core.domain.projects import AnnotatedImage, Category
from ui.viewer.layers import ground_truth_layer
from ui.viewer.truth_layers import TruthLayers


def test_what_stayed_the_same_is_not_made_again(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    layers = TruthLayers()
    before = {one.key: one for one in layers.layer(annotated, categories).objects}
    first, _, third, last = annotated.annotations
    edited = replace(annotated, annotations=(replace(first, geometry=Box(0, 0, 9, 9)), replace(third), last))
    after = {one.key: one for one in layers.layer(edited, categories).objects}
    assert after.keys() == {"a0", "a2", "a3"}
    assert after["a2"] is before["a2"]
    assert after["a0"].bounds == Box(0, 0, 9, 9)
    assert {key: one.row for key, one in after.items()} == {key: before[key].row for key in after}


def test_another_image_or_other_classes_begin_anew(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    layers = TruthLayers()
    layers.layer(annotated, categories)
    coloured = (replace(categories[0], colour="#123456"), *categories[1:])
    found = {one.key: one.colour for one in layers.layer(annotated, coloured).objects}
    expected = {one.key: one.colour for one in ground_truth_layer(annotated, coloured).objects}
    assert found == expected
    assert found["a1"] == coloured[0].colour_number != categories[0].colour_number
