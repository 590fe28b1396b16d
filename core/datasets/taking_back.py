"""Taking back what was done to a dataset, whole or not at all."""

from __future__ import annotations

from core import clock
from core.datasets import refusals
from core.datasets.membership import check_unique, editable, take_out_all
from core.domain.datasets import DatasetEdit, DatasetState, Failure
from core.registry.session import Session
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store


def take_back(session: Session, edit: DatasetEdit) -> DatasetEdit:
    """The step that does it again. Raises RefusedError, NotFoundError."""
    back = DatasetEdit(
        edit.dataset,
        edit.text,
        edit.after,
        edit.before,
        edit.removed,
        edit.added,
        edit.created_at,
        edit.is_frozen,
        forgotten=edit.recalled,
        recalled=edit.forgotten,
    )
    if back.is_frozen:
        _undo_deletion(session, back)
    elif back.after is None:
        _require(session, back)
        store.delete_dataset(session, back.dataset)
    elif back.before is None:
        refusals.check_name(back.after.name, store.list_names(session, back.after.project))
        store.insert_dataset(session, back.dataset, back.after, back.created_at or clock.now())
        _put_back(session, back)
    else:
        _require(session, back)
        taken = store.list_names(session, back.after.project) - {back.before.name}
        refusals.check_name(back.after.name, taken)
        take_out_all(session, back.removed, back.after.name)
        store.write_facts(session, back.dataset, back.after, clock.now())
        _put_back(session, back)
        check_unique(session, back.after)
    _tell_of_failure(session, back)
    return back


def _tell_of_failure(session: Session, back: DatasetEdit) -> None:
    """Again, or no more. What was found out since by freezing once more stays."""
    if back.after is None or (back.forgotten is None and back.recalled is None):
        return
    dataset = store.get_dataset(session, back.dataset, with_annotated=False)
    told = Failure(dataset.state, dataset.problems) if dataset.problems else None
    if told == back.forgotten:
        state, problems = (
            (DatasetState.OPEN, ()) if back.recalled is None else (back.recalled.state, back.recalled.problems)
        )
        store.set_state(session, back.dataset, state, clock.now(), problems)


def _undo_deletion(session: Session, back: DatasetEdit) -> None:
    """Of a frozen one, or its second time."""
    if back.after is None:
        store.get_facts(session, back.dataset)
        store.set_deleted(session, back.dataset, clock.now())
    else:
        if not store.has_sets(session, back.dataset):
            raise refusals.gone_for_good(back.after.name)
        refusals.check_name(back.after.name, store.list_names(session, back.after.project))
        store.set_deleted(session, back.dataset, None)


def _require(session: Session, back: DatasetEdit) -> None:
    """That the dataset is what the step left."""
    facts = editable(session, back.dataset)
    is_other = facts != back.before
    if back.after is None:
        n_images = store.get_dataset(session, back.dataset, with_annotated=False).n_images
        is_other = is_other or n_images != back.n_removed
    if is_other:
        raise refusals.changed_meanwhile(facts.name)


def _put_back(session: Session, back: DatasetEdit) -> None:
    assert back.after is not None
    for set, chosen in back.added:
        is_there = len(members.of_project(session, back.after.project, chosen.keys)) == len(chosen)
        if not is_there or len(members.in_sets(session, [set], chosen.keys)):
            raise refusals.changed_meanwhile(back.after.name)
        members.insert_images(session, set, chosen.keys)
