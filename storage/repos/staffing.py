"""Questions about our people and their groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.calendar import of_group
from core.prompts import group_key
from core.states import Presence, Role, State
from storage.many import among
from storage.models.account import Account
from storage.models.conversation import Conversation
from storage.models.library import Assignment
from storage.models.reception import GroupCategory, PolicyRow
from storage.models.staff import Group, Membership, Staff
from storage.models.taught import PromptRow
from storage.repos.calendars import Calendars


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff. ``chat`` is their private chat with the staff bot."""

    id: int
    channel: str
    chat: str
    name: str
    role: Role
    active: bool
    presence: Presence
    capacity: int
    auto_reply: bool
    front_conversation_id: int | None
    idle_since: datetime
    language: str | None
    created_at: datetime
    department_id: int | None = None
    confirm_quick: bool = True
    presence_since: datetime | None = None
    seen_at: datetime | None = None
    missed_offers: int = 0
    push_unread: bool = False
    daily_limit: int | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """A service group. ``number`` on screen is its ``id``. Source: requirement QUE-01."""

    id: int
    name: str
    identifier: str
    phone: str | None
    added_by: str
    created_at: datetime
    client_name: str | None = None
    client_shown: bool = False

    @property
    def shown_name(self) -> str:
        """What customers read. Source: requirement QUE-03."""
        return self.client_name or self.name


_STAFF = (
    Staff.id,
    Staff.channel,
    Staff.external_id,
    Staff.name,
    Staff.role,
    Staff.active,
    Staff.presence,
    Staff.capacity,
    Staff.auto_reply,
    Staff.front_conversation_id,
    Staff.idle_since,
    Staff.language,
    Staff.created_at,
    Staff.department_id,
    Staff.confirm_quick,
    Staff.presence_since,
    Staff.seen_at,
    Staff.missed_offers,
    Staff.push_unread,
    Staff.daily_limit,
    Staff.weight,
)
_GROUP = (
    Group.id,
    Group.name,
    Group.identifier,
    Group.phone,
    Group.added_by,
    Group.created_at,
    Group.client_name,
    Group.client_shown,
)


# Put together once: building a statement costs more than running it.
_BY_IDS = select(*_STAFF).where(among(Staff.id, "ids", of_numbers=True))
_LOCK = _BY_IDS.order_by(Staff.id).with_for_update(key_share=True)
_GROUPS = select(*_GROUP).order_by(Group.id)
_GROUPS_ONLINE = (
    select(Membership.group_id)
    .join(Staff, Staff.id == Membership.staff_id)
    .where(Staff.active, Staff.presence == Presence.ONLINE.value)
    .distinct()
)


def _member(row: Any) -> StaffMember:
    id_, channel, chat, name, role, active, presence, *rest = row
    return StaffMember(id_, channel, chat, name, Role(role), active, Presence(presence), *rest)


