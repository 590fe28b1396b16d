"""A class of a million annotations deleted, merged and brought back; a hundred thousand images labelled and removed.

`pytest -m benchmark -s tests/benchmarks/test_classes.py`; CALQUE_IMAGES says how many images there are (100,000), each
with ten annotations.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from core.categories.service import CategoryService
from core.domain.categories import Labelling
from core.domain.projects import ImageFilter
from core.projects.service import ProjectService
from core.trash.service import TrashService
from tests.benchmarks.bulk_registry import make_registry

pytestmark = pytest.mark.benchmark

N_IMAGES = int(os.environ.get("CALQUE_IMAGES", "100000"))
T = TypeVar("T")


def timed(name: str, verb: Callable[[], T]) -> T:
    start, cpu = time.perf_counter(), time.process_time()
    answer = verb()
    print(f"{name:34} {time.perf_counter() - start:6.2f} s, of the processor {time.process_time() - cpu:6.2f} s")
    return answer


def test_classes_and_the_trash_at_size(tmp_path: Path) -> None:
    registry, project = make_registry(
        tmp_path, n_images=N_IMAGES, n_annotations=10 * N_IMAGES, n_folders=100, n_categories=1
    )
    classes, trash, projects = CategoryService(registry), TrashService(registry), ProjectService(registry)
    only = projects.list_categories(project)[0].id
    other = classes.add(project, "other").value.id
    print(f"\n{N_IMAGES:,} images, {10 * N_IMAGES:,} annotations of one class")
    gone = timed("delete the class", lambda: classes.delete(project, only).value)
    assert gone.n_annotations == 10 * N_IMAGES
    kept = gone.done.steps[0].removed.n_bytes
    print(f"kept for undo: {kept / 1e6:.1f} MB")
    timed("undo", lambda: classes.undo(gone.done))
    merged = timed("merge it into another", lambda: classes.merge(project, [only], other).value)
    timed("undo", lambda: classes.undo(merged.done))
    images = projects.list_image_ids(ImageFilter(project))
    labelled = timed("label all images", lambda: classes.label_images(project, images, Labelling.ADD, other).value)
    assert labelled.labelled.n_changed == N_IMAGES
    timed("undo", lambda: classes.undo(labelled.done))
    one = images[:1]
    labelled = timed("label one image", lambda: classes.label_images(project, one, Labelling.ADD, other).value)
    timed("undo", lambda: classes.undo(labelled.done))
    removed = timed("all images to the trash", lambda: trash.remove_images(project, images).value)
    timed("restore them", lambda: trash.restore_images(project, removed))
    assert registry.check() == ()
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB of memory")
    assert kept < 50 * N_IMAGES
