"""Reads what a desk has written down: as facts for the checker, and counted at the end."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from bench.line.checker import HANDED, TAKEN, Comes, Fact, Gets, Joins, Leaves, Written
from core.policy import Policies
from core.states import Direction, Presence, State
from storage.models.account import Account
from storage.models.audit import AuditEntry
from storage.models.conversation import Conversation, ConversationEvent
from storage.models.message import Message
from storage.models.outbox import OutboxRow
from storage.repos.outbox import CARD, REPLY
from storage.uow import UnitOfWork

STATES = {State.WAITING: "waiting", State.SERVING: "serving", State.ENDED: "ended"}
CHUNK = 5_000
_EVENT = (
    ConversationEvent.id,
    ConversationEvent.conversation_id,
    ConversationEvent.at,
    ConversationEvent.kind,
    ConversationEvent.staff_id,
    ConversationEvent.data,
)

_NEWS = (
    select(*_EVENT).where(ConversationEvent.id > bindparam("last")).order_by(ConversationEvent.id)
)


class Books:
    """Follows the record of what happened, from where it was read last.

    Args:
        groups: The group of each account, by name.
        policies: They say who stands in front.
    """

    def __init__(self, groups: Mapping[str, int], policies: Policies) -> None:
        self._groups = groups
        self._policies = policies
        self._last_event = self._last_change = 0
        self._account: dict[int, str] = {}
        self._group: dict[int, int] = {}
        self._since: dict[int, datetime] = {}
        self._why: dict[int, str] = {}

    async def changes(self, uow: UnitOfWork) -> list[Fact]:
        """Return who came or went since the last call because the desk itself decided so."""
        facts: list[Fact] = []
        changes = await uow.connection.execute(
            select(AuditEntry.id, AuditEntry.at, AuditEntry.subject_id, AuditEntry.after)
            .where(
                AuditEntry.id > self._last_change,
                AuditEntry.subject == "presence",
                AuditEntry.staff_id.is_(None),
            )
            .order_by(AuditEntry.id)
        )
        for id_, at, staff, after in changes:
            self._last_change = id_
            facts.append(Comes(at, int(staff), after["presence"] == Presence.ONLINE.value))
        return facts

    async def news(self, uow: UnitOfWork) -> list[Fact]:
        """Return what has happened to conversations since the last call."""
        facts: list[Fact] = []
        rows = (await uow.connection.execute(_NEWS, {"last": self._last_event})).all()
        strangers = {row.conversation_id for row in rows} - self._account.keys()
        await self._know(uow, strangers)
        for id_, number, at, kind, by, data in rows:
            self._last_event = id_
            if kind == "assigned":
                self._why[number] = data["why"]
            elif kind == "state":
                fact = self._moved(number, at, by, data)
                if fact is not None:
                    facts.append(fact)
        return facts

    def _moved(
        self, number: int, at: datetime, by: int | None, data: dict[str, object]
    ) -> Fact | None:
        match str(data["to"]):
            case State.WAITING.name:
                if data["from"] in (State.NEW.name, State.BOT.name):
                    self._since[number] = at
                group = self._group[number] = int(str(data.get("to_group") or self._group[number]))
                account = self._account[number]
                rank = self._policies.of(account, group).priority
                return Joins(at, number, group, account, self._since[number], rank)
            case State.SERVING.name:
                if data["from"] == State.SERVING.name:
                    why = HANDED
                else:
                    why = TAKEN if by is not None else self._why.pop(number, "nobody says")
                return Gets(at, number, int(str(data["agent"])), why)
            case State.ENDED.name:
                for book in (self._account, self._group, self._since):
                    book.pop(number, None)  # type: ignore[attr-defined]
                return Leaves(at, number)
            case State.BOT.name if data["from"] != State.NEW.name:
                return Leaves(at, number)
        return None

    async def _know(self, uow: UnitOfWork, numbers: Iterable[int]) -> None:
        wanted = sorted(numbers)
        for start in range(0, len(wanted), CHUNK):
            rows = await uow.connection.execute(
                select(Conversation.id, Account.name)
                .join(Account, Account.id == Conversation.account_id)
                .where(Conversation.id.in_(wanted[start : start + CHUNK]))
            )
            for id_, account in rows:
                self._account[id_] = account
                self._group[id_] = self._groups[account]


async def written(uow: UnitOfWork, first: int, last: int) -> dict[int, Written]:
    """Return what the tables hold of the conversations with numbers from *first* to *last*."""
    connection = uow.connection
    states = {
        row.id: STATES.get(State(row.state), "other")
        for row in await connection.execute(
            select(Conversation.id, Conversation.state).where(Conversation.id.between(first, last))
        )
    }
    lines: dict[tuple[int, str], int] = {}
    rows = await connection.execute(
        select(Message.conversation_id, Message.direction, func.count())
        .where(Message.conversation_id.between(first, last))
        .group_by(Message.conversation_id, Message.direction)
    )
    for number, direction, count in rows:
        lines[number, direction] = count
    owed: dict[tuple[int, str], int] = {}
    rows = await connection.execute(
        select(OutboxRow.conversation_id, OutboxRow.purpose, func.count())
        .where(OutboxRow.conversation_id.between(first, last))
        .group_by(OutboxRow.conversation_id, OutboxRow.purpose)
    )
    for number, purpose, count in rows:
        owed[number, purpose] = count
    pairs = await connection.execute(
        select(OutboxRow.conversation_id, func.count())
        .join(
            Message,
            and_(
                Message.conversation_id == OutboxRow.conversation_id,
                Message.external_id == OutboxRow.key,
            ),
        )
        .where(OutboxRow.conversation_id.between(first, last), OutboxRow.purpose == REPLY)
        .group_by(OutboxRow.conversation_id)
    )
    paired = {number: int(count) for number, count in pairs}
    found = {}
    for number, state in states.items():
        said, told = lines.get((number, Direction.IN.value), 0), owed.get((number, REPLY), 0)
        out = lines.get((number, Direction.OUT.value), 0)
        unpaired = out + told - 2 * paired.get(number, 0)
        cards = owed.get((number, CARD), 0)
        found[number] = Written(number, state, said, out, told, unpaired, cards)
    return found
