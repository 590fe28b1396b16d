"""Joins what the disk holds with what the annotation files say into what a project would hold. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from core.domain.annotation_columns import ColumnAnnotations, count_classes
from core.domain.counting import counted
from core.domain.imports import (
    ImportPreview,
    ImportSource,
    Problem,
    RawAnnotation,
    RawImage,
    Recognised,
    Severity,
    SourceClass,
)
from core.domain.names import shown
from core.domain.snapshots import Split
from core.formats.base import ReadResult
from core.formats.reading.geometry_checks import check_shape
from core.imports.answers import Answers
from core.imports.class_names import clean_name, similar_names
from core.imports.orientation import is_sideways, to_upright, turned_details
from core.imports.planned import PlannedImage
from core.imports.samples import choose_samples
from core.registry.stores.images import ImageFacts, KnownImages


@dataclass(frozen=True)
class ImportPlan:
    """Everything an import would write. `categories` in the order in which the project would list them."""

    source: ImportSource
    format: str
    format_title: str
    root: Path
    images: tuple[PlannedImage, ...]
    categories: tuple[str, ...]
    problems: tuple[Problem, ...]
    classes: tuple[SourceClass, ...] = ()
    makers: tuple[tuple[str, int], ...] = ()
    known_categories: tuple[str, ...] = ()
    recognised: tuple[Recognised, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()  # old and new paths of images that the project has
    project_images: KnownImages | None = None  # those of the project to be added to, when this was planned

    @property
    def can_import(self) -> bool:
        return bool(self.images) and not any(problem.severity is Severity.ERROR for problem in self.problems)

    @cached_property
    def counts(self) -> Counter[str | None]:
        """Annotations by class."""
        return count_classes(image.annotations for image in self.images)

    @property
    def n_annotations(self) -> int:
        return sum(n for name, n in self.counts.items() if name is not None)

    @property
    def n_rotated(self) -> int:
        return sum(1 for image in self.images if image.facts.orientation != 1)

    def stated_sets(self) -> tuple[tuple[str, int], ...]:
        """Images by the set that the files state for them."""
        counts = Counter(image.stated_set for image in self.images)
        return tuple((split.value, counts[split.value]) for split in Split if counts[split.value])

    def category_counts(self) -> tuple[tuple[str, int], ...]:
        return tuple((name, self.counts[name]) for name in self.categories)

    def preview(self) -> ImportPreview:
        folders = Counter(image.facts.folder for image in self.images)
        return ImportPreview(
            source=self.source,
            format=self.format,
            format_title=self.format_title,
            images_root=self.root,
            n_images=len(self.images),
            n_annotated=sum(1 for image in self.images if image.annotations or image.is_negative),
            n_annotations=self.n_annotations,
            categories=self.category_counts(),
            folders=tuple(sorted(folders.items())),
            problems=self.problems,
            can_import=self.can_import,
            n_turn_doubtful=sum(1 for image in self.images if image.is_turn_doubtful),
            n_guessed_as_stored=sum(1 for image in self.images if image.is_turn_doubtful and image.is_as_stored),
            n_rotated=self.n_rotated,
            stated_sets=self.stated_sets(),
            sample=choose_samples(self.images),
            classes=self.classes,
            makers=self.makers,
            recognised=self.recognised,
            project_classes=self.known_categories,
        )


def make_plan(
    *,
    source: ImportSource,
    format: str,
    format_title: str,
    reading: ReadResult,
    images: Sequence[ImageFacts],
    image_problems: Sequence[Problem],
    known_categories: Sequence[str] = (),
    recognised: Sequence[Recognised] = (),
    moved: tuple[tuple[str, str], ...] = (),
    project_images: KnownImages | None = None,
) -> ImportPlan:
    """`images` are the usable files below the root, `known_categories` those of the project to be added to."""
    problems = list(reading.problems)
    raw = {image.path: image for image in reading.images}
    answers = Answers(source)
    planned = [_plan_image(facts, raw.get(facts.path), source, answers, problems) for facts in images]
    answers.finish()
    present = {facts.path for facts in images}
    problems += [
        Problem("image-unusable", f'"{shown(image.path)}" cannot be used, so its annotations are left out.', image.path)
        for image in reading.images
        if image.path not in present and (image.annotations or image.is_explicit_negative)
    ]
    told = {(problem.kind, problem.file) for problem in reading.problems}
    root = reading.images_root
    problems += [item for item in image_problems if (item.kind, str(root / item.file)) not in told]
    listed = dict.fromkeys(map(clean_name, reading.categories))
    found = answers.found
    stated = (*listed, *sorted(name for name in found if name not in listed))
    names = answers.categories(stated)
    problems += answers.problems()
    problems += similar_names(names, known_categories)
    problems += _upright_assumed(planned, source)
    problems += _judge_as_a_whole(planned, reading.images_root, reading.problems)
    return ImportPlan(
        source=source,
        format=format,
        format_title=format_title,
        root=reading.images_root,
        images=tuple(planned),
        categories=names,
        problems=tuple(problems),
        classes=answers.classes(stated),
        makers=answers.makers,
        known_categories=tuple(known_categories),
        recognised=tuple(recognised),
        moved=moved,
        project_images=project_images,
    )


def _plan_image(
    facts: ImageFacts, raw: RawImage | None, source: ImportSource, answers: Answers, problems: list[Problem]
) -> PlannedImage:
    if raw is None:
        return PlannedImage(facts)
    taken_whole = _taken_whole(facts, raw, answers)
    kept: list[RawAnnotation] = []
    left_out: list[RawAnnotation] = []
    for annotation in raw.annotations if taken_whole is None else ():
        checked = _check(annotation, facts, raw, problems)
        if checked is not None:
            taken = answers.apply(checked)
            if taken is None:
                left_out.append(checked)
            else:
                kept.append(taken)
    if source.mapping:
        kept = _said_once(kept)
    annotations: Sequence[RawAnnotation] = tuple(kept) if taken_whole is None else taken_whole
    if left_out and not kept:
        answers.left_with_nothing(facts.path, is_by_models=all(annotation.made_by for annotation in left_out))
    return PlannedImage(
        facts=facts,
        annotations=annotations,
        is_negative=raw.is_explicit_negative and not annotations and not left_out,
        is_spoken_of=bool(annotations or left_out) or raw.is_explicit_negative,
        is_turn_doubtful=_is_turn_doubtful(facts, raw, source),
        is_as_stored=raw.is_as_stored,
        stated_set=raw.stated_set,
        details=raw.details,
        is_hard=raw.is_hard,
        left_out=tuple(left_out),
    )


def _said_once(annotations: Sequence[RawAnnotation]) -> list[RawAnnotation]:
    """Where two classes became one, a whole image that was of both is of it once."""
    of_whole: set[str | None] = set()
    found = []
    for one in annotations:
        if one.geometry is not None or one.category not in of_whole:
            found.append(one)
        if one.geometry is None:
            of_whole.add(one.category)
    return found


def _taken_whole(facts: ImageFacts, raw: RawImage, answers: Answers) -> ColumnAnnotations | None:
    """Annotations in columns that are sound as they are: the format has checked them against the picture's own size."""
    if not isinstance(raw.annotations, ColumnAnnotations) or raw.is_as_stored:
        return None
    return answers.apply_to_columns(raw.annotations) if (raw.width, raw.height) == (facts.width, facts.height) else None


