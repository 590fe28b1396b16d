"""What the fake worker can be told to do, faults included."""

from __future__ import annotations

from core.workers.configuration import WorkerConfiguration, setting

FAULTS = "Faults"


class FakeConfiguration(WorkerConfiguration):
    """A "step" stands for an epoch, a "point" for a training batch."""

    n_steps: int = setting(5, title="Steps", help="Epochs to pretend.", minimum=1, maximum=100_000)
    points_per_step: int = setting(8, title="Points per step", help="Batches in an epoch.", minimum=1, maximum=100_000)
    delay_s: float = setting(
        0.0, title="Delay", help="Time that a batch takes.", minimum=0.0, maximum=60.0, step=0.01, unit="s"
    )
    predict_delay_s: float = setting(
        0.0, title="Delay of an image", help="Time that predicting takes with the published version.", minimum=0.0,
        maximum=60.0, step=0.01, unit="s", is_advanced=True,
    )  # fmt: skip
    export_drift: float = setting(
        0.0, title="Drift of an export", help="Pixels that boxes of a converted version are off.", minimum=0.0,
        maximum=1000.0, group=FAULTS, is_advanced=True,
    )  # fmt: skip
    log_lines_per_step: int = setting(1, title="Log lines per step", minimum=0, maximum=10_000_000, is_advanced=True)
    ignores_stop: bool = setting(False, title="Ignore a stop", group=FAULTS, is_advanced=True)
    fail_at: int | None = setting(None, title="Fail at step", minimum=1, group=FAULTS, is_advanced=True)
    hang_at: int | None = setting(None, title="Hang at step", minimum=1, group=FAULTS, is_advanced=True)
    oom_at: int | None = setting(None, title="Run out of GPU memory at step", minimum=1, group=FAULTS, is_advanced=True)
    non_finite_at: int | None = setting(None, title="NaN loss in step", minimum=1, group=FAULTS, is_advanced=True)
    exit_signal_at: int | None = setting(None, title="Kill itself at step", minimum=1, group=FAULTS, is_advanced=True)
    exit_signal: int = setting(
        9, title="Signal", help="Number of the signal.", minimum=1, maximum=64, group=FAULTS, is_advanced=True
    )

    def architecture(self) -> str:
        return "fake"
