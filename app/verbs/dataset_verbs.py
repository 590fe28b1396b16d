"""`calque dataset`: datasets made, filled, split, frozen, cloned, checked and deleted."""

from __future__ import annotations

import argparse
from typing import Any

from app.services import Services
from app.verbs.filters import chosen_filter
from app.verbs.finding import find_project
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_data, problem_lines
from core.datasets import refusals
from core.domain.counting import counted
from core.domain.dataset_words import images_words, taken_words
from core.domain.datasets import Dataset, DatasetSet, DatasetState, SetId, SetRole
from core.domain.names import listed_names, shown
from core.domain.projects import ImageFilter, Project
from core.domain.snapshots import Split
from core.domain.splitting import Grouping, SplitDraft, SplitPlan
from core.errors import NotFoundError, RefusedError

_GROUPS = ("sources", "folder", "duplicates")
_ROLES = tuple(role.value for role in SetRole)


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = find_project(services, arguments.project)
    if arguments.action == "list":
        return _list(services, project)
    if arguments.action == "create":
        return _create(services, project, arguments)
    dataset = _find(services, project, arguments.dataset)
    match arguments.action:
        case "show":
            return _show(services, dataset)
        case "fill":
            return _fill(services, project, dataset, arguments)
        case "split":
            return _split(services, project, dataset, arguments)
        case "freeze":
            return _freeze(services, dataset, arguments, console)
        case "clone":
            edit = services.dataset_editing.clone(dataset.id, arguments.name).value
            clone = services.dataset_editing.get_dataset(edit.dataset)
            told = (f'"{shown(clone.name)}" is a clone of "{shown(dataset.label)}".', *edit.notes)
            return VerbResult(_data(clone), told)
        case "verify":
            return _verify(services, dataset, arguments, console)
        case _:
            services.dataset_editing.delete(dataset.id)
            return VerbResult({"deleted": dataset.id}, (f'The dataset "{shown(dataset.label)}" is deleted.',))


def _list(services: Services, project: Project) -> VerbResult:
    datasets = services.dataset_editing.list_datasets(project.id, with_annotated=True)
    lines = tuple(_line(dataset) for dataset in datasets) or ("No dataset yet.",)
    return VerbResult({"project": project.id, "datasets": [_data(dataset) for dataset in datasets]}, lines)


def _create(services: Services, project: Project, arguments: argparse.Namespace) -> VerbResult:
    if arguments.propose:
        proposed = services.dataset_proposing.propose_sets(project.id)
        if not proposed:
            text = "Neither tags nor folders called train, val or test nor an import speak of sets."
            raise RefusedError(text, hint="Create the dataset without --propose, and fill it.")
        edit = services.dataset_proposing.create(project.id, arguments.name, proposed).value
    else:
        sets = [_new_set(text) for text in arguments.sets] if arguments.sets else None
        options: dict[str, Any] = {} if sets is None else {"sets": sets}
        edit = services.dataset_editing.create(
            project.id,
            arguments.name,
            description=arguments.description,
            has_unique_images=not arguments.shared,
            **options,
        ).value
    dataset = services.dataset_editing.get_dataset(edit.dataset)
    return VerbResult(_data(dataset), (_line(dataset), f"Its id is {dataset.id}."))


def _new_set(text: str) -> tuple[str, SetRole]:
    """ "dev=val", or a name that says its role itself."""
    name, has_role, role = text.rpartition("=")
    if not has_role:
        return text, SetRole(text) if text in _ROLES else SetRole.EXTRA
    if role not in _ROLES:
        raise RefusedError(f'"{shown(role)}" is no role. There are: {", ".join(_ROLES)}.')
    return name, SetRole(role)


def _show(services: Services, dataset: Dataset) -> VerbResult:
    dataset = services.dataset_editing.get_dataset(dataset.id)
    counts = services.dataset_editing.count_classes(dataset.id)
    lines = [_line(dataset), *([dataset.description] if dataset.description else [])]
    data = _data(dataset)
    for item, told in zip(dataset.sets, data["sets"], strict=True):
        of_class = counts[item.id].items()
        told["classes"] = {name: {"annotations": n, "images": images} for name, (n, images) in of_class}
        annotations = ", ".join(f"{shown(name)} {n}" for name, (n, _) in of_class) or "none"
        lines.append(f"  {_set_line(item)}; annotations: {annotations}")
    for rule in dataset.rules:
        shares = ", ".join(f"{shown(name)} {share}" for name, share in rule.shares)
        group = f", grouped by {shown(rule.grouping)}" if rule.grouping else ""
        lines.append(f"  Split: {shares}, seed {rule.seed}, {counted(rule.n_images, 'image')}{group}.")
    return VerbResult(data, (*lines, *problem_lines(dataset.problems)))


