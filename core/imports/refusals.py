"""Why a plan, or several of them, cannot be imported as they stand."""

from __future__ import annotations

import os
from collections.abc import Sequence

from core.domain.names import shown
from core.errors import RefusedError
from core.imports.answers import require_known
from core.imports.plan import ImportPlan


def check_mapping(plans: Sequence[ImportPlan]) -> None:
    """Raises RefusedError for classes that were given another name and that none of the files names."""
    names = list(dict.fromkeys(one.name for plan in plans for one in plan.classes))
    for plan in plans:
        require_known([name for name, _ in plan.source.mapping], names)


def require_importable(plan: ImportPlan, first: ImportPlan) -> None:
    """Raises RefusedError; `first` is that of the first source of the same import."""
    if not plan.can_import:
        reason = next((problem for problem in plan.problems if problem.severity == "error"), None)
        hint = "Nothing was changed."
        if reason is not None and reason.choices:
            hint += " Import that file alone, or leave the others out (--without FILE)."
        raise RefusedError(reason.text if reason else "There is nothing to import.", hint=hint)
    if os.path.realpath(plan.root) != os.path.realpath(first.root):
        text = (
            f'"{shown(plan.source.path)}" has its images in "{shown(plan.root)}", and the one before it in '
            f'"{shown(first.root)}".'
        )
        hint = "A project has one folder of images: say which with --images, or import the folder that holds both."
        raise RefusedError(text, hint=hint)
