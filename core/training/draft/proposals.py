"""What a wizard proposes before a person has chosen anything. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.domain.counting import counted
from core.domain.data_offers import DataOffers
from core.domain.ids import CategoryId, DatasetId, TaskId, VersionId
from core.domain.models import Model
from core.domain.projects import Category, Folder, Project
from core.domain.proposed_names import proposed_model_name
from core.domain.snapshots import Split
from core.domain.tagging import tag_filter
from core.domain.training import Proposal, SplitFilter, StartFrom, StartKind, TrainingDraft
from core.domain.workers import USUAL_METHODS, GpuUse, WorkerInfo
from core.training.draft.plain_lines import BY_PIXELS, BY_PIXELS_WORDS
from core.training.draft.proposed_sets import ProposedSets, propose_sets
from core.training.draft.proposed_start import Starts, best_own, best_taught, choose_start, with_network_of_start
from core.training.draft.split_filters import is_tagged

FEW_IMAGES = 200
CPU = "cpu"
POLYGON = "polygon"
CLASSIFICATION, TAGGING = TaskId("classification"), TaskId("tagging")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What there is to propose from. `last` is the project's last training, as a draft that asks for the same again."""

    project: Project
    folders: Sequence[Folder] = ()
    categories: Sequence[Category] = ()
    models: Sequence[Model] = ()
    versions: frozenset[VersionId] = frozenset()  # of which weights can be continued
    workers: Sequence[WorkerInfo] = ()  # latest first
    needs: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by worker: shapes that its task asks for
    shapes: Mapping[CategoryId, Mapping[str, int]] = field(default_factory=dict)  # by class and kind; a sample will do
    data: DataOffers = field(default_factory=DataOffers)
    filtered: Mapping[Split, int] = field(default_factory=dict)  # images that the draft's filters find
    stated: Mapping[Split, int] = field(default_factory=dict)  # annotated images of the sets that imports state
    oriented: frozenset[str] = frozenset()  # workers whose boxes are turned
    labelled: Mapping[int, int] = field(default_factory=dict)  # images by how many classes they have as a whole
    are_lines: bool = False  # as a sample tells: lines of text beside each other, and nothing else
    n_turned: int = 0  # of the shapes, as a sample tells: rectangles that are turned
    device: str = CPU
    last: TrainingDraft | None = None
    chosen: tuple[str, ...] = ()  # folders that the person wants to train on
    dataset: DatasetId | None = None  # that the person wants to train on
    worker: str = ""  # for a first training, whatever the shapes
    starts: Starts = field(default_factory=Starts)


def propose(found: Circumstances) -> Proposal:
    """Everything that the wizard asks, answered; the run's name is left to `Plans.default_name`.

    What was trained last is asked for again, as far as it is still there.
    """
    reasons: dict[str, str] = {}
    draft = _with_worker(found, reasons)
    worker = next((info for info in found.workers if info.slug == draft.worker), None)
    if worker is not None and worker.gpu_use is GpuUse.UNSUPPORTED:
        draft = replace(draft, device=CPU)
    draft = _with_data(found, draft, reasons)
    draft, architecture = _with_start(found, _with_model(found, draft, reasons), reasons)
    draft = with_configuration(found, draft, reasons)
    if worker is not None:
        draft = with_network_of_start(draft, worker, architecture, reasons)
    is_repeated = found.last is not None and found.last.worker == draft.worker
    return Proposal(draft, reasons, is_repeated)


def _with_start(found: Circumstances, draft: TrainingDraft, reasons: dict[str, str]) -> tuple[TrainingDraft, str]:
    """The draft with the start, and the network that it is for ("" = any).

    What the last training chose on purpose is chosen again; an own version only where none of its training images
    can have become one to measure on: it is of another project, or the sets are those of the last training."""
    last = found.last if found.last is not None and found.last.worker == draft.worker else None
    are_sets_kept = last is not None and all(getattr(last, name) == getattr(draft, name) for name in _SETS)
    starts = found.starts
    versions = [v for v in starts.versions if are_sets_kept or v.project not in (None, found.project.id)]
    worker = next((info for info in found.workers if info.slug == draft.worker), None)
    classes = _classes(found, draft)
    if last is not None:
        if last.start.kind not in (StartKind.SCRATCH, StartKind.STARTER):
            return draft, ""
        if worker is None or best_own(worker, classes, replace(starts, versions=versions)) is None:
            return draft, ""
    if worker is None:
        return draft, ""
    start, architecture, reason = choose_start(worker, classes, replace(starts, versions=versions))
    if reason:
        reasons["start"] = reason
    return replace(draft, start=start), architecture


