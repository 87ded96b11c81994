"""The basic information of an account while it is changed; nothing counts before "Save".

What was changed so far is kept in ``Expecting.drafts``. Source: requirements CHN-05 to CHN-08.
"""

from dataclasses import replace
from typing import Any

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Run
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from bot.access import Permission, require
from bot.handlers import teach_account
from bot.handlers.teach_account import AVATAR_PIXELS, LONGEST_TITLE, MOST_AVATAR_BYTES, Form
from core.errors import BadRequestText, NotFound
from core.messages import Button
from core.policy import Policy
from storage.repos.accounts import Avatar

_MOST_GROUPS = 60


def _about(number: int) -> str:
    return f"account:{number}"


def draft_of(turn: Turn, number: int) -> Form:
    """Return the basic information as it was changed so far.

    Raises:
        NotFound: Nothing is kept any more.
    """
    found = turn.expecting.drafts.kept(turn.staff.id, _about(number), turn.desk.clock())
    if not isinstance(found, Form):
        raise NotFound("account.draft_gone")
    return found


def keep(turn: Turn, number: int, form: Form) -> None:
    """Keep what was changed."""
    turn.expecting.drafts.keep(turn.staff.id, _about(number), form, turn.desk.clock())


def forget(turn: Turn, number: int) -> None:
    """Forget what was changed: it is stored now, or called off."""
    turn.expecting.drafts.drop(turn.staff.id, _about(number))


async def _begin(turn: Turn) -> None:
    number = whole(turn.words) or 0
    async with turn.desk.reading() as uow:
        one = await teach_account.account(uow, turn.staff, number, Policy())
    keep(turn, number, teach_account.form_of(one))
    await show(turn, number)


async def _again(turn: Turn) -> None:
    await show(turn, whole(turn.words) or 0)


async def show(turn: Turn, number: int) -> None:
    """Show the page with everything that can be changed, its "Save" and its "Cancel"."""
    stop_asking(turn)
    say, form = turn.say, draft_of(turn, number)
    async with turn.desk.reading() as uow:
        one = await teach_account.account(uow, turn.staff, number, Policy())
        people = await teach_account.people(uow, turn.staff)
    keeper = people.staff.get(form.keeper_id or 0)
    group = next((g.name for g in people.groups if g.id == form.group_id), "")
    names = sorted(filter(None, map(people.name, form.receivers)))
    avatar = one.avatar and not form.drop_avatar
    text = say(
        "account.form",
        title=form.title or say("word.none"),
        institution=form.institution or say("word.none"),
        group=group or say("account.oldest_group", name=people.groups[0].name),
        keeper=keeper.name if keeper else say("word.none"),
        count=len(form.receivers),
        names=one_line(say("word.comma").join(names), 600) or say("account.whole_group"),
        avatar=say("account.new_avatar")
        if form.avatar
        else say("account.has_avatar" if avatar else "word.none"),
    )
    if form != teach_account.form_of(one):
        text += f"\n\n{say('policy.unsaved')}"

    def button(key: str, data: str) -> Button:
        return Button(say(f"account.edit_{key}"), f"{data}:{number}")

    away = [Button(say("account.edit_avatar_off"), f"acct_avatar_off:{number}")]
    rows = [
        (button("title", "acct_ask:title"), button("institution", "acct_inst:1")),
        (button("group", "acct_group:1"), button("keeper", "acct_keeper:1")),
        (button("staff", "acct_staff:d:1"), button("avatar", "acct_ask:avatar")),
        tuple(away * bool(avatar or form.avatar)),
        (
            Button(say("policy.button_save"), f"acct_save:{number}"),
            Button(say("button.cancel"), f"acct_show:{number}"),
        ),
    ]
    title = f"{one.account.heading} · {say('account.block_basic')}"
    await turn.answer(text, rows, title=title)


# -- what is typed or sent -------------------------------------------------------------------------


def _question(turn: Turn, field: str) -> str:
    return turn.say(
        f"account.ask_{field}",
        limit=LONGEST_TITLE,
        pixels=AVATAR_PIXELS,
        megabytes=MOST_AVATAR_BYTES // 1024 // 1024,
    )


def _two(words: str) -> tuple[str, int]:
    first, _, number = words.partition(":")
    return first, whole(number) or 0


async def _ask(turn: Turn) -> None:
    field, number = _two(turn.words)
    if field not in {"title", "institution", "avatar"}:
        raise NotFound("error.button_gone")
    draft_of(turn, number)
    await ask(turn, _question(turn, field), f"acct_said:{turn.words}", f"acct_page:{number}")


async def _said(turn: Turn) -> None:
    require(turn.staff.role, Permission.STAFF)
    field, number = _two(turn.words)
    form = draft_of(turn, number)
    async with asking_again(turn, _question(turn, field), f"acct_said:{turn.words}"):
        said = "" if turn.said == "-" else turn.said
        if field == "avatar":
            picture = await _downloaded(turn)
            keep(turn, number, replace(form, avatar=picture, drop_avatar=False))
        elif field == "institution":
            await _new_institution(turn, number, teach_account.check_institution(said))
            return
        else:
            keep(turn, number, replace(form, title=teach_account.check_title(said)))
        await show(turn, number)


async def _downloaded(turn: Turn) -> Avatar:
    message = turn.message
    file: Any = None
    if message is not None:
        file = message.document or (message.photo[-1] if message.photo else None)
    if file is None:
        raise BadRequestText("account.no_picture")
    if (file.file_size or 0) > MOST_AVATAR_BYTES:
        raise BadRequestText("account.large_avatar")
    found = await turn.bot.get_file(file.file_id)
    return teach_account.check_avatar(bytes(await found.download_as_bytearray()))