def _fill(services: Services, project: Project, dataset: Dataset, arguments: argparse.Namespace) -> VerbResult:
    target = _set_named(dataset, arguments.set)
    editing = services.dataset_editing
    notes: tuple[str, ...] = ()
    said = ""
    if arguments.stated:
        if arguments.remove or arguments.all or arguments.folder or arguments.tag or _has_filter(arguments):
            raise RefusedError(
                "--stated stands alone: it adds what an import stated.",
                hint="Take images out by folder, tag or filter.",
            )
        edit = editing.fill_stated(dataset.id, target.id, Split(arguments.stated), moves=arguments.move).value
    else:
        chosen = _chosen(services, project, arguments)
        found = services.projects.list_image_ids(chosen)
        notes = () if len(found) else ("W-532: No image of the project is chosen so.",)
        if arguments.remove:
            edit = editing.remove_images(dataset.id, found, target.id).value
            said = f'{counted(edit.n_removed, "image")} taken out of "{shown(target.name)}"'
        else:
            edit = editing.add_images(dataset.id, target.id, found, moves=arguments.move).value
    dataset = editing.get_dataset(dataset.id)
    data = {**_data(dataset), "added": edit.n_added, "removed": edit.n_removed}
    said = said or edit.text
    return VerbResult(data, (f"{said[:1].upper()}{said[1:]}.", *notes, _line(dataset)))


def _has_filter(arguments: argparse.Namespace) -> bool:
    return arguments.filter is not None or arguments.where is not None


def _chosen(services: Services, project: Project, arguments: argparse.Namespace) -> ImageFilter:
    where = None
    if _has_filter(arguments):
        where = chosen_filter(services, project, arguments.filter, arguments.where)
    if not (arguments.all or arguments.folder or arguments.tag or where):
        raise RefusedError("It is not said which images.", hint="Name a folder, a tag or a filter, or say --all.")
    folders = tuple(folder.strip("/") for folder in arguments.folder)
    known = {folder.path for folder in services.projects.list_folders(project.id, with_categories=False)}
    unknown = [folder for folder in folders if folder not in known]
    if unknown:
        raise RefusedError(f"The project has no folder {listed_names(unknown)}.", code="E-525")
    return ImageFilter(project.id, folders=folders, tag=arguments.tag, where=where)


def _split(services: Services, project: Project, dataset: Dataset, arguments: argparse.Namespace) -> VerbResult:
    if (arguments.shares is None) == (arguments.ratio is None):
        raise RefusedError("Say --shares train=70 val=15 test=15, or --ratio 0.8.")
    pattern, grouping = arguments.group, Grouping.NONE
    if pattern:
        grouping = Grouping(pattern) if pattern in _GROUPS else Grouping.PATTERN
    draft = SplitDraft(
        _shares(dataset, arguments),
        is_ratio=arguments.ratio is not None,
        seed=arguments.seed,
        is_stratified=not arguments.no_classes,
        grouping=grouping,
        pattern=pattern,
        chosen=ImageFilter(project.id) if arguments.all else None,
        allows_missing=arguments.allow_missing,
    )
    plan = services.dataset_splitting.plan(dataset.id, draft)
    if not arguments.dry_run or not plan.can_apply:
        services.dataset_splitting.apply(dataset.id, plan)
    data = {"applied": not arguments.dry_run, **_plan_data(dataset, plan)}
    head = "It would be:" if arguments.dry_run else f'"{shown(dataset.name)}" is split:'
    return VerbResult(data, (head, *_plan_lines(dataset, plan), *(f"{i.code}: {i.text}" for i in plan.issues)))


