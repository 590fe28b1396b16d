"""`calque tag`: what images are for, and what is the matter with them."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.filters import chosen_filter
from app.verbs.finding import find_project
from app.verbs.output import SPREADSHEET, Console, VerbResult, with_what_stopped_it
from core.domain.counting import counted
from core.domain.filters import Condition, Group, Operator
from core.domain.image_ids import ImageIds
from core.domain.judgements import SPLIT_TAGS
from core.domain.names import shown
from core.domain.projects import ImageFilter, Project
from core.domain.random_parts import numbers_of, problem_of
from core.errors import NotFoundError, RefusedError
from core.files.durable import write_durably

WITHOUT_PART = Group(items=(Condition("tag", Operator.NIN, SPLIT_TAGS),))


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = find_project(services, arguments.project)
    match arguments.action:
        case "add" | "remove":
            return _edit(services, project, arguments, console)
        case "list":
            return _list(services, project, arguments)
        case "split":
            return _split(services, project, arguments, console)
        case _:
            counts = services.tags.count(project.id)
            return VerbResult({"tags": counts}, tuple(f"{tag}: {counted(n, 'image')}" for tag, n in counts.items()))


def _edit(services: Services, project: Project, arguments: argparse.Namespace, console: Console) -> VerbResult:
    images, is_given = _images(services, project, arguments), arguments.action == "add"
    give, take = ([arguments.tag], []) if is_given else ([], [arguments.tag])
    changed = services.bulk_tags.edit(project.id, images, give=give, take=take, progress=console.progress)
    step = changed.value
    said = ("image now has", "images now have") if is_given else ("image lost", "images lost")
    text = f'{counted(step.n_images, *said)} the tag "{shown(arguments.tag)}".'
    result = VerbResult({"tag": arguments.tag, "images": len(images), "changed": step.n_images}, (text,))
    return with_what_stopped_it(result, changed)


def _list(services: Services, project: Project, arguments: argparse.Namespace) -> VerbResult:
    if arguments.untagged and (arguments.tag or arguments.csv):
        raise RefusedError("--untagged goes without a tag and without --csv.")
    if arguments.untagged:
        paths = services.filters.list_paths(project.id, WITHOUT_PART)
        return VerbResult({"images": paths}, tuple(map(shown, paths)) or ("None.",))
    if arguments.csv is not None:
        text = services.tags.as_csv(project.id, arguments.tag or "")
        write_durably(arguments.csv, text.encode(SPREADSHEET))
        return VerbResult({"path": arguments.csv, "images": text.count("\n") - 1}, (f"Written to {arguments.csv}.",))
    tagged = services.tags.list_tagged(project.id, arguments.tag or "")
    lines = tuple(shown(one.path) if arguments.tag else f"{shown(one.path)}: {shown(one.tag.tag)}" for one in tagged)
    data = {"tag": arguments.tag or "", "images": [{"path": one.path, "tag": one.tag.tag} for one in tagged]}
    return VerbResult(data, lines or ("None.",))


def _split(services: Services, project: Project, arguments: argparse.Namespace, console: Console) -> VerbResult:
    images, parts = _images(services, project, arguments), tuple(arguments.parts)
    wrong = problem_of(parts)
    if wrong:
        raise RefusedError(wrong, code="E-520")
    changed = None
    if arguments.dry_run:
        n = services.bulk_tags.count_without_part(project.id, images) if arguments.keep else len(images)
        numbers, n_kept = numbers_of(n, parts), len(images) - n
    else:
        changed = services.bulk_tags.share_out(
            project.id, images, parts, arguments.seed, keeps=arguments.keep, progress=console.progress
        )
        shared = changed.value
        numbers, n_kept = shared.numbers, shared.n_kept
    counts = dict(zip(SPLIT_TAGS, numbers, strict=True))
    said = "would be tagged" if arguments.dry_run else "are tagged"
    lines = [f"{counted(n, 'image')} {said} {tag}." for tag, n in counts.items()]
    if not len(images):
        lines.append("W-532: No image of the project is chosen so.")
    if n_kept:
        lines.append(f"{counted(n_kept, 'image')} of {len(images):,} keep what they have.")
    data = {"images": len(images), "numbers": counts, "kept": n_kept, "seed": arguments.seed, "parts": parts}
    result = VerbResult(data, tuple(lines))
    return result if changed is None else with_what_stopped_it(result, changed)


def _images(services: Services, project: Project, arguments: argparse.Namespace) -> ImageIds:
    """Those that are named, in one way. Raises NotFoundError, RefusedError, FilterTextError."""
    ways = [bool(arguments.images), arguments.all, arguments.filter is not None, arguments.where is not None]
    if sum(ways) != 1:
        raise RefusedError("Say which images are meant: name them, or give one of --all, --filter and --where.")
    if arguments.images:
        found = services.projects.find_images(project.id, arguments.images)
        unknown = [path for path in arguments.images if path not in found]
        if unknown:
            sentence = f'"{shown(unknown[0])}" is not an image of this project.'
            raise NotFoundError(sentence, hint="Name its path in the project.")
        return ImageIds.of([found[path].id for path in dict.fromkeys(arguments.images)])
    where = None if arguments.all else chosen_filter(services, project, arguments.filter, arguments.where)
    return services.projects.list_image_ids(ImageFilter(project.id, where=where))
