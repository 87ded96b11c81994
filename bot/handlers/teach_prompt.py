"""Admins teach what the desk says of its own accord.

Every function here is about one kind of prompt: that of the default which it is given. Where it is
for is what ``Prompt.account`` says: all customers, those of an account, or those of a group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, bell, facts
from bot.access import Permission
from bot.dialog import replies as limits
from bot.dialog.requests import FAQ, HUMAN, MENU, SAY
from bot.dialog.variables import IN_LINE, NAMES, mistakes, strangers
from bot.knowledge.content_reading import LONGEST_TEXT
from core.errors import BadRequestText, Conflict, NotFound
from core.messages import Button, Content, Kind
from core.playbook import Prompt, Shelf
from core.prompts import WAITING, group_key, group_of, is_of_group, prompt_contents
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
    happens. ``faq`` puts the FAQ card behind all messages, or takes it away (requirement PRM-06).
    """

    body: str | None = None
    menu: tuple[MenuItem, ...] | None = None
    enabled: bool | None = None
    more: tuple[Content, ...] | None = None
    more_was: tuple[Content, ...] | None = None
    faq: bool | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A prompt that customers of one account or group get.

    Args:
        prompt: The prompt.
        own: Whether it is stored for just this account or group (or, for all, stored at all);
            otherwise the common one, or the built-in one, is sent.
        strangers: What looks like a variable in it and is none.
    """

    prompt: Prompt
    own: bool
    strangers: tuple[str, ...] = ()

    @property
    def faq(self) -> bool:
        """Whether the FAQ card is sent with it."""
        return any(part.kind is Kind.FAQ_CARD for part in self.prompt.more)


@dataclass(frozen=True, slots=True)
class Summary:
    """One kind of prompt in the list of all.

    Args:
        prompt: The one that all share; where none is stored, the built-in one.
        own: How many accounts and groups have one of their own.
    """

    prompt: Prompt
    own: int


async def overview(
    uow: UnitOfWork, actor: StaffMember, defaults: Sequence[Prompt]
) -> list[Summary]:
    """Return every kind of prompt, in the order of *defaults*.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        defaults: One of each kind: what is said where nothing is stored.
    """
    access.require(actor.role, Permission.TEACH)
    prompts = (await uow.taught.playbook()).prompts
    common = {prompt.kind: prompt for prompt in prompts if prompt.account is None}
    return [
        Summary(
            common.get(default.kind, default),
            sum(p.kind == default.kind and p.account is not None for p in prompts),
        )
        for default in defaults
    ]


async def places_with_own(uow: UnitOfWork, actor: StaffMember, kind: str) -> frozenset[str]:
    """Return which accounts and groups have a prompt of their own of a kind."""
    access.require(actor.role, Permission.TEACH)
    return frozenset(account for account in await _stored(uow, kind) if account is not None)


async def place_of_group(uow: UnitOfWork, actor: StaffMember, name_or_identifier: str) -> str:
    """Return what ``Prompt.account`` holds for a service group.

    Raises:
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.TEACH)
    found = await uow.staffing.group(name_or_identifier)
    if found is None:
        known = ", ".join(group.identifier for group in await uow.staffing.groups())
        raise NotFound("agent.unknown_group", name=name_or_identifier, known=known or "–")
    return group_key(found.id)


