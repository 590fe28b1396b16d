"""What of a wished export cannot be, in words."""

from __future__ import annotations

from core.domain.exports import ExportRequest, ExportSurvey
from core.domain.formats import FormatInfo
from core.domain.names import shown
from core.domain.projects import Project
from core.errors import RefusedError


def require_something(survey: ExportSurvey, request: ExportRequest, project: Project) -> None:
    where = f'"{shown(project.name)}"'
    if request.source is not None:
        if not survey.n_annotations:
            text = "None of the predictions reaches the confidence from which they count."
            raise RefusedError(text, hint="Choose a lower confidence.")
        return
    if request.dataset is not None or request.frozen is not None:
        where = "the frozen dataset"
    elif request.folders:
        where = "the chosen folders" if len(request.folders) > 1 else f'the folder "{shown(request.folders[0])}"'
    if not survey.n_images:
        raise RefusedError(f"There is no image in {where}.", hint="Choose other folders.")
    if not survey.n_spoken_of:
        raise RefusedError(f"No image in {where} has an annotation.", hint="There is nothing to export yet.")
    if (request.copies_images or request.links_images) and project.is_root_missing:
        way = "copied" if request.copies_images else "linked"
        text = f"The folder {shown(project.root)} is not on this computer now, so its images cannot be {way}."
        raise RefusedError(text, hint="Connect its drive, or export without the images.")


def require_writable(survey: ExportSurvey, info: FormatInfo) -> None:
    """Raises RefusedError where the format would leave out everything that is said of the images."""
    if not info.can_hold_some(survey.contents):
        lost = " ".join(problem.text for problem in info.loss_problems(survey.contents))
        text = f"Nothing of what was chosen can be written as {info.title}. {lost}"
        raise RefusedError(text.rstrip(), hint="Choose another format.")


def require_answers(request: ExportRequest, info: FormatInfo) -> None:
    known = {option.name: option for option in info.write_options}
    for name, value in request.options:
        option = known.get(name)
        if option is None:
            text = f'Writing {info.title} has no option "{shown(name)}".'
            raise RefusedError(text, hint=f"Its options: {', '.join(known) or 'none'}.")
        values = [choice for choice, _ in option.choices]
        if values and value not in values:
            text = f'"{shown(value)}" is no answer to "{option.name}".'
            raise RefusedError(text, hint=f"Choose one of: {', '.join(values)}.")
