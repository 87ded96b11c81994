"""Cards: what our people see of a conversation before and when it becomes theirs. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from bot.dialog.mirror import heading
from bot.dialog.waiting import AS_CALL_BACK, AS_MESSAGE
from bot.dialog.wording import how_long
from core.i18n.texts import Texts
from core.messages import Button, Content, Kind, text
from core.states import State

CARD_MESSAGES = 5
"""How many of the last messages a card shows."""
HANDED_MESSAGES = 10
"""How many a card shows whoever takes a conversation over."""
LINE_CHARS = 200
"""How much of each of them."""
_WAITS_AS = {AS_CALL_BACK: "card.call_back", AS_MESSAGE: "card.message_left"}


@dataclass(frozen=True, slots=True)
class Background:
    """What whoever takes a conversation over from a colleague is told besides.

    Args:
        giver: Who served it, or who handed it over; empty for nobody.
        group: The group that it comes from; empty where it has not changed.
        first_contact: When the customer wrote for the first time, in words.
        waiting_since: When the waiting began, in words.
        before: How many conversations they had before this one.
        remark: What whoever handed it over wrote; may be empty.
    """

    giver: str
    group: str
    first_contact: str
    waiting_since: str
    before: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card tells of a conversation.

    Args:
        number: Number of the conversation.
        name: What the customer is called.
        account: Name of the account they wrote to.
        source: Where they came from, ``None`` when unknown.
        region: Where they are, in words; ``None`` when unknown.
        waited: How long they have waited.
        lines: Their last messages in words, oldest first.
        background: Of a conversation that was handed over; ``None`` for all others.
        waits_as: How the customer waits, or waited; see ``bot.dialog.waiting``.
    """

    number: int
    name: str
    account: str
    source: str | None
    region: str | None
    waited: timedelta
    lines: tuple[str, ...]
    background: Background | None = None
    waits_as: str = ""


def buttons(
    number: int, state: State, *, mine: bool, may_take: bool, say: Texts
) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons that the viewer gets. Source: requirement QUE-16.

    Args:
        number: Number of the conversation.
        state: Where it stands.
        mine: Whether the viewer serves it.
        may_take: Whether the viewer may take it while it waits.
        say: Texts in the viewer's language.

    Returns:
        Own conversation: transfer and end (and info). Not received: start. Received by somebody
        else, or neither: none.
    """
    if state is State.SERVING and mine:
        return (
            (
                Button(say("button.end"), f"end:{number}"),
                Button(say("button.transfer"), f"transfer:{number}"),
                Button(say("button.info"), f"info:{number}"),
            ),
        )
    if state is State.WAITING and may_take:
        return ((Button(say("button.take"), f"take:{number}"),),)
    return ()


def offered(shown: Shown, say: Texts) -> Content:
    """Return the card that offers a waiting conversation."""
    return Content(
        Kind.TEXT,
        _body(shown, say),
        buttons=buttons(shown.number, State.WAITING, mine=False, may_take=True, say=say),
        title=say("card.waiting", who=heading(shown.name, shown.number)),
    )


def handed_over(shown: Shown, say: Texts) -> Content:
    """Return the card that hands a conversation over to its agent.

    What a colleague wrote who handed it over comes first.
    """
    body = _body(shown, say)
    note = shown.background.remark if shown.background is not None else ""
    return Content(
        Kind.TEXT,
        f"{say('card.note', note=note)}\n{body}" if note else body,
        buttons=buttons(shown.number, State.SERVING, mine=True, may_take=False, say=say),
        title=say("card.yours", who=heading(shown.name, shown.number)),
    )


def taken_by(name: str, number: int, agent: str, say: Texts) -> Content:
    """Return what becomes of a card when somebody else was first."""
    return text(say("card.taken_by", who=heading(name, number), agent=agent))


def withdrawn(name: str, number: int, say: Texts) -> Content:
    """Return what becomes of a card that is no longer offered."""
    return text(say("card.withdrawn", who=heading(name, number)))


def let_pass(name: str, number: int, say: Texts) -> Content:
    """Return what becomes of a card that nobody pressed in time."""
    return text(say("card.let_pass", who=heading(name, number)))


def _body(shown: Shown, say: Texts) -> str:
    facts = [say("card.account", account=shown.account)]
    if shown.source:
        facts.append(say("card.source", source=shown.source))
    if shown.region:
        facts.append(say("card.region", region=shown.region))
    facts.append(say("card.waited", waited=how_long(shown.waited, say)))
    if shown.waits_as in _WAITS_AS:
        facts.append(say(_WAITS_AS[shown.waits_as]))
    if shown.background is not None:
        facts += _history(shown.background, say)
    return "\n".join([*facts, "", *shown.lines]).rstrip()


def _history(background: Background, say: Texts) -> list[str]:
    facts = []
    if background.giver:
        facts.append(say("card.giver", name=background.giver))
    if background.group:
        facts.append(say("card.from_group", group=background.group))
    facts.append(say("card.first_contact", moment=background.first_contact))
    facts.append(say("card.waiting_since", moment=background.waiting_since))
    facts.append(say("card.before", count=background.before))
    return facts
