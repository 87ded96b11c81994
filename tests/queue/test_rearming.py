"""Which timers a happening sets and ends: the table, and any story that can be told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.queue.rearming import (
    Rearming,
    agent_wrote,
    came_back,
    customer_wrote,
    joined_line,
    put_off,
    service_began,
)
from core.policy import BadPolicy, Policy, checked
from core.timers import (
    END,
    OF_SERVING,
    PLACE,
    REASSIGN,
    REMIND,
    RESPONSE,
    SNOOZE,
    UNREAD,
)

OFF = Policy(tell_wait=False)
ALL = Policy(
    remind=True,
    end_minutes=30,
    push=True,
    first_response_minutes=2,
    next_response_minutes=4,
    reassign_minutes=6,
)
MINUTE = timedelta(minutes=1)


def in_minutes(found: Rearming) -> dict[str, float]:
    return {s.kind: s.after / MINUTE for s in found.set}


@pytest.mark.requirement("QUE-29")
@pytest.mark.requirement("QUE-30")
@pytest.mark.requirement("QUE-31")
@pytest.mark.parametrize(
    ("happened", "sets"),
    [
        pytest.param(joined_line(ALL, None), {PLACE: 1}, id="joined"),
        pytest.param(joined_line(OFF, None), {}, id="joined, nobody is told of their place"),
        pytest.param(service_began(ALL, given=False), {UNREAD: 3, RESPONSE: 2}, id="taken"),
        pytest.param(
            service_began(ALL, given=True), {UNREAD: 3, RESPONSE: 2, REASSIGN: 6}, id="given"
        ),
        pytest.param(service_began(OFF, given=True), {}, id="given, nothing is watched"),
        pytest.param(customer_wrote(ALL), {UNREAD: 3, RESPONSE: 4}, id="customer"),
        pytest.param(customer_wrote(OFF), {}, id="customer, nothing is watched"),
        pytest.param(agent_wrote(ALL), {REMIND: 5, END: 30}, id="agent"),
        pytest.param(agent_wrote(replace(ALL, remind=False)), {END: 30}, id="agent, no reminder"),
        pytest.param(agent_wrote(OFF), {}, id="agent, nothing is watched"),
        pytest.param(put_off(120 * MINUTE), {SNOOZE: 120}, id="put off"),
        pytest.param(put_off(None), {}, id="put off until they write"),
        pytest.param(came_back(ALL, owed=True), {UNREAD: 3, RESPONSE: 4}, id="back, unanswered"),
        pytest.param(came_back(ALL, owed=False), {REMIND: 5, END: 30}, id="back, answered"),
    ],
)
def test_what_a_happening_sets(happened: Rearming, sets: dict[str, float]) -> None:
    assert in_minutes(happened) == sets


@pytest.mark.requirement("QUE-29")
def test_the_end_comes_after_48_hours_at_the_latest() -> None:
    assert checked("end_minutes", 48 * 60) == 48 * 60
    assert in_minutes(agent_wrote(Policy(end_minutes=48 * 60))) == {END: 48 * 60}
    with pytest.raises(BadPolicy):
        checked("end_minutes", 48 * 60 + 1)


def test_the_defaults_are_five_minutes_for_the_reminder_and_three_for_what_is_unread() -> None:
    plain = Policy(remind=True, push=True)

    assert in_minutes(agent_wrote(plain)) == {REMIND: 5}
    assert in_minutes(customer_wrote(plain)) == {UNREAD: 3}


@pytest.mark.parametrize(
    "happened", [joined_line(OFF, None), service_began(OFF, given=False), put_off(None)]
)
def test_what_watched_an_agent_ends_with_their_part(happened: Rearming) -> None:
    assert set(happened.cancel) >= set(OF_SERVING)


def test_only_the_first_unanswered_message_counts() -> None:
    assert all(setting.keep for setting in customer_wrote(ALL).set)
    assert not any(setting.keep for setting in service_began(ALL, given=True).set)


POLICIES = st.builds(
    Policy,
    remind=st.booleans(),
    end_minutes=st.sampled_from([0, 30]),
    push=st.booleans(),
    first_response_minutes=st.sampled_from([0, 2]),
    next_response_minutes=st.sampled_from([0, 4]),
    reassign_minutes=st.sampled_from([0, 6]),
    tell_wait=st.booleans(),
)


class Story(RuleBasedStateMachine):
    """After any story the timers are those that the last word implies, and no others."""

    @initialize(policy=POLICIES)
    def joins(self, policy: Policy) -> None:
        self.policy = policy
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.timers: dict[str, datetime] = {}
        self.wait()

    def happens(self, found: Rearming, *more: str) -> None:
        """Do what ``bot.timing.rearm`` does with the table."""
        for kind in (*found.cancel, *more):
            self.timers.pop(kind, None)
        for setting in found.set:
            if not (setting.keep and setting.kind in self.timers):
                self.timers[setting.kind] = self.now + setting.after

    def wait(self) -> None:
        self.state, self.joined = "waiting", self.now
        self.happens(joined_line(self.policy, None))

    @rule(minutes=st.integers(0, 9))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @precondition(lambda self: self.state == "waiting")
    @rule(given=st.booleans())
    def somebody_serves(self, given: bool) -> None:
        self.state, self.began, self.asked, self.given = "first", self.now, None, given
        self.given_at = self.now
        self.happens(service_began(self.policy, given=given))

    @precondition(lambda self: self.state in ("first", "agent", "customer", "off"))
    @rule()
    def a_colleague_takes_over(self) -> None:
        self.state, self.began, self.asked, self.given = "first", self.now, None, False
        self.happens(service_began(self.policy, given=False))

    @precondition(lambda self: self.state in ("first", "agent", "customer", "off"))
    @rule()
    def the_customer_writes(self) -> None:
        self.happens(customer_wrote(self.policy), *([SNOOZE] if self.state == "off" else []))
        if self.state in ("customer", "off"):
            self.state, self.asked = "agent", self.now
        elif self.asked is None:
            self.asked = self.now

    @precondition(lambda self: self.state in ("first", "agent", "customer", "off"))
    @rule()
    def the_agent_writes(self) -> None:
        self.state, self.given, self.answered = "customer", False, self.now
        self.happens(agent_wrote(self.policy))

    @precondition(lambda self: self.state in ("first", "agent", "customer", "off"))
    @rule(after=st.sampled_from([None, 5 * MINUTE, 50 * MINUTE]))
    def the_agent_puts_it_off(self, after: timedelta | None) -> None:
        self.state, self.given = "off", False
        self.until = None if after is None else self.now + after
        self.happens(put_off(after))

    @precondition(lambda self: self.state == "off")
    @rule(owed=st.booleans())
    def it_comes_back(self, owed: bool) -> None:
        self.happens(came_back(self.policy, owed=owed))
        self.state = "agent" if owed else "customer"
        self.asked = self.answered = self.now

    @precondition(lambda self: self.state in ("first", "agent", "customer", "off"))
    @rule()
    def it_goes_back_to_the_line(self) -> None:
        self.wait()

    @invariant()
    def the_timers_are_what_the_last_word_implies(self) -> None:
        if not hasattr(self, "policy"):
            return
        policy, expected = self.policy, {}
        if self.state == "waiting" and policy.tell_wait:
            expected[PLACE] = self.joined + MINUTE
        if self.state == "off" and self.until is not None:
            expected[SNOOZE] = self.until
        if self.state == "customer":
            if policy.remind:
                expected[REMIND] = self.answered + 5 * MINUTE
            if policy.end_minutes:
                expected[END] = self.answered + 30 * MINUTE
        if self.state in ("first", "agent"):
            if policy.push:
                since = self.began if self.state == "first" else self.asked
                expected[UNREAD] = since + 3 * MINUTE
            if self.state == "first" and policy.first_response_minutes:
                expected[RESPONSE] = self.began + 2 * MINUTE
            elif policy.next_response_minutes and self.asked is not None:
                expected[RESPONSE] = self.asked + 4 * MINUTE
            if self.given and policy.reassign_minutes:
                expected[REASSIGN] = self.given_at + 6 * MINUTE
        assert self.timers == expected


Story.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestStory = pytest.mark.requirement("QUE-30")(Story.TestCase)