def _shares(dataset: Dataset, arguments: argparse.Namespace) -> tuple[tuple[SetId, str], ...]:
    if arguments.ratio is not None:
        from core.datasets.sharing import complement

        of_role = {role: [item for item in dataset.sets if item.role is role] for role in SetRole}
        if not (of_role[SetRole.TRAIN] and of_role[SetRole.VAL]):
            raise RefusedError("The dataset has no set to train, or none to validate.", hint="Use --shares.")
        rest = complement(arguments.ratio, is_ratio=True) or "0"
        return ((of_role[SetRole.TRAIN][0].id, arguments.ratio), (of_role[SetRole.VAL][0].id, rest))
    pairs = [text.rpartition("=") for text in arguments.shares]
    unsaid = next((text for text, (name, _, _) in zip(arguments.shares, pairs, strict=True) if not name), None)
    if unsaid is not None:
        raise RefusedError(f'"{shown(unsaid)}" is no share of a set.', hint="Say --shares train=70 val=15 test=15.")
    names = [name for name, _, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RefusedError(f'--shares names the set "{shown(twice)}" twice.', hint="Give each set one share.")
    return tuple((_set_named(dataset, name).id, share) for name, _, share in pairs)


def _freeze(services: Services, dataset: Dataset, arguments: argparse.Namespace, console: Console) -> VerbResult:
    frozen = services.dataset_freezing.freeze(
        dataset.id, arguments.label, revision=dataset.revision, progress=console.progress
    ).value
    data = _data(frozen)
    if frozen.state is DatasetState.ERROR:
        told = (
            f"{refusals.failure_code(frozen.problems)}: {refusals.failed_freeze(frozen.problems)} Nothing was frozen.",
            *problem_lines(frozen.problems),
        )
        return VerbResult(data, told, code=1)
    taken = taken_words(frozen)
    told = (f'"{shown(frozen.label)}" is frozen, {images_words(frozen)}.', *((taken,) if taken else ()))
    return VerbResult(data, told)


def _verify(services: Services, dataset: Dataset, arguments: argparse.Namespace, console: Console) -> VerbResult:
    checked = services.dataset_freezing.verify(
        dataset.id,
        full=arguments.full,
        progress=lambda done, total: console.progress(done, total, f"Images of {dataset.label}"),
    )
    data = {
        "dataset": dataset.id,
        "ok": not checked.problems,
        "looked_at": checked.n_images,
        "hashed": checked.n_hashed,
        "problems": [problem_data(problem) for problem in checked.problems],
    }
    if checked.problems:
        error = refusals.changed_since(dataset.label, checked.problems)
        return VerbResult(data, (f"{error.code}: {error}", *problem_lines(checked.problems)), code=1)
    what = f"{counted(checked.n_images, 'image')} of {shown(dataset.label)} looked at, {checked.n_hashed} hashed"
    return VerbResult(data, (f"{what}: all are what was frozen.",))


# --- parts -----------------------------------------------------------------------------------------------------


def _find(services: Services, project: Project, text: str) -> Dataset:
    dataset = services.dataset_editing.find_dataset(text, project.id)
    if dataset is None:
        raise NotFoundError(
            f'The project has no dataset "{shown(text)}", or more than one.',
            hint="calque dataset list shows all.",
            code="E-527",
        )
    return dataset


def _set_named(dataset: Dataset, name: str) -> DatasetSet:
    found = next((item for item in dataset.sets if item.name == name), None)
    if found is None:
        there = listed_names([item.name for item in dataset.sets])
        text = f'"{shown(dataset.label)}" has no set "{shown(name)}".'
        raise NotFoundError(text, hint=f"There are: {there}.", code="E-527")
    return found


def _line(dataset: Dataset) -> str:
    sets = ", ".join(_set_line(item) for item in dataset.sets)
    return f"{shown(dataset.label)}: {dataset.state.value}; {sets}"


def _set_line(item: DatasetSet) -> str:
    role = "" if item.name == item.role.value else f" ({item.role.value})"
    return f"{shown(item.name)}{role} {counted(item.n_images, 'image')}"


def _data(dataset: Dataset) -> dict[str, Any]:
    return {
        "dataset": dataset.id,
        "name": dataset.name,
        "state": dataset.state,
        "version": dataset.version or None,
        "snapshot": dataset.snapshot,
        "description": dataset.description,
        "unique": dataset.has_unique_images,
        "cloned_from": dataset.cloned_from,
        "created_at": dataset.created_at,
        "frozen_at": dataset.frozen_at,
        "sets": [
            {"name": item.name, "role": item.role, "images": item.n_images, "annotated": item.n_annotated}
            for item in dataset.sets
        ],
        "rules": dataset.rules,
        "problems": [problem_data(problem) for problem in dataset.problems],
    }


def _plan_data(dataset: Dataset, plan: SplitPlan) -> dict[str, Any]:
    names = {item.id: item.name for item in dataset.sets}
    return {
        "dataset": dataset.id,
        "sets": {names[set]: len(images) for set, images in plan.sets},
        "classes": {item.name: {names[set]: n for set, n in item.n_images.items()} for item in plan.classes},
        "groups": plan.n_groups,
        "issues": [{"code": issue.code, "text": issue.text, "is_error": issue.is_error} for issue in plan.issues],
    }


def _plan_lines(dataset: Dataset, plan: SplitPlan) -> list[str]:
    names = {item.id: item.name for item in dataset.sets}
    lines = []
    for set, images in plan.sets:
        of_class = ", ".join(f"{shown(item.name)} {item.n_images[set]}" for item in plan.classes)
        lines.append(f"  {shown(names[set])} {counted(len(images), 'image')}; images by class: {of_class or 'none'}")
    return lines
