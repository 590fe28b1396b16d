"""Writes at random to a registry, for tests of what has to stay true whatever is written."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.projects import ImageState, Source
from core.registry.session import Session
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts

FOLDERS = ("", "a", "a/b", "a/b/c", "z")
BOX = Box(0, 0, 5, 5)


class Writer:
    """Does something at random to one of a few projects."""

    def __init__(self, session: Session, seed: int, first: int = 0) -> None:
        """What it adds is numbered from `first` on."""
        self._session = session
        self._random = random.Random(seed)
        self._n = first

    def write(self) -> None:
        verbs = (self.add_images, self.annotate, self.import_anew, self.change_facts, self.forget, self.add_categories)
        live = [project.id for project in projects.list_projects(self._session)]
        if len(live) < 2:
            self._n += 1
            projects.insert_project(self._session, name=f"P{self._n}", root=Path("/nowhere"))
        elif self._random.random() < 0.02:
            projects.remove_project(self._session, self._random.choice(live))
        else:
            self._random.choice(verbs)(self._random.choice(live))

    def add_images(self, project: ProjectId) -> None:
        facts = []
        for _ in range(self._random.randint(0, 6)):
            self._n += 1
            folder = self._random.choice(FOLDERS)
            path = f"{folder}/{self._n}.png" if folder else f"{self._n}.png"
            facts.append(ImageFacts(path, 10, 10, 1, "00" * 32, 5, 5))
        images.insert_images(self._session, project, facts)

    def annotate(self, project: ProjectId) -> None:
        annotations.insert_annotations(self._session, self._some_annotations(project, self._some_images(project)))

    def import_anew(self, project: ProjectId) -> None:
        chosen = self._some_images(project)
        annotations.delete_imported(self._session, chosen)
        annotations.insert_annotations(self._session, self._some_annotations(project, chosen))

    def change_facts(self, project: ProjectId) -> None:
        chosen = set(self._some_images(project))
        known = images.list_facts(self._session, project).values()
        changed = {key: replace(facts, state=ImageState.MISSING) for key, facts in known if key in chosen}
        images.update_images(self._session, changed)

    def forget(self, project: ProjectId) -> None:
        annotations.delete_imported(self._session, self._some_images(project))

    def add_categories(self, project: ProjectId) -> None:
        projects.add_categories(self._session, project, [f"c{self._random.randint(0, 5)}"])

    def _some_images(self, project: ProjectId) -> list[int]:
        keys = list(images.list_keys(self._session, project).values())
        return self._random.sample(keys, self._random.randint(0, len(keys)))

    def _some_annotations(self, project: ProjectId, keys: list[int]) -> list[NewAnnotation]:
        categories: list[int | None] = [int(id) for id in projects.add_categories(self._session, project, ()).values()]
        return [
            NewAnnotation(key, self._random.choice([*categories, None]), BOX, source=self._random.choice(list(Source)))
            for key in keys
            for _ in range(self._random.randint(0, 4))
        ]
