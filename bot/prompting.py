"""What was taught, as one customer gets it: variables filled, the FAQ card laid out. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.compiled import Compiled
from bot.dialog import faq_card
from bot.dialog.variables import facts_of, filled, may_hold_variables
from bot.telling import Party, Voice
from core.calendar import Calendar
from core.i18n.texts import Texts
from core.messages import Content, Kind
from core.playbook import Prompt, calendar_for
from core.prompts import default_prompt, hours_in_words, prompt_contents, wait_in_words


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom it is said to.

    Args:
        name: What the customer calls themselves.
        account: Name of the account that they write to.
        group_id: The group whose FAQ, prompts and hours apply; ``None``: there is none yet.
        say: Texts in their language.
        local: The moment by the tenant's clocks.
        region: Where they are; empty where that is not known.
        agent: Who serves them; empty for nobody.
        position: Their place in line; ``None`` where they do not wait.
        wait: How long they will wait; ``None`` where that is not known.
    """

    name: str
    account: str
    group_id: int | None
    say: Texts
    local: datetime
    region: str = ""
    agent: str = ""
    position: int | None = None
    wait: timedelta | None = None


def listener_of(
    book: Compiled, party: Party, voice: Voice, now: datetime, agent: str = ""
) -> Listener:
    """Return the customer of a conversation as what was taught is said to them.

    Args:
        book: The compiled playbook.
        party: The conversation and its customer.
        voice: Texts and the tenant's time zone.
        now: The moment.
        agent: Who serves them; empty for nobody.
    """
    return Listener(
        party.person.name,
        party.account,
        party.talk.group_id or book.playbook.front_group,
        voice.texts_for(party.person.language),
        now.astimezone(voice.zone),
        party.talk.region or "",
        agent,
    )


def calendar_of(book: Compiled, listener: Listener) -> Calendar:
    """Return the hours that apply."""
    return calendar_for(book.playbook, listener.account, listener.group_id)


def prompt_for(book: Compiled, kind: str, listener: Listener) -> Prompt:
    """Return a prompt as it was taught: the group's, the account's, the common or our own."""
    found = book.prompt(kind, listener.account, listener.group_id)
    return found or default_prompt(kind, listener.say)


def told(book: Compiled, prompt: Prompt, listener: Listener) -> tuple[Content, ...]:
    """Return all that a prompt says, in order; nothing where it is switched off."""
    if not prompt.enabled:
        return ()
    return tuple(ready(book, content, listener) for content in prompt_contents(prompt))


def card(book: Compiled, listener: Listener, node: int, page: int) -> Content:
    """Return the FAQ card, opened at one node."""
    return faq_card.card(
        book.playbook,
        book.hidden_for(listener.group_id),
        listener.local.date(),
        node,
        page,
        listener.say,
    )


def ready(book: Compiled, content: Content, listener: Listener) -> Content:
    """Return *content*, as it was taught, with its variables filled or as the FAQ card."""
    if content.kind is Kind.FAQ_CARD:
        return card(book, listener, 0, 1)
    if not may_hold_variables(content):
        return content
    hours = calendar_of(book, listener).spans_on(listener.local.date())
    waits = listener.position is not None
    facts = facts_of(
        nickname=listener.name,
        account=listener.account,
        local=listener.local,
        agent=listener.agent,
        place=listener.region,
        hours=hours_in_words(listener.say, hours),
        position=listener.position,
        wait=wait_in_words(listener.say, listener.wait) if waits else None,
    )
    return filled(content, facts)