_SETS = (
    "train_folders",
    "val_folders",
    "test_folders",
    "stated_sets",
    "filters",
    "dataset",
    "dataset_sets",
    "val_ratio",
    "seed",
)


def with_configuration(found: Circumstances, draft: TrainingDraft, reasons: dict[str, str]) -> TrainingDraft:
    """The last training's values, else the preset for so many images on that device."""
    worker = next((info for info in found.workers if info.slug == draft.worker), None)
    if worker is None:
        return draft
    if found.last is not None and found.last.worker == draft.worker:
        reasons["configuration"] = "As in the last training of this project."
        last, preset = found.last, dict(worker.presets).get(found.last.configuration_name)
        is_other = last.configuration is None and preset is not None and dict(preset) != dict(last.values)
        name = "" if is_other else last.configuration_name  # the preset of this name has other values today
        return replace(draft, configuration=last.configuration, configuration_name=name, values=last.values)
    n_images = _n_to_learn_from(found, draft)
    kind = draft.start.kind
    name = proposed_configuration(worker, n_images=n_images, device=draft.device, start=kind)
    where = "the CPU" if draft.device == CPU else "a GPU"
    how = ", from a starter" if kind is StartKind.STARTER and name == worker.starter_preset else ""
    reasons["configuration"] = f"Proposed for {counted(n_images, 'annotated image')} on {where}{how}."
    return replace(draft, configuration=None, configuration_name=name, values=dict(worker.presets).get(name, {}))


def _n_to_learn_from(found: Circumstances, draft: TrainingDraft) -> int:
    """Annotated images to train and validate on, about: of a set as the import states it, those of all folders."""
    by_path = {folder.path: folder.n_annotated for folder in found.folders}
    slots = ((Split.TRAIN, draft.train_folders), (Split.VAL, draft.val_folders))
    if draft.dataset is not None:
        dataset = next((item for item in found.data.datasets if item.id == draft.dataset), None)
        sets = dataset.sets if dataset is not None else ()
        chosen = [item for item in sets if not draft.dataset_sets or item.name in draft.dataset_sets]
        return sum(item.n_images for item in chosen if item.role.as_split in (Split.TRAIN, Split.VAL))
    n_stated = sum(found.stated.get(split, 0) for split, _ in slots if split in draft.stated_sets)
    for item in draft.filters:
        n_tagged = found.data.tagged.get(item.split, 0) if is_tagged(item) else 0
        n_stated += found.filtered.get(item.split, n_tagged) if item.split is not Split.TEST else 0
    narrowed = {*draft.stated_sets, *(item.split for item in draft.filters)}
    folders = [path for split, paths in slots if split not in narrowed for path in paths]
    return n_stated + sum(by_path.get(path, 0) for path in dict.fromkeys(folders))


def proposed_configuration(
    worker: WorkerInfo, *, n_images: int, device: str, start: StartKind = StartKind.SCRATCH
) -> str:
    """The name of the preset to begin with (MA-08); "" = the worker's own defaults.

    `n_images` are those to learn from: the training and the validation set. With fewer than `FEW_IMAGES` of them, and
    no graphics card, the worker's preset for small data, which may be another for
    starters; else its usual one, which may be another on the CPU. Each may be missing.
    """
    wanted = [worker.usual_preset]
    if device == CPU:
        wanted.insert(0, worker.usual_cpu_preset)
    if device == CPU and n_images < FEW_IMAGES:
        wanted.insert(0, worker.small_data_preset)
        if start is StartKind.STARTER:
            wanted.insert(0, worker.starter_preset)
    known = {name for name, _ in worker.presets}
    return next((name for name in wanted if name in known), "")


