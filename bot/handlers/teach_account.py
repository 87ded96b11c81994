"""Owners say what each account is called, whose it is, and who serves it.

Accounts are added and taken out in the configuration; everything else about them is set here.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, bell, facts
from bot.access import Permission
from bot.facts import Facts
from core.calendar import of_account
from core.errors import BadRequestText, NotFound
from core.policy import MOST_RECEIVERS, Policies, Policy
from storage.repos.accounts import DEPARTMENT, STAFF, AccountFacts, Avatar, Receiver
from storage.repos.audit import Change
from storage.repos.departments import Branch
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork

LONGEST_TITLE = 16
"""Source: requirement CHN-06."""
LONGEST_INSTITUTION = 64
MOST_AVATAR_BYTES = 2 * 1024 * 1024
AVATAR_PIXELS = 128
"""Both ways. Source: requirement CHN-07."""
ACCOUNT, AVATAR = "account", "avatar"
"""What the record of changes calls an account, and its picture."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)})
_JPEG_SIZES |= frozenset(range(0xCD, 0xD0))
"""Markers of a JPEG after which height and width stand."""
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG without a length."""


@dataclass(frozen=True, slots=True)
class People:
    """Who may serve: our people and their departments.

    Args:
        staff: Everybody who is active, by number, in the order in which they were added.
        departments: The tree, each followed by those below it.
        groups: Every service group, oldest first.
    """

    staff: dict[int, StaffMember]
    departments: tuple[Branch, ...]
    groups: tuple[ServiceGroup, ...]

    def chosen(self, receivers: Iterable[Receiver]) -> set[int]:
        """Return the people among *receivers*, those of chosen departments with them."""
        kept = list(receivers)
        people = {one.ref_id for one in kept if one.kind == STAFF} & self.staff.keys()
        inside = {one.ref_id for one in kept if one.kind == DEPARTMENT}
        return people | {id_ for id_, m in self.staff.items() if m.department_id in inside}

    def name(self, receiver: Receiver) -> str:
        """Return what a receiver is called; empty when it is gone."""
        if receiver.kind == STAFF:
            return self.staff[receiver.ref_id].name if receiver.ref_id in self.staff else ""
        return next((d.name for d in self.departments if d.id == receiver.ref_id), "")


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as it is listed. Source: requirement CHN-03.

    Args:
        account: The account.
        receivers: Whom it has chosen; empty: its whole group serves it.
        policies: How customers are received.
        avatar: Whether it has a picture.
        hours: Whether it has weekly hours of its own.
        none_there: Whether none of those whom it has chosen belongs to the group whose line its
            customers join, so that all of the group serve them.
    """

    account: AccountFacts
    receivers: tuple[Receiver, ...]
    policies: Policies
    avatar: bool = False
    hours: bool = False
    none_there: bool = False

    @property
    def policy(self) -> Policy:
        """What holds for it."""
        return self.policies.of(self.account.name, None)

    @property
    def limit(self) -> int:
        """Its conversations that one agent may serve; 0: only the agent's own limit counts."""
        return self.policies.limits(self.account.name, None)[0]


@dataclass(frozen=True, slots=True)
class Form:
    """The basic information of an account while it is changed. Source: requirement CHN-05.

    Args:
        title: What people call it; empty: its name.
        institution: The sub-institution; empty for none.
        keeper_id: Who keeps it; ``None`` for nobody.
        group_id: Whose line serves it; ``None``: the oldest group's.
        receivers: Who serves it; empty: the whole group.
        avatar: A new picture; ``None``: see ``drop_avatar``.
        drop_avatar: Whether the picture it has is taken away.
    """

    title: str
    institution: str
    keeper_id: int | None
    group_id: int | None
    receivers: frozenset[Receiver]
    avatar: Avatar | None = None
    drop_avatar: bool = False


async def accounts(
    uow: UnitOfWork,
    actor: StaffMember,
    base: Policy,
    *,
    words: str = "",
    institution: str | None = None,
) -> list[Listed]:
    """Return accounts, oldest first.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        base: What holds where nobody has set anything.
        words: A part of the name or title; empty for all.
        institution: Only those of it; ``None`` for all.

    Raises:
        NotAllowed: The actor is no owner of the desk.
    """
    access.require(actor.role, Permission.STAFF)
    policies = await uow.policies.all(base)
    receivers = await uow.accounts.receivers()
    seats = await uow.allocations.accounts()
    oldest = next((group.id for group in await uow.staffing.groups()), 0)
    wanted = words.strip().casefold()
    return [
        Listed(
            one,
            chosen := tuple(receivers.get(one.id, ())),
            policies,
            none_there=bool(chosen) and (one.group_id or oldest) not in seats[one.name].receivers,
        )
        for one in await uow.accounts.all()
        if wanted in one.name.casefold() or wanted in one.title.casefold()
        if institution is None or one.institution == institution
    ]