async def show(uow: UnitOfWork, actor: StaffMember, account: str | None, default: Prompt) -> Shown:
    """Return the prompt that customers of *account* get.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        account: Name of an account, or what ``place_of_group`` returned; ``None`` for the one that
            all without their own share.
        default: What is said where nothing is stored; its kind is the kind that is shown.

    Raises:
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.TEACH)
    await _check_account(uow, account)
    stored = await _stored(uow, default.kind)
    own = stored.get(account)
    return _shown(own or stored.get(None) or default, own=own is not None)


async def change(
    uow: UnitOfWork,
    actor: StaffMember,
    account: str | None,
    wishes: Wishes,
    default: Prompt,
    now: datetime,
) -> Shown:
    """Change a prompt; an account or group without one of its own gets its own.

    Customers get it from their next conversation on (requirement PRM-15).

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who changes.
        account: See ``show``.
        wishes: What is to change.
        default: See ``show``.
        now: The moment.

    Raises:
        BadRequestText: The text, a message, a button or a variable does not fit.
        NotAllowed: The actor may not change this one.
        Conflict: Somebody else has changed the messages meanwhile.
        NotFound: There is no such account or group, or a button names an entry that does not
            exist.
    """
    access.require(actor.role, Permission.TEACH)
    access.require(actor.role, access.to_change_prompt(default.kind, account))
    await _check_account(uow, account)
    stored = await _stored(uow, default.kind)
    before = stored.get(account)
    prompt = replace(before or stored.get(None) or default, account=account)
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
        prompt = replace(prompt, more=_checked(wishes.more))
    if wishes.faq is not None:
        # What is behind the box: one card, and the last of all.
        rest = tuple(part for part in prompt.more if part.kind is not Kind.FAQ_CARD)
        card = (Content(Kind.FAQ_CARD),) if wishes.faq else ()
        prompt = replace(prompt, more=_checked((*rest, *card)))
    if (wishes.body, wishes.menu, wishes.more) != (None, None, None):
        _refuse_mistakes(prompt)
    if prompt != before:
        await uow.taught.set_prompt(prompt)
        await _changed(uow, actor, before, prompt, now)
    return _shown(prompt, own=True)


async def reset(
    uow: UnitOfWork, actor: StaffMember, account: str | None, default: Prompt, now: datetime
) -> Shown:
    """Drop what is stored: an account or group then has the common one, all the built-in one.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who resets.
        account: See ``show``.
        default: See ``show``.
        now: The moment.

    Raises:
        NotAllowed: The actor may not change this one.
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.TEACH)
    access.require(actor.role, access.to_change_prompt(default.kind, account))
    await _check_account(uow, account)
    stored = await _stored(uow, default.kind)
    before = stored.pop(account, None)
    if before is not None:
        await uow.taught.delete_prompt(default.kind, account)
        await _changed(uow, actor, before, None, now)
    return _shown(stored.get(None) or default, own=False)


def _checked(more: tuple[Content, ...]) -> tuple[Content, ...]:
    if len(more) > MOST_MORE:
        raise BadRequestText("prompt.too_many_messages", limit=MOST_MORE + 1)
    for content in more:
        limits.check(content)
    return more


def _refuse_mistakes(prompt: Prompt) -> None:
    """Refuse what customers would read as ``#postion#``. Source: requirement PRM-21."""
    waiting = prompt.kind in WAITING
    parts = prompt_contents(prompt)
    wrong = dict.fromkeys(name for part in parts for name in mistakes(part, in_line=waiting))
    if wrong:
        names = (*NAMES, *IN_LINE) if waiting else NAMES
        known = " ".join(f"#{name}#" for name in names)
        raise BadRequestText("prompt.bad_variable", names=" ".join(wrong), variables=known)


def _shown(prompt: Prompt, *, own: bool) -> Shown:
    waiting = prompt.kind in WAITING
    parts = prompt_contents(prompt)
    unknown = dict.fromkeys(name for part in parts for name in strangers(part, in_line=waiting))
    return Shown(prompt, own, tuple(unknown))


async def _check_account(uow: UnitOfWork, account: str | None) -> None:
    if account is None:
        return
    if is_of_group(account):
        number = group_of(account)
        if number not in {group.id for group in await uow.staffing.groups()}:
            raise NotFound("group.unknown", name=f"#{number}" if number else account)
        return
    names = [one.name for one in await uow.accounts.all()]
    if account not in names:
        raise NotFound("rule.unknown_account", names=account, known=", ".join(names) or "–")


async def _stored(uow: UnitOfWork, kind: str) -> dict[str | None, Prompt]:
    prompts = (await uow.taught.playbook()).prompts
    return {prompt.account: prompt for prompt in prompts if prompt.kind == kind}


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
