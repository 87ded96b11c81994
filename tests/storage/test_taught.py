"""What the desk was taught is stored, found again, hidden and brought back."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from core.messages import Content, Kind
from core.playbook import Answering, BannedWords, Hours, Match, Prompt, Rule
from storage.engine import Database
from storage.uow import UnitOfWork

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
RULE = Rule(
    0,
    "price",
    Match.ANY,
    ("多少钱", "price"),
    (Content(Kind.TEXT, "100 块"), Content(Kind.LINK, "shop", data={"url": "https://a.example"})),
    ("shop",),
    enabled=False,
    group="sales",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    hours=Hours(frozenset({0, 6}), ((time(9), time(18, 30)), (time(22), time(2)))),
)


async def test_a_rule_comes_back_as_it_was_stored(database: Database) -> None:
    async with UnitOfWork(database) as uow:
        (number,) = await uow.taught.add_rules([RULE], NOW)
        await uow.commit()

    async with UnitOfWork(database, reading=True) as uow:
        assert await uow.taught.rule(number) == replace(RULE, id=number)
        assert (await uow.taught.playbook()).rules == (replace(RULE, id=number),)


async def test_a_deleted_rule_is_gone_until_it_is_brought_back_to_its_place(
    database: Database,
) -> None:
    async with UnitOfWork(database) as uow:
        rules = [replace(RULE, name=name) for name in "abc"]
        first, second, third = await uow.taught.add_rules(rules, NOW)
        await uow.taught.delete_rules([second], NOW)
        assert await uow.taught.rule(second) is None
        assert await uow.taught.rule_order() == [first, third]

        await uow.taught.restore_rules([second])
        assert await uow.taught.rule_order() == [first, second, third]


async def test_rules_trade_places(database: Database) -> None:
    async with UnitOfWork(database) as uow:
        a, b, c, d = await uow.taught.add_rules([replace(RULE, name=name) for name in "abcd"], NOW)

        await uow.taught.order_rules([d, b])

        assert await uow.taught.rule_order() == [a, d, c, b]


async def test_uses_are_added_up(database: Database) -> None:
    async with UnitOfWork(database) as uow:
        (number,) = await uow.taught.add_rules([RULE], NOW)
        await uow.taught.rules_used({number: 2})
        await uow.taught.rules_used({number: 3})

        found = await uow.taught.rule(number)
        assert found is not None
        assert found.uses == 5


async def test_word_lists_stand_newest_first_and_a_deleted_one_can_come_back(
    database: Database,
) -> None:
    lists = [
        BannedWords("old", ("a",), "block", "staff"),
        BannedWords("new", ("b", "c"), "warn", "both", about="neutral", match="equals"),
    ]
    async with UnitOfWork(database) as uow:
        (old,) = await uow.taught.add_words(lists[:1], NOW, "Ann")
        (new,) = await uow.taught.add_words(lists[1:], NOW + timedelta(minutes=1), "Ann")
        found = await uow.taught.word_lists()
        assert found == lists[::-1]
        assert [banned.enabled for banned in found] == [False, False]
        assert found[0].added_by == "Ann"

        await uow.taught.delete_words([new], NOW)
        assert [banned.id for banned in await uow.taught.word_lists()] == [old]
        assert await uow.taught.word_list(new) is None

        await uow.taught.restore_words([new])
        assert [banned.id for banned in await uow.taught.word_lists()] == [new, old]


async def test_settings_are_those_stored_and_the_rest_as_they_are_from_the_start(
    database: Database,
) -> None:
    async with UnitOfWork(database) as uow:
        assert await uow.taught.answering() == Answering()

        await uow.taught.set_answering(Answering(precision=0.9, mask_desk=r"\d+"))
        await uow.taught.set_answering(Answering(precision=0.8, quiet_online=True))

        assert await uow.taught.answering() == Answering(precision=0.8, quiet_online=True)


async def test_a_prompt_keeps_its_messages_in_order(database: Database) -> None:
    prompt = Prompt(
        "welcome", "shop", True, "Hi", (), (Content(Kind.TEXT, "one"), Content(Kind.FAQ_CARD))
    )
    async with UnitOfWork(database) as uow:
        await uow.taught.set_prompt(prompt)
        assert (await uow.taught.playbook()).prompts == (prompt,)

        await uow.taught.delete_prompt("welcome", "shop")
        assert (await uow.taught.playbook()).prompts == ()
