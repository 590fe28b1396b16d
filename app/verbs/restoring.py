"""`calque restore` and `calque doctor --reindex`: the ways back to a registry that was lost or damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.services import registry_of
from app.verbs.output import VerbResult
from app.verbs.problems import problem_data, problem_lines
from core.domain.counting import counted
from core.domain.names import shown, typed_path
from core.errors import NotFoundError, RefusedError, RegistryCorruptError, RegistryLostError
from core.files.faults import told_as_storage_error
from core.home import Home
from core.registry.backups import Backup, age_of, list_backups
from core.registry.restoring import newest_sound, restore_backup

if TYPE_CHECKING:
    from core.rebuilding.findings import Rebuilt


def run_restore(home: Home, named: str | None) -> VerbResult:
    """The copy that was named, else the newest that is sound, and that only where the registry is not."""
    backup = _named(home, named) if named else _newest(home)
    with told_as_storage_error("The registry", home.registry_file):
        aside = restore_backup(home.registry_file, backup)
    data = {"restored": backup.path, "made_at": backup.made_at, "aside": aside}
    lines = [f"The registry is again as it was in {shown(backup.path.name)}, which is {age_of(backup)}."]
    if aside is not None:
        lines.append(f"The former file was kept: {shown(aside)}")
    lines.append("Runs and versions made since then are listed again with `calque doctor --reindex`.")
    return VerbResult(data, tuple(lines))


def run_reindex(home: Home) -> VerbResult:
    from core.rebuilding.service import reindex_home
    from core.runs.kinds import RunKindCatalog

    home.ensure()
    registry = registry_of(home)
    try:
        rebuilt = reindex_home(home, registry, RunKindCatalog())
    finally:
        registry.close()
    lines = [_found(rebuilt) or "Every run and version on the disk is listed already."]
    if rebuilt.aside is not None:
        lines.append(f"The former registry was kept: {shown(rebuilt.aside)}")
    if rebuilt.projects:
        names = ", ".join(f'"{shown(name)}"' for name in rebuilt.projects)
        lines.append(
            f"Made again without their images, annotations and classes: {names}. Import these again into them; "
            "stored configurations, and names and descriptions given to models and versions since, are lost."
        )
    lines += problem_lines(rebuilt.problems)
    data = {
        "projects": rebuilt.projects,
        "n_runs": rebuilt.n_runs,
        "n_versions": rebuilt.n_versions,
        "n_datasets": rebuilt.n_datasets,
        "aside": rebuilt.aside,
        "problems": [problem_data(problem) for problem in rebuilt.problems],
    }
    return VerbResult(data, tuple(lines))


def run_rescue(home: Home, copy: Path) -> VerbResult:
    """For the window: a copy restored, and what was made since listed again."""
    restored, listed = run_restore(home, str(copy)), run_reindex(home)
    age = age_of(next(one for one in list_backups(copy.parent) if one.path == copy))
    first = f"Everything is again as it was in the copy, which is {age}."
    rest = listed.lines if listed.data["n_runs"] or listed.data["n_versions"] else ()
    return VerbResult({"restored": restored.data, "listed": listed.data}, (first, *rest))


def _found(rebuilt: Rebuilt) -> str:
    if not (rebuilt.n_runs or rebuilt.n_versions or rebuilt.n_datasets):
        return ""
    return (
        f"{counted(rebuilt.n_runs, 'run')}, {counted(rebuilt.n_versions, 'model version')} and "
        f"{counted(rebuilt.n_datasets, 'frozen dataset')} were not listed and are listed again."
    )


def _named(home: Home, text: str) -> Backup:
    """By its path or its file's name."""
    path = typed_path(text)
    found = next((one for one in list_backups(home.backups) if text in (one.path.name, str(one.path))), None)
    if found is None and path.is_file():
        found = next((one for one in list_backups(path.absolute().parent) if one.path.name == path.name), None)
    if found is None:
        names = "\n".join(f"  {one.path.name}  {age_of(one)}" for one in list_backups(home.backups))
        raise NotFoundError(f'There is no copy "{shown(text)}".', hint=f"There are:\n{names}" if names else "")
    return found


def _newest(home: Home) -> Backup:
    if _is_sound(home):
        names = "\n".join(f"  {one.path.name}  {age_of(one)}" for one in list_backups(home.backups))
        raise RefusedError(
            "The registry is sound; what was done since a copy was made would be gone.",
            hint=f"Name the copy to restore it all the same:\n{names}" if names else "There is no copy either.",
        )
    newest, damaged = newest_sound(home.backups)
    if newest is None:
        text = f'There is no copy of the registry in "{shown(home.backups)}".'
        if damaged:
            text = f'None of the {counted(len(damaged), "copy", "copies")} in "{shown(home.backups)}" can be read.'
        raise NotFoundError(text, hint="`calque doctor --reindex` lists runs and versions on the disk anew.")
    return newest


def _is_sound(home: Home) -> bool:
    """Raises RegistryError for one that cannot be judged: it is somebody else's at the moment, or a newer Calque's."""
    if not Path(home.registry_file).exists():
        return False
    registry = registry_of(home)
    try:
        registry.open()
        return not any(problem.kind == "registry-damaged" for problem in registry.check())
    except (RegistryCorruptError, RegistryLostError):
        return False
    finally:
        registry.close()
