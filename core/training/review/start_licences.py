"""The licences of what a training will make: of its network, and of the weights that it starts from."""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.licences import UNKNOWN_LICENCE, LicenceLine
from core.domain.training import StartKind
from core.errors import CalqueError
from core.models.licences import licences_of, network_line, with_start
from core.models.weights_store import load_model_json
from core.training.review.gathering import Gathered
from core.training.review.words import start_text
from core.workers.weights_notes import read_note


def licences_of_start(gathered: Gathered) -> tuple[LicenceLine, ...]:
    """Unknown where nobody told."""
    facts = gathered.facts
    source = gathered.description.pretrained if gathered.description is not None else None
    networks = facts.worker.networks if facts.worker is not None else ()
    licence = next((item.licence for item in networks if item.name == facts.architecture), "")
    if not licence and source is not None:
        licence = source.code_licence
    return with_start(network_line(facts.architecture, licence), _of_start(gathered))


def _of_start(gathered: Gathered) -> Iterator[LicenceLine]:
    facts, start = gathered.facts, gathered.facts.draft.start
    text = start_text(facts)
    if start.kind is StartKind.STARTER and facts.start.starter is not None:
        starter = facts.start.starter
        yield LicenceLine(text, starter.code_licence, starter.weights_licence)
    elif start.kind is StartKind.PRETRAINED:
        source = gathered.description.pretrained if gathered.description is not None else None
        maker = f" ({source.maker})" if source is not None and source.maker else ""
        name = gathered.pretrained
        licences = (source.code_licence, source.weights_licence_of(name)) if source is not None else ("", "")
        yield LicenceLine(f"{text}{maker}", licences[0] or UNKNOWN_LICENCE, licences[1] or UNKNOWN_LICENCE)
    elif start.kind is StartKind.VERSION and facts.start.version is not None:
        folder = facts.start.version.folder
        try:
            yield from licences_of(load_model_json(folder)) if folder else ()
        except CalqueError:
            yield LicenceLine(text, weights=UNKNOWN_LICENCE)
    elif start.kind is StartKind.FILE and start.file is not None:
        if start.file.suffix == ".safetensors":  # a version's, with its model.json beside it
            yield from licences_of(load_model_json(start.file.parent))
            return
        note = read_note(start.file)
        yield LicenceLine(text, note.code_licence or UNKNOWN_LICENCE, note.weights_licence or UNKNOWN_LICENCE)
