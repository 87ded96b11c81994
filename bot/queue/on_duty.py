"""Tells who on duty could serve a conversation, and what stands in somebody's way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.queue.floor import Floor
from bot.queue.steps import Verdict
from core.line import Waiting
from core.policy import Policy


@dataclass(slots=True)
class Agent:
    """One agent with the groups of all their seats."""

    id: int
    capacity: int
    serving: int
    idle_since: datetime
    by_account: dict[str, int]
    by_group: dict[int, int]
    groups: set[int] = field(default_factory=set)
    given: int = 0
    """Which assignment of this round was the last to go here; 0 for none."""

    @property
    def free(self) -> int:
        """How many conversations more they may hold."""
        return max(0, self.capacity - self.serving)

    def take(self, waits: Waiting) -> None:
        """Hold one conversation more."""
        self.serving += 1
        self.by_account[waits.account] = self.by_account.get(waits.account, 0) + 1
        self.by_group[waits.group_id] = self.by_group.get(waits.group_id, 0) + 1


class OnDuty:
    """The agents on duty, with what each holds as a round of dealing goes on.

    Args:
        floor: What assignment looks at.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.agents: dict[int, Agent] = {}
        for seat in sorted(floor.seats, key=lambda s: (s.staff_id, s.group_id)):
            agent = self.agents.get(seat.staff_id)
            if agent is None:
                agent = self.agents[seat.staff_id] = Agent(
                    seat.staff_id,
                    seat.capacity,
                    seat.serving,
                    seat.idle_since,
                    dict(seat.by_account),
                    dict(seat.by_group),
                )
            agent.groups.add(seat.group_id)
        self._of_group: dict[int, list[Agent]] = {}
        for agent in self.agents.values():
            for group in agent.groups:
                self._of_group.setdefault(group, []).append(agent)
        self._rules: dict[tuple[str, int], tuple[Policy, tuple[int, int]]] = {}
        self._passed: dict[int, set[int]] = {}
        for conversation, staff in floor.passed:
            self._passed.setdefault(conversation, set()).add(staff)

    @property
    def hungry(self) -> frozenset[int]:
        """The groups that have an agent with a seat free."""
        return frozenset(group for a in self.agents.values() if a.free for group in a.groups)

    def policy(self, waits: Waiting) -> Policy:
        """Return what holds for a conversation."""
        return self._rules_of(waits)[0]

    def limits(self, waits: Waiting) -> tuple[int, int]:
        """Return how many of its account and of its group one agent may serve; 0: any number."""
        return self._rules_of(waits)[1]

    def _rules_of(self, waits: Waiting) -> tuple[Policy, tuple[int, int]]:
        key = (waits.account, waits.group_id)
        found = self._rules.get(key)
        if found is None:
            policies = self._floor.policies
            found = self._rules[key] = (policies.of(*key), policies.limits(*key))
        return found

    def of_group(self, group_id: int) -> Sequence[Agent]:
        """Return who is on duty in a group."""
        return self._of_group.get(group_id, ())

    def able(self, waits: Waiting) -> list[Agent]:
        """Return who could serve a conversation now, without those whose turn it is not again."""
        could = [
            agent
            for agent in self.of_group(waits.group_id)
            if agent.free and self._obstacle(agent, waits) is None
        ]
        passed = self._passed.get(waits.conversation_id)
        if not passed:
            return could
        return [agent for agent in could if agent.id not in passed] or could

    def verdict(self, staff_id: int, waits: Waiting, able: Sequence[Agent]) -> Verdict:
        """Return what to say of somebody who would come first.

        Args:
            staff_id: Who.
            waits: The conversation.
            able: Who could serve it now.
        """
        if any(agent.id == staff_id for agent in able):
            return Verdict.CHOSEN
        agent = self.agents.get(staff_id)
        if agent is None or waits.group_id not in agent.groups:
            return Verdict.NOT_THERE
        return self._obstacle(agent, waits) or Verdict.PASSED

    def _obstacle(self, agent: Agent, waits: Waiting) -> Verdict | None:
        """Return why somebody on duty cannot serve a conversation; ``None``: they can."""
        account = self._floor.allotment.accounts.get(waits.account)
        if account is not None and not account.served_by(agent.id, waits.group_id):
            return Verdict.NOT_RECEIVER
        of_account, of_group = self._rules_of(waits)[1]
        if (
            not agent.free
            or (of_account and agent.by_account.get(waits.account, 0) >= of_account)
            or (of_group and agent.by_group.get(waits.group_id, 0) >= of_group)
        ):
            return Verdict.FULL
        return None
