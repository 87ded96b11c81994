"""Our people ask what happened in a conversation, and why."""

import ast
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from admin_bot.command import Command
from admin_bot.desk import history, why
from bot.dialog.machine import Move
from bot.queue.decisions import Why
from core import prompts, timers
from core.i18n.texts import LANGUAGES, texts
from storage.repos import handoffs
from storage.repos.conversations import Event
from storage.repos.outbox import Binding
from storage.repos.timers import Timer
from tests.admin_bot.office import BO, NOON, Office, open_office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    extra: list[Command] = [why.COMMAND, history.COMMAND]
    async with open_office(sqlite_url, extra_commands=extra) as opened:
        yield opened


async def happens(office: Office, number: int, *events: tuple[str, dict[str, object]]) -> None:
    async with office.unit() as uow:
        await uow.conversations.record(
            Event(number, NOON + timedelta(minutes=n), kind, data=data)
            for n, (kind, data) in enumerate(events)
        )
        await uow.commit()


async def test_what_happened_is_told_in_sentences_with_scores(office: Office) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")
    await office.ada.says("/faq_add What does it cost? = 100")
    (number,) = await office.serving(BO, "Ann")
    bo = await office.member(BO)
    moved = {"from": "WAITING", "to": "SERVING", "move": "take", "agent": bo.id}
    await happens(
        office,
        number,
        ("opened", {"source": "qr_01", "first_contact": True}),
        ("rule", {"rule": 3, "name": "price", "words": ["how much", "cost"]}),
        ("faq", {"entry": 1, "score": 0.9731, "said": "when will you ship"}),
        ("faq", {"entry": 1, "score": 1.0, "said": "when do you ship"}),
        ("offer", {"entries": [1, 2, 9], "scores": [0.61, 0.2, 0.16], "said": "ship or cost"}),
        ("faq", {"entry": 2, "pressed": True}),
        ("no_answer", {"said": "where do I park"}),
        ("unhelpful", {"entry": 2}),
        ("state", {"from": "BOT", "to": "WAITING", "move": "ask_human"}),
        ("state", moved),
    )

    told = await office.bo.says(f"/why {number}")

    for sentence in (
        "The conversation began; the customer came from qr_01.",
        "Rule #3 “price” answered: the message had how much, cost.",
        "answered #1 When do you ship?, sure to 0.97, to “when will you ship”.",
        "“when do you ship” is asked in its very words.",
        "from #1 When do you ship? (0.61), #2 What does it cost? (0.20), #9 (gone) (0.16).",
        "The customer chose #2 What does it cost?",
        "No question was near enough to “where do I park”",
        "the answer of #2 What does it cost? did not help",
        "The customer asked for a person: with the bot → queued",
        "An agent took it: queued → in session; agent: Bo",
        "Now the bot answers from 0.",
    ):
        assert sentence in told


