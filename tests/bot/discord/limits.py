"""What Discord allows in a message, and what a message holds."""

from collections.abc import Iterator
from typing import Any

from discord.ui import Button, DynamicItem, LayoutView, Section, TextDisplay

from bot.discord.escape import measure


def list_texts(view: LayoutView) -> list[str]:
    return [item.content for item in view.walk_children() if isinstance(item, TextDisplay)]


def list_custom_ids(view: LayoutView) -> list[str]:
    """In order; that beside a section's text after what stands before it."""
    return list(_find_custom_ids(view.to_components()))


def _find_custom_ids(components: list[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"]
        yield from _find_custom_ids(component.get("components", []))
        yield from _find_custom_ids([component["accessory"]] if "accessory" in component else [])


def check_limits(view: LayoutView) -> None:
    """Discord's limits on a message, as its reference states them."""
    texts = list_texts(view)
    assert view.to_components()
    assert view.total_children_count <= 40
    assert sum(map(measure, texts)) <= 4000
    assert all(text.strip() for text in texts)
    ids = list_custom_ids(view)
    assert len(ids) == len(set(ids))
    assert all(len(id) <= 100 for id in ids)
    for item in view.walk_children():
        if isinstance(item, Section):
            assert 1 <= len(item.children) <= 3
        if isinstance(item, DynamicItem) and isinstance(item.item, Button):
            assert len(item.item.label or "") <= 80
    assert view.timeout is None
