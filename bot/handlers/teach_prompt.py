"""Admins teach what the desk says of its own accord."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, bell, facts
from bot.access import Permission
from bot.dialog.requests import FAQ, HUMAN, MENU, SAY
from bot.knowledge.playbook_file import LONGEST_TEXT
from core.errors import BadRequestText, NotFound
from core.messages import Button
from core.playbook import Prompt, Shelf
from core.prompts import WELCOME
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_BUTTONS = 10
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
    """What is to change about a prompt; ``None`` leaves it as it is."""

    body: str | None = None
    menu: tuple[MenuItem, ...] | None = None
    enabled: bool | None = None


async def show(uow: UnitOfWork, actor: StaffMember, account: str | None, default: Prompt) -> Prompt:
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
    return await _current(uow, account, default)


async def change(
    uow: UnitOfWork,
    actor: StaffMember,
    account: str | None,
    wishes: Wishes,
    default: Prompt,
    now: datetime,
) -> Prompt:
    """Change the welcome; an account without one of its own gets its own.

    Raises:
        BadRequestText: The text or a button does not fit.
        NotFound: There is no such account, or a button names an entry that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    await _check_account(uow, account)
    before = await _current(uow, account, default)
    prompt = replace(before, account=account)
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
    await _store(uow, actor, before, prompt, now)
    return prompt


async def reset(
    uow: UnitOfWork, actor: StaffMember, account: str | None, default: Prompt, now: datetime
) -> Prompt:
    """Go back to the default; an account's own welcome becomes the one that all others have.

    Raises:
        NotFound: There is no such account.
    """
    access.require(actor.role, Permission.TEACH)
    await _check_account(uow, account)
    before = await _current(uow, account, default)
    like = default if account is None else await _current(uow, None, default)
    prompt = replace(like, account=account)
    await _store(uow, actor, before, prompt, now)
    return prompt


async def _check_account(uow: UnitOfWork, account: str | None) -> None:
    if account is None:
        return
    names = [one.name for one in await uow.accounts.all()]
    if account not in names:
        raise NotFound("rule.unknown_account", names=account, known=", ".join(names) or "–")


async def _current(uow: UnitOfWork, account: str | None, default: Prompt) -> Prompt:
    prompts = (await uow.taught.playbook()).prompts
    found = {prompt.account: prompt for prompt in prompts if prompt.kind == WELCOME}
    return found.get(account) or found.get(None) or default


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


async def _store(
    uow: UnitOfWork, actor: StaffMember, before: Prompt, prompt: Prompt, now: datetime
) -> None:
    await uow.taught.set_prompt(prompt)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "change",
            "prompt",
            f"{prompt.kind}:{prompt.account or ''}",
            before=facts.of_prompt(before),
            after=facts.of_prompt(prompt),
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