async def _avatar_off(turn: Turn) -> None:
    number = whole(turn.words) or 0
    keep(turn, number, replace(draft_of(turn, number), avatar=None, drop_avatar=True))
    await show(turn, number)


# -- institution -----------------------------------------------------------------------------------


async def _institutions(turn: Turn) -> None:
    """Show the institutions in use; a new one is typed. Source: requirement CHN-08."""
    page, number = _two(turn.words)
    form = draft_of(turn, number)
    async with turn.desk.reading() as uow:
        named = await teach_account.institutions(uow, turn.staff)
    say = turn.say
    shown = page_of(list(enumerate(named, 1)), whole(page) or 1)
    rows = [
        *in_rows(
            [
                _choice(turn, n, f"acct_inst_put:{at}:{number}", form.institution == n)
                for at, n in shown.things
            ],
            2,
        ),
        turning(say, shown.number, shown.pages, lambda to: f"acct_inst:{to}:{number}"),
        (
            Button(say("account.no_institution"), f"acct_inst_put:0:{number}"),
            Button(say("account.new_institution"), f"acct_ask:institution:{number}"),
        ),
        (Button(say("department.button_back"), f"acct_page:{number}"),),
    ]
    await turn.answer(say("account.choose_institution"), rows)


def _choice(turn: Turn, name: str, data: str, chosen: bool) -> Button:
    words = one_line(name, 24)
    return Button(turn.say("button.chosen", label=words) if chosen else words, data)


async def _institution_put(turn: Turn) -> None:
    at, number = _two(turn.words)
    async with turn.desk.reading() as uow:
        named = ["", *await teach_account.institutions(uow, turn.staff)]
    place = whole(at) or 0
    if place >= len(named):
        raise NotFound("error.button_gone")
    keep(turn, number, replace(draft_of(turn, number), institution=named[place]))
    await show(turn, number)


async def _new_institution(turn: Turn, number: int, name: str) -> None:
    """Take an institution that is in use at once; ask once more about one that is not."""
    async with turn.desk.reading() as uow:
        named = await teach_account.institutions(uow, turn.staff)
    if not name or name in named:
        keep(turn, number, replace(draft_of(turn, number), institution=name))
        await show(turn, number)
        return
    turn.expecting.drafts.keep(turn.staff.id, _new_about(number), name, turn.desk.clock())
    rows = [
        (
            Button(turn.say("account.institution_yes"), f"acct_inst_yes:{number}"),
            Button(turn.say("button.cancel"), f"acct_page:{number}"),
        )
    ]
    await turn.answer(turn.say("account.institution_question", name=name), rows)


def _new_about(number: int) -> str:
    return f"institution:{number}"


async def _institution_yes(turn: Turn) -> None:
    number = whole(turn.words) or 0
    name = turn.expecting.drafts.kept(turn.staff.id, _new_about(number), turn.desk.clock())
    if not isinstance(name, str):
        raise NotFound("account.draft_gone")
    keep(turn, number, replace(draft_of(turn, number), institution=name))
    await show(turn, number)


# -- group and keeper ------------------------------------------------------------------------------


async def _groups(turn: Turn) -> None:
    _, number = _two(turn.words)
    form = draft_of(turn, number)
    async with turn.desk.reading() as uow:
        people = await teach_account.people(uow, turn.staff)
    say = turn.say
    buttons = [
        _choice(turn, g.name, f"acct_group_put:{g.id}:{number}", g.id == form.group_id)
        for g in people.groups[:_MOST_GROUPS]
    ]
    oldest = say("account.oldest_group", name=people.groups[0].name)
    rows = [
        (_choice(turn, oldest, f"acct_group_put:0:{number}", form.group_id is None),),
        *in_rows(buttons, 2),
        (Button(say("department.button_back"), f"acct_page:{number}"),),
    ]
    await turn.answer(say("account.choose_group"), rows)


async def _group_put(turn: Turn) -> None:
    group, number = _two(turn.words)
    keep(turn, number, replace(draft_of(turn, number), group_id=whole(group) or None))
    await show(turn, number)


async def _keepers(turn: Turn) -> None:
    page, number = _two(turn.words)
    form = draft_of(turn, number)
    async with turn.desk.reading() as uow:
        people = await teach_account.people(uow, turn.staff)
    say = turn.say
    shown = page_of(list(people.staff.values()), whole(page) or 1)
    buttons = [
        _choice(turn, m.name, f"acct_keeper_put:{m.id}:{number}", m.id == form.keeper_id)
        for m in shown.things
    ]
    rows = [
        *in_rows(buttons, 2),
        turning(say, shown.number, shown.pages, lambda to: f"acct_keeper:{to}:{number}"),
        (
            Button(say("account.nobody"), f"acct_keeper_put:0:{number}"),
            Button(say("department.button_back"), f"acct_page:{number}"),
        ),
    ]
    await turn.answer(say("account.choose_keeper"), rows)


async def _keeper_put(turn: Turn) -> None:
    person, number = _two(turn.words)
    keep(turn, number, replace(draft_of(turn, number), keeper_id=whole(person) or None))
    await show(turn, number)


PRESSES: dict[str, Run] = {
    "acct_form": _begin,
    "acct_page": _again,
    "acct_ask": _ask,
    "acct_said": _said,
    "acct_avatar_off": _avatar_off,
    "acct_inst": _institutions,
    "acct_inst_put": _institution_put,
    "acct_inst_yes": _institution_yes,
    "acct_group": _groups,
    "acct_group_put": _group_put,
    "acct_keeper": _keepers,
    "acct_keeper_put": _keeper_put,
}
"""What the buttons of the page do, besides its "Save" and the choice of people."""
