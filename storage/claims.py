"""Gives several conversations to several agents in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.states import State
from storage.models.base import UtcDateTime


@dataclass(frozen=True, slots=True)
class Claim:
    """That a waiting conversation is to be given to an agent.

    Args:
        conversation_id: Which.
        staff_id: To whom.
        limits: Conversations of its account, and of its group, that one agent may serve; 0 for
            any number.
        account: Name of its account.
        group_id: Its group.
    """

    conversation_id: int
    staff_id: int
    limits: tuple[int, int]
    account: str
    group_id: int


class _OverRows:
    """A statement over rows of numbers, which stand in it as a table called ``wanted``.

    They travel as one array a column on PostgreSQL, which plans for a few rows then, and as one
    JSON text on SQLite.

    Args:
        sql: The statement; ``{wanted}`` stands for the table. It has a parameter ``:now``.
        columns: What the rows hold, in order.
    """

    def __init__(self, sql: str, *columns: str) -> None:
        self._columns = columns
        names = ", ".join(columns)
        arrays = ", ".join(f"CAST(:{name} AS BIGINT[])" for name in columns)
        parts = ", ".join(f"json_extract(value, '$[{n}]') AS {c}" for n, c in enumerate(columns))
        states = {"serving": int(State.SERVING), "waiting": int(State.WAITING)}
        now = bindparam("now", type_=UtcDateTime())
        self._postgres = text(
            sql.format(wanted=f"unnest({arrays}) AS wanted({names})", **states)
        ).bindparams(now, *(bindparam(name, type_=ARRAY(BigInteger())) for name in columns))
        self._sqlite = text(
            sql.format(wanted=f"(SELECT {parts} FROM json_each(:rows)) AS wanted", **states)  # noqa: S608
        ).bindparams(now, bindparam("rows", type_=Text()))

    async def run(
        self, connection: AsyncConnection, rows: Sequence[tuple[int, ...]], now: datetime
    ) -> Any:
        """Run it over *rows*, of which there is at least one."""
        if connection.dialect.name == "postgresql":
            columns = (list(column) for column in zip(*rows, strict=True))
            values: dict[str, object] = dict(zip(self._columns, columns, strict=True))
            return await connection.execute(self._postgres, values | {"now": now})
        return await connection.execute(
            self._sqlite, {"rows": orjson.dumps(rows).decode(), "now": now}
        )


# ``nth``: the statement sees what agents held when it began, so where several of its rows are for
# one agent each must count those before it.
_CLAIM = _OverRows(
    """
    UPDATE conversations SET state = {serving}, agent_id = wanted.staff, serving_since = :now
    FROM {wanted} JOIN staff ON staff.id = wanted.staff
    WHERE conversations.id = wanted.id AND conversations.state = {waiting} AND staff.active
    AND (SELECT count(*) FROM conversations AS held
         WHERE held.agent_id = wanted.staff AND held.state = {serving})
        + wanted.nth <= staff.capacity
    AND (wanted.of_account = 0 OR (SELECT count(*) FROM conversations AS held
         WHERE held.agent_id = wanted.staff AND held.state = {serving}
         AND held.account_id = conversations.account_id)
        + wanted.nth_of_account <= wanted.of_account)
    AND (wanted.of_group = 0 OR (SELECT count(*) FROM conversations AS held
         WHERE held.agent_id = wanted.staff AND held.state = {serving}
         AND held.group_id = conversations.group_id)
        + wanted.nth_of_group <= wanted.of_group)
    RETURNING conversations.id
    """,
    *("id", "staff", "nth", "of_account", "nth_of_account", "of_group", "nth_of_group"),
)
_GIVEN_WORK = _OverRows(
    """
    UPDATE staff SET idle_since = :now, front_conversation_id = CASE WHEN EXISTS (
        SELECT 1 FROM conversations AS held WHERE held.id = staff.front_conversation_id
        AND held.state = {serving} AND held.agent_id = staff.id
    ) THEN staff.front_conversation_id ELSE wanted.first END
    FROM {wanted} WHERE staff.id = wanted.staff
    """,
    *("staff", "first"),
)


async def claim_all(
    connection: AsyncConnection, claims: Sequence[Claim], now: datetime
) -> set[int]:
    """Give waiting conversations to agents, whose rows the caller holds locked.

    Returns:
        The conversations that were still waiting and whose agent had a seat free for them.
    """
    if not claims:
        return set()
    counts: dict[tuple[object, ...], int] = {}

    def nth(*of: object) -> int:
        counts[of] = counts.get(of, 0) + 1
        return counts[of]

    rows = [
        (
            one.conversation_id,
            one.staff_id,
            nth(one.staff_id),
            one.limits[0],
            nth(one.staff_id, one.account),
            one.limits[1],
            nth(one.staff_id, one.group_id),
        )
        for one in claims
    ]
    return set((await _CLAIM.run(connection, rows, now)).scalars())


async def given_work(connection: AsyncConnection, first: Mapping[int, int], now: datetime) -> None:
    """Note that agents were given work; see ``Seats.given_work``."""
    rows = [(staff, first[staff]) for staff in sorted(first)]
    if rows:
        await _GIVEN_WORK.run(connection, rows, now)
