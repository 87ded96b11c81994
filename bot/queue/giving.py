"""Gives conversations: to who is known, by a rule, in an order. Pure.

In which order these are asked, and what they mean, stands in ``bot.queue.assignment``.
"""

from collections.abc import Sequence

from bot.queue.allotment import Allotter
from bot.queue.decisions import Assign, Own, Why
from bot.queue.on_duty import Agent, OnDuty
from bot.queue.steps import Step, Verdict
from core.line import AllocationRule, Allotment, Waiting
from core.policy import Mode, Order, Policy


class Giver:
    """Gives one conversation after the other, and remembers who has been given what.

    Args:
        allotment: The allocation rules and what they look at.
        on_duty: Who could be given something.

    Attributes:
        decided: What has been decided, in order.
    """

    def __init__(self, allotment: Allotment, on_duty: OnDuty) -> None:
        self.decided: list[Own | Assign] = []
        self._candidates = allotment.candidates
        self._allotter = Allotter(allotment)
        self._on_duty = on_duty
        self._given = 0

    def give(self, waits: Waiting, steps: list[Step] | None) -> bool:
        """Give a conversation to somebody, and say whether that was possible.

        Args:
            waits: The conversation.
            steps: Where each step of the search is written down; ``None``: nobody asks.
        """
        able = self._on_duty.able(waits)
        policy = self._on_duty.policy(waits)
        return (
            self._to_known(waits, policy, able, steps)
            or self._by_rule(waits, able, steps)
            or self._in_order(waits, policy, able, steps)
        )

    def _to_known(
        self, waits: Waiting, policy: Policy, able: Sequence[Agent], steps: list[Step] | None
    ) -> bool:
        known = (
            (Why.OWNER, policy.to_owner, waits.owner_id),
            (Why.LAST_AGENT, policy.last_agent, waits.last_agent_id),
        )
        for why, on, staff_id in known:
            if not on or staff_id is None:
                if steps is not None:
                    verdict = Verdict.NOBODY if on else Verdict.OFF
                    steps.append(Step(why.value, verdict))
                continue
            verdict = self._on_duty.verdict(staff_id, waits, able)
            if steps is not None:
                steps.append(Step(why.value, verdict, staff_id))
            if verdict is Verdict.CHOSEN:
                self._assign(waits, self._on_duty.agents[staff_id], why)
                return True
        return False

    def _by_rule(self, waits: Waiting, able: Sequence[Agent], steps: list[Step] | None) -> bool:
        if not self._allotter.rules:
            return False
        if waits.owner_id is not None:
            if steps is not None:
                steps.append(Step("rule", Verdict.HAS_OWNER, waits.owner_id))
            return False
        ids = {agent.id for agent in able}
        online = {agent.id for agent in self._on_duty.of_group(waits.group_id)}
        for rule in self._allotter.rules:
            if not self._allotter.applies(rule, waits):
                _note(steps, rule, Verdict.NOT_ABOUT)
                continue
            chosen = self._allotter.choose(rule, waits, online, ids)
            if chosen is None:
                _note(steps, rule, self._why_nobody(rule, waits))
                continue
            self._own(waits, chosen, rule)
            if chosen in ids:
                _note(steps, rule, Verdict.CHOSEN, chosen)
                self._assign(waits, self._on_duty.agents[chosen], Why.RULE, rule)
                return True
            _note(steps, rule, Verdict.OWNS, chosen)
            return False
        return False

    def _why_nobody(self, rule: AllocationRule, waits: Waiting) -> Verdict:
        targets = self._allotter.targets(rule, waits)
        if not targets:
            return Verdict.NOBODY
        if all(self._allotter.full_today(id_) for id_ in targets):
            return Verdict.DAILY_LIMIT
        here = [self._on_duty.agents[id_] for id_ in targets if id_ in self._on_duty.agents]
        return Verdict.FULL if any(waits.group_id in a.groups for a in here) else Verdict.NOT_THERE

    def _in_order(
        self, waits: Waiting, policy: Policy, able: Sequence[Agent], steps: list[Step] | None
    ) -> bool:
        if not policy.pushes:
            return False
        owns = policy.mode is Mode.OWN and waits.owner_id is None and not self._owned_now(waits)
        people = list(able)
        if owns:
            known = self._candidates
            people = [a for a in able if a.id in known and not self._allotter.full_today(a.id)]
        if not people:
            if steps is not None:
                steps.append(Step("order", Verdict.NOBODY))
            return False
        # Whoever was given something in this round is the last among equals.
        if policy.order is Order.ROUND_ROBIN:
            why = Why.ROUND_ROBIN
            agent = min(people, key=lambda a: (a.given, a.idle_since, a.id))
        else:
            why = Why.FEWEST
            agent = min(people, key=lambda a: (a.serving, a.given, a.idle_since, a.id))
        if steps is not None:
            steps.append(Step("order", Verdict.CHOSEN, agent.id))
        if owns:
            self._own(waits, agent.id, None)
        self._assign(waits, agent, why)
        return True

    def _owned_now(self, waits: Waiting) -> bool:
        return any(
            isinstance(d, Own) and d.customer_id == waits.customer_id for d in self.decided[-1:]
        )

    def _own(self, waits: Waiting, staff_id: int, rule: AllocationRule | None) -> None:
        self._allotter.given(staff_id, rule)
        rule_id = rule.id if rule is not None else None
        self.decided.append(Own(waits.conversation_id, waits.customer_id, staff_id, rule_id))

    def _assign(
        self, waits: Waiting, agent: Agent, why: Why, rule: AllocationRule | None = None
    ) -> None:
        self._given += 1
        agent.given = self._given
        agent.take(waits)
        limits = self._on_duty.limits(waits)
        self.decided.append(Assign(waits.conversation_id, agent.id, why, rule, limits))


def _note(
    steps: list[Step] | None, rule: AllocationRule, verdict: Verdict, staff_id: int | None = None
) -> None:
    if steps is not None:
        steps.append(Step("rule", verdict, staff_id, rule))