class Staffing:
    """The staff, groups and memberships tables."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _members(
        self, question: Any, values: dict[str, Any] | None = None
    ) -> list[StaffMember]:
        return [_member(row) for row in await self._connection.execute(question, values)]

    async def by_chat(self, channel: str, chat: str) -> StaffMember | None:
        """Return the person behind a platform's user id; ``None`` for strangers."""
        found = await self._members(
            select(*_STAFF).where(Staff.channel == channel, Staff.external_id == chat)
        )
        return found[0] if found else None

    async def by_ids(self, ids: Iterable[int]) -> dict[int, StaffMember]:
        """Return people by id."""
        return {m.id: m for m in await self._members(_BY_IDS, {"ids": set(ids)})}

    async def lock(self, ids: Iterable[int]) -> dict[int, StaffMember]:
        """Return people by id, locked in id order. Always lock staff before conversations."""
        return {m.id: m for m in await self._members(_LOCK, {"ids": set(ids)})}

    async def all(self, *, active_only: bool = True) -> list[StaffMember]:
        """Return everybody, in the order in which they were added."""
        question = select(*_STAFF).order_by(Staff.id)
        return await self._members(question.where(Staff.active) if active_only else question)

    async def add(
        self,
        channel: str,
        chat: str,
        name: str,
        role: Role,
        capacity: int,
        now: datetime,
    ) -> int:
        """Add a person and return the id.

        Raises:
            sqlalchemy.exc.IntegrityError: That user id is known already.
        """
        id_: int | None = await self._connection.scalar(
            insert(Staff)
            .values(
                channel=channel,
                external_id=chat,
                name=name,
                role=role.value,
                active=True,
                presence=Presence.OFFLINE.value,
                capacity=capacity,
                auto_reply=False,
                idle_since=now,
                created_at=now,
            )
            .returning(Staff.id)
        )
        assert id_ is not None  # noqa: S101  RETURNING gives a row for a row
        return id_

    async def change(self, staff_id: int, **values: Any) -> None:
        """Set columns of one person (``presence``, ``front_conversation_id``, ``name`` ...)."""
        plain = {k: (v.value if isinstance(v, Presence | Role) else v) for k, v in values.items()}
        await self._connection.execute(update(Staff).where(Staff.id == staff_id).values(**plain))

    async def groups(self) -> list[ServiceGroup]:
        """Return every group, oldest first."""
        rows = await self._connection.execute(_GROUPS)
        return [ServiceGroup(*row) for row in rows]

    async def group(self, name_or_identifier: str) -> ServiceGroup | None:
        """Return the group of that name or identifier; ``None`` when there is none."""
        row = (
            await self._connection.execute(
                select(*_GROUP)
                .where(
                    (Group.identifier == name_or_identifier) | (Group.name == name_or_identifier)
                )
                .order_by(Group.id)
                .limit(1)
            )
        ).first()
        return ServiceGroup(*row) if row else None

    async def add_group(
        self, name: str, identifier: str, phone: str | None, added_by: str, now: datetime
    ) -> int:
        """Add a group and return its number.

        Raises:
            sqlalchemy.exc.IntegrityError: The name or the identifier is taken.
        """
        id_: int | None = await self._connection.scalar(
            insert(Group)
            .values(
                name=name, identifier=identifier, phone=phone, added_by=added_by, created_at=now
            )
            .returning(Group.id)
        )
        assert id_ is not None  # noqa: S101  RETURNING gives a row for a row
        return id_

    async def change_group(self, group_id: int, **values: Any) -> None:
        """Set columns of one group."""
        await self._connection.execute(update(Group).where(Group.id == group_id).values(**values))

    async def group_uses(self, group_id: int) -> tuple[int, int, int]:
        """Return how many people, accounts and conversations (of any state) name a group."""
        members = await self._connection.scalar(
            select(func.count()).where(Membership.group_id == group_id)
        )
        accounts = await self._connection.scalar(
            select(func.count()).where(Account.group_id == group_id)
        )
        talks = await self._connection.scalar(
            select(func.count()).where(Conversation.group_id == group_id)
        )
        return int(members or 0), int(accounts or 0), int(talks or 0)

    async def delete_group(self, group_id: int) -> None:
        """Delete a group that nothing uses, with its part of the knowledge base and its calendar.

        Raises:
            sqlalchemy.exc.IntegrityError: Something uses it.
        """
        await self._connection.execute(delete(Assignment).where(Assignment.group_id == group_id))
        await Calendars(self._connection).clear(of_group(group_id))
        await self._connection.execute(
            delete(GroupCategory).where(GroupCategory.group_id == group_id)
        )
        # A later group may get the same number; it must not find the prompts of this one.
        await self._connection.execute(
            delete(PolicyRow).where(PolicyRow.owner == of_group(group_id))
        )
        await self._connection.execute(
            delete(PromptRow).where(PromptRow.account == group_key(group_id))
        )
        await self._connection.execute(delete(Group).where(Group.id == group_id))

    async def memberships(self) -> dict[int, list[int]]:
        """Return the group ids of each member of staff, in group order."""
        rows = await self._connection.execute(
            select(Membership.staff_id, Membership.group_id).order_by(Membership.group_id)
        )
        found: dict[int, list[int]] = {}
        for staff_id, group_id in rows:
            found.setdefault(staff_id, []).append(group_id)
        return found

    async def join(self, staff_id: int, groups: Iterable[int]) -> None:
        """Put a person into groups; those they are in already stay."""
        have = set((await self.memberships()).get(staff_id, ()))
        new = [{"staff_id": staff_id, "group_id": g} for g in sorted(set(groups) - have)]
        if new:
            await self._connection.execute(insert(Membership), new)

    async def leave(self, staff_id: int, groups: Iterable[int]) -> None:
        """Take a person out of groups."""
        await self._connection.execute(
            delete(Membership).where(
                Membership.staff_id == staff_id, among(Membership.group_id, "ids", of_numbers=True)
            ),
            {"ids": set(groups)},
        )

    async def leads(self, group_id: int) -> list[StaffMember]:
        """Return who leads a group; nobody where none was named."""
        return await self._members(
            select(*_STAFF)
            .join(Membership, Membership.staff_id == Staff.id)
            .where(Membership.group_id == group_id, Membership.lead, Staff.active)
            .order_by(Staff.id)
        )

    async def led_by(self, staff_id: int) -> frozenset[int]:
        """Return the groups that somebody leads."""
        rows = await self._connection.scalars(
            select(Membership.group_id).where(Membership.staff_id == staff_id, Membership.lead)
        )
        return frozenset(rows)

    async def pushed(self, groups: Iterable[int]) -> dict[int, list[StaffMember]]:
        """Return who wants to be told of unread messages, by group; nobody is left out for being
        offline. Source: requirements QUE-31, AGT-19.
        """
        rows = await self._connection.execute(
            select(Membership.group_id, *_STAFF)
            .join(Membership, Membership.staff_id == Staff.id)
            .where(
                Staff.active,
                Staff.push_unread,
                among(Membership.group_id, "groups", of_numbers=True),
            )
            .order_by(Membership.group_id, Staff.id),
            {"groups": set(groups)},
        )
        found: dict[int, list[StaffMember]] = {}
        for group_id, *fields in rows:
            found.setdefault(group_id, []).append(_member(fields))
        return found

    async def set_lead(self, staff_id: int, group_id: int, lead: bool) -> None:
        """Let a member of a group be one of its leads, or not."""
        await self._connection.execute(
            update(Membership)
            .where(Membership.staff_id == staff_id, Membership.group_id == group_id)
            .values(lead=lead)
        )

    async def groups_online(self) -> frozenset[int]:
        """Return the groups in which somebody is online."""
        return frozenset(await self._connection.scalars(_GROUPS_ONLINE))

    async def serving_counts(self) -> dict[int, int]:
        """Return how many conversations each agent serves now; 0 is left out."""
        rows = await self._connection.execute(
            select(Conversation.agent_id, func.count())
            .where(Conversation.state == int(State.SERVING))
            .group_by(Conversation.agent_id)
        )
        return {staff_id: count for staff_id, count in rows if staff_id is not None}
