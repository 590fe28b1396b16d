"""Gathers what there is of versions and runs, so that they can stand beside each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.comparing.curves import read_curves
from core.domain.comparing import (
    FEWEST,
    MOST,
    Compared,
    ComparedMeasure,
    ComparedPair,
    ComparedSet,
    ComparedSetting,
    Comparison,
    numbered,
)
from core.domain.evaluation import EvaluationTable, Measure
from core.domain.ids import RunId, VersionId
from core.domain.metrics import ACCURACY, LABEL_F1, MAP50, MAP50_95, MEAN_AP, MICRO_F1
from core.domain.runs import MetricBatch, RunRecord
from core.domain.snapshots import Split
from core.domain.studies import StudyDifference, StudyKind, StudySource
from core.errors import CalqueError, RefusedError
from core.evaluations.pairing import compare_studies, sentences
from core.evaluations.studies import StudyService
from core.models.service import ModelService
from core.runs.folder.request import read_request
from core.runs.service import RunService


def _no_check() -> None:
    """For callers that never give up."""


_OUTCOMES = ("Architecture", "Method", "Started from", "Epochs", "Best epoch", "Ended", "Started at", "Imported at")
"""Facts of a version that nobody set, or that are told under another name."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """All that is known of one of them."""

    item: Compared
    tables: tuple[EvaluationTable, ...]
    settings: Mapping[str, str]
    curves: tuple[MetricBatch, ...]


_SAID = (MAP50_95, MAP50, ACCURACY, LABEL_F1, MEAN_AP, MICRO_F1)
"""Of these, those that were measured are put into sentences."""


class ComparingService:
    """May be used on any thread."""

    def __init__(self, models: ModelService, runs: RunService, studies: StudyService) -> None:
        self._models = models
        self._runs = runs
        self._studies = studies

    def compare_versions(self, ids: Sequence[VersionId], check: Callable[[], None] = _no_check) -> Comparison:
        """2 to 6 of them; `check` is called now and then, and may raise to give up.

        Raises RefusedError for another number, NotFoundError for one that is not there.
        """
        require_number(len(dict.fromkeys(ids)))
        return _compare([self._version(id, check) for id in dict.fromkeys(ids)])

    def compare_runs(self, ids: Sequence[RunId], check: Callable[[], None] = _no_check) -> Comparison:
        """As `compare_versions`; runs need not have made a version, nor have ended."""
        require_number(len(dict.fromkeys(ids)))
        return _compare([self._run(id, check) for id in dict.fromkeys(ids)])

    def pairs(
        self, comparison: Comparison, split: Split, check: Callable[[], None] = _no_check
    ) -> tuple[ComparedPair, ...]:
        """Each against the first, on the images that both predicted."""
        first, *others = comparison.items
        return tuple(self._pair(first, other, split, check) for other in others)

    def _pair(self, first: Compared, second: Compared, split: Split, check: Callable[[], None]) -> ComparedPair:
        if first.version is None or second.version is None:
            return ComparedPair(first, second, split, problem="One of them made no version: there are no predictions.")
        try:
            found = self.difference(first.version, second.version, split, check)
        except CalqueError as error:
            return ComparedPair(first, second, split, problem=str(error))
        return ComparedPair(first, second, split, sentences(found, first.title, second.title, _SAID))

    def difference(
        self, first: VersionId, second: VersionId, split: Split, check: Callable[[], None] = _no_check
    ) -> StudyDifference:
        """Of two versions by what their trainings predicted of a set, each at its own threshold; where a training kept
        nothing of that set, by the newest evaluation on one of that kind.

        Raises CalqueError when one of them predicted nothing there, or nothing can be compared.
        """
        thresholds = self._models.threshold_of(first), self._models.threshold_of(second)
        with (
            self._studies.open(self._source(first, split), check=check) as a,
            self._studies.open(self._source(second, split), check=check) as b,
        ):
            at = [threshold.at(study.categories) for threshold, study in zip(thresholds, (a, b), strict=True)]
            return compare_studies(a, b, *at, check=check)

    def _source(self, id: VersionId, split: Split) -> StudySource:
        """That of the training is named where there is neither, for its error says what to do."""
        own = StudySource.of_version(id, split)
        found = [info for info in self._studies.list_studies(version=id) if info.split is split]
        if any(info.source == own for info in found):
            return own
        return next((info.source for info in found if info.kind is StudyKind.EVALUATION), own)

    def _version(self, id: VersionId, check: Callable[[], None]) -> _Entry:
        check()
        details = self._models.get_details(id)
        version = details.version
        item = Compared(
            key=id,
            title=f"{version.model_name} {version.label}",
            subtitle=version.architecture,
            version=id,
            worker=version.worker,
            run=version.run,
            snapshot=version.snapshot,
            data=version.snapshot_label,
        )
        settings = {
            "Method": version.worker,
            "Network": version.architecture,
            "Starts from": version.parent_label or "",
            "Frozen dataset": version.snapshot_label,
            **{name: _told(value) for name, value in details.configuration.items()},
            **{title: value for title, value in details.facts if title not in _OUTCOMES},
        }
        return _Entry(item, details.tables, settings, self._curves(version.run, check))

    def _run(self, id: RunId, check: Callable[[], None]) -> _Entry:
        check()
        run = self._runs.get_whole(id)
        record = run.record
        payload = self._payload(record)
        item = Compared(
            key=id,
            title=record.name,
            subtitle=f"{record.model_name} {record.version_label}".strip(),
            version=record.version,
            worker=record.worker,
            run=id,
            snapshot=record.snapshot,
            data=str(payload.get("snapshot_label") or ""),
        )
        configuration = payload.get("configuration")
        settings = {
            "Method": record.worker,
            "Method's version": record.worker_version,
            "Device": record.device,
            "Frozen dataset": item.data,
            "Configuration": str(payload.get("configuration_name") or ""),
            **(
                {name: _told(value) for name, value in configuration.items()} if isinstance(configuration, dict) else {}
            ),
        }
        return _Entry(item, run.tables, settings, self._curves(id, check))

    def _payload(self, record: RunRecord) -> Mapping[str, Any]:
        try:
            return read_request(self._runs.layout(record.id)).payload
        except CalqueError:  # its files are gone: what the registry knows is compared
            return {}

    def _curves(self, run: RunId | None, check: Callable[[], None]) -> tuple[MetricBatch, ...]:
        """Of sets, not of single batches; none where the run's files are gone."""
        if run is None:
            return ()
        try:
            return read_curves(self._runs.layout(run), check)
        except CalqueError:
            return ()


