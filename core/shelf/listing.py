"""What stands on the shelf: starters, weights in packages, published ones that are here, own versions, other files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.domain.licences import UNKNOWN_LICENCE, LicenceLine
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.names import shown
from core.domain.starts import ShelfItem, ShelfOrigin, Starter
from core.errors import CalqueError
from core.models.licences import licences_of
from core.models.weights_store import WEIGHTS_FILE, load_model_json
from core.workers.api import WorkerDescription
from core.workers.pretrained import PretrainedSource
from core.workers.weights_notes import read_note

SUFFIXES = (".pt", ".pth", ".safetensors")
"""Endings of files of weights."""


def of_starter(starter: Starter) -> ShelfItem:
    return ShelfItem(
        key=f"starter:{starter.name}",
        title=starter.title,
        origin=ShelfOrigin.STARTER,
        path=starter.folder / WEIGHTS_FILE,
        n_bytes=starter.n_bytes,
        sha256=starter.sha256,
        tasks=starter.tasks,
        workers=(starter.worker,) if starter.worker else (),
        architecture=starter.architecture,
        categories=starter.categories,
        code_licence=starter.code_licence,
        weights_licence=starter.weights_licence,
        source=starter.trained_on,
        kept_reason="It comes with Calque and goes with it.",
        problem=starter.problem,
    )


def of_packages(descriptions: Iterable[WorkerDescription]) -> tuple[ShelfItem, ...]:
    """Weights inside packages that workers know by their hash; each once, whoever uses it."""
    found: dict[Path, ShelfItem] = {}
    for description in descriptions:
        source = description.pretrained
        if source is None:
            continue
        for name, sha256 in source.sha256.items():
            path = source.bundled(name)
            if path is None:
                continue
            known = found.get(path)
            made = known or _of_package(name, path, sha256, source)
            found[path] = _used_by(made, description)
    return tuple(found.values())


def of_files(folder: Path, descriptions: Iterable[WorkerDescription]) -> Iterator[ShelfItem]:
    """Those of the weights folder, by name. What has no note was put there by hand, or by an older Calque."""
    listed = tuple(descriptions)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith("."):
            yield of_file(path, listed)


def of_file(path: Path, descriptions: Iterable[WorkerDescription]) -> ShelfItem:
    note, status = read_note(path), path.stat()
    makers = [item for item in descriptions if item.pretrained is not None and item.pretrained.has(path.name)]
    source = makers[0].pretrained if makers else None
    networks = [network for item in makers for network in item.networks if network.name == path.stem]
    item = ShelfItem(
        key=f"file:{path.name}",
        title=path.name,
        origin=ShelfOrigin.PUBLISHED if source is not None else ShelfOrigin.FILE,
        path=path,
        n_bytes=status.st_size,
        sha256=note.sha256 or (source.sha256.get(path.name, "") if source else ""),
        architecture=networks[0].name if networks else "",
        code_licence=note.code_licence or (source.code_licence if source else "") or UNKNOWN_LICENCE,
        weights_licence=note.weights_licence
        or (source.weights_licence_of(path.name) if source else "")
        or UNKNOWN_LICENCE,
        source=_source_of(note.source, source),
        added_at=note.added_at or datetime.fromtimestamp(status.st_mtime, UTC),
        note=note.note,
        problem=note.problem or _problem_of(path),
    )
    fitting = [worker for worker in makers if any(net.name == path.stem for net in worker.networks)] or makers
    for worker in fitting:
        item = _used_by(item, worker)
    return item


def of_version(version: ModelVersion, model: Model) -> ShelfItem:
    """An available one. Its licences are those of everything that it descends from."""
    path = version.folder / WEIGHTS_FILE if version.folder is not None else None
    problem, n_bytes = "", 0
    lines: tuple[LicenceLine, ...] = ()
    try:
        n_bytes = path.stat().st_size if path is not None else 0
        lines = licences_of(load_model_json(version.folder)) if version.folder is not None else ()
    except (CalqueError, OSError) as error:
        problem = error.text if isinstance(error, CalqueError) else f'"{shown(path or "")}" is not there.'
    trained = "Imported" if version.imported_at is not None else "Trained here"
    return ShelfItem(
        key=f"version:{version.id}",
        title=f"{version.model_name} {version.label}",
        origin=ShelfOrigin.VERSION,
        path=path,
        n_bytes=n_bytes,
        sha256=version.weights_sha256,
        tasks=(model.task,),
        workers=(version.worker,),
        architecture=version.architecture,
        categories=model.categories,
        code_licence=_joined(line.code for line in lines),
        weights_licence=_joined(_weights_of(lines)),
        source=f"{trained}, in the project {model.project_name}." if model.project_name else f"{trained}.",
        added_at=version.imported_at or version.created_at,
        note=version.description,
        version=version.id,
        kept_reason="Versions are deleted on the page of models.",
        problem=problem,
    )


def of_versions(versions: Iterable[ModelVersion], models: Iterable[Model]) -> Iterator[ShelfItem]:
    """Of the available ones."""
    by_id = {model.id: model for model in models}
    for version in versions:
        if version.status is VersionStatus.AVAILABLE and version.model in by_id:
            yield of_version(version, by_id[version.model])


def _of_package(name: str, path: Path, sha256: str, source: PretrainedSource) -> ShelfItem:
    learned = f" Learned from {source.learned_from}." if source.learned_from else ""
    return ShelfItem(
        key=f"package:{name}",
        title=name,
        origin=ShelfOrigin.PACKAGE,
        path=path,
        n_bytes=path.stat().st_size,
        sha256=sha256,
        code_licence=source.code_licence or UNKNOWN_LICENCE,
        weights_licence=source.weights_licence_of(name) or UNKNOWN_LICENCE,
        source=f"{source.maker or 'Inside a package that Calque uses'}.{learned}",
        kept_reason="It lies inside an installed package that Calque uses.",
    )


def _problem_of(path: Path) -> str:
    """Why no training can start from it, as far as its name tells."""
    is_alone = path.suffix.lower() == ".safetensors"
    return "Nothing says which network it is of: import a version with its model.json instead." if is_alone else ""


def _used_by(item: ShelfItem, worker: WorkerDescription) -> ShelfItem:
    """With a worker that can start from it."""
    tasks = dict.fromkeys((*item.tasks, *worker.tasks))
    return replace(item, tasks=tuple(tasks), workers=tuple(dict.fromkeys((*item.workers, worker.slug))))


def _source_of(told: str, source: PretrainedSource | None) -> str:
    learned = f" Learned from {source.learned_from}." if source is not None and source.learned_from else ""
    maker = f"Published by {source.maker}." if source is not None and source.maker else ""
    return " ".join(filter(None, (maker + learned, told))) or "Put into the weights folder by hand."


def _weights_of(lines: Iterable[LicenceLine]) -> Iterator[str]:
    return (line.weights for line in lines)


def _joined(names: Iterable[str]) -> str:
    """Each licence once; what was trained from nothing foreign is the person's own."""
    return ", ".join(dict.fromkeys(name for name in names if name)) or "your own"
