"""An edit, taking it back, and reading the image again, in a project of many images beside one of few.

`pytest -m benchmark -s tests/benchmarks/test_labelling.py`; CALQUE_IMAGES says how many are many (100,000).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box
from core.domain.labelling import NewShape, ShapeEdit
from core.domain.projects import ImageFilter
from core.home import Home
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry
from tests.benchmarks.million import make_registry

pytestmark = pytest.mark.benchmark

FEW, MANY = 1_000, int(os.environ.get("CALQUE_IMAGES", "100000"))
N_EDITS = 20


def measure(folder: Path, n_images: int) -> dict[str, float]:
    """Milliseconds, the median of some."""
    make_registry(folder, n_images)
    home = Home(folder / "home")
    with Registry(home.registry_file, home.backups) as registry:
        labelling, projects = LabellingService(registry), ProjectService(registry)
        (project,) = projects.list_projects()
        ids = tuple(projects.list_image_ids(ImageFilter(project.id)))
        image, category = ids[len(ids) // 2], projects.list_categories(project.id)[0].id
        times: dict[str, list[float]] = {}

        def timed(name: str, verb: Callable[[], object]) -> object:
            start = time.perf_counter()
            answer = verb()
            times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
            return answer

        for number in range(N_EDITS):
            (annotated,) = projects.get_annotated([image])
            seen = {image: annotated.image.revision}
            shape = Box(number, 1, number + 50, 40)
            new = NewShape(image, category, shape)
            edit = ShapeEdit(annotated.annotations[number % 10].id, shape)
            added = timed("draw", lambda new=new, seen=seen: labelling.add([new], seen=seen, author="A"))
            seen = added.value.revisions
            changed = timed("reshape", lambda edit=edit, seen=seen: labelling.change([edit], seen=seen, author="A"))
            timed("take back", lambda step=changed.value.step: labelling.take_back(step))
            timed("read again", lambda: projects.get_annotated([image]))
        return {name: statistics.median(found) for name, found in times.items()}


@pytest.mark.timeout(3600)
def test_an_edit_does_not_notice_how_many_images_there_are(tmp_path: Path) -> None:
    few, many = (measure(tmp_path / str(n), n) for n in (FEW, MANY))
    print()
    for name, milliseconds in many.items():
        print(f"{name:10} {few[name]:6.1f} ms of {FEW:,} images, {milliseconds:6.1f} ms of {MANY:,}")
    assert many["draw"] + many["take back"] + many["read again"] <= 50
    assert all(many[name] < 5 * few[name] + 5 for name in many)
