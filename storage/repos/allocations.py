"""Questions about whose customers are: allocation rules and what they did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.line import AccountSeats, AllocationRule, Candidate, RuleOrder, Source, Target, Tie
from storage.bulk import BulkUpdate
from storage.many import among
from storage.models.account import Account, AccountReceiver
from storage.models.conversation import Conversation
from storage.models.customer import Customer, Identity
from storage.models.reception import Allocation as AllocationRow
from storage.models.reception import AllocationRuleRow
from storage.models.staff import Department, Membership, Staff
from storage.repos.accounts import DEPARTMENT

BY_RULE, BY_DESK, BY_HAND, BY_TRANSFER, BY_CARD = "rule", "desk", "hand", "transfer", "card"
"""How a customer became somebody's."""
_COUNTED = (BY_RULE, BY_DESK)
"""What counts for the daily limit. Source: requirement QUE-39."""


@dataclass(frozen=True, slots=True)
class Allocated:
    """That a customer became somebody's; ``by_id`` ``None``: the desk itself did it."""

    customer_id: int
    staff_id: int
    how: str
    rule_id: int | None = None
    by_id: int | None = None


def _rule(row: Any) -> AllocationRule:
    return AllocationRule(
        row.id,
        row.name,
        Source(row.source),
        tuple(row.sources),
        Target(row.target),
        tuple(row.targets),
        RuleOrder(row.turn),
        row.online_only,
        row.enabled,
    )


def _values(rule: AllocationRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "source": rule.source.value,
        "sources": list(rule.sources),
        "target": rule.target.value,
        "targets": list(rule.targets),
        "turn": rule.order.value,
        "online_only": rule.online_only,
        "enabled": rule.enabled,
    }


_RULES = (
    select(AllocationRuleRow.__table__)
    .where(AllocationRuleRow.deleted_at.is_(None))
    .order_by(AllocationRuleRow.position, AllocationRuleRow.id)
)
_ACCOUNTS = select(
    Account.id,
    Account.name,
    Account.institution,
    Account.keeper_id,
    AccountReceiver.kind,
    AccountReceiver.ref_id,
).outerjoin(AccountReceiver, AccountReceiver.account_id == Account.id)
_SERVED_BY = BulkUpdate(cast("Table", Identity.__table__), "last_agent_id", "id")


