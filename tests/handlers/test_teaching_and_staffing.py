"""What admins and owners change, on both databases and without a bot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.bell import LINE, PLAYBOOK
from bot.compiled import Compiled
from bot.handlers import (
    find_entries,
    grouping,
    order_rules,
    pick_reply,
    playbook_file,
    rule_test,
    staffing,
    teach_faq,
    teach_prompt,
    teach_rule,
)
from bot.handlers.grouping import GroupWishes
from bot.handlers.teach_faq import FaqDraft
from bot.handlers.teach_prompt import MenuItem, Wishes
from bot.handlers.teach_rule import RuleDraft, RuleWishes
from bot.knowledge.answering import Answer
from bot.rules.automaton import Verdict
from bot.telling import Voice
from bot.wiring import new_key
from core.errors import Conflict, DeskError, NotAllowed
from core.i18n.texts import texts
from core.messages import Content, Kind, Sender
from core.playbook import BannedWords, FaqEntry, Match, Playbook, Rule
from core.prompts import default_welcome
from core.states import Role, State
from storage.engine import Database
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEFAULT = default_welcome(texts("en"))
VOICE = Voice(lambda _: texts("en"), UTC, new_key)


def say(words: str) -> Content:
    return Content(Kind.TEXT, words)


def draft(*words: str, reply: str = "100", match: Match = Match.ANY) -> RuleDraft:
    return RuleDraft(match, words, (say(reply),))


@dataclass
class House:
    """A database with an owner, an admin and an agent, and the bells that were rung."""

    database: Database
    rings: list[str]
    owner: StaffMember
    admin: StaffMember
    agent: StaffMember

    def unit(self) -> UnitOfWork:
        return UnitOfWork(self.database)

    async def book(self) -> Compiled:
        async with UnitOfWork(self.database, reading=True) as uow:
            return Compiled.build(await uow.taught.playbook())

    async def does(self, act: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        """Do something in a unit of work of its own, and commit."""
        async with self.unit() as uow:
            result = await act(uow)
            await uow.commit()
        return result


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    rings: list[str] = []
    database = Database(database_url, on_commit=rings.extend)
    async with UnitOfWork(database) as uow:
        await uow.accounts.keep({"shop": "telegram", "club": "telegram"}, NOON)
        group = await uow.staffing.add_group("Front desk", "default", None, "frontdesk", NOON)
        people = {}
        for number, role in enumerate(Role, 1):
            id_ = await uow.staffing.add("telegram", str(number), role.value, role, 5, NOON)
            await uow.staffing.join(id_, [group])
            people[role] = (await uow.staffing.by_ids([id_]))[id_]
        await uow.commit()
    yield House(database, rings, people[Role.OWNER], people[Role.ADMIN], people[Role.AGENT])
    await database.close()


async def test_a_change_of_the_playbook_counts_and_rings(house: House) -> None:
    book = await house.book()

    await house.does(lambda uow: teach_rule.add(uow, house.admin, draft("price"), book, NOON))

    assert (await house.book()).playbook.version == 1
    assert PLAYBOOK in house.rings


async def test_a_change_that_is_not_committed_leaves_nothing(house: House) -> None:
    book = await house.book()

    async with house.unit() as uow:
        await teach_rule.add(uow, house.admin, draft("price"), book, NOON)

    assert replace((await house.book()).playbook, front_group=None, groups=()) == Playbook()
    assert house.rings == []
    async with house.unit() as uow:
        assert await uow.audit.newest(5) == []


async def test_switching_to_what_it_is_already_changes_nothing(house: House) -> None:
    book = await house.book()
    await house.does(lambda uow: teach_rule.add(uow, house.admin, draft("price"), book, NOON))

    await house.does(lambda uow: teach_rule.switch(uow, house.admin, 1, True, NOON))

    assert (await house.book()).playbook.version == 1


async def test_a_long_word_gives_rules_names_that_fit(house: House) -> None:
    for _ in range(3):
        book = await house.book()
        await house.does(
            lambda uow, book=book: teach_rule.add(uow, house.admin, draft("x" * 100), book, NOON)
        )

    names = [rule.name for rule in (await house.book()).playbook.rules]
    assert len(set(names)) == 3
    assert max(map(len, names)) == 100


async def test_search_finds_numbers_words_and_replies(house: House) -> None:
    playbook = Playbook(
        1,
        (
            Rule(7, "price", Match.ANY, ("多少钱",), (say("100 块"),)),
            Rule(8, "lamp", Match.ANY, ("Lamp",), (say("We have 7"),)),
        ),
    )

    def found(search: str) -> list[int]:
        return [rule.id for rule in teach_rule.find(house.admin, playbook, search)]

    assert found("") == [7, 8]
    assert found("多少") == [7]
    assert found("LAMP") == [8]
    assert found("#7") == [7]
    assert found("100 块") == [7]
    assert found("nothing") == []


FILE = Playbook(
    rules=(
        Rule(0, "b", Match.ANY, ("b",), (say("B"),)),
        Rule(0, "a", Match.ANY, ("a",), (say("A"),)),
    ),
    faq=(FaqEntry(0, "", "How?", (), (), say("So")),),
    words=(BannedWords("abuse", ("bad",), "block", "staff"),),
)


async def test_a_whole_file_stands_in_its_own_order(house: House) -> None:
    async def take(uow: UnitOfWork) -> object:
        return await playbook_file.take_in(uow, house.admin, FILE, NOON, whole=True)

    await house.does(take)
    await house.does(take)

    playbook = (await house.book()).playbook
    assert [rule.name for rule in playbook.rules] == ["b", "a"]
    assert [replace(entry, id=0) for entry in playbook.faq] == list(FILE.faq)
    assert playbook.words == FILE.words


async def test_taking_the_same_file_in_twice_changes_nothing_more(house: House) -> None:
    async def add(uow: UnitOfWork) -> playbook_file.Difference:
        return await playbook_file.take_in(uow, house.admin, FILE, NOON, whole=False)

    first: playbook_file.Difference = await house.does(add)
    before = (await house.book()).playbook
    second: playbook_file.Difference = await house.does(add)

    assert (first.rules.new, first.faq.new, first.words.new) == (2, 1, 1)
    assert (second.rules.same, second.faq.same, second.words.same) == (2, 1, 1)
    assert replace((await house.book()).playbook, version=0) == replace(before, version=0)


async def test_a_test_says_what_rules_and_faq_make_of_a_text(house: House) -> None:
    await house.does(lambda uow: playbook_file.take_in(uow, house.admin, FILE, NOON, whole=True))
    book = await house.book()

    async def explain(uow: UnitOfWork) -> rule_test.Explanation:
        return await rule_test.explain(uow, house.admin, "How?", book, NOON)

    found: rule_test.Explanation = await house.does(explain)
    assert [on.traces for on in found.rules] == [()]
    assert isinstance(found.verdict, Answer)

    async def other(uow: UnitOfWork) -> rule_test.Explanation:
        return await rule_test.explain(uow, house.admin, "a b", book, NOON)

    both: rule_test.Explanation = await house.does(other)
    assert [trace.verdict for trace in both.rules[0].traces] == [Verdict.WINS, Verdict.OVERTAKEN]


async def test_a_menu_says_shows_and_leads(house: House) -> None:
    wishes = Wishes(menu=(MenuItem("A", "human"), MenuItem("B"), MenuItem("C", "https://c.org")))

    shown = await house.does(
        lambda uow: teach_prompt.change(uow, house.owner, None, wishes, DEFAULT, NOON)
    )

    assert [(b.data, b.url) for b in shown.prompt.menu] == [
        ("c:human", None),
        ("c:say:B", None),
        (None, "https://c.org"),
    ]
    assert (await house.book()).playbook.prompts == (shown.prompt,)


async def test_who_is_switched_off_hands_everything_back_in_one_go(house: House) -> None:
    async def serve(uow: UnitOfWork) -> list[int]:
        account = (await uow.accounts.all())[0]
        people = await uow.people.add({(account.id, n): (Sender(n, n), n) for n in "ab"}, NOON)
        talks = await uow.conversations.open([(account.id, p.id) for p in people.values()], NOON)
        for talk in talks.values():
            talk.state, talk.agent_id = State.SERVING, house.agent.id
        await uow.conversations.update(talks.values())
        return [talk.id for talk in talks.values()]

    talks: list[int] = await house.does(serve)

    with pytest.raises(Conflict):
        await house.does(
            lambda uow: staffing.switch_off(
                uow, house.owner, house.agent.chat, NOON, voice=VOICE, return_talks=False
            )
        )
    house.rings.clear()
    count = await house.does(
        lambda uow: staffing.switch_off(
            uow, house.owner, house.agent.chat, NOON, voice=VOICE, return_talks=True
        )
    )

    assert count == 2
    assert LINE in house.rings
    async with house.unit() as uow:
        found = await uow.conversations.by_ids(talks)
        assert not (await uow.staffing.by_ids([house.agent.id]))[house.agent.id].active
    assert {(t.state, t.agent_id) for t in found.values()} == {(State.WAITING, None)}


async def test_a_group_that_conversations_name_cannot_be_deleted(house: House) -> None:
    group = await house.does(lambda uow: grouping.add(uow, house.owner, "Second", None, None, NOON))

    async def wait(uow: UnitOfWork) -> None:
        account = (await uow.accounts.all())[0]
        people = await uow.people.add({(account.id, "a"): (Sender("a", "a"), "a")}, NOON)
        talks = await uow.conversations.open([(account.id, p.id) for p in people.values()], NOON)
        for talk in talks.values():
            talk.state, talk.group_id = State.ENDED, group.id
        await uow.conversations.update(talks.values())

    await house.does(wait)

    with pytest.raises(Conflict):
        await house.does(lambda uow: grouping.remove(uow, house.owner, group.id, NOON))


NOBODY = FaqDraft("q", say("a"))
ADMIN_ONLY: list[Callable[[UnitOfWork, StaffMember], Awaitable[object]]] = [
    lambda uow, who: teach_rule.show(uow, who, 1),
    lambda uow, who: teach_rule.add(uow, who, draft("a"), Compiled.build(Playbook()), NOON),
    lambda uow, who: teach_rule.edit(uow, who, 1, draft("a"), Compiled.build(Playbook()), NOON),
    lambda uow, who: teach_rule.switch(uow, who, 1, True, NOON),
    lambda uow, who: teach_rule.remove(uow, who, 1, NOON),
    lambda uow, who: teach_rule.start(uow, who, ("a",), Compiled.build(Playbook()), NOON),
    lambda uow, who: teach_rule.copy(uow, who, 1, Compiled.build(Playbook()), NOON),
    lambda uow, who: teach_rule.revise(uow, who, 1, RuleWishes(), Compiled.build(Playbook()), NOON),
    lambda uow, who: teach_rule.made_by(uow, who, 1),
    lambda uow, who: order_rules.place_of(uow, who, 1),
    lambda uow, who: order_rules.move(uow, who, 1, 1, NOON),
    lambda uow, who: order_rules.put_in_group(uow, who, [1], "a", NOON),
    lambda uow, who: order_rules.switch_group(uow, who, 1, True, NOON),
    lambda uow, who: pick_reply.search(uow, who, ""),
    lambda uow, who: pick_reply.content_of(uow, who, 1),
    lambda uow, who: teach_faq.show(uow, who, 1),
    lambda uow, who: teach_faq.add(uow, who, NOBODY, Playbook(), NOON),
    lambda uow, who: teach_faq.edit(uow, who, 1, NOBODY, Playbook(), NOON),
    lambda uow, who: teach_faq.switch(uow, who, 1, True, NOON),
    lambda uow, who: teach_faq.remove(uow, who, 1, NOON),
    lambda uow, who: teach_prompt.overview(uow, who, [DEFAULT]),
    lambda uow, who: teach_prompt.places_with_own(uow, who, "welcome"),
    lambda uow, who: teach_prompt.place_of_group(uow, who, "default"),
    lambda uow, who: teach_prompt.show(uow, who, None, DEFAULT),
    lambda uow, who: teach_prompt.change(uow, who, None, Wishes(), DEFAULT, NOON),
    lambda uow, who: teach_prompt.reset(uow, who, None, DEFAULT, NOON),
    lambda uow, who: playbook_file.compare(uow, who, FILE),
    lambda uow, who: playbook_file.take_in(uow, who, FILE, NOON, whole=True),
    lambda uow, who: playbook_file.give_out(uow, who, NOON),
    lambda uow, who: rule_test.explain(uow, who, "a", Compiled.build(Playbook()), NOON),
]
OWNER_ONLY: list[Callable[[UnitOfWork, StaffMember], Awaitable[object]]] = [
    lambda uow, who: staffing.people(uow, who),
    lambda uow, who: staffing.person(uow, who, "1"),
    lambda uow, who: staffing.add(uow, who, "9", "Eve", None, [], 5, NOON),
    lambda uow, who: staffing.before_off(uow, who, "1"),
    lambda uow, who: staffing.switch_off(uow, who, "1", NOON, voice=VOICE, return_talks=True),
    lambda uow, who: staffing.switch_on(uow, who, "1", NOON),
    lambda uow, who: staffing.set_role(uow, who, "1", Role.OWNER, NOON),
    lambda uow, who: staffing.set_capacity(uow, who, "1", 9, NOON),
    lambda uow, who: staffing.set_membership(uow, who, "1", 1, NOON, inside=False),
    lambda uow, who: grouping.groups(uow, who),
    lambda uow, who: grouping.group(uow, who, 1),
    lambda uow, who: grouping.add(uow, who, "New", None, None, NOON),
    lambda uow, who: grouping.edit(uow, who, 1, GroupWishes(name="X"), NOON),
    lambda uow, who: grouping.before_removal(uow, who, 1),
    lambda uow, who: grouping.remove(uow, who, 1, NOON),
]


@pytest.mark.requirement("ORG-28")
async def test_agents_may_teach_nothing_and_admins_manage_nobody(house: House) -> None:
    refused = [(act, house.agent) for act in (*ADMIN_ONLY, *OWNER_ONLY)]
    refused += [(act, house.admin) for act in OWNER_ONLY]

    for act, who in refused:
        with pytest.raises(NotAllowed):
            await house.does(lambda uow, act=act, who=who: act(uow, who))

    with pytest.raises(NotAllowed):
        teach_rule.find(house.agent, Playbook(), "")
    with pytest.raises(NotAllowed):
        order_rules.groups(house.agent, Playbook())
    with pytest.raises(NotAllowed):
        find_entries.choose(house.agent, [], find_entries.Filter(), UTC)
    async with house.unit() as uow:
        assert await uow.audit.newest(5) == []


@pytest.mark.requirement("ORG-28")
async def test_owners_may_do_all_of_it(house: House) -> None:
    for act in (*ADMIN_ONLY, *OWNER_ONLY):
        try:
            await house.does(lambda uow, act=act: act(uow, house.owner))
        except NotAllowed:
            raise
        except DeskError:
            # The thing it asks for is not there, or cannot be: but they were let in.
            continue