def _check(
    annotation: RawAnnotation, facts: ImageFacts, raw: RawImage, problems: list[Problem]
) -> RawAnnotation | None:
    """Formats check shapes against the size that they state; the picture's own size has the last word."""
    geometry = annotation.geometry
    if raw.is_as_stored:
        geometry = to_upright(geometry, facts.orientation, stored_size(facts))
    if geometry is not None and (raw.is_as_stored or (raw.width, raw.height) != (facts.width, facts.height)):
        checked = check_shape(geometry, facts.width, facts.height)
        if checked.kind:
            rest = "; it is left out." if checked.shape is None else "."
            text = f'An annotation of "{shown(facts.path)}" {checked.text}{rest}'
            problems.append(Problem(checked.kind, text, raw.source_file or facts.path, annotation.line))
        if checked.shape is None:
            return None
        geometry = checked.shape
    details = annotation.details
    if details is not None and raw.is_as_stored:
        details = turned_details(details, facts.orientation, stored_size(facts))
    category = None if annotation.category is None else clean_name(annotation.category)
    if category == annotation.category and geometry is annotation.geometry and details is annotation.details:
        return annotation
    return replace(annotation, category=category, geometry=geometry, details=details)


def stored_size(facts: ImageFacts) -> tuple[int, int]:
    """Width and height before the picture is turned upright."""
    return (facts.height, facts.width) if is_sideways(facts.orientation) else (facts.width, facts.height)


def _is_turn_doubtful(facts: ImageFacts, raw: RawImage, source: ImportSource) -> bool:
    is_stated = raw.is_as_stored and not source.is_drawn_as_stored and not raw.is_frame_guessed
    is_known = raw.is_upright_stated or is_stated
    return facts.orientation != 1 and not is_known and any(item.geometry is not None for item in raw.annotations)


def _upright_assumed(planned: Sequence[PlannedImage], source: ImportSource) -> list[Problem]:
    """One remark for all such images."""
    paths = [image.facts.path for image in planned if image.is_turn_doubtful and not image.is_as_stored]
    if not paths or source.is_drawn_as_stored is not None:
        return []
    some = ", ".join(f'"{shown(path)}"' for path in paths[:3])
    text = (
        f"{counted(len(paths), 'annotated image is', 'annotated images are')} stored turned (EXIF), and nothing says "
        "whether the annotations were drawn before or after turning: they are taken as drawn on the upright "
        f"{'picture' if len(paths) == 1 else 'pictures'}. Look at the examples: {some}. If "
        "the shapes lie elsewhere there, say that they were drawn before (on the command line: --drawn-as-stored)."
    )
    return [Problem("upright-assumed", text, str(source.path))]


def _judge_as_a_whole(planned: Sequence[PlannedImage], root: Path, found: Iterable[Problem]) -> list[Problem]:
    if not planned:
        text = f'No image was found in "{shown(root)}". Add images, or choose the folder that holds them.'
        return [Problem("no-images", text, str(root), severity=Severity.ERROR)]
    if any(problem.severity is Severity.ERROR for problem in found):
        return []
    if not any(image.annotations or image.is_negative for image in planned):
        text = "No annotation was found. The images can be imported; annotate them in Calque before you train on them."
        return [Problem("no-annotations", text, str(root))]
    return []