async def test_it_is_told_in_pages_the_newest_first_to_be_seen(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    await happens(office, number, *[("source", {"source": f"qr_{n:02}"}) for n in range(23)])

    told = await office.bo.says(f"/why {number}")
    assert "qr_22" in told
    assert "qr_19" not in told
    older = await office.bo.presses("Older")
    assert "qr_19" in older
    assert "qr_10" in older
    assert "2/3" in older
    assert "qr_20" in await office.bo.presses("Newer")


async def test_a_reply_to_a_customers_message_asks_about_that_conversation(
    office: Office,
) -> None:
    first, second = await office.serving(BO, "Ann", "Ben")
    await happens(office, first, ("no_answer", {"said": "Ann's question"}))
    await happens(office, second, ("no_answer", {"said": "Ben's question"}))
    await office.bo.says("/help")
    shown = office.bo.chat[-1]["message_id"]
    async with office.unit() as uow:
        await uow.outbox.bind([Binding(str(BO), str(shown), second, None)], NOON)
        await uow.commit()

    assert "Ben's question" in await office.bo.says("/why", reply_to=shown)


async def test_without_a_number_it_is_the_conversation_in_front(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    assert "Nothing" not in await office.bo.says("/why")
    async with office.unit() as uow:
        bo = await office.member(BO)
        await uow.staffing.change(bo.id, front_conversation_id=number)
        await uow.commit()
    await happens(office, number, ("blocked", {}))

    assert "The customer shut us out." in await office.bo.says("/why")


async def test_agents_see_their_own_conversations_and_admins_all(office: Office) -> None:
    await office.serving(BO, "Ann")
    (other,) = await office.serving(1003, "Ben")
    await happens(office, other, ("no_answer", {"said": "Ben's question"}))

    assert "Ben's question" not in await office.bo.says(f"/why {other}")
    assert "Ben's question" in await office.ada.says(f"/why {other}")
    assert "Ben's question" in await office.olga.says(f"/why {other}")


@pytest.mark.parametrize("words", ["twelve", "12 13"])
async def test_other_words_than_a_number_are_explained(office: Office, words: str) -> None:
    assert "Write it like this: /why" in await office.bo.says(f"/why {words}")


# -- how it was received ---------------------------------------------------------------------------


async def test_who_got_it_and_why_is_told(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    bo, ada = await office.member(BO), await office.member(1003)
    given = {"agent": bo.id}
    await happens(
        office,
        number,
        ("prompt", {"kind": "queue"}),
        ("passed", {"agent": ada.id}),
        ("owned", {**given, "rule": 4, "rule_name": "VIP"}),
        ("assigned", {**given, "why": "rule", "rule": 4, "rule_name": "VIP"}),
        ("assigned", {**given, "why": "owner"}),
        ("assigned", {**given, "why": "last_agent", "passed_over": [ada.id]}),
        ("assigned", {**given, "why": "fewest"}),
        (
            "state",
            {"from": "SERVING", "to": "WAITING", "move": "return_to_line", "why": "offline"},
        ),
    )

    told = await office.bo.says(f"/why {number}")

    for sentence in (
        "The prompt “Waiting in line” was shown to the customer.",
        "Ada let the offer pass.",
        "The customer now belongs to Bo. (rule #4 “VIP”)",
        "It went to Bo, by allocation rule #4 “VIP”",
        "It went to Bo, whose customer it is",
        "It went to Bo, who served this customer last time; not free: Ada",
        "It went to Bo, who had the fewest conversations (idle first)",
        "It went back to the line: in session → queued; because its agent went offline",
    ):
        assert sentence in told, sentence


async def test_hand_overs_timers_and_the_rating_are_told(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    bo, ada = await office.member(BO), await office.member(1003)
    await happens(
        office,
        number,
        (
            "handoff",
            {"how": "agent", "from_agent": bo.id, "to_agent": ada.id, "note": "knows her"},
        ),
        ("handoff", {"how": "group", "from_group": 9, "to_group": 1}),
        ("handoff_undone", {"how": "agent"}),
        ("timer", {"kind": "response", "first": True, "agent": bo.id, "leads": [ada.id]}),
        ("timer", {"kind": "remind"}),
        ("snooze", {"until": (NOON + timedelta(hours=1)).isoformat()}),
        ("snooze", {"over": True}),
        ("rated", {"score": 4, "remark": "quick"}),
    )

    told = await office.bo.says(f"/why {number}")

    for sentence in (
        "Handed to a colleague; from Bo; to Ada; note: knows her",
        "Handed to another group's line; to the group Front desk",
        "The response target was missed; agent: Bo; told: Ada",
        "The customer was silent: they were reminded and the conversation was marked",
        "put it off until 2026-11-22 21:00.",
        "The customer rated the service 4 of 5; note: quick",
    ):
        assert sentence in told, sentence


async def test_what_is_set_to_happen_is_told_the_next_first(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    bo = await office.member(BO)
    async with office.unit() as uow:
        await uow.timers.set(
            [
                Timer("end", NOON + timedelta(days=2), number),
                Timer("remind", NOON + timedelta(minutes=5), number),
                Timer("offer", NOON + timedelta(minutes=1), number, bo.id),
                Timer("response", NOON + timedelta(days=3650), number, data={"missed": True}),
                Timer("end", NOON, number + 1),
            ]
        )
        await uow.commit()

    told = (await office.bo.says(f"/why {number}")).splitlines()

    assert told[told.index("Set now:") + 1 :] == [
        "⏱ 20:01 the offer to Bo is over",
        "⏱ 20:05 the customer is reminded if they stay silent",
        "⏱ 2026-11-24 20:00 the conversation ends if the customer stays silent",
    ]


ROOT = Path(__file__).parents[3]


def _written() -> Iterator[tuple[str, str]]:
    """Yield where the code writes an event, and of which kind."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if ".event(" not in code and "Event(" not in code:
            continue
        tree = ast.parse(code)
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            at = 1 if called.endswith(".event") else 2 if called == "Event" else None
            if at is None or len(node.args) <= at or called == "asyncio.Event":
                continue
            kind = node.args[at]
            where = f"{module}:{node.lineno}"
            if isinstance(kind, ast.Constant):
                yield where, str(kind.value)
            elif isinstance(kind, ast.Name) and isinstance(
                value := getattr(import_module(module), kind.id, None), str
            ):
                yield where, value
            elif (module, ast.unparse(kind)) in _PASSED_ON:
                for known in _PASSED_ON[module, ast.unparse(kind)]:
                    yield where, known
            else:
                raise AssertionError(f"{where}: which kinds can {ast.unparse(kind)} be?")


_PASSED_ON: dict[tuple[str, str], tuple[str, ...]] = {
    ("bot.telling", "kind"): (),
    ("bot.reception", "kind"): (),
    ("bot.thinking", "content.kind.value"): ("blocked", "unblocked"),
}
"""Where a kind is no constant: which it can be; none where the caller gives it."""


def test_every_kind_of_event_that_the_code_writes_has_words() -> None:
    written = dict(_written())

    assert len(set(written.values())) > 12
    assert {where: kind for where, kind in written.items() if kind not in why.SENTENCES} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_timer_prompt_and_hand_over_has_words(language: str) -> None:
    say = texts(language)
    kinds = {
        value for name, value in vars(handoffs).items() if name.isupper() and isinstance(value, str)
    }
    assert kinds >= {"agent", "group", "switch", "card", "bot", "return"}
    wanted = [
        *(f"why.assigned.{each.value}" for each in Why),
        "why.assigned.taken",
        "why.assigned.picked",
        *(f"why.timer.{each}" for each in timers.KINDS),
        *(f"why.set.{each}" for each in timers.KINDS),
        *(f"prompt.kind.{each}" for each in prompts.KINDS),
        *(f"why.handoff.{each}" for each in kinds),
        *(f"why.move.{each.value}" for each in Move),
        *(f"why.because.{each}" for each in ("agent_off", "offline", "no_answer", "silent")),
    ]
    assert [key for key in wanted if key not in say] == []
