"""What judging wrote, as rows, and taking it back: the inverse of a step is a step, which does it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.changes import Changed
from core.domain.counting import counted
from core.domain.ids import AnnotationId, ProjectId
from core.errors import RefusedError
from core.progress import IsCancelled, Progress, counting, never_cancelled, no_progress
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import bulk_tags, judgements
from core.registry.stores.annotation_steps import Step, n_rows, revert
from core.registry.stores.bulk_tags import TagChange
from core.registry.stores.categories import refuse_while_frozen
from core.registry.stores.image_sheets import read_sheets
from core.registry.stores.judgements import Review


@dataclass(frozen=True, slots=True)
class JudgingStep:
    """`rows` are annotations, and classes that came with them; `reviews` the verdicts that were given, by key,
    `forgotten` verdicts that went, `tags` those of images."""

    rows: Step
    reviews: Mapping[int, Review] = field(default_factory=dict)
    forgotten: tuple[Review, ...] = ()
    tags: tuple[TagChange, ...] = ()

    @property
    def project(self) -> ProjectId:
        return self.rows.project

    @property
    def is_empty(self) -> bool:
        return self.rows.is_empty and not self.reviews and not self.forgotten and not self.tags


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging some predictions. `step` takes it back."""

    step: JudgingStep
    annotations: tuple[AnnotationId, ...] = ()  # that were added
    n_known: int = 0  # accepted before, nothing was added
    n_in_truth: int = 0  # an object of the class is there already, nothing was added
    n_changed: int = 0  # on images that are not what they were when they were predicted on, nothing was added
    new_categories: tuple[str, ...] = ()
    n_outside: int = 0  # without an area in the image, nothing was added

    @property
    def n(self) -> int:
        return len(self.annotations) + len(self.step.reviews)


def take_back(
    registry: Registry, step: JudgingStep, progress: Progress = no_progress, is_cancelled: IsCancelled = never_cancelled
) -> Changed[JudgingStep]:
    """Raises RefusedError where what the step left is not there any more, and, of annotations, while the project is
    imported into (E-432), StoppedError when it is cancelled: nothing is taken back by halves."""
    told = counting(n_rows(step.rows) + sum(len(one.keys) for one in step.tags), progress, is_cancelled)
    with registry.write(durable=True) as session:
        if not step.rows.is_empty:
            registry.occupied.check(step.project)
        if step.rows.classes:
            refuse_while_frozen(session, step.project)
        rows = revert(session, step.rows, told)
        forgotten = judgements.take_reviews(session, step.reviews)
        n_missing = len(step.reviews) - len(forgotten)
        if n_missing:
            raise RefusedError(f"This cannot be undone. {counted(n_missing, 'verdict')} of it went since.")
        images = {review.image for review in step.forgotten}
        if len(read_sheets(session, images)) < len(images):
            raise RefusedError("This cannot be done again. Images of it were removed from the project since.")
        reviews = judgements.insert_reviews(session, step.forgotten)
        tags = bulk_tags.revert(session, step.project, step.tags, told)
        return Changed(JudgingStep(rows, reviews, forgotten, tags), noted(session))