async def account(uow: UnitOfWork, actor: StaffMember, number: int, base: Policy) -> Listed:
    """Return one account.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    for one in await accounts(uow, actor, base):
        if one.account.id == number:
            avatar = await uow.accounts.avatar(number) is not None
            week = await uow.calendars.week(of_account(one.account.name))
            return replace(one, avatar=avatar, hours=week is not None)
    raise NotFound("account.unknown", name=f"#{number}")


async def people(uow: UnitOfWork, actor: StaffMember) -> People:
    """Return who may serve or keep an account."""
    access.require(actor.role, Permission.STAFF)
    return People(
        {member.id: member for member in await uow.staffing.all()},
        tuple(await uow.departments.all()),
        tuple(await uow.staffing.groups()),
    )


async def institutions(uow: UnitOfWork, actor: StaffMember) -> list[str]:
    """Return the institutions that accounts belong to, sorted. Source: requirement CHN-08."""
    access.require(actor.role, Permission.STAFF)
    return sorted({one.institution for one in await uow.accounts.all() if one.institution})


def form_of(listed: Listed) -> Form:
    """Return the basic information as it is stored."""
    of = listed.account
    return Form(of.title, of.institution, of.keeper_id, of.group_id, frozenset(listed.receivers))


async def save(
    uow: UnitOfWork, actor: StaffMember, number: int, form: Form, now: datetime
) -> AccountFacts:
    """Store the basic information of an account, all of it or nothing.

    Raises:
        BadRequestText: Something about it does not fit.
        NotFound: There is no such account, person, department or group.
    """
    access.require(actor.role, Permission.STAFF)
    title, institution = check_title(form.title), check_institution(form.institution)
    there = await people(uow, actor)
    check_receivers(form.receivers, there)
    if form.keeper_id is not None and form.keeper_id not in there.staff:
        raise NotFound("department.no_such_person")
    if form.group_id is not None and form.group_id not in {g.id for g in there.groups}:
        raise NotFound("group.unknown", name=f"#{form.group_id}")
    before = await _kept(uow, number)
    # Those who are gone are forgotten with the next change.
    receivers = [one for one in form.receivers if there.name(one)]
    await uow.accounts.change(
        number,
        title=title,
        institution=institution,
        keeper_id=form.keeper_id,
        group_id=form.group_id,
    )
    await uow.accounts.set_receivers(number, receivers)
    after = await _kept(uow, number)
    if before != after:
        await _record(uow, actor, "change", ACCOUNT, number, before, after, now)
    if form.avatar is not None or form.drop_avatar:
        was = await uow.accounts.avatar(number)
        await uow.accounts.set_avatar(number, form.avatar)
        shown = _avatar_facts(was), _avatar_facts(form.avatar)
        await _record(uow, actor, "change", AVATAR, number, *shown, now)
    # Whose line an account leads to is part of what every process answers by.
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
    uow.ring(bell.LINE)
    return next(one for one in await uow.accounts.all() if one.id == number)


async def avatar_of(uow: UnitOfWork, actor: StaffMember, number: int) -> Avatar | None:
    """Return an account's picture; ``None`` when it has none."""
    access.require(actor.role, Permission.STAFF)
    return await uow.accounts.avatar(number)


# -- checks ----------------------------------------------------------------------------------------


def check_title(title: str) -> str:
    """Return a title as it is stored.

    Raises:
        BadRequestText: It has more than 16 characters (requirement CHN-06).
    """
    title = " ".join(title.split())
    if len(title) > LONGEST_TITLE:
        raise BadRequestText("account.long_title", count=len(title), limit=LONGEST_TITLE)
    return title


def check_institution(name: str) -> str:
    """Return an institution's name as it is stored.

    Raises:
        BadRequestText: It is too long.
    """
    name = " ".join(name.split())
    if len(name) > LONGEST_INSTITUTION:
        raise BadRequestText("account.long_institution", limit=LONGEST_INSTITUTION)
    return name


def check_receivers(receivers: Iterable[Receiver], there: People) -> int:
    """Return how many people serve an account.

    Raises:
        BadRequestText: They are more than 200 (requirement QUE-26).
    """
    count = len(there.chosen(receivers))
    if count > MOST_RECEIVERS:
        raise BadRequestText("account.too_many_receivers", count=count, limit=MOST_RECEIVERS)
    return count


def check_avatar(data: bytes) -> Avatar:
    """Look at a picture's own bytes, whatever it is called.

    Raises:
        BadRequestText: It is larger than 2 MB, no JPEG or PNG, or not 128 by 128 pixels.
    """
    if len(data) > MOST_AVATAR_BYTES:
        raise BadRequestText("account.large_avatar")
    found = _png_size(data) or _jpeg_size(data)
    if found is None:
        raise BadRequestText("account.no_picture")
    kind, width, height = found
    if (width, height) != (AVATAR_PIXELS, AVATAR_PIXELS):
        raise BadRequestText(
            "account.avatar_pixels", width=width, height=height, pixels=AVATAR_PIXELS
        )
    return Avatar(data, kind)


def _png_size(data: bytes) -> tuple[str, int, int] | None:
    if not data.startswith(_PNG) or data[12:16] != b"IHDR" or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return "png", width, height


def _jpeg_size(data: bytes) -> tuple[str, int, int] | None:
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # Any number of fill bytes may stand before a marker.
            at += 1
            continue
        if marker in _JPEG_BARE:
            at += 2
            continue
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "jpeg", width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None


# -- what is stored --------------------------------------------------------------------------------


async def _kept(uow: UnitOfWork, number: int) -> Facts:
    for one in await uow.accounts.all():
        if one.id == number:
            return facts.of_account(one, (await uow.accounts.receivers()).get(number, ()))
    raise NotFound("account.unknown", name=f"#{number}")


def _avatar_facts(avatar: Avatar | None) -> Facts | None:
    return None if avatar is None else {"kind": avatar.kind, "bytes": len(avatar.data)}


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    subject: str,
    number: int,
    before: Facts | None,
    after: Facts | None,
    now: datetime,
) -> None:
    await uow.audit.record(
        Change(now, actor.id, actor.name, action, subject, str(number), before=before, after=after)
    )
