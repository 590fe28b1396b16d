"""What is asked before something is deleted from the library: what goes, and what stays. No widgets' behaviour."""

from __future__ import annotations

from core.domain.counting import counted
from core.domain.models import TRASH_DAYS, Model, ModelVersion
from core.domain.names import shown
from ui.widgets.confirmation import Question

_KEPT = (
    f"The files stay in the trash of Calque's folder for {TRASH_DAYS} days. Runs, their curves and logs stay; versions "
    "that started from it still name it."
)


def delete_version_question(version: ModelVersion) -> Question:
    return Question(
        title="Delete the version",
        text=f'Delete {version.label} of "{shown(version.model_name)}"?',
        details=f"{_KEPT} Its number is not given again.",
        verb="Delete",
        is_danger=True,
        refusal="Keep it",
    )


def delete_model_question(model: Model) -> Question:
    whole = f" with its {counted(model.n_versions, 'version')}" if model.n_versions else ""
    return Question(
        title="Delete the model",
        text=f'Delete the model "{shown(model.name)}"{whole}?',
        details=_KEPT,
        verb="Delete",
        is_danger=True,
        refusal="Keep it",
    )
