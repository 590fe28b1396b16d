from __future__ import annotations

import pytest

from core.domain.workers import FieldKind, FieldSpec
from core.workers.catalog import WorkerCatalog


@pytest.fixture
def specs() -> tuple[FieldSpec, ...]:
    """A field of each kind, two groups, ordinary and advanced ones, one that depends on another."""
    return (
        FieldSpec("epochs", FieldKind.INTEGER, "Epochs", "Passes over the images.", 100, 1, 300, group="Length"),
        FieldSpec(
            "rate", FieldKind.FLOAT, "Rate", default=0.01, minimum=0.0, maximum=1.0, step=0.001, group="Optimizer"
        ),
        FieldSpec(
            "optimizer",
            FieldKind.CHOICE,
            "Optimizer",
            default="auto",
            choices=(("auto", "Auto"), ("SGD", "SGD"), ("Adam", "Adam")),
            group="Optimizer",
        ),
        FieldSpec(
            "momentum", FieldKind.FLOAT, "Momentum", default=0.9, group="Optimizer", depends_on=("optimizer", ("SGD",))
        ),
        FieldSpec("batch", FieldKind.INTEGER_OR_AUTO, "Batch", default=None, minimum=1, maximum=64, unit="images"),
        FieldSpec("note", FieldKind.TEXT, "Note", default=""),
        FieldSpec("flip", FieldKind.BOOLEAN, "Flip", default=True, is_advanced=True, group="Augmentation"),
        FieldSpec("fraction", FieldKind.FLOAT, "Fraction", default=None, is_optional=True, is_advanced=True),
        FieldSpec("label", FieldKind.TEXT, "Label", default=None, is_optional=True, is_advanced=True),
        FieldSpec(
            "level",
            FieldKind.CHOICE,
            "Level",
            default=None,
            choices=((1, "One"), (2, "Two")),
            is_optional=True,
            is_advanced=True,
        ),
    )


@pytest.fixture(scope="session")
def yolo_fields() -> tuple[FieldSpec, ...]:
    """The real schema of the detection worker."""
    return WorkerCatalog().info("yolo-detect").fields
