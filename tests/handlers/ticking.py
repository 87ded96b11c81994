"""A floor whose timers happen: policies, prompts and hours as taught, and a watch that looks."""

from collections.abc import Sequence
from itertools import count
from typing import Any, cast

from structlog.testing import capture_logs

from bot.bell import PLAYBOOK, TIMERS, Bell
from bot.compiled import Compiled
from bot.current_playbook import CurrentPlaybook
from bot.handlers.agent_reply import Written, reply
from bot.handlers.customer_message import receive
from bot.reception import Surroundings
from bot.telling import Voice
from bot.timer_watch import FIRES, TimerWatch
from bot.wiring import Desk, new_key
from core.calendar import TENANT, Calendar
from core.config import Config
from core.messages import Content, InboundMessage, Sender, text
from core.playbook import Playbook, Prompt
from core.policy import Policies
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from tests.handlers.floor import ZONE, Floor, Row

_numbers = count(1)
_ACCOUNT = {"channel": "telegram", "token": "1:A", "secret": "s"}
CONFIG = Config(
    language="en",
    staff={**_ACCOUNT, "token": "2:B"},
    accounts={"shop": _ACCOUNT, "site": _ACCOUNT},
    time_zone=str(ZONE),
)


class Ticking(Floor):
    """Begins with policies that set nothing."""

    async def open(self) -> "Ticking":
        await super().open()
        self.owners: dict[str, dict[str, Any]] = {}
        self.prompts: tuple[Prompt, ...] = ()
        self.calendars: dict[str, Calendar] = {}
        self._compile()
        return self

    def _compile(self) -> None:
        policies = Policies({o: dict(v) for o, v in self.owners.items()})
        self.book = Compiled.build(
            Playbook(
                1,
                prompts=self.prompts,
                calendars=self.calendars,
                front_group=self.sales,
                policies=policies,
            )
        )

    async def policy(self, owner: str = "", **values: Any) -> None:
        """Set *values* for *owner*; what was set for it before stays."""
        self.owners.setdefault(owner, {}).update(values)
        await self.do(lambda uow: uow.policies.put(owner, self.owners[owner]))
        self._compile()

    def teach(self, *prompts: Prompt, calendar: Calendar | None = None) -> None:
        """Teach prompts, and when the whole desk is open; ``None``: always."""
        self.prompts = prompts
        self.calendars = {} if calendar is None else {TENANT: calendar}
        self._compile()

    @property
    def voice(self) -> Voice:
        policies = self.book.playbook.policies
        return Voice(self.texts_for, ZONE, new_key, mask=self.mask, policies=policies)

    # -- the watch -----------------------------------------------------------------------------

    def watch(self, fires: Any = FIRES) -> TimerWatch:
        """Return a watch, as one process has it."""
        bell = Bell()
        playbook = CurrentPlaybook(lambda: self.unit(), bell.listener(PLAYBOOK))
        playbook.now = self.book
        desk = Desk(CONFIG, self.database, lambda: self.now, bell, playbook, {})
        return TimerWatch(desk, bell.listener(TIMERS), fires)

    async def tick(self, **later: float) -> None:
        """Let time pass, then let everything happen that is due."""
        self.later(**later)
        with capture_logs() as logs:
            await self.watch().look()
        assert logs == []

    async def timers(self, number: int) -> dict[str, float]:
        """Return a conversation's timers: in how many minutes each is due."""
        async with self.unit() as uow:
            found = await uow.timers.of_conversation(number)
        return {t.kind: (t.due_at - self.now).total_seconds() / 60 for t in found}

    async def of_staff(self, agent: StaffMember, kind: str) -> float | None:
        """Return in how many minutes a timer about somebody is due."""
        async with self.unit() as uow:
            found = await uow.timers.of_staff(agent.id, kind)
        return None if found is None else (found.due_at - self.now).total_seconds() / 60

    async def set_timer(self, kind: str, number: int = 0, staff: int = 0, **data: Any) -> None:
        """Set a timer that is due now."""
        await self.do(lambda uow: uow.timers.set([Timer(kind, self.now, number, staff, data)]))

    # -- what is said --------------------------------------------------------------------------

    async def writes(self, number: int, words: str | Content = "hello?") -> None:
        """Let a customer write, through the door that customers' messages come in by."""
        await self.write_at_once([number], words)

    async def write_at_once(self, numbers: Sequence[int], words: str | Content = "hello?") -> None:
        """Let several customers write, and take it in as one batch."""
        async with self.unit() as uow:
            talks = await uow.conversations.by_ids(numbers)
            people = await uow.people.by_ids(t.identity_id for t in talks.values())
            accounts = {a.name: a for a in await uow.accounts.all()}
        names = {a.id: name for name, a in accounts.items()}
        content = text(words) if isinstance(words, str) else words
        said = []
        for number in numbers:
            talk, id_ = talks[number], f"w{next(_numbers)}"
            person = people[talk.identity_id]
            sender = Sender(person.external_id, person.name, language=person.language)
            said.append(
                InboundMessage(
                    account=names[talk.account_id],
                    external_id=id_,
                    sender=sender,
                    chat=person.chat,
                    content=content,
                    sent_at=self.now,
                    message_id=id_,
                    raw=b"{}",
                )
            )
        around = Surroundings(
            accounts, self.book, self.texts_for, self.now.astimezone(ZONE), self.now, new_key
        )
        await self.do(receive, said, around)

    async def answers(self, agent: StaffMember, number: int, words: str = "one moment") -> None:
        """Let an agent answer a conversation of theirs."""
        await self.do(lambda uow: uow.staffing.change(agent.id, front_conversation_id=number))
        written = Written(text(words), f"a{next(_numbers)}", None, self.now)
        await self.says(reply, await self.member(agent), written)

    async def told(self, agent: StaffMember, purpose: str = "notice") -> list[Row]:
        """Return what an agent was told, oldest first."""
        return await self.rows(account="staff", chat=agent.chat, purpose=purpose)

    async def heard(self, number: int) -> list[str]:
        """Return what the customer was sent, oldest first."""
        return [r.content.text for r in await self.rows(purpose="reply", conversation_id=number)]

    async def fired(self, number: int) -> list[str]:
        """Return the timers that have happened to a conversation, oldest first."""
        return [
            cast("dict[str, Any]", e.data)["kind"]
            for e in await self.events(number)
            if e.kind == "timer"
        ]