def _with_worker(found: Circumstances, reasons: dict[str, str]) -> TrainingDraft:
    draft = TrainingDraft(found.project.id, device=found.device)
    usable = [info for info in found.workers if info.is_available and not info.is_hidden]
    known = {info.slug for info in found.workers if info.is_available}
    if found.last is not None and found.last.worker in known:
        reasons["worker"] = "As in the last training of this project."
        last = found.last
        return replace(
            draft,
            worker=last.worker,
            max_minutes=last.max_minutes,
            seed=last.seed,
            val_ratio=last.val_ratio,
            use_images_without_objects=last.use_images_without_objects,
            task=last.task,
            crop_of=last.crop_of,
            conditions=last.conditions,
        )
    if found.worker in known:
        return replace(draft, worker=found.worker)
    if not usable:
        return draft
    task, reason = look_at_labels(found.shapes, found.labelled)
    labelling = [info for info in usable if task is not None and info.trains(task)]
    if labelling:
        reasons["worker"] = reason
        return replace(draft, worker=labelling[0].slug, task=task)
    usable = [info for info in usable if not all(task.labels for task in info.tasks)] or usable
    usable = sorted(usable, key=lambda info: info.slug not in USUAL_METHODS)
    turning = [info for info in usable if info.slug in found.oriented]
    outlining = [info for info in usable if POLYGON in found.needs.get(info.slug, frozenset())]
    boxing = [info for info in usable if info not in outlining and info not in turning]
    if turning and found.n_turned * 2 > _n_shapes(found.shapes):
        reasons["worker"] = "Most annotations of this project are rectangles that are turned."
        return replace(draft, worker=turning[0].slug)
    is_outlined, reason = _look_at(found.shapes)
    by_pixels = next((info for info in outlining if info.slug == BY_PIXELS), None)
    if is_outlined and by_pixels is not None and found.are_lines and _is_small(found):
        reasons["worker"] = f"{reason} {BY_PIXELS_WORDS}"
        return replace(draft, worker=by_pixels.slug)
    wanted = (outlining or boxing) if is_outlined else (boxing or usable)
    if reason:
        reasons["worker"] = reason
    taught = None if is_outlined or not _is_small(found) else best_taught(boxing, found.starts)
    if taught is not None:
        reasons["worker"] = f"{reason} {taught[1]}".strip()
        return replace(draft, worker=taught[0].slug)
    return replace(draft, worker=wanted[0].slug)


def _is_small(found: Circumstances) -> bool:
    n_annotated = next((folder.n_annotated for folder in found.folders if not folder.path), 0)
    return 0 < n_annotated < FEW_IMAGES and found.device == CPU


def look_at_labels(
    shapes: Mapping[CategoryId, Mapping[str, int]], labelled: Mapping[int, int]
) -> tuple[TaskId | None, str]:
    """The task that labels for which a project's annotations are made, and why, as a sentence; None where it has
    shapes, or no labels."""
    if _n_shapes(shapes) or not any(labelled.values()):
        return None, ""
    n_none, n_several = labelled.get(0, 0), sum(n for n_classes, n in labelled.items() if n_classes > 1)
    if not n_none and not n_several:
        return CLASSIFICATION, "Every labelled image of this project has exactly one class."
    found = [words for n, words in ((n_several, "several classes"), (n_none, "none")) if n]
    return TAGGING, f"Some labelled images of this project have {' or '.join(found)}."


def _look_at(shapes: Mapping[CategoryId, Mapping[str, int]]) -> tuple[bool, str]:
    """Whether outlines can be trained: most shapes are some, and no class has boxes alone. And why, as a sentence."""
    n_shapes = _n_shapes(shapes)
    n_polygons = sum(kinds.get(POLYGON, 0) for kinds in shapes.values())
    if not n_shapes:
        return False, ""
    if n_polygons == n_shapes:
        return True, "The annotations of this project are outlines."
    if n_polygons * 2 > n_shapes and all(kinds.get(POLYGON) for kinds in shapes.values()):
        return True, "Most annotations of this project are outlines."
    return False, f"{'Some' if n_polygons else 'The'} annotations of this project are boxes."


def _n_shapes(shapes: Mapping[CategoryId, Mapping[str, int]]) -> int:
    return sum(n for kinds in shapes.values() for n in kinds.values())


