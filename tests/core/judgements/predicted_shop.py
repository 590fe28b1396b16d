"""A project of drawn images, and sets of predictions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core import clock
from core.domain.geometry import Box, Polygon
from core.domain.ids import ImageId, PredictionSetId
from core.domain.predictions import PredictedImage, PredictedObject, PredictionSet, SetKind
from core.domain.projects import ImageFilter, ImageRecord
from core.domain.snapshots import SnapshotObject
from core.domain.studies import StudyInfo, StudySource
from core.evaluations.sources import Sources
from core.judgements.accepting import AcceptingService
from core.judgements.tags import TagService
from core.packs.layout import PackHeader
from core.packs.writing import write_pack
from core.registry.stores.predictions import put_set
from tests.core.training.service_workshop import Shop

CLASSES = ("disc", "bar")


class PredictedShop(Shop):
    """Objects of predictions are (class, confidence, box or polygon)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sources = Sources(self.registry, self.models)
        self.accepting = AcceptingService(self.registry, self.sources)
        self.tags = TagService(self.registry)

    def images(self) -> dict[str, ImageRecord]:
        ids = self.projects.list_image_ids(ImageFilter(self.project))
        return {image.path: image for image in self.projects.get_images(tuple(ids))}

    def id_of(self, path: str) -> ImageId:
        return self.images()[path].id

    def truths_of(self, image: ImageId, classes: Sequence[str]) -> tuple[SnapshotObject, ...]:
        names = {category.id: category.name for category in self.projects.list_categories(self.project)}
        (annotated,) = self.projects.get_annotated([image])
        return tuple(
            SnapshotObject(classes.index(names[one.category]), one.geometry)
            for one in annotated.annotations
            if one.category is not None
        )

    def predict(
        self,
        found: Mapping[str, Sequence[tuple[str, float, Box | Polygon]]],
        *,
        name: str = "Shapes V001",
        classes: Sequence[str] = CLASSES,
        elsewhere: Sequence[str] = (),
        sha256: str | None = None,
        has_truth: bool = False,
    ) -> StudyInfo:
        """A set of predictions on images by their paths; `elsewhere` are images that the project does not have."""
        images, id = self.images(), PredictionSetId(clock.new_id())
        path = self.home.predictions / f"{id}.pack"
        with write_pack(path, PackHeader(tuple(classes), "detection", has_truth=has_truth)) as writer:
            for key, objects in found.items():
                image = images.get(key)
                known = image.sha256 if image is not None else ""
                predicted = PredictedImage(key, known if sha256 is None else sha256, 64, 48)
                truths = self.truths_of(image.id, classes) if has_truth and image is not None else ()
                writer.add(predicted, [_object(classes.index(name), *rest) for name, *rest in objects], truths)
            for key in elsewhere:
                writer.add(PredictedImage(key, "", 64, 48), [_object(0, 0.9, Box(1, 1, 9, 9))])
        item = PredictionSet(
            id, SetKind.PREDICTION, name, clock.now(), tuple(classes), writer.n_images, writer.n_predictions,
            path.stat().st_size, project=self.project, has_truth=has_truth,
        )  # fmt: skip
        with self.registry.write() as session:
            put_set(session, item, path)
        return self.sources.locate(StudySource.of_set(id)).info


def _object(category: int, confidence: float, shape: Box | Polygon) -> PredictedObject:
    polygon = shape if isinstance(shape, Polygon) else None
    return PredictedObject(category, confidence, shape.bounds(), polygon)
