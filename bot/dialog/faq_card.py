"""The FAQ card: the questions that customers can press, in their categories. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from bot.dialog.requests import FAQ
from core.i18n.texts import Texts
from core.messages import Button, Content, text
from core.playbook import FaqEntry, Playbook
from core.tree import ROOT, Tree

CATEGORY = "c:cat:"
"""Begins the data of the button of a node: ``c:cat:<node>:<page>``; node 0 is the whole card."""
PAGE = 8
"""Questions and categories on one page."""
LONGEST_LABEL = 60
_MOST_DIGITS = 18


def card(
    playbook: Playbook,
    hidden: Collection[int],
    today: date,
    node: int,
    page: int,
    say: Texts,
) -> Content:
    """Return the card, opened at one category.

    The questions come first, then the categories, closed; the button of a category opens it and,
    where it is open, closes it again. Source: requirement KBF-22.

    Args:
        playbook: The playbook.
        hidden: Numbers of entries that this customer's group does not get.
        today: The day, in the tenant's time zone; what is off or not valid is not on the card.
        node: The category that is open; 0, or one that is not there, for none.
        page: From 1; the nearest there is where there are fewer.
        say: Texts in the customer's language.

    Returns:
        A text with buttons; without any question a text that says so.
    """
    tree = Tree(playbook.categories)
    node = node if node in tree else ROOT
    offered: dict[int, list[FaqEntry]] = {}
    for entry in playbook.faq:
        if entry.id not in hidden and entry.offered_on(today):
            place = entry.category_id or ROOT
            offered.setdefault(place if place in tree else ROOT, []).append(entry)
    if not offered:
        return replace(text(say("faq_card.empty")), title=say("faq_card.title"))
    items = [Button(_label(entry, say), f"{FAQ}{entry.id}") for entry in offered.get(node, ())]
    for below in tree.children(node):
        count = sum(len(offered.get(one, ())) for one in tree.whole([below.id]))
        if count:
            label = _cut(say("faq_card.closed", name=below.name, count=count))
            items.append(Button(label, f"{CATEGORY}{below.id}:1"))
    pages = max(1, -(-len(items) // PAGE))
    page = min(max(1, page), pages)
    rows: list[tuple[Button, ...]] = [(item,) for item in items[(page - 1) * PAGE : page * PAGE]]
    here = tree.get(node)
    if here is not None:
        close = Button(_cut(say("faq_card.open", name=here.name)), _to(here.parent_id or ROOT))
        rows = [(close,), *rows]
    turning = []
    if page > 1:
        turning.append(Button(say("faq_card.before"), _to(node, page - 1)))
    if page < pages:
        turning.append(Button(say("faq_card.after"), _to(node, page + 1)))
    rows += [tuple(turning)] if turning else []
    if here is not None:
        rows.append((Button(say("faq_card.back"), _to(ROOT)),))
    body = say("faq_card.hint")
    if pages > 1:
        body += "\n" + say("faq_card.page", page=page, pages=pages)
    return replace(text(body, *rows), title=say("faq_card.title"))


def opened(data: str) -> tuple[int, int] | None:
    """Read a category's button.

    Args:
        data: What was pressed; it may be anything.

    Returns:
        The node and the page; ``None`` where it is no such button.
    """
    rest = data.removeprefix(CATEGORY)
    if rest == data:
        return None
    node, _, page = rest.partition(":")
    if not (_whole(node) and _whole(page or "1")):
        return None
    return int(node), int(page or "1")


def as_text(card: Content, say: Texts) -> tuple[Content, dict[str, str]]:
    """Return the card for a channel without buttons: a numbered list.

    Args:
        card: What ``card`` returned.
        say: Texts in the customer's language.

    Returns:
        The text, and by number, as the customer will write it, the data of the button that it
        stands for.
    """
    buttons = [button for row in card.buttons for button in row if button.data]
    if not buttons:
        return card, {}
    lines = [f"{number}. {button.label}" for number, button in enumerate(buttons, 1)]
    body = "\n".join([*card.text.splitlines()[1:], *lines, say("faq_card.how_to_choose")])
    data = {str(number): button.data or "" for number, button in enumerate(buttons, 1)}
    return replace(card, text=body, buttons=()), data


def _label(entry: FaqEntry, say: Texts) -> str:
    heading = " ".join(entry.heading.split())
    return _cut(say("faq_card.new", question=heading) if entry.new else heading)


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 3].rstrip() + "..."


def _to(node: int, page: int = 1) -> str:
    return f"{CATEGORY}{node}:{page}"


def _whole(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
