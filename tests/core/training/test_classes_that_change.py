"""Classes of the project renamed, deleted and merged after a model has learned them: what the review says of it."""

from __future__ import annotations

from service_workshop import Shop

from core.categories.service import CategoryService
from core.domain.ids import CategoryId, ModelId
from core.registry.stores.projects import list_categories
from core.tasks.detection import DETECTION


def category(shop: Shop, name: str) -> CategoryId:
    with shop.registry.read() as session:
        return next(one.id for one in list_categories(session, shop.project) if one.name == name)


def refusals(shop: Shop, model: ModelId) -> list[tuple[str, str]]:
    review = shop.training.review(shop.draft(model=model, new_model_name=""))
    return [(issue.code, issue.text) for issue in review.issues if issue.is_error]


def test_a_model_keeps_the_names_that_it_learned_and_the_difference_is_said(shop: Shop) -> None:
    classes = CategoryService(shop.registry)
    model = shop.models.create_model(shop.project, "Mine", DETECTION.slug, ("bar", "disc"), "").value
    assert refusals(shop, model.id) == []
    assert classes.use_of(shop.project, category(shop, "bar")).models == ("Mine",)
    renamed = classes.rename(shop.project, category(shop, "bar"), "stick").value
    found = dict(refusals(shop, model.id))
    assert '"bar" has no example' in found["E-241"]
    assert "(added stick)" in found["E-301"]
    assert shop.models.get_model(model.id).categories == ("bar", "disc")
    classes.undo(renamed)
    assert refusals(shop, model.id) == []
    merged = classes.merge(shop.project, [category(shop, "bar")], category(shop, "disc")).value
    ((code, text),) = refusals(shop, model.id)
    assert code == "E-241" and '"bar" has no example' in text
    classes.undo(merged.done)
    assert refusals(shop, model.id) == []
