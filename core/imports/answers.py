"""What the person said of an import's classes, options and of what models made: checked, applied, and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.domain.annotation_columns import AnnotationColumns, ColumnAnnotations, count_classes
from core.domain.counting import counted
from core.domain.formats import FormatInfo
from core.domain.imports import ImportSource, Problem, RawAnnotation, Severity, SourceClass
from core.domain.names import listed_names, one_line, shown
from core.errors import RefusedError
from core.imports.class_names import clean_name


def check_options(source: ImportSource, info: FormatInfo) -> None:
    """Raises RefusedError for an option or an answer that the format does not know."""
    known = {option.name: option for option in info.read_options}
    for name, value in source.options:
        option = known.get(name)
        if option is None:
            hint = f"It has: {listed_names(list(known))}." if known else "It has no options."
            raise RefusedError(f'{info.title} has no option "{shown(name)}".', hint=hint)
        choices = [choice for choice, _ in option.choices]
        if choices and value not in choices:
            text = f'"{shown(value)}" is no answer to the option "{name}" of {info.title}.'
            raise RefusedError(text, hint=f"Choose one of: {', '.join(choices)}.")


def clean_mapping(mapping: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    """By the name in the files. Raises RefusedError for a class to be called nothing, or two things."""
    cleaned: dict[str, str | None] = {}
    for old, new in mapping:
        name = None if new is None else one_line(new)
        if name == "":
            raise RefusedError(f'The class "{shown(old)}" cannot become a class without a name.')
        if cleaned.setdefault(old, name) != name:
            raise RefusedError(f'The class "{shown(old)}" cannot become two things.', hint="Say once what it becomes.")
    return cleaned


def require_known(mapping: Iterable[str], names: Sequence[str]) -> None:
    """Raises RefusedError for classes of the mapping that no file names."""
    unknown = [name for name in mapping if name not in set(names)]
    if unknown:
        has = f"The files name: {listed_names(names, 20)}." if names else "The files name no class."
        raise RefusedError(f'No class of the files is called "{shown(unknown[0])}".', hint=has)


class Answers:
    """Applies a source's answers to one annotation after the other, and counts what that did."""

    def __init__(self, source: ImportSource) -> None:
        self._takes_model_made = source.takes_model_made
        self._mapping = clean_mapping(source.mapping)
        self._source = str(source.path)
        self._columns: dict[int, tuple[AnnotationColumns, AnnotationColumns | None]] = {}
        self._found: Counter[str] = Counter()  # of the files' own names, without what is left out as model-made
        self._stretches: list[ColumnAnnotations] = []
        self._skipped: Counter[str] = Counter()
        self._makers: Counter[str] = Counter()
        self._left_open: list[str] = []
        self._only_by_models: list[str] = []

    def apply(self, annotation: RawAnnotation) -> RawAnnotation | None:
        """None = left out."""
        if annotation.made_by:
            self._makers[annotation.made_by] += 1
            if not self._takes_model_made:
                return None
        name = annotation.category
        if name is None:
            return annotation
        self._found[name] += 1
        becomes = self._mapping.get(name, name)
        if becomes is None:
            self._skipped[name] += 1
            return None
        return annotation if becomes == name else replace(annotation, category=becomes)

    def apply_to_columns(self, annotations: ColumnAnnotations) -> ColumnAnnotations | None:
        """The same for annotations of which none was made by a model; None = they have to be looked at one by one."""
        columns = annotations.columns
        if id(columns) not in self._columns:
            self._columns[id(columns)] = (columns, self._mapped(columns))
        mapped = self._columns[id(columns)][1]
        if mapped is None:
            return None
        self._stretches.append(annotations)
        return annotations if mapped is columns else ColumnAnnotations(mapped, annotations.start, annotations.stop)

    def finish(self) -> None:
        """Counts what was in columns. To be called when everything has been applied."""
        for name, n in count_classes(self._stretches).items():
            if name is not None:
                self._found[clean_name(name)] += n
        self._stretches.clear()

    def _mapped(self, columns: AnnotationColumns) -> AnnotationColumns | None:
        names: list[str] = []
        for name in map(clean_name, columns.names):
            becomes = self._mapping.get(name, name)
            if becomes is None:
                return None
            names.append(becomes)
        return columns if tuple(names) == columns.names else replace(columns, names=tuple(names))

    def left_with_nothing(self, path: str, *, is_by_models: bool) -> None:
        """All that the files say of the image was left out here, so nobody can say that there is nothing on it."""
        (self._only_by_models if is_by_models else self._left_open).append(path)

    def categories(self, names: Iterable[str]) -> tuple[str, ...]:
        """What the classes become, in their order, without those that are left out."""
        mapped = (self._mapping.get(name, name) for name in names)
        return tuple(dict.fromkeys(name for name in mapped if name is not None))

    def classes(self, names: Iterable[str]) -> tuple[SourceClass, ...]:
        return tuple(SourceClass(name, self._found[name], self._mapping.get(name, name)) for name in names)

    @property
    def found(self) -> Iterable[str]:
        """Classes of which there are annotations, as the files name them."""
        return self._found.keys()

    @property
    def makers(self) -> tuple[tuple[str, int], ...]:
        return tuple(self._makers.most_common())

    def problems(self) -> list[Problem]:
        return [*self._of_classes(), *self._of_models()]

    def _of_classes(self) -> list[Problem]:
        problems = []
        if self._skipped:
            classes = ", ".join(f'"{shown(name)}" {n}' for name, n in self._skipped.most_common())
            n = sum(self._skipped.values())
            text = f"{counted(n, 'annotation is', 'annotations are')} left out as chosen, by class: {classes}."
            problems.append(self._remark("classes-left-out", text))
        if self._left_open:
            text = (
                f"{counted(len(self._left_open), 'image has', 'images have')} only annotations that are left out. "
                "Nobody has said that nothing is there, so they stay open, not images without objects: "
                f"{listed_names(sorted(self._left_open), 3)}."
            )
            problems.append(self._remark("images-left-open", text))
        return problems

    def _of_models(self) -> list[Problem]:
        if not self._makers:
            return []
        makers = ", ".join(f"{shown(name)} {n}" for name, n in self._makers.most_common())
        n = sum(self._makers.values())
        made = f"{counted(n, 'annotation was', 'annotations were')} made by models ({makers})"
        if self._takes_model_made:
            return [self._remark("model-made-taken", f"{made} and taken as ground truth, as chosen.")]
        it = "it" if n == 1 else "they"
        text = (
            f"{made} and {'is' if n == 1 else 'are'} left out, for {it} {'is' if n == 1 else 'are'} no ground truth. "
            'Import them as predictions, or take them all the same with "Take what models made" (--take-model-made).'
        )
        if self._only_by_models:
            open_ones = counted(len(self._only_by_models), "image has", "images have")
            text += f" {open_ones} nothing else, and stay{'s' if len(self._only_by_models) == 1 else ''} open."
        return [self._remark("model-made-left-out", text, Severity.WARNING)]

    def _remark(self, kind: str, text: str, severity: Severity = Severity.INFO) -> Problem:
        return Problem(kind, text, self._source, severity=severity)
