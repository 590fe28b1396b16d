"""Where Calque keeps what it makes: one home folder, the platform's place for application data unless told."""

from __future__ import annotations

import os

from core.domain.names import typed_path
from core.home import Home

ENVIRONMENT_VARIABLE = "CALQUE_HOME"


def resolve_home(option: str | None) -> Home:
    """The home named by `--home`, else by CALQUE_HOME, else the platform's data folder. Nothing is created."""
    named = option or os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Home(typed_path(named).resolve())
    import platformdirs  # costs 20 ms, which a start with --home need not pay

    return Home(platformdirs.user_data_path("calque", appauthor=False))
