"""Versions in the formats of other programs: what a worker can make of them, and what of it a person chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

FP32, FP16, INT8 = "fp32", "fp16", "int8"

INSTALL_HINT = 'Install what exports need with: pip install "calque[export]"'


@dataclass(frozen=True, slots=True)
class Precision:
    """How finely the numbers of a converted model are kept. `needs_images`: it is fitted to images, and what it loses
    is measured on others, so that the version's frozen dataset must be on this computer."""

    slug: str
    title: str
    help: str
    needs_images: bool = False
    is_fixed_size: bool = False  # only with one size of image
    forms: tuple[str, ...] = ()  # empty = all


@dataclass(frozen=True, slots=True)
class ModelForm:
    """What a converted model's output is. `only_for` are beginnings of architectures' names; empty = all have it."""

    slug: str
    title: str
    help: str
    only_for: tuple[str, ...] = ()
    is_fixed_size: bool = False  # only for images of one size

    def fits(self, architecture: str) -> bool:
        return not self.only_for or architecture.startswith(self.only_for)


@dataclass(frozen=True, slots=True)
class ModelFormat:
    """A format that a worker can write a version in. Without `precisions`, `forms` or sizes nothing is to be chosen."""

    slug: str
    title: str
    summary: str
    libraries: tuple[str, ...] = ()  # distributions that writing and checking it needs beside the worker's own
    precisions: tuple[Precision, ...] = ()
    forms: tuple[ModelForm, ...] = ()
    has_sizes: bool = False  # whether it can be made for one size of image, or for any
    notice: str = ""  # what a person must know before handing it on
    unavailable_reason: str = ""

    @property
    def is_available(self) -> bool:
        return not self.unavailable_reason

    def find_precision(self, slug: str) -> Precision | None:
        return next((item for item in self.precisions if item.slug == slug), None)

    def find_form(self, slug: str) -> ModelForm | None:
        return next((item for item in self.forms if item.slug == slug), None)

    def needs_fixed_size(self, precision: str, form: str) -> bool:
        chosen = (self.find_precision(precision), self.find_form(form))
        return any(option is not None and option.is_fixed_size for option in chosen)

    def forms_of(self, architecture: str, precision: str = "") -> tuple[ModelForm, ...]:
        """Those that this network has, in this precision."""
        chosen = self.find_precision(precision)
        allowed = chosen.forms if chosen is not None else ()
        return tuple(form for form in self.forms if form.fits(architecture) and (not allowed or form.slug in allowed))


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What to make. "" = the first that the format offers."""

    format: str
    precision: str = ""
    form: str = ""
    is_fixed_size: bool = False


@dataclass(frozen=True, slots=True)
class ConversionOffer:
    """What can be made of a version. `images_reason` is why nothing can be measured on its own images here."""

    formats: tuple[ModelFormat, ...]
    architecture: str
    image_size: int | None
    images_reason: str = ""

    def find_format(self, slug: str) -> ModelFormat | None:
        return next((item for item in self.formats if item.slug == slug), None)

    def refusal(self, choice: ModelChoice) -> str:
        """Why this cannot be made, as a sentence; "" when it can."""
        found = self.find_format(choice.format)
        if found is None:
            slugs = ", ".join(item.slug for item in self.formats) or "none"
            return f'The method of this version cannot make "{choice.format}". It can make: {slugs}.'
        return found.unavailable_reason or self._option_refusal(found, choice)

    def _option_refusal(self, found: ModelFormat, choice: ModelChoice) -> str:
        precision = found.find_precision(choice.precision)
        if choice.precision and precision is None:
            return f'{found.title} has no precision "{choice.precision}". {_offered(found.precisions)}'
        if precision is not None and precision.needs_images and self.images_reason:
            return f"{precision.title} cannot be made: {self.images_reason}"
        forms = found.forms_of(self.architecture, choice.precision)
        if choice.form and not any(form.slug == choice.form for form in forms):
            of = f" in {precision.title}" if precision is not None and precision.forms else f" of {self.architecture}"
            return f'{found.title}{of} has no form "{choice.form}". {_offered(forms)}'
        return ""

    def completed(self, choice: ModelChoice) -> ModelChoice:
        """With what was left open decided."""
        found = self.find_format(choice.format)
        if found is None:
            return choice
        slug = choice.precision or _first(found.precisions)
        form = choice.form or _first(found.forms_of(self.architecture, slug))
        is_fixed = found.has_sizes and (choice.is_fixed_size or found.needs_fixed_size(slug, form))
        return replace(choice, precision=slug, form=form, is_fixed_size=is_fixed)


def _first(options: Sequence[Precision] | Sequence[ModelForm]) -> str:
    return options[0].slug if options else ""


def _offered(options: Sequence[Precision] | Sequence[ModelForm]) -> str:
    return f"There are: {', '.join(option.slug for option in options)}." if options else "There is nothing to choose."


# What a conversion found out, as its run's result says it.

CONVERSION_KIND = "conversion"
CONVERSION_TOPIC = "conversion"
CONVERSION_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What may differ. Boxes in pixels of the image as the network sees it; `overlap` is the least IoU of masks,
    `share` the part of the objects that may lack a counterpart or lie further apart."""

    box: float
    confidence: float
    overlap: float
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class LossTolerance:
    """How much of the headline measure may be lost."""

    loss: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Objects of the converted model beside those of the published weights, of at least `floor` confidence.

    Distances are the largest among objects that were found by both; `overlap` is the smallest IoU of their masks, None
    without masks.
    """

    n_images: int
    n_objects: int
    n_different: int
    box: float
    confidence: float
    overlap: float | None
    floor: float

    def most_different(self, tolerance: Tolerance) -> int:
        """So many objects may differ."""
        return int(tolerance.share * self.n_objects)

    def is_within(self, tolerance: Tolerance) -> bool:
        return self.n_objects > 0 and self.n_different <= self.most_different(tolerance)


@dataclass(frozen=True, slots=True)
class Loss:
    """What the converted model loses of a measure, on images with ground truth."""

    measure: str  # its title
    split: str
    n_images: int
    before: float
    after: float

    @property
    def value(self) -> float:
        return self.before - self.after
