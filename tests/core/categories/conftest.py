from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.categories.labelled_project import BOX, WHOLE, LabelledProject

CONTENT = {
    "a/1.jpg": [("line", BOX), ("line", BOX), ("picture", BOX)],
    "a/2.jpg": [("line", BOX)],
    "a/3.jpg": [("cat", WHOLE), ("kitten", WHOLE), ("line", BOX)],
    "b/4.jpg": [("cat", WHOLE)],
    "b/5.jpg": [("kitten", WHOLE)],
    "b/6.jpg": [(None, WHOLE)],
    "b/7.jpg": [],
    "8.jpg": [("line", BOX), (None, BOX)],
}


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[Callable[..., LabelledProject]]:
    made: list[LabelledProject] = []

    def make(content=CONTENT) -> LabelledProject:
        made.append(LabelledProject(tmp_path, content))
        return made[-1]

    yield make
    for one in made:
        one.registry.close()


@pytest.fixture
def project(make_project) -> LabelledProject:
    return make_project()
