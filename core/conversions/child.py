"""What the child of a conversion does: prepare, convert, verify, keep. The version is only read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from core.conversions import words
from core.conversions.kind import CONVERT, KEEP, PREPARE, REPORT_GROUP, TOPIC, VERIFY
from core.conversions.package import PACKAGE_FILE, write_json, write_package
from core.conversions.packing import pack, require_free
from core.conversions.payload import ConversionPayload, Source, payload_from_json
from core.conversions.pictures import Pictures, pictures_to_compare, pictures_to_fit, pictures_to_measure
from core.conversions.tolerances import loss_tolerance_of
from core.conversions.verifying import Verification, Verifier
from core.domain.conversions import CONVERSION_FORMAT, ModelFormat
from core.domain.names import shown
from core.domain.runs import RunStatus
from core.errors import RefusedError, WeightsError
from core.files.faults import told_as_storage_error
from core.models.weights_store import WEIGHTS_FILE, load_model_json, verify
from core.runs.processes.child import ChildContext
from core.workers.api import Converted, ConvertingWorker, ConvertRequest, TreeImage
from core.workers.catalog import WorkerCatalog


def run(context: ChildContext) -> None:
    """What the child of a conversion calls."""
    conversion = _Conversion(context)
    try:
        conversion.run()
    except _Stopped:
        context.finish(RunStatus.TERMINATED, "Stopped by you; nothing was exported.")
    finally:
        conversion.clear()


class _Stopped(Exception):  # noqa: N818 - no error: the person asked for it
    """There is no half an export."""


class _Conversion:
    def __init__(self, context: ChildContext) -> None:
        self._context = context
        self._payload: ConversionPayload = payload_from_json(context.request.payload, context.layout.home)
        work = context.layout.work
        self._tree, self._package, self._work = work / "tree", work / "package", work / "convert"

    def run(self) -> None:
        context = self._context
        with context.stage(PREPARE):
            self.clear()
            self._prepare()
        with context.stage(CONVERT):
            converted = self._convert()
        with context.stage(VERIFY):
            verification = self._verify(converted)
        if not verification.is_good:
            context.result(TOPIC, self._content(verification, None))
            context.finish(RunStatus.FAILED, self._refusal(verification))
            return
        with context.stage(KEEP):
            self._keep(converted, verification)

    def clear(self) -> None:
        for folder in (self._tree, self._package, self._work):
            shutil.rmtree(folder, ignore_errors=True)

    # Steps

    def _prepare(self) -> None:
        context, payload = self._context, self._payload
        require_free(payload.target)
        for problem in verify(payload.published):
            raise WeightsError(
                f"The version is not as it was published: {problem.text}", hint="Restore its files from a backup."
            )
        self._model: dict[str, Any] = load_model_json(payload.published)
        self._format: ModelFormat = self._find_format()
        with told_as_storage_error("The files of the run", context.layout.work):
            for folder in (self._tree, self._package, self._work):
                folder.mkdir(mode=0o700, parents=True)
            self._pictures = pictures_to_compare(payload.source, self._tree / "compare", self._told("copying images"))
        self._calibration, self._measured = self._images_of_precision()
        context.progress(0.99, 1, "loading the method")
        catalog = WorkerCatalog()
        self._worker = cast(ConvertingWorker, catalog.load(catalog.get(context.request.worker)))
        self._leave_if_stopped()

    def _images_of_precision(self) -> tuple[tuple[TreeImage, ...], Pictures | None]:
        """What a precision that needs images is fitted to and measured on."""
        if loss_tolerance_of(self._payload.choice.precision) is None:
            return (), None
        source = self._payload.source
        if source is None:
            raise RefusedError("The version's images are not on this computer.", hint="Choose 16 or 32 bits.")
        measured = self._images(pictures_to_measure, source, "measure")
        fitted = self._images(pictures_to_fit, source, "fit")
        if not measured.images or not fitted:
            text = measured.problem or "No training image is on this computer as it was."
            raise RefusedError(text, hint="Restore the images, or choose 16 or 32 bits.")
        return fitted, measured

    def _images(
        self, make: Callable[[Source, Path, Callable[[int, int], None]], Any], source: Source, name: str
    ) -> Any:
        return make(source, self._tree / name, self._told("copying images"))

    def _find_format(self) -> ModelFormat:
        info = WorkerCatalog().info(self._context.request.worker)
        found = next((item for item in info.exports if item.slug == self._payload.choice.format), None)
        if found is None:
            raise RefusedError(f'"{info.title}" cannot write "{self._payload.choice.format}".')
        if not found.is_available:
            raise RefusedError(f"{found.title} cannot be written: {found.unavailable_reason}")
        return found

    def _convert(self) -> Converted:
        request = ConvertRequest(
            weights=self._payload.published / WEIGHTS_FILE,
            model=self._model,
            choice=self._payload.choice,
            folder=self._package,
            work_dir=self._work,
            calibration=self._calibration,
        )
        with told_as_storage_error("The converted model", self._package):
            made = self._worker.convert(request, self._context)
        self._leave_if_stopped()
        return made

    def _verify(self, converted: Converted) -> Verification:
        verifier = Verifier(
            self._worker,
            weights=self._payload.published / WEIGHTS_FILE,
            model=self._model,
            choice=self._payload.choice,
            converted=self._package / converted.model,
            work_dir=self._work,
            reporter=_Quiet(self._context),
            told=self._told_words,
        )
        verification = verifier.verify(self._pictures, self._measured)
        for text in filter(None, (words.images_text(verification),)):
            self._context.warning(text)
        self._context.log(words.found_text(verification))
        return verification

    def _keep(self, converted: Converted, verification: Verification) -> None:
        context, payload = self._context, self._payload
        self._leave_if_stopped()
        with told_as_storage_error("The package", self._package):
            package = write_package(
                self._package,
                model=self._model,
                format=self._format,
                choice=payload.choice,
                converted=converted,
                threshold=payload.threshold,
                verification=verification.to_json(),
                verdict=" ".join(filter(None, (words.found_text(verification), words.images_text(verification)))),
            )
        n_bytes = pack(self._package, payload.target, context.progress)
        reason = (
            f'{payload.label} was exported as {self._format.title} to "{shown(payload.target)}". '
            f"{words.found_text(verification)}"
        )
        context.conclude(TOPIC, self._content(verification, n_bytes), RunStatus.SUCCESS, reason)
        report = context.layout.artifacts / REPORT_GROUP / PACKAGE_FILE
        with told_as_storage_error("The report", report):
            report.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_json(report, package)
        context.artifact(report)

    # Words

    def _content(self, verification: Verification, n_bytes: int | None) -> dict[str, Any]:
        """`n_bytes` None = nothing was kept."""
        choice = self._payload.choice
        precision, form = self._format.find_precision(choice.precision), self._format.find_form(choice.form)
        return {
            "format": CONVERSION_FORMAT,
            "version": self._payload.label,
            "model_format": choice.format,
            "format_title": self._format.title,
            "precision": precision.title if precision is not None else "",
            "form": form.title if form is not None else "",
            "is_fixed_size": choice.is_fixed_size,
            "notice": self._format.notice,
            "target": str(self._payload.target) if n_bytes is not None else "",
            "n_bytes": n_bytes,
            "images_text": verification.pictures.words,
            **verification.to_json(),
        }

    def _refusal(self, verification: Verification) -> str:
        begin = (
            f"The {self._format.title} model of {self._payload.label} is too far from what Calque predicts, and was "
        )
        return f"{begin}not kept: {words.found_text(verification)} The version is as it was."

    def _told(self, text: str) -> Callable[[int, int], None]:
        return lambda done, total: self._told_words(done, total, f"{text}: {done} of {total}")

    def _told_words(self, done: int, total: int, text: str) -> None:
        self._leave_if_stopped()
        self._context.progress(done, total, text)

    def _leave_if_stopped(self) -> None:
        if self._context.should_stop():
            raise _Stopped


class _Quiet:
    """The reporter of predictions whose progress is told by who asked for them."""

    def __init__(self, context: ChildContext) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Told by the verifier."""
