"""The training that the sample project is for, named as a person would name it."""

from __future__ import annotations

from dataclasses import replace

from app.services import Services
from core.domain.projects import Project
from core.domain.training import TrainingDraft
from core.training.command import TrainingPlan

SAMPLE_PLAN = TrainingPlan(
    worker="yolo-detect",
    configuration="Fast on small data",
    model="Things on pages",
    model_description="Finds text lines, illustrations, initials and stamps on the sample's pages.",
    train=("train",),
    val=("val",),
    test=("test",),
)


def sample_draft(services: Services, project: Project, *, device: str = "cpu") -> TrainingDraft:
    """The sample's training; its model is the one that an earlier training made, if there is one."""
    return services.plans.draft_from_plan(replace(SAMPLE_PLAN, project=project.name, device=device))
