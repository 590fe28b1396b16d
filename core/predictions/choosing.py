"""Which images a prediction looks at: those of a project with what the registry knows of them, or files of the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.ids import CategoryId, ImageId
from core.domain.names import shown
from core.domain.predicting import PredictionDraft
from core.domain.projects import AnnotatedImage, ImageFilter, ImageState
from core.domain.snapshots import SnapshotObject
from core.errors import NotFoundError, RefusedError
from core.images.scan import ScannedFile, scan_images
from core.predictions.labelling import listed_labels
from core.predictions.listing import ListedImage
from core.projects.service import ProjectService
from core.tasks.task import Task

_IMAGES_AT_ONCE = 500


def choose_ids(draft: PredictionDraft, projects: ProjectService) -> Sequence[ImageId]:
    """The images of the draft's project, by path. Raises NotFoundError, RefusedError when there is none."""
    assert draft.project is not None
    project = projects.get_project(draft.project)
    if draft.images:
        return draft.images
    known = {folder.path for folder in projects.list_folders(draft.project, with_categories=False)}
    for folder in draft.folders:
        if folder not in known:
            text = f'The project "{shown(project.name)}" has no folder "{shown(folder)}".'
            raise NotFoundError(text, hint=f'calque projects "{shown(project.name)}" lists its folders.')
    ids = projects.list_image_ids(ImageFilter(draft.project, folders=draft.folders))
    if not len(ids):
        raise RefusedError(f"There is no image in {where_of(draft, project.name)}.", hint="Choose other folders.")
    return ids


def where_of(draft: PredictionDraft, project_name: str = "") -> str:
    """The images in a few words."""
    if draft.paths:
        first = shown(draft.paths[0].name or draft.paths[0])
        return first if len(draft.paths) == 1 else f"{first} and {counted(len(draft.paths) - 1, 'other')}"
    if draft.images:
        return f"{counted(len(draft.images), 'chosen image')} of {shown(project_name)}"
    if draft.folders and "" not in draft.folders:
        return ", ".join(shown(folder) for folder in draft.folders)
    return shown(project_name)


def listed(
    draft: PredictionDraft,
    projects: ProjectService,
    classes: Mapping[CategoryId, int],
    task: Task,
    model: Mapping[str, Any],
) -> Iterator[ListedImage]:
    """Images of the draft's project with their ground truth: as `task` uses its shapes, as a training would. `classes`
    are the version's, by those of the project; `model` is what model.json says."""
    ids = choose_ids(draft, projects)
    assert draft.project is not None
    known = projects.list_categories(draft.project) if task.labels else ()
    for start in range(0, len(ids), _IMAGES_AT_ONCE):
        found = projects.get_annotated(ids[start : start + _IMAGES_AT_ONCE])
        if task.labels:
            yield from listed_labels(found, known, classes, model)
        else:
            for item in found:
                yield _listed(item, classes, task)


def find_files(paths: Sequence[Path]) -> tuple[str, ...]:
    """Whole paths of the images among files and folders, each once. Raises NotFoundError, RefusedError."""
    found: dict[str, None] = {}
    for path in paths:
        whole = path.absolute()
        if whole.is_dir():
            scanned = (str(whole / item.path) for item in scan_images(whole) if isinstance(item, ScannedFile))
            found.update(dict.fromkeys(scanned))
        elif whole.exists():
            found[str(whole)] = None
        else:
            raise NotFoundError(f'"{shown(path)}" does not exist.', hint="Choose images, or folders with images.")
    if not found:
        raise RefusedError(f'There is no image in "{shown(paths[0])}".', hint="Choose another folder.")
    return tuple(found)


def _listed(item: AnnotatedImage, classes: Mapping[CategoryId, int], task: Task) -> ListedImage:
    image = item.image
    objects = tuple(_objects(item, classes, task))
    if image.state is not ImageState.OK:  # it is decoded in full, and left out with the reason
        return ListedImage(image.path, objects=objects, white=image.white)
    return ListedImage(image.path, image.sha256, image.width, image.height, image.white, objects)


def _objects(item: AnnotatedImage, classes: Mapping[CategoryId, int], task: Task) -> Iterator[SnapshotObject]:
    for annotation in item.annotations:
        if annotation.geometry is None or annotation.category is None or annotation.category not in classes:
            continue
        shape = task.usable_shape(annotation.geometry, item.image.width, item.image.height)
        if shape is not None:
            yield SnapshotObject(classes[annotation.category], shape, annotation.is_crowd)
