"""Between a draft, which names things by ids, and a plan, which names them as people do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.ids import ModelId, ProjectId, TaskId, VersionId
from core.domain.names import shown, typed_path
from core.domain.projects import Project
from core.domain.snapshots import Split
from core.domain.tagging import tag_filter
from core.domain.training import SplitFilter, StartFrom, StartKind, TrainingDraft
from core.domain.workers import Configuration, ConfigValue
from core.errors import NotFoundError, RefusedError
from core.models.service import ModelService
from core.models.starters import StarterCatalog
from core.projects.service import ProjectService
from core.training.draft.command import TrainingPlan
from core.training.draft.conditions_text import conditions_from, conditions_text
from core.training.draft.configurations import ConfigurationService
from core.training.draft.data_names import DataNames, checked_sets, refuse_both, splits_named
from core.training.draft.split_filters import is_tagged
from core.workers.api import WorkerDescription
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import differing, parse_text

MAX_NAME = 100
"""Characters of a run's, a version's or a model's name."""


STARTER = "starter:"
"""Before the name of weights that come with Calque, where a plan says what to start from."""

_PROPOSED_NAME = re.compile(r"[^|]+ \| (.+?)(?: \([^()]*\))?")


class Plans:
    def __init__(
        self,
        projects: ProjectService,
        models: ModelService,
        catalog: WorkerCatalog,
        configurations: ConfigurationService,
        data: DataNames,
        starters: StarterCatalog | None = None,
    ) -> None:
        self._data = data
        self._starters = starters or StarterCatalog()
        self._projects = projects
        self._models = models
        self._catalog = catalog
        self._configurations = configurations

    def plan_of(self, draft: TrainingDraft) -> TrainingPlan:
        """Raises NotFoundError when the project, the model or the worker is gone."""
        base = self._base_of(draft)
        return TrainingPlan(
            project=self._projects.get_project(draft.project).name,
            name=draft.name,
            worker=draft.worker,
            configuration=base.name if base else "",
            model=self._model_text(draft),
            model_description="" if draft.model else draft.new_model_description,
            version_name=draft.version_name,
            start=_start_text(draft.start),
            allow_download=draft.start.may_download,
            train=draft.train_folders,
            val=draft.val_folders,
            test=draft.test_folders,
            stated_sets=tuple(split.value for split in draft.stated_sets),
            val_ratio=draft.val_ratio,
            classes=draft.categories,
            seed=draft.seed,
            device=draft.device,
            minutes=draft.max_minutes,
            use_images_without_objects=draft.use_images_without_objects,
            include_model_annotations=draft.include_model_annotations,
            task=draft.task or "",
            crop_of=draft.crop_of,
            conditions=tuple(conditions_text(names) for names in draft.conditions),
            values=self._overrides(draft, base),
            train_filter=self._data.text_of(draft, Split.TRAIN),
            val_filter=self._data.text_of(draft, Split.VAL),
            test_filter=self._data.text_of(draft, Split.TEST),
            tagged=tuple(split.value for split in Split if is_tagged(draft.filter_of(split))),
            dataset=self._data.dataset_name(draft.dataset) if draft.dataset else "",
            sets=draft.dataset_sets,
        )

    def draft_from_plan(self, plan: TrainingPlan, settings: Sequence[str] = ()) -> TrainingDraft:
        """`settings` are "key=value" as typed; they are laid over the plan's values, these over its configuration's.
        A plan without a name gets the default one.

        Raises NotFoundError for a project, worker or configuration that is not there, RefusedError for the rest.
        """
        project = self._project(plan.project)
        values = self._values(plan, settings)
        dataset = self._data.dataset_named(project, plan.dataset) if plan.dataset else None
        model = self._find_model(project.id, plan.model)
        base = self._named(plan.worker, plan.configuration)
        draft = TrainingDraft(
            project=project.id,
            name=plan.name,
            worker=plan.worker,
            configuration=base.id if base else None,
            configuration_name=plan.configuration,
            values=values,
            model=model,
            new_model_name="" if model else plan.model,
            new_model_description="" if model else plan.model_description,
            version_name=plan.version_name,
            start=self._start(plan),
            train_folders=plan.train,
            val_folders=plan.val,
            test_folders=plan.test,
            stated_sets=splits_named(plan.stated_sets),
            val_ratio=plan.val_ratio,
            categories=plan.classes,
            seed=plan.seed,
            device=plan.device,
            max_minutes=plan.minutes,
            use_images_without_objects=plan.use_images_without_objects,
            include_model_annotations=plan.include_model_annotations,
            task=TaskId(plan.task) if plan.task else None,
            crop_of=plan.crop_of,
            conditions=tuple(conditions_from(text) for text in plan.conditions),
            filters=self._filters(plan, project),
            dataset=dataset.id if dataset else None,
            dataset_sets=checked_sets(dataset, plan.sets),
        )
        refuse_both(draft)
        return draft if draft.name.strip() else replace(draft, name=self.default_name(draft))

    def default_name(self, draft: TrainingDraft) -> str:
        """ "old pages #3": the model, and the number of the version that the run will make. Of a model without a name
        the project's."""
        number = 1
        if draft.model:
            model = self._models.get_model(draft.model)
            name, number = model.name, model.last_number + 1
        else:
            name = draft.new_model_name.strip() or self._projects.get_project(draft.project).name
        tail = f" #{number}"
        return f"{_short(name)[: MAX_NAME - len(tail)].rstrip()}{tail}"

    def _filters(self, plan: TrainingPlan, project: Project) -> tuple[SplitFilter, ...]:
        texts = {Split.TRAIN: plan.train_filter, Split.VAL: plan.val_filter, Split.TEST: plan.test_filter}
        tagged = splits_named(plan.tagged)
        found = {split: SplitFilter(split, tag_filter(split)) for split in tagged}
        found |= {split: self._data.filter_from(project, split, text) for split, text in texts.items() if text.strip()}
        return tuple(found[split] for split in Split if split in found)

    def _project(self, name: str) -> Project:
        if not name:
            raise RefusedError("Say which project to train on.", hint="Give its name with --project.", code="E-100")
        found = self._projects.find_project(name)
        if found is None:
            raise NotFoundError(f'There is no project "{name}".', hint="`calque projects` lists them.")
        return found

    def _model_text(self, draft: TrainingDraft) -> str:
        """Its name; of another project's model its id, for its name means another model, or none, in this one."""
        if draft.model is None:
            return draft.new_model_name
        model = self._models.get_model(draft.model)
        return model.name if model.project == draft.project else model.id

    def _find_model(self, project: ProjectId, name: str) -> ModelId | None:
        """By its name in the project, or anywhere by its id."""
        known = self._models.list_models()
        own = (model.id for model in known if model.project == project and model.name == name)
        return next(own, None) or next((model.id for model in known if model.id == name), None)

    def _base_of(self, draft: TrainingDraft) -> Configuration | None:
        """What the draft is based on, under its present name; None when it was deleted: then the values say all."""
        if draft.configuration is not None:
            try:
                return self._configurations.get_configuration(draft.configuration)
            except NotFoundError:
                pass
        name = draft.configuration_name
        return self._configurations.find_configuration(draft.worker, name) if name else None

    def _named(self, worker: str, name: str) -> Configuration | None:
        """Raises NotFoundError when there is a name and nothing of that name."""
        if not name:
            return None
        found = self._configurations.find_configuration(worker, name)
        if found is None:
            names = ", ".join(f'"{item.name}"' for item in self._configurations.list_configurations(worker))
            raise NotFoundError(
                f'There is no configuration "{name}" for "{worker}".', hint=f"There are: {names or 'none'}."
            )
        return found

    def _overrides(self, draft: TrainingDraft, base: Configuration | None) -> dict[str, ConfigValue]:
        """What has to be said beside the configuration's name, so that the same values come out."""
        if base is None or not draft.values:
            return dict(draft.values)
        defaults = self._catalog.get(draft.worker).configuration().model_dump()
        names = dict.fromkeys((*base.values, *draft.values))
        wanted = {name: draft.values.get(name, defaults.get(name)) for name in names}
        named = {name: base.values.get(name, defaults.get(name)) for name in names}
        return {name: value for name, value in wanted.items() if value != named[name]}

    def _values(self, plan: TrainingPlan, settings: Sequence[str]) -> Mapping[str, ConfigValue]:
        if not plan.worker:
            slugs = ", ".join(info.slug for info in self._catalog.list_workers())
            raise RefusedError(
                "Say which worker to train with.", hint=f"Give it with --worker; there are: {slugs}.", code="E-113"
            )
        description = self._catalog.get(plan.worker)
        base = self._named(plan.worker, plan.configuration)
        typed: dict[str, ConfigValue] = dict(plan.values)
        for setting in settings:
            name, equals, text = setting.partition("=")
            if not equals or not name.strip():
                raise RefusedError(f'"{setting}" is not a setting.', hint="Write it as key=value.", code="E-134")
            self._refuse_unknown(description, name.strip())
            typed[name.strip()] = text
        read = {
            name: parse_text(description.configuration, name, value) if isinstance(value, str) else value
            for name, value in typed.items()
        }
        named = base.values if base else {}
        # A named value that was set back to the worker's default stays, or the named one would come back.
        kept = differing(description.configuration, read)
        return {**named, **{name: value for name, value in read.items() if name in kept or name in named}}

    def _refuse_unknown(self, description: WorkerDescription, name: str) -> None:
        """A slip of the pen must not train for an hour with the default of what was meant."""
        known = [*description.configuration.model_fields]
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(known)}."
            raise RefusedError(f'"{description.slug}" has no setting "{name}".', hint=meant, code="E-133")

    def _start(self, plan: TrainingPlan) -> StartFrom:
        text = plan.start.strip()
        if text in ("", StartKind.SCRATCH.value):
            return StartFrom(may_download=plan.allow_download)
        if text == StartKind.PRETRAINED.value:
            return StartFrom(StartKind.PRETRAINED, may_download=plan.allow_download)
        if text.startswith(STARTER):
            return StartFrom(StartKind.STARTER, starter=self._starters.get(text.removeprefix(STARTER).strip()).name)
        version = self._models.find_version(text)
        if version is not None:
            return StartFrom(StartKind.VERSION, VersionId(version.id))
        if "\0" in text or not (typed_path(text).exists() or "/" in text or Path(text).suffix):
            raise RefusedError(
                f'"{shown(text)}" is neither a version nor a weights file.',
                hint="`calque models` lists the versions.",
                code="E-145",
            )
        return StartFrom(StartKind.FILE, file=typed_path(text))


def _short(model: str) -> str:
    """The data in "Technology | data (what is looked at)", the way models are named when nobody names them."""
    found = _PROPOSED_NAME.fullmatch(model)
    return (found[1] if found else model).removeprefix("Sample: ")


def _start_text(start: StartFrom) -> str:
    if start.kind is StartKind.STARTER:
        return f"{STARTER}{start.starter}"
    if start.kind is StartKind.VERSION:
        return start.version or ""
    if start.kind is StartKind.FILE:
        return str(start.file or "")
    return start.kind.value
