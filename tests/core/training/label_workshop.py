"""A project whose images, and shapes on them, have labels: what tasks that label are trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from service_workshop import Shop

from core.domain.geometry import Geometry
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource
from core.domain.projects import Source
from core.domain.training import TrainingDraft, TrainingReview
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation

Label = tuple[str | None, Geometry]
"""A class, None = "without concept"; a shape, None = the whole image."""


class LabelShop(Shop):
    def __init__(self, folder: Path, content: Mapping[str, Sequence[Label]]) -> None:
        self._content = content
        super().__init__(folder)

    def draft(self, **changes: object) -> TrainingDraft:
        """A sound one of a classifier, unless changed: all images, the fake worker, a new model."""
        return super().draft(
            **{"train_folders": ("",), "val_folders": (), "test_folders": (), "val_ratio": 0.5, **changes}
        )

    def add(self, path: str, *labels: Label, source: Source = Source.IMPORT) -> None:
        """Annotations of an image that is there."""
        with self.registry.write() as session:
            key = images.list_keys(session, self.project)[path]
            names = [name for name, _ in labels if name is not None]
            known = projects.add_categories(session, self.project, names)
            annotations.insert_annotations(
                session,
                [NewAnnotation(key, None if n is None else int(known[n]), g, source=source) for n, g in labels],
            )

    def _import_project(self) -> ProjectId:
        for number, path in enumerate(self._content):
            self._draw(path, number)
        self.images_root.mkdir(parents=True, exist_ok=True)
        report = self.imports.commit(
            ImportSource(self.images_root, self.images_root, "images"), project_name="Labelled"
        )
        self.project = report.project
        for path, labels in self._content.items():
            self.add(path, *labels)
        return report.project


def codes(review: TrainingReview) -> list[str]:
    return [issue.code for issue in review.issues]


def text(review: TrainingReview, code: str) -> str:
    return next(issue.text for issue in review.issues if issue.code == code)


def ignored(review: TrainingReview) -> dict[str, int]:
    return dict(review.ignored)
