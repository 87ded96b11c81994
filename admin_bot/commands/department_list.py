"""``/department_list``: the tree of departments; name, place, head and people of each."""

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import departments, staffing
from bot.handlers.departments import LONGEST_NAME, LONGEST_REMARK, MOST_LEVELS, Listed
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.messages import Button

_LABEL_CHARS = 30
_FIELDS = ("name", "remark", "below")


async def run(turn: Turn) -> None:
    """Show the first page."""
    await _show_list(turn, 1)


async def _turned(turn: Turn) -> None:
    await _show_list(turn, whole(turn.words) or 1)


async def _all(turn: Turn) -> list[Listed]:
    async with turn.desk.reading() as uow:
        return await departments.departments(uow, turn.staff)


async def _show_list(turn: Turn, number: int, told: str = "") -> None:
    stop_asking(turn)
    say = turn.say
    page = page_of(await _all(turn), number)
    lines = [told, ""] if told else []
    lines += [_line(say, one) for one in page.things]
    if not page.total:
        lines.append(say("department.none"))
    rows = [
        *((_choice(one, f"dept:{one.branch.id}"),) for one in page.things),
        turning(say, page.number, page.pages, lambda to: f"dept_list:{to}"),
        (Button(say("department.button_add"), "dept_ask:below:0"),),
    ]
    await turn.answer("\n".join(lines), rows, title=say("department.title", total=page.total))


def _line(say: Texts, one: Listed) -> str:
    return "　" * (one.level - 1) + say(
        "department.line",
        name=one.branch.name,
        people=len(one.people),
        head=one.head or say("word.none"),
    )


def _choice(one: Listed, data: str) -> Button:
    return Button("　" * (one.level - 1) + one_line(one.branch.name, _LABEL_CHARS), data)


async def show_card(turn: Turn, number: int, told: str = "") -> None:
    """Show one department with everything that can be changed about it."""
    stop_asking(turn)
    say = turn.say
    one = _one(await _all(turn), number)

    def button(key: str, data: str) -> Button:
        return Button(say(key), f"{data}:{number}")

    rows = [
        (
            button("department.button_rename", "dept_ask:name"),
            button("department.button_remark", "dept_ask:remark"),
        ),
        (
            button("department.button_move", "dept_to:1"),
            button("department.button_head", "dept_people:head:1"),
        ),
        (
            button("department.button_people", "dept_people:in:1"),
            *([button("department.button_below", "dept_ask:below")] * (one.level < MOST_LEVELS)),
        ),
        (
            button("allocation.button_up", "dept_up"),
            button("allocation.button_down", "dept_down"),
        ),
        (button("button.delete", "dept_drop"), Button(say("button.to_list"), "dept_list:1")),
    ]
    card = say(
        "department.card",
        remark=one.branch.remark or say("word.none"),
        head=one.head or say("word.none"),
        people=say("word.comma").join(person.name for person in one.people) or say("word.none"),
    )
    title = one.branch.name
    await turn.answer(f"{told}\n\n{card}" if told else card, rows, title=title)


def _one(listed: list[Listed], number: int) -> Listed:
    for one in listed:
        if one.branch.id == number:
            return one
    raise NotFound("department.unknown", number=number)


async def _shown(turn: Turn) -> None:
    await show_card(turn, whole(turn.words) or 0)


# -- names ----------------------------------------------------------------------------------------


def _question(say: Texts, field: str) -> str:
    limit = LONGEST_REMARK if field == "remark" else LONGEST_NAME
    return say(f"department.ask_{field}", limit=limit)


async def _ask(turn: Turn) -> None:
    field, _, number = turn.words.partition(":")
    if field not in _FIELDS:
        raise NotFound("error.button_gone")
    back = f"dept:{number}" if whole(number) else "dept_list:1"
    await ask(turn, _question(turn.say, field), f"dept_said:{turn.words}", back)


async def _said(turn: Turn) -> None:
    field, _, words = turn.words.partition(":")
    number, now = whole(words) or 0, turn.desk.clock()
    async with asking_again(turn, _question(turn.say, field), f"dept_said:{turn.words}"):
        async with turn.unit() as uow:
            if field == "below":
                above = number or None
                branch = await departments.add(uow, turn.staff, turn.said, above, now)
                told = turn.say("department.added", name=branch.name)
            elif field == "name":
                branch = await departments.change(uow, turn.staff, number, now, name=turn.said)
                told = turn.say("department.changed")
            else:
                remark = "" if turn.said == "-" else turn.said
                branch = await departments.change(uow, turn.staff, number, now, remark=remark)
                told = turn.say("department.changed")
            await uow.commit()
        await show_card(turn, branch.id, told)


# -- place ----------------------------------------------------------------------------------------


def _two(words: str) -> tuple[int, int]:
    first, _, second = words.partition(":")
    one, two = whole(first), whole(second)
    if one is None or two is None:
        raise NotFound("error.button_gone")
    return one, two


async def _places(turn: Turn) -> None:
    number, department = _two(turn.words)
    say = turn.say
    listed = await _all(turn)
    one = _one(listed, department)
    page = page_of([other for other in listed if other.branch.id != department], number)
    rows = [
        (Button(say("department.first_level"), f"dept_put:0:{department}"),),
        *((_choice(o, f"dept_put:{o.branch.id}:{department}"),) for o in page.things),
        turning(say, page.number, page.pages, lambda to: f"dept_to:{to}:{department}"),
        (Button(say("button.cancel"), f"dept:{department}"),),
    ]
    await turn.answer(say("department.ask_place"), rows, title=one.branch.name)


