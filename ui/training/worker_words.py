"""What is to be known of a worker, as pages to read: its options from its schema, its networks from its list."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from core.domain.workers import FieldSpec, NetworkInfo, WorkerInfo
from ui.forms.field_text import range_text, value_text
from ui.theme import current_theme
from ui.widgets import formatting

BYTES_OF_PARAMETER = 4  # as weights are kept


def options_page(worker: WorkerInfo) -> str:
    """HTML: every option with what it does, its default, its range, and the engine's name for it."""
    groups = dict.fromkeys(spec.group for spec in worker.fields)
    parts = []
    for group in groups:
        if group:
            parts.append(f"<h3>{escape(group)}</h3>")
        parts += [_option(spec) for spec in worker.fields if spec.group == group]
    return _page(parts) if parts else _page(["<p>This method has no options.</p>"])


def networks_page(worker: WorkerInfo) -> str:
    """HTML: a table of the networks; what nobody measured is said to be unmeasured."""
    if not worker.networks:
        return _page(["<p>This method does not say which networks it trains.</p>"])
    headings = ("Network", "Name in files", "Parameters", "Weights", "Memory and time", "Licence")
    theme = current_theme()
    row = f'<tr style="background-color: {theme.raised}">'
    head = row + "".join(f'<th align="left">{heading}</th>' for heading in headings) + "</tr>"
    rows = "".join(_network(network) for network in worker.networks)
    note = (
        "Parameters are counted with 80 classes; the weights' size follows from them. More parameters see more, "
        "need more memory and take longer. How much memory and time a network needs depends on image size, batch size "
        "and computer: Calque does not guess it, a run shows both while it trains."
    )
    return _page([f"<p>{note}</p>", f'<table cellpadding="6" width="97%">{head}{rows}</table>'])


def _option(spec: FieldSpec) -> str:
    muted = current_theme().text_muted
    facts = [f"Default: {value_text(spec, spec.default)}"]
    if spec.choices:
        facts.append("one of " + ", ".join(title for _value, title in spec.choices))
    elif range_text(spec):
        facts.append(f"{range_text(spec)} {spec.unit}".strip())
    facts.append(f"the engine calls it {spec.name}")
    lines = [f"<b>{escape(spec.title)}</b>"]
    if spec.help.strip():
        lines.append(escape(spec.help.strip()))
    lines.append(f'<span style="color: {muted}">{escape(" · ".join(facts))}</span>')
    return f"<p>{'<br/>'.join(lines)}</p>"


def _network(network: NetworkInfo) -> str:
    n = network.n_parameters
    cells = (
        f"<b>{escape(network.title)}</b>",
        escape(network.name),
        f"{n / 1e6:.1f} million" if n is not None else "not known",
        f"about {formatting.size(n * BYTES_OF_PARAMETER)}" if n is not None else "not known",
        "not measured",
        escape(network.licence) or "not stated",
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _page(parts: Iterable[str]) -> str:
    return f"<html><body>{''.join(parts)}</body></html>"
