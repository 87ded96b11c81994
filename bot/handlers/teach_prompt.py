"""Admins teach what the desk says of its own accord."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, bell, facts
from bot.access import Permission
from bot.dialog import replies as limits
from bot.dialog.requests import FAQ, HUMAN, MENU, SAY
from bot.dialog.variables import strangers
from bot.knowledge.content_reading import LONGEST_TEXT
from core.errors import BadRequestText, Conflict, NotFound
from core.messages import Button, Content, Kind
from core.playbook import Prompt, Shelf
from core.prompts import WELCOME
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_BUTTONS = 10
MOST_MORE = 9
"""Messages behind the first one."""
LONGEST_LABEL = 60
LONGEST_SAID_BYTES = 50
"""What a button can say for the customer: its data holds 64 bytes on the strictest platform."""
_ADDRESS = ("http://", "https://", "tg://")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One button as an admin wrote it.

    Args:
        label: What stands on it.
        action: ``human``, ``menu``, ``faq:<number>``, a web address, or what the button says for
            the customer; empty to say the label.
    """

    label: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to change about a prompt; ``None`` leaves it as it is.

    ``more_was`` are the messages on which ``more`` is built; where they are others by now, nothing
    happens.
    """

    body: str | None = None
    menu: tuple[MenuItem, ...] | None = None
    enabled: bool | None = None
    more: tuple[Content, ...] | None = None
    more_was: tuple[Content, ...] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The welcome that customers of one account get.

    Args:
        prompt: The welcome.
        own: Whether it is stored for just this account (or, for all accounts, stored at all);
            otherwise the common one, or the built-in one, is sent.
        strangers: What looks like a variable in it and is none.
    """

    prompt: Prompt
    own: bool
    strangers: tuple[str, ...] = ()


async def show(uow: UnitOfWork, actor: StaffMember, account: str | None, default: Prompt) -> Shown:
    """Return the welcome that customers of *account* get.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        account: ``None`` for the one that all accounts without their own share.
        default: What is said where nothing is stored.

    Raises:
        NotFound: There is no such account.
    """
    access.require(actor.role, Permission.TEACH)
    await _check_account(uow, account)
    own = await _own(uow, account)
    return _shown(own or await _current(uow, account, default), own=own is not None)


async def change(
    uow: UnitOfWork,
    actor: StaffMember,
    account: str | None,
    wishes: Wishes,
    default: Prompt,
    now: datetime,
) -> Shown:
    """Change the welcome; an account without one of its own gets its own.

    Raises:
        BadRequestText: The text, a message or a button does not fit.
        Conflict: Somebody else has changed the messages meanwhile.
        NotFound: There is no such account, or a button names an entry that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    await _check_account(uow, account)
    before = await _own(uow, account)
    prompt = replace(before or await _current(uow, account, default), account=account)
    if wishes.body is not None:
        if not wishes.body.strip():
            raise BadRequestText("prompt.no_body")
        if len(wishes.body) > LONGEST_TEXT:
            raise BadRequestText("prompt.long_body", count=len(wishes.body), limit=LONGEST_TEXT)
        prompt = replace(prompt, body=wishes.body.strip())
    if wishes.menu is not None:
        prompt = replace(prompt, menu=await _menu(uow, wishes.menu))
    if wishes.enabled is not None:
        prompt = replace(prompt, enabled=wishes.enabled)
    if wishes.more_was not in (None, prompt.more):
        raise Conflict("rules.reply_gone")
    if wishes.more is not None:
        if len(wishes.more) > MOST_MORE:
            raise BadRequestText("prompt.too_many_messages", limit=MOST_MORE + 1)
        for content in wishes.more:
            limits.check(content)
        prompt = replace(prompt, more=wishes.more)
    if prompt != before:
        await uow.taught.set_prompt(prompt)
        await _changed(uow, actor, before, prompt, now)
    return _shown(prompt, own=True)


async def reset(
    uow: UnitOfWork, actor: StaffMember, account: str | None, default: Prompt, now: datetime
) -> Shown:
    """Drop what is stored: an account then has the common welcome, the common one the built-in.

    Raises:
        NotFound: There is no such account.
    """
    access.require(actor.role, Permission.TEACH)
    await _check_account(uow, account)
    before = await _own(uow, account)
    if before is not None:
        await uow.taught.delete_prompt(WELCOME, account)
        await _changed(uow, actor, before, None, now)
    return _shown(await _current(uow, account, default), own=False)


def _shown(prompt: Prompt, *, own: bool) -> Shown:
    first = Content(Kind.TEXT, prompt.body, buttons=tuple((button,) for button in prompt.menu))
    unknown = dict.fromkeys(name for part in (first, *prompt.more) for name in strangers(part))
    return Shown(prompt, own, tuple(unknown))


async def _check_account(uow: UnitOfWork, account: str | None) -> None:
    if account is None:
        return
    names = [one.name for one in await uow.accounts.all()]
    if account not in names:
        raise NotFound("rule.unknown_account", names=account, known=", ".join(names) or "–")


async def _own(uow: UnitOfWork, account: str | None) -> Prompt | None:
    return (await _stored(uow)).get(account)


async def _current(uow: UnitOfWork, account: str | None, default: Prompt) -> Prompt:
    found = await _stored(uow)
    return found.get(account) or found.get(None) or default


async def _stored(uow: UnitOfWork) -> dict[str | None, Prompt]:
    prompts = (await uow.taught.playbook()).prompts
    return {prompt.account: prompt for prompt in prompts if prompt.kind == WELCOME}


async def _menu(uow: UnitOfWork, items: tuple[MenuItem, ...]) -> tuple[Button, ...]:
    if len(items) > MOST_BUTTONS:
        raise BadRequestText("prompt.too_many_buttons", count=len(items), limit=MOST_BUTTONS)
    return tuple([await _button(uow, item) for item in items])


async def _button(uow: UnitOfWork, item: MenuItem) -> Button:
    label, action = item.label.strip(), item.action.strip()
    if not label or len(label) > LONGEST_LABEL:
        raise BadRequestText("prompt.bad_label", label=label, limit=LONGEST_LABEL)
    if action.lower().startswith(_ADDRESS):
        return Button(label, url=action)
    simple = {"human": HUMAN, "menu": MENU}.get(action.lower())
    if simple is not None:
        return Button(label, simple)
    kind, colon, number = action.partition(":")
    if colon and kind.strip().lower() == "faq":
        number = number.strip().removeprefix("#")
        known = number.isascii() and number.isdigit() and len(number) <= 15
        if not known or await uow.library.entry(int(number), Shelf.FAQ) is None:
            raise NotFound("faq.unknown", number=number)
        return Button(label, f"{FAQ}{int(number)}")
    said = action or label
    if len(said.encode()) > LONGEST_SAID_BYTES:
        raise BadRequestText("prompt.long_action", label=label, limit=LONGEST_SAID_BYTES)
    return Button(label, f"{SAY}{said}")


async def _changed(
    uow: UnitOfWork,
    actor: StaffMember,
    before: Prompt | None,
    after: Prompt | None,
    now: datetime,
) -> None:
    """Write a change down; ``None`` for the side on which nothing was stored."""
    either = after or before
    if either is None:
        return
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "change" if after else "reset",
            "prompt",
            f"{either.kind}:{either.account or ''}",
            before=facts.of_prompt(before) if before else None,
            after=facts.of_prompt(after) if after else None,
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
