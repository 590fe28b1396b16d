"""What a verification found, in sentences."""

from __future__ import annotations

from core.conversions.verifying import Verification
from core.domain.conversions import Comparison, Tolerance
from core.domain.counting import counted


def found_text(verification: Verification) -> str:
    """What was compared, and how far it is apart, with what is allowed."""
    if verification.loss is not None and verification.loss_tolerance is not None:
        loss = verification.loss
        return (
            f"{loss.measure} on {counted(loss.n_images, f'{loss.split} image')} is {loss.after:.3f} instead of "
            f"{loss.before:.3f}, a loss of {loss.value:.3f} ({verification.loss_tolerance.loss:g} allowed)."
        )
    comparison, where = verification.comparison, verification.pictures.words
    if not comparison.n_objects:
        return f"No object was found on {where}, so that nothing could be compared."
    of = counted(comparison.n_objects, "object")
    if comparison.n_different:
        may = f" ({most} may)" if (most := comparison.most_different(verification.tolerance)) else ""
        begin = f"{comparison.n_different} of {of} on {where} differ{may}"
        return f"{begin}; {_gaps(comparison, verification.tolerance)}."
    return f"{of} on {where}: {_gaps(comparison, verification.tolerance)}."


def images_text(verification: Verification) -> str:
    """Why it was not checked on the version's own images; "" when it was."""
    problem = verification.pictures.problem
    return f"{problem} It was checked on pages that Calque drew." if problem else ""


def _gaps(comparison: Comparison, tolerance: Tolerance) -> str:
    gaps = (
        f"boxes differ by at most {figure(comparison.box)} px ({tolerance.box:g} allowed), "
        f"confidences by {figure(comparison.confidence)} ({tolerance.confidence:g} allowed)"
    )
    if comparison.overlap is not None:
        gaps += f", masks overlap by at least {comparison.overlap:.3f} ({tolerance.overlap:g} needed)"
    return gaps


def figure(value: float) -> str:
    """Two digits that count, without an exponent: 0.00012."""
    text = f"{float(f'{value:.2g}'):.10f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text