def require_number(n: int) -> None:
    """Raises RefusedError unless so many can be compared."""
    if not FEWEST <= n <= MOST:
        text = f"{FEWEST} to {MOST} different versions or runs can be compared; {n} chosen."
        raise RefusedError(text, hint="Choose others with Ctrl in the list.")


def _compare(entries: Sequence[_Entry]) -> Comparison:
    titles = numbered([entry.item.title for entry in entries])
    items = tuple(replace(entry.item, title=title) for entry, title in zip(entries, titles, strict=True))
    settings = _settings(entries)
    differing = tuple(row for row in settings if len(set(row.values)) > 1)
    return Comparison(
        items=items,
        sets=tuple(
            found for split in (Split.TEST, Split.VAL, Split.TRAIN) if (found := _set(entries, split)) is not None
        ),
        settings=differing,
        curves=tuple(entry.curves for entry in entries),
        warnings=_warnings(entries),
        n_equal_settings=len(settings) - len(differing),
    )


def _set(entries: Sequence[_Entry], split: Split) -> ComparedSet | None:
    """Of the rows of all classes; None where nobody measured it."""
    tables = [next((table for table in entry.tables if table.split is split), None) for entry in entries]
    measures: dict[str, Measure] = {}
    for table in tables:
        for measure in table.columns if table is not None else ():
            measures.setdefault(measure.name, measure)
    if not measures:
        return None
    first = next((table.headline for table in tables if table is not None), "")
    ordered = sorted(measures.values(), key=lambda measure: measure.name != first)
    rows = (
        ComparedMeasure(
            measure, tuple(None if table is None else table.overall.value(measure.name) for table in tables)
        )
        for measure in ordered
    )
    return ComparedSet(split, tuple(rows))


def _settings(entries: Sequence[_Entry]) -> tuple[ComparedSetting, ...]:
    names = dict.fromkeys(name for entry in entries for name in entry.settings)
    return tuple(ComparedSetting(name, tuple(entry.settings.get(name, "") for entry in entries)) for name in names)


def _warnings(entries: Sequence[_Entry]) -> tuple[str, ...]:
    warnings = []
    if len({entry.item.snapshot for entry in entries}) > 1:
        is_one_label = len({entry.item.data for entry in entries}) == 1
        if is_one_label and entries[0].item.data:
            what = "did not use the same of their frozen dataset: their numbers may speak of other images or classes"
        else:
            what = "were not trained and measured on the same frozen dataset: their numbers speak of different images"
        warnings.append(f"They {what}.")
    for split in Split:
        sizes = {table.overall.n_images for entry in entries for table in entry.tables if table.split is split}
        if len(sizes) > 1 and len(warnings) == 0:
            warnings.append(f"Their {split.value} sets are not of the same size.")
    return tuple(warnings)


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
