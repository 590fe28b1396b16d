"""The kind of the runs that the tests of the machinery make, announced by workshop_kinds-1.dist-info beside it."""

from __future__ import annotations

from dataclasses import replace

from core.training.kind import TRAINING

PREPARE, TRAIN, PUBLISH = "prepare", "train", "publish"

WORKSHOP = replace(
    TRAINING,
    slug="workshop",
    title="Workshop",
    stages=tuple(plan for plan in TRAINING.stages if plan.name in (PREPARE, TRAIN, PUBLISH)),
    pipeline="run_pipelines:run",
)
"""Books and words are those of a training: what runs mean to a version is tried with it."""
