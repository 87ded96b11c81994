"""Admins change how the desk answers by itself."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot import access, bell
from bot.access import Permission
from bot.rules.masking import Mask
from core.errors import BadRequestText, NotFound
from core.playbook import Answering
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LOWEST_PRECISION, HIGHEST_PRECISION = 0.5, 0.999
DEEPEST = 10
"""Levels of the knowledge tree that can be asked for at the most."""
MASKS = ("mask_phone", "mask_wechat", "mask_desk")
SWITCHES = ("quiet_online", "one_script", "ignore_spacing")
NAMES = ("precision", *SWITCHES, *MASKS, "depth")
"""Every setting of ``Answering``, in the order in which they are shown."""


async def show(uow: UnitOfWork, actor: StaffMember) -> Answering:
    """Return how the desk answers now.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    return await uow.taught.answering()


async def change(
    uow: UnitOfWork, actor: StaffMember, name: str, value: float | bool | str, now: datetime
) -> Answering:
    """Change one setting; nothing happens where it is so already.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who changes it.
        name: One of ``NAMES``.
        value: A share for ``precision``, whole levels for ``depth``, an expression for the masks
            (empty: nothing is masked), otherwise on or off.
        now: The moment.

    Raises:
        NotFound: There is no such setting.
        BadRequestText: The value does not fit, or the expression is none or takes too long.
    """
    access.require(actor.role, Permission.TEACH)
    if name not in NAMES:
        raise NotFound("setting.unknown", name=name, known=", ".join(NAMES))
    _check(name, value)
    before = await uow.taught.answering()
    values: dict[str, Any] = {name: value}
    answering = replace(before, **values)
    if answering == before:
        return answering
    await uow.taught.set_answering(answering)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "change",
            "setting",
            name,
            before={name: asdict(before)[name]},
            after={name: value},
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
    return answering


def _check(name: str, value: float | bool | str) -> None:
    if name in SWITCHES:
        fits = isinstance(value, bool)
    elif name in MASKS:
        fits = isinstance(value, str)
        if isinstance(value, str) and value:
            Mask.compile(value)
    elif name == "depth":
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits = whole and 1 <= float(value) <= DEEPEST
    else:
        fits = isinstance(value, float) and LOWEST_PRECISION <= value <= HIGHEST_PRECISION
    if not fits:
        raise BadRequestText(
            f"setting.range.{name}" if name in ("depth", "precision") else "setting.bad_value",
            low=f"{LOWEST_PRECISION:.0%}",
            high=f"{HIGHEST_PRECISION:.1%}",
            most=DEEPEST,
        )