def _with_data(found: Circumstances, draft: TrainingDraft, reasons: dict[str, str]) -> TrainingDraft:
    if found.dataset is not None:
        reasons["data"] = "The dataset that was chosen."
        return replace(draft, dataset=found.dataset)
    known = {folder.path for folder in found.folders}
    last = found.last
    if last is not None and not found.chosen and chooses_data(last):
        folders = ProposedSets(last.train_folders, last.val_folders, last.test_folders)
        is_there = last.dataset is None or any(item.id == last.dataset for item in found.data.datasets)
        if known.issuperset(folders.all) and found.stated.keys() >= set(last.stated_sets) and is_there:
            reasons["data"] = "As in the last training of this project."
            names = {category.name for category in found.categories}
            classes = last.categories if names.issuperset(last.categories) else ()
            return replace(
                _with_folders(draft, folders),
                stated_sets=last.stated_sets,
                filters=last.filters,
                dataset=last.dataset,
                dataset_sets=last.dataset_sets,
                categories=classes,
            )
    tagged = tagged_filters(found.data)
    if tagged and not found.chosen:
        reasons["data"] = "By the tags of the images."
        return replace(draft, filters=tagged)
    folders = propose_sets(found.folders, chosen=found.chosen)
    if Split.TRAIN in found.stated and not found.chosen and not _is_stated(folders, found):
        reasons["data"] = _stated_reason(found)
        return replace(draft, stated_sets=tuple(split for split in Split if split in found.stated))
    if found.chosen:
        reasons["data"] = "To train on: what was chosen on the project's page."
    elif folders.val or folders.test:
        reasons["data"] = "By the names of the folders."
    elif folders.train == ("",):
        reasons["data"] = "No folder is called train, val or test, so all images are used."
    return _with_folders(draft, folders)


def chooses_data(draft: TrainingDraft) -> bool:
    """It says what to train on."""
    has_filter = draft.filter_of(Split.TRAIN) is not None
    return bool(draft.train_folders) or Split.TRAIN in draft.stated_sets or has_filter or draft.dataset is not None


def tagged_filters(data: DataOffers) -> tuple[SplitFilter, ...]:
    """Of the splits whose tag images have; none without images to train on (DL-08)."""
    if not data.tagged.get(Split.TRAIN):
        return ()
    return tuple(SplitFilter(split, tag_filter(split)) for split in Split if data.tagged.get(split))


def _stated_reason(found: Circumstances) -> str:
    n_annotated = next((folder.n_annotated for folder in found.folders if not folder.path), 0)
    n_outside = n_annotated - sum(found.stated.values())
    if n_outside <= 0:
        return "As the import states the sets."
    return f"As the import states the sets; {counted(n_outside, 'annotated image is', 'annotated images are')} in none."


def _is_stated(folders: ProposedSets, found: Circumstances) -> bool:
    """Whether the folders' names say the same as the import."""
    by_path = {folder.path: folder.n_annotated for folder in found.folders}
    named = {Split.TRAIN: folders.train, Split.VAL: folders.val, Split.TEST: folders.test}
    counts = {split: sum(by_path.get(path, 0) for path in paths) for split, paths in named.items() if paths}
    return counts == dict(found.stated)


def _with_folders(draft: TrainingDraft, folders: ProposedSets) -> TrainingDraft:
    return replace(draft, train_folders=folders.train, val_folders=folders.val, test_folders=folders.test)


def _with_model(found: Circumstances, draft: TrainingDraft, reasons: dict[str, str]) -> TrainingDraft:
    last = found.last
    if last is not None and last.worker == draft.worker:
        draft = replace(draft, start=_start(last.start, found.versions))
        model = next((model for model in found.models if model.id == last.model), None)
        if model is not None and set(model.categories) == _classes(found, draft):
            reasons["model"] = "The next version of the model that was trained last."
            return replace(draft, model=model.id)
    worker = next((info for info in found.workers if info.slug == draft.worker), None)
    taken = [model.name for model in found.models]
    name = proposed_model_name(worker.title if worker else "", found.project.name, taken, crops=draft.crop_of)
    return replace(draft, new_model_name=name)


def _start(start: StartFrom, versions: frozenset[VersionId]) -> StartFrom:
    is_gone = start.kind is StartKind.VERSION and start.version not in versions
    return StartFrom() if is_gone else start


def _classes(found: Circumstances, draft: TrainingDraft) -> set[str]:
    """Those that will be trained, as far as the counts of the folders tell."""
    if draft.categories:
        return set(draft.categories)
    by_path = {folder.path: folder for folder in found.folders}
    occurring = {
        category
        for path in draft.train_folders or ("",)
        if path in by_path
        for category, n in by_path[path].category_counts
        if n
    }
    return {category.name for category in found.categories if category.id in occurring}
