"""``/customers``: look for customers, tick them, and make them somebody's."""

from dataclasses import dataclass, replace

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Command
from admin_bot.desk.speaking import voice_of
from admin_bot.library_wording import turning
from admin_bot.listing import ROWS, in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import allocate_customers
from bot.handlers.allocate_customers import Found, Given
from core.errors import BadRequestText, NotFound
from core.messages import Button
from storage.repos.departments import above
from storage.repos.people import Listed

_ABOUT = "customers"
_LONGEST_SEARCH = 64


@dataclass(frozen=True, slots=True)
class Looking:
    """What somebody looks for, and what they have chosen of it.

    Args:
        words: What they look for.
        unowned: Only customers who belong to nobody.
        ticked: Customers that they have ticked.
        all: The whole result is to be allocated, not those that were ticked.
        to: To whom; ``None``: by the rules.
        notify: Whether agents are told.
    """

    words: str = ""
    unowned: bool = False
    ticked: frozenset[int] = frozenset()
    all: bool = False
    to: int | None = None
    notify: bool = True


def _keep(turn: Turn, looking: Looking) -> None:
    turn.expecting.drafts.keep(turn.staff.id, _ABOUT, looking, turn.desk.clock())


def _looking(turn: Turn) -> Looking:
    found = turn.expecting.drafts.kept(turn.staff.id, _ABOUT, turn.desk.clock())
    if not isinstance(found, Looking):
        raise NotFound("customers.gone")
    return found


async def run(turn: Turn) -> None:
    """Show the customers, or those whose name holds what stands behind the command."""
    notify = turn.desk.playbook.now.playbook.policies.desk.notify_allocated
    _keep(turn, Looking(" ".join(turn.words.split())[:_LONGEST_SEARCH], notify=notify))
    await _show(turn, 1)


# -- the list --------------------------------------------------------------------------------------


async def _listed(turn: Turn) -> None:
    await _show(turn, whole(turn.words) or 1)