async def _put(turn: Turn) -> None:
    """Ask once more where others stand below it: they all move too. Source: ORG-12."""
    target, department = _two(turn.words)
    listed = await _all(turn)
    name = _one(listed, department).branch.name
    if not any(other.branch.parent_id == department for other in listed):
        await _move(turn, target, department)
        return
    say = turn.say
    rows = [
        (
            Button(say("department.button_move_all"), f"dept_put_yes:{target}:{department}"),
            Button(say("button.cancel"), f"dept:{department}"),
        )
    ]
    await turn.answer(say("department.move_question", name=name), rows)


async def _reorder(turn: Turn, *, up: bool) -> None:
    async with turn.unit() as uow:
        number, now = whole(turn.words) or 0, turn.desk.clock()
        await departments.reorder(uow, turn.staff, number, now, up=up)
        await uow.commit()
    await _show_list(turn, 1, turn.say("department.changed"))


async def _up(turn: Turn) -> None:
    await _reorder(turn, up=True)


async def _down(turn: Turn) -> None:
    await _reorder(turn, up=False)


async def _moved(turn: Turn) -> None:
    await _move(turn, *_two(turn.words))


async def _move(turn: Turn, target: int, department: int) -> None:
    async with turn.unit() as uow:
        now = turn.desk.clock()
        await departments.move(uow, turn.staff, department, target or None, now)
        await uow.commit()
    await show_card(turn, department, turn.say("department.changed"))


# -- people ---------------------------------------------------------------------------------------


async def _people(turn: Turn) -> None:
    """Show everybody, to say who leads it (``head``) or who is in it (``in``)."""
    what, _, rest = turn.words.partition(":")
    number, department = _two(rest)
    if what not in {"head", "in"}:
        raise NotFound("error.button_gone")
    say = turn.say
    async with turn.desk.reading() as uow:
        one = _one(await departments.departments(uow, turn.staff), department)
        everybody = [c.member for c in await staffing.people(uow, turn.staff) if c.member.active]
    inside = {person.id for person in one.people}
    chosen = {one.branch.head_id} if what == "head" else inside
    page = page_of(everybody, number)
    marks = ("button.ticked", "button.unticked")
    buttons = [
        Button(
            say(marks[person.id not in chosen], label=one_line(person.name, 24)),
            f"dept_{what}:{page.number}:{person.id}:{department}",
        )
        for person in page.things
    ]
    rows = [
        *in_rows(buttons, 2),
        turning(say, page.number, page.pages, lambda to: f"dept_people:{what}:{to}:{department}"),
        (Button(say("department.button_back"), f"dept:{department}"),),
    ]
    await turn.answer(say(f"department.ask_{what}"), rows, title=one.branch.name)


def _three(words: str) -> tuple[int, int, int]:
    page, _, rest = words.partition(":")
    return (whole(page) or 1, *_two(rest))


async def _lead(turn: Turn) -> None:
    """Make somebody the head; who is it already no longer is."""
    _, person, department = _three(turn.words)
    before = _one(await _all(turn), department).branch.head_id
    async with turn.unit() as uow:
        head = None if before == person else person
        await departments.lead(uow, turn.staff, department, head, turn.desk.clock())
        await uow.commit()
    await show_card(turn, department, turn.say("department.changed"))


async def _place(turn: Turn) -> None:
    """Put somebody into it, or take them out of it."""
    page, person, department = _three(turn.words)
    inside = {one.id for one in _one(await _all(turn), department).people}
    async with turn.unit() as uow:
        to = None if person in inside else department
        await departments.place(uow, turn.staff, person, to, turn.desk.clock())
        await uow.commit()
    turn.words = f"in:{page}:{department}"
    await _people(turn)


# -- the end --------------------------------------------------------------------------------------


async def _drop(turn: Turn) -> None:
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("error.button_gone")
    one = _one(await _all(turn), number)
    say = turn.say
    rows = [
        (
            Button(say("button.delete_yes"), f"dept_drop_yes:{number}"),
            Button(say("button.keep"), f"dept:{number}"),
        )
    ]
    await turn.answer(say("department.drop_question", name=one.branch.name), rows)


async def _dropped(turn: Turn) -> None:
    async with turn.unit() as uow:
        number, now = whole(turn.words) or 0, turn.desk.clock()
        branch = await departments.remove(uow, turn.staff, number, now)
        await uow.commit()
    await _show_list(turn, 1, turn.say("department.dropped", name=branch.name))


COMMAND = Command(
    "department_list",
    Permission.STAFF,
    run,
    presses={
        "dept_list": _turned,
        "dept": _shown,
        "dept_ask": _ask,
        "dept_said": _said,
        "dept_to": _places,
        "dept_put": _put,
        "dept_put_yes": _moved,
        "dept_up": _up,
        "dept_down": _down,
        "dept_people": _people,
        "dept_head": _lead,
        "dept_in": _place,
        "dept_drop": _drop,
        "dept_drop_yes": _dropped,
    },
)
