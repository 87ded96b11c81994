"""What the desk says of its own accord: the kinds of it, and the words nobody has changed yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

from core.i18n.texts import Texts
from core.messages import Button, Content, Kind
from core.playbook import Prompt

WELCOME = "welcome"
"""Greets a customer on first contact. Source: requirements PRM-02, PRM-06."""
QUEUE = "queue"
"""Told to a customer who has to wait. Source: requirement PRM-03."""
NOBODY = "nobody"
"""Told to a customer who wants a person while nobody of the group is online. Source: PRM-04."""
CLOSED = "closed"
"""Told to a customer who comes outside working hours. Source: requirement PRM-07."""
HOLIDAY = "holiday"
"""Told in place of ``CLOSED`` on a holiday. Source: requirement PRM-08."""
REMINDER = "reminder"
"""Told before a conversation is ended for silence. Source: requirement PRM-16."""
END = "end"
"""Told when a conversation has ended. Source: requirement PRM-05."""
KINDS = (WELCOME, QUEUE, NOBODY, CLOSED, HOLIDAY, REMINDER, END)
"""Every kind, in the order in which a conversation meets them."""
WAITING = frozenset({QUEUE, NOBODY})
"""Kinds that are told to somebody who stands in line, and so know a place and a wait."""
_AT_FIRST_OFF = frozenset({QUEUE, END})
"""Source: requirements PRM-03, PRM-05: they are switched on separately."""
_BUTTONS = {
    WELCOME: ("customer.button.human", "c:human"),
    QUEUE: ("customer.button.leave", "c:end"),
}
_GROUP = "group:"


def default_prompt(kind: str, say: Texts) -> Prompt:
    """Return the prompt of a desk that has stored none of this kind.

    Raises:
        KeyError: There is no such kind.
    """
    menu: tuple[Button, ...] = ()
    if kind in _BUTTONS:
        label, data = _BUTTONS[kind]
        menu = (Button(say(label), data),)
    return Prompt(
        kind=kind,
        account=None,
        enabled=kind not in _AT_FIRST_OFF,
        body=say(f"prompt.{kind}.body"),
        menu=menu,
    )


def default_welcome(say: Texts) -> Prompt:
    """Return the welcome of a desk that has stored none: switched on, with a way to a person."""
    return default_prompt(WELCOME, say)


def prompt_contents(prompt: Prompt) -> tuple[Content, ...]:
    """Return what is sent for a prompt, in order: its text with the menu, then the rest.

    Variables and the FAQ card are still in it as they were taught. Whether the prompt is switched
    on is not looked at. A prompt without a text begins with its second message, which then has no
    menu: only a text can carry one.
    """
    if not prompt.body:
        return prompt.more
    rows = tuple((button,) for button in prompt.menu)
    return (Content(Kind.TEXT, prompt.body, buttons=rows), *prompt.more)


def on_holiday(prompt: Prompt, reply: str) -> Prompt:
    """Return the holiday prompt as it is told on a holiday with a text of its own.

    Source: requirement PRM-08.

    Args:
        prompt: The prompt of kind ``HOLIDAY``.
        reply: The holiday's own text; empty: it has none, and the prompt says its own.
    """
    return replace(prompt, body=reply) if reply.strip() else prompt


def group_key(group_id: int) -> str:
    """Return what stands for a service group in ``Prompt.account``.

    No account can have that name: names of accounts hold no colon.
    """
    return f"{_GROUP}{group_id}"


def group_of(account: str | None) -> int | None:
    """Return the service group that ``Prompt.account`` stands for; ``None`` where it is none."""
    number = (account or "").removeprefix(_GROUP)
    if account is None or number == account or not (number.isascii() and number.isdigit()):
        return None
    return int(number)


def is_of_group(account: str | None) -> bool:
    """Say whether ``Prompt.account`` is written as a service group, also one that is no number."""
    return account is not None and account.startswith(_GROUP)


# -- what the variables say ------------------------------------------------------------------------


def hours_in_words(say: Texts, spans: Sequence[tuple[time, time]]) -> str:
    """Return the working hours of one day as customers read them: ``09:00–12:00, 13:00–18:00``.

    Args:
        say: Texts in the customer's language.
        spans: First and last moment of each part of the day, by the tenant's clocks; midnight as
            the last moment is the end of the day. Empty: nobody works on that day.
    """
    if not spans:
        return say("prompt.hours_none")
    return say("word.comma").join(
        f"{start:%H:%M}–{'24:00' if end == time(0) else f'{end:%H:%M}'}" for start, end in spans
    )


def wait_in_words(say: Texts, wait: timedelta | None) -> str:
    """Return an estimated wait as customers read it, in whole minutes, rounded up.

    Args:
        say: Texts in the customer's language.
        wait: How long it will take; ``None``: too little is known to say.
    """
    if wait is None:
        return say("prompt.wait_unknown")
    minutes = max(1, -int(-wait.total_seconds() // 60))
    if minutes < 60:
        return say("prompt.wait_minutes", minutes=minutes)
    return say("prompt.wait_hours", hours=minutes // 60, minutes=minutes % 60)