async def _show(turn: Turn, number: int, told: str = "") -> None:
    stop_asking(turn)
    say, looking = turn.say, _looking(turn)
    found = await _found(turn, looking, number)
    pages = max(1, -(-found.total // ROWS))
    if number > pages:
        number = pages
        found = await _found(turn, looking, number)
    lines = [told, ""] if told else []
    lines += [_line(turn, one, found) for one in found.customers]
    if not found.total:
        lines.append(say("customers.none"))
    if looking.words:
        lines += ["", say("account.searched", words=looking.words)]
    ticks = [
        Button(
            say(
                "button.ticked" if one.customer_id in looking.ticked else "button.unticked",
                label=one_line(one.name, 20),
            ),
            f"cust_tick:{one.customer_id}:{number}",
        )
        for one in found.customers
    ]
    only = "button.ticked" if looking.unowned else "button.unticked"
    give = []
    if looking.ticked:
        ticked = say("customers.button_ticked", count=len(looking.ticked))
        give.append(Button(ticked, "cust_give:ticked"))
    if found.total:
        give.append(Button(say("customers.button_all", count=found.total), "cust_give:all"))
    rows = [
        *in_rows(ticks, 2),
        turning(say, number, pages, lambda to: f"cust_list:{to}"),
        (
            Button(say("account.button_search"), "cust_search"),
            Button(say(only, label=say("customers.unowned")), "cust_unowned"),
        ),
        tuple(give),
    ]
    await turn.answer("\n".join(lines), rows, title=say("customers.title", total=found.total))


async def _found(turn: Turn, looking: Looking, number: int) -> Found:
    async with turn.desk.reading() as uow:
        return await allocate_customers.find(
            uow,
            turn.staff,
            looking.words,
            limit=ROWS,
            offset=(number - 1) * ROWS,
            unowned=looking.unowned,
        )


def _line(turn: Turn, one: Listed, found: Found) -> str:
    say = turn.say
    return say(
        "customers.line",
        name=one.name,
        accounts=say("word.comma").join(one.accounts),
        owner=found.owners.get(one.owner_id or 0, say("account.nobody")),
    )


async def _tick(turn: Turn) -> None:
    customer, _, page = turn.words.partition(":")
    looking, number = _looking(turn), whole(customer)
    if number is None:
        raise NotFound("error.button_gone")
    _keep(turn, replace(looking, ticked=looking.ticked ^ {number}))
    await _show(turn, whole(page) or 1)


async def _unowned(turn: Turn) -> None:
    looking = _looking(turn)
    _keep(turn, replace(looking, unowned=not looking.unowned))
    await _show(turn, 1)


async def _ask_search(turn: Turn) -> None:
    await ask(turn, turn.say("customers.ask_search"), "cust_searched", "cust_list:1")


async def _searched(turn: Turn) -> None:
    words = "" if turn.said == "-" else " ".join(turn.said.split())[:_LONGEST_SEARCH]
    _keep(turn, replace(_looking(turn), words=words))
    await _show(turn, 1)


# -- to whom ---------------------------------------------------------------------------------------


async def _give(turn: Turn) -> None:
    """Ask: by rule, or to a chosen person? Source: requirement QUE-41."""
    looking = replace(_looking(turn), all=turn.words == "all", to=None)
    _keep(turn, looking)
    say = turn.say
    rows = [
        (Button(say("customers.by_rule"), "cust_rule"),),
        (Button(say("customers.to_person"), "cust_dept:1"),),
        (Button(say("button.cancel"), "cust_list:1"),),
    ]
    await turn.answer(say("customers.ask_how"), rows, title=await _count_words(turn, looking))


async def _chosen(turn: Turn, looking: Looking) -> list[int]:
    if not looking.all:
        return sorted(looking.ticked)
    async with turn.desk.reading() as uow:
        return await allocate_customers.everybody_found(
            uow, turn.staff, looking.words, unowned=looking.unowned
        )


async def _count_words(turn: Turn, looking: Looking) -> str:
    chosen = await _chosen(turn, looking)
    if not chosen:
        raise BadRequestText("customers.none_chosen")
    return turn.say("customers.count", count=len(chosen))


async def _departments(turn: Turn) -> None:
    """Show the departments that somebody is in; then the agents of one (as QUE-43 has it)."""
    async with turn.desk.reading() as uow:
        people, branches = await allocate_customers.agents(uow, turn.staff)
    say = turn.say
    inside = {member.department_id for member in people}
    page = page_of([b for b in branches if b.id in inside], whole(turn.words) or 1)
    buttons = [
        Button(
            "　" * (len(above(branches, b.id)) - 1) + b.name,
            f"cust_people:{b.id}:1",
        )
        for b in page.things
    ]
    without = (Button(say("customers.no_department"), "cust_people:0:1"),) * (None in inside)
    rows = [
        *in_rows(buttons, 2),
        turning(say, page.number, page.pages, lambda to: f"cust_dept:{to}"),
        without,
        (Button(say("button.cancel"), "cust_list:1"),),
    ]
    await turn.answer(say("customers.ask_department"), rows)


async def _people(turn: Turn) -> None:
    department, _, number = turn.words.partition(":")
    wanted = whole(department) or None
    async with turn.desk.reading() as uow:
        people, _ = await allocate_customers.agents(uow, turn.staff)
    say = turn.say
    page = page_of([m for m in people if m.department_id == wanted], whole(number) or 1)
    buttons = [Button(one_line(m.name, 24), f"cust_to:{m.id}") for m in page.things]
    rows = [
        *in_rows(buttons, 2),
        turning(say, page.number, page.pages, lambda to: f"cust_people:{department}:{to}"),
        (Button(say("department.button_back"), "cust_dept:1"),),
    ]
    await turn.answer(say("customers.ask_person"), rows)


async def _to(turn: Turn) -> None:
    _keep(turn, replace(_looking(turn), to=whole(turn.words) or 0))
    await _confirm(turn)


async def _rule(turn: Turn) -> None:
    _keep(turn, replace(_looking(turn), to=None))
    await _confirm(turn)


async def _notify(turn: Turn) -> None:
    looking = _looking(turn)
    _keep(turn, replace(looking, notify=not looking.notify))
    await _confirm(turn)


async def _confirm(turn: Turn) -> None:
    """Ask once more, with the switch "allocate and notify". Source: requirement QUE-42."""
    say, looking = turn.say, _looking(turn)
    whom = say("customers.by_rule")
    if looking.to is not None:
        async with turn.desk.reading() as uow:
            people, _ = await allocate_customers.agents(uow, turn.staff)
        whom = next((m.name for m in people if m.id == looking.to), "")
        if not whom:
            raise NotFound("department.no_such_person")
    mark = "button.ticked" if looking.notify else "button.unticked"
    rows = [
        (Button(say(mark, label=say("customers.notify")), "cust_notify"),),
        (
            Button(say("customers.button_do"), "cust_do"),
            Button(say("button.cancel"), "cust_list:1"),
        ),
    ]
    title = await _count_words(turn, looking)
    await turn.answer(say("customers.question", whom=whom), rows, title=title)


async def _do(turn: Turn) -> None:
    looking = _looking(turn)
    customers = await _chosen(turn, looking)
    spoken, now = voice_of(turn), turn.desk.clock()
    async with turn.unit() as uow:
        if looking.to is None:
            given = await allocate_customers.by_rule(
                uow, turn.staff, customers, notify=looking.notify, voice=spoken, now=now
            )
        else:
            given = await allocate_customers.to_person(
                uow, turn.staff, customers, looking.to, notify=looking.notify, voice=spoken, now=now
            )
        await uow.commit()
    _keep(turn, replace(looking, ticked=frozenset(), all=False, to=None))
    await _show(turn, 1, _given_words(turn, given))


def _given_words(turn: Turn, given: Given) -> str:
    say = turn.say
    each = say("word.comma").join(
        say("customers.given_each", name=given.names[id_], count=count)
        for id_, count in sorted(given.by_agent.items())
    )
    words = say("customers.given", count=given.count, each=each or say("word.none"))
    return f"{words} {say('customers.left', count=given.left)}" if given.left else words


COMMAND = Command(
    "customers",
    Permission.SEE_LINE,
    run,
    presses={
        "cust_list": _listed,
        "cust_tick": _tick,
        "cust_unowned": _unowned,
        "cust_search": _ask_search,
        "cust_searched": _searched,
        "cust_give": _give,
        "cust_dept": _departments,
        "cust_people": _people,
        "cust_to": _to,
        "cust_rule": _rule,
        "cust_notify": _notify,
        "cust_do": _do,
    },
)
