"""The training that the sample project is for, on the registry as it is."""

from __future__ import annotations

from dataclasses import replace

from app.services import Services
from core.domain.projects import Project
from core.domain.training import TrainingDraft
from core.samples.service import sample_draft as first_draft


def sample_draft(services: Services, project: Project, *, device: str = "cpu") -> TrainingDraft:
    """The sample's training; when an earlier one made its model, that model gets the new version."""
    draft = replace(first_draft(project.id), device=device)
    models = services.models.list_models(project.id)
    known = next((model for model in models if model.name == draft.new_model_name), None)
    if known is None:
        return draft
    return replace(draft, model=known.id, new_model_name="", new_model_description="")