class Allocations:
    """The allocation_rules and allocations tables, and the owners of customers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- rules -----------------------------------------------------------------------------------

    async def rules(self) -> list[AllocationRule]:
        """Return every rule in the order in which they are asked."""
        return [_rule(row) for row in await self._connection.execute(_RULES)]

    async def rule(self, rule_id: int) -> AllocationRule | None:
        """Return a rule; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(
                select(AllocationRuleRow.__table__).where(
                    AllocationRuleRow.id == rule_id, AllocationRuleRow.deleted_at.is_(None)
                )
            )
        ).first()
        return _rule(row) if row else None

    async def add_rule(self, rule: AllocationRule, now: datetime) -> int:
        """Put a rule behind those that stand and return its number."""
        last = await self._connection.scalar(select(func.max(AllocationRuleRow.position)))
        id_: int | None = await self._connection.scalar(
            insert(AllocationRuleRow)
            .values(position=int(last or 0) + 1, created_at=now, **_values(rule))
            .returning(AllocationRuleRow.id)
        )
        assert id_ is not None  # noqa: S101  RETURNING gives a row for a row
        return id_

    async def put_rule(self, rule: AllocationRule) -> None:
        """Let the rule of that number be *rule*; a deleted one is there again."""
        await self._connection.execute(
            update(AllocationRuleRow)
            .where(AllocationRuleRow.id == rule.id)
            .values(deleted_at=None, **_values(rule))
        )

    async def delete_rule(self, rule_id: int, now: datetime) -> None:
        """Hide a rule."""
        await self._connection.execute(
            update(AllocationRuleRow).where(AllocationRuleRow.id == rule_id).values(deleted_at=now)
        )

    async def order_rules(self, order: Sequence[int]) -> None:
        """Let rules be asked in the order of their numbers in *order*."""
        for place, number in enumerate(order, 1):
            await self._connection.execute(
                update(AllocationRuleRow)
                .where(AllocationRuleRow.id == number)
                .values(position=place)
            )

    # -- what rules look at ------------------------------------------------------------------------

    async def accounts(self) -> dict[str, AccountSeats]:
        """Return what assignment must know of each account, by name."""
        rows = (await self._connection.execute(_ACCOUNTS)).all()
        chosen = [(id_, kind, ref) for id_, *_, kind, ref in rows if kind is not None]
        receivers = await self._receivers(chosen)
        return {
            name: AccountSeats(name, institution, keeper, receivers.get(id_, {}))
            for id_, name, institution, keeper, _, _ in rows
        }

    async def _receivers(
        self, chosen: Sequence[tuple[int, str, int]]
    ) -> dict[int, dict[int, frozenset[int]]]:
        """Return who serves each account that has chosen its people, by account and group.

        Who was chosen by department is there by their own number.
        """
        if not chosen:
            return {}
        staff = await self._connection.execute(
            select(Staff.id, Staff.department_id, Membership.group_id)
            .join(Membership, Membership.staff_id == Staff.id)
            .where(Staff.active)
        )
        of_department: dict[int | None, set[tuple[int, int]]] = {}
        of_person: dict[int, set[tuple[int, int]]] = {}
        for id_, department, group in staff:
            of_department.setdefault(department, set()).add((group, id_))
            of_person.setdefault(id_, set()).add((group, id_))
        found: dict[int, dict[int, set[int]]] = {}
        for account_id, kind, ref_id in chosen:
            seats = of_department if kind == DEPARTMENT else of_person
            for group, id_ in seats.get(ref_id, ()):
                found.setdefault(account_id, {}).setdefault(group, set()).add(id_)
        return {
            account_id: {group: frozenset(people) for group, people in groups.items()}
            for account_id, groups in found.items()
        }

    async def candidates(self, midnight: datetime) -> dict[int, Candidate]:
        """Return everybody who may own customers, by number; *midnight* is when today began."""
        today = (
            select(AllocationRow.staff_id, func.count().label("count"))
            .where(AllocationRow.at >= midnight, AllocationRow.how.in_(_COUNTED))
            .group_by(AllocationRow.staff_id)
            .subquery()
        )
        rows = await self._connection.execute(
            select(
                Staff.id,
                Staff.department_id,
                Staff.daily_limit,
                func.coalesce(today.c.count, 0),
                Staff.weight,
            )
            .outerjoin(today, today.c.staff_id == Staff.id)
            .where(Staff.active)
            .order_by(Staff.id)
        )
        return {row[0]: Candidate(*row) for row in rows}

    async def parents(self) -> dict[int, int | None]:
        """Return the department above each department."""
        rows = await self._connection.execute(select(Department.id, Department.parent_id))
        return {row.id: row.parent_id for row in rows}

    async def turns(self, rules: Iterable[int]) -> dict[tuple[int, int], int]:
        """Return the number of the last allocation by (rule, agent)."""
        rows = await self._connection.execute(
            select(AllocationRow.rule_id, AllocationRow.staff_id, func.max(AllocationRow.id))
            .where(among(AllocationRow.rule_id, "rules", of_numbers=True))
            .group_by(AllocationRow.rule_id, AllocationRow.staff_id),
            {"rules": set(rules)},
        )
        return {(rule, staff): last for rule, staff, last in rows if rule is not None}

    async def ties(self, customers: Iterable[int]) -> dict[tuple[int, int], Tie]:
        """Return since when, and in how many conversations, agents know customers."""
        rows = await self._connection.execute(
            select(
                Identity.customer_id,
                Conversation.agent_id,
                func.min(Conversation.opened_at),
                func.count(),
            )
            .join(Conversation, Conversation.identity_id == Identity.id)
            .where(
                among(Identity.customer_id, "customers", of_numbers=True),
                Conversation.agent_id.is_not(None),
                Conversation.serving_since.is_not(None),
            )
            .group_by(Identity.customer_id, Conversation.agent_id),
            {"customers": set(customers)},
        )
        return {(c, a): Tie(since, chats) for c, a, since, chats in rows if a is not None}

    # -- whose customers are -----------------------------------------------------------------------

    async def owners(self, customers: Iterable[int]) -> dict[int, int]:
        """Return whose *customers* are; those of nobody are left out."""
        rows = await self._connection.execute(
            select(Customer.id, Customer.owner_id).where(
                among(Customer.id, "ids", of_numbers=True), Customer.owner_id.is_not(None)
            ),
            {"ids": set(customers)},
        )
        return {id_: owner for id_, owner in rows if owner is not None}

    async def allocate(self, allocated: Iterable[Allocated], now: datetime) -> None:
        """Make customers somebody's and write it down."""
        # In one order in every process: rows that are written are locked.
        every = sorted(allocated, key=lambda a: a.customer_id)
        if not every:
            return
        await self._connection.execute(
            update(Customer)
            .where(Customer.id == bindparam("row"))
            .values(owner_id=bindparam("owner"), owned_since=bindparam("since")),
            [{"row": one.customer_id, "owner": one.staff_id, "since": now} for one in every],
        )
        await self._connection.execute(
            insert(AllocationRow),
            [
                {
                    "at": now,
                    "customer_id": one.customer_id,
                    "staff_id": one.staff_id,
                    "how": one.how,
                    "rule_id": one.rule_id,
                    "by_id": one.by_id,
                }
                for one in every
            ],
        )

    async def release(self, customers: Iterable[int]) -> None:
        """Let customers belong to nobody."""
        await self._connection.execute(
            update(Customer)
            .where(among(Customer.id, "ids", of_numbers=True))
            .values(owner_id=None, owned_since=None),
            {"ids": set(customers)},
        )

    async def served_by(self, served: Mapping[int, int]) -> None:
        """Remember who served identities last; *served* is the agent by identity."""
        rows = [(served[identity_id], identity_id) for identity_id in sorted(served)]
        await _SERVED_BY.run(self._connection, rows)
