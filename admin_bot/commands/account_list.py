"""``/account_list``: our accounts; who serves each, by which rules, and what it is called."""

from io import BytesIO

import segno
from telegram.constants import ParseMode

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Command
from admin_bot.commands import account_form, account_staff
from admin_bot.commands.limits_draft import label, value_words
from admin_bot.library_wording import turning
from admin_bot.listing import LONGEST_SEARCH_BYTES, in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.access import Permission
from bot.handlers import teach_account
from bot.handlers.teach_account import Listed, People
from core.errors import DeliveryError, NotFound
from core.messages import Button
from core.policy import Mode, Policy

_MOST_INSTITUTIONS = 20
_RULES = ("mode", "order", "last_agent", "limit", "end_minutes")


def _base(turn: Turn) -> Policy:
    return Policy(mode=Mode(turn.desk.config.desk.assignment))


async def run(turn: Turn) -> None:
    """Show the accounts, or those whose name or title holds what stands behind the command."""
    await _show_list(turn, 1, 0, turn.words)


# -- the list --------------------------------------------------------------------------------------


async def _listed(turn: Turn) -> None:
    page, _, rest = turn.words.partition(":")
    institution, _, search = rest.partition(":")
    await _show_list(turn, whole(page) or 1, whole(institution) or 0, search)


async def _show_list(
    turn: Turn, number: int, institution: int, search: str, told: str = ""
) -> None:
    """Show a page; *institution* is the place in the list of them, from 1, 0 for all."""
    stop_asking(turn)
    say = turn.say
    search = " ".join(search.split()).encode()[:LONGEST_SEARCH_BYTES].decode(errors="ignore")
    async with turn.desk.reading() as uow:
        named = (await teach_account.institutions(uow, turn.staff))[:_MOST_INSTITUTIONS]
        wanted = named[institution - 1] if 0 < institution <= len(named) else None
        found = await teach_account.accounts(
            uow, turn.staff, _base(turn), words=search, institution=wanted
        )
        people = await teach_account.people(uow, turn.staff)
    institution = 0 if wanted is None else institution
    page = page_of(found, number)
    lines = [told, ""] if told else []
    lines.append("\n\n".join(_columns(turn, one, people) for one in page.things))
    if not found:
        lines.append(say("account.none_found"))
    if search:
        lines += ["", say("account.searched", words=search)]
    shown = [
        Button(one_line(one.account.heading, 24), f"acct_show:{one.account.id}")
        for one in page.things
    ]
    filters = [
        Button(
            say("button.chosen", label=name) if at == institution else name,
            f"acct_list:1:{at}:{search}",
        )
        for at, name in enumerate([say("account.all_institutions"), *named])
    ]
    clear = [Button(say("account.button_clear"), f"acct_list:1:{institution}:")]
    rows = [
        undo_row(turn),
        *in_rows(shown, 2),
        turning(say, page.number, page.pages, lambda to: f"acct_list:{to}:{institution}:{search}"),
        *(in_rows(filters, 3) if named else ()),
        (Button(say("account.button_search"), "acct_search"), *(clear if search else ())),
    ]
    lines += ["", say("account.from_config", limit=turn.desk.config.desk.max_accounts)]
    await turn.answer("\n".join(lines), rows, title=say("account.title", total=page.total))


def _columns(turn: Turn, one: Listed, people: People) -> str:
    """Return what CHN-03 lists: account, institution, staff, rule, limit."""
    say = turn.say
    of = one.account
    return say(
        "account.columns",
        account=_called(of.title, of.name),
        off="" if of.enabled else say("word.off_mark"),
        institution=of.institution or say("word.none"),
        staff=_staff_words(turn, one, people),
        rule=_rule_words(turn, one),
        limit=value_words(say, "limit", one.limit),
    )


def _called(title: str, name: str) -> str:
    return f"{title} ({name})" if title else name


def _rule_words(turn: Turn, one: Listed) -> str:
    say, policy = turn.say, one.policy
    parts = [value_words(say, "mode", policy.mode.value)]
    if policy.pushes:
        parts.append(value_words(say, "order", policy.order.value))
    return say("word.comma").join(parts)


def _staff_words(turn: Turn, one: Listed, people: People) -> str:
    if not one.receivers:
        return turn.say("account.whole_group")
    chosen = account_staff.chosen_words(turn.say, one.receivers, people)
    return turn.say("account.none_there", chosen=chosen) if one.none_there else chosen


async def _ask_search(turn: Turn) -> None:
    await ask(turn, turn.say("account.ask_search"), "acct_searched", "acct_list:1:0:")


async def _searched(turn: Turn) -> None:
    await _show_list(turn, 1, 0, turn.said)


# -- one account -----------------------------------------------------------------------------------


async def _shown(turn: Turn) -> None:
    await _show_card(turn, whole(turn.words) or 0)


async def _show_card(turn: Turn, number: int) -> None:
    stop_asking(turn)
    say = turn.say
    async with turn.desk.reading() as uow:
        one = await teach_account.account(uow, turn.staff, number, _base(turn))
        people = await teach_account.people(uow, turn.staff)
    of, policy = one.account, one.policy
    keeper = people.staff.get(of.keeper_id or 0)
    group = next((g.name for g in people.groups if g.id == of.group_id), "")
    oldest = say("account.oldest_group", name=people.groups[0].name if people.groups else "–")
    basic = say(
        "account.card",
        name=of.name,
        channel=of.channel,
        state=say("word.on" if of.enabled else "word.off"),
        title=of.title or say("word.none"),
        institution=of.institution or say("word.none"),
        group=group or oldest,
        keeper=keeper.name if keeper else say("word.none"),
        staff=_staff_words(turn, one, people),
        avatar=say("account.has_avatar") if one.avatar else say("word.none"),
    )
    rules = [
        say(
            "policy.number",
            name=label(say, name),
            value=value_words(say, name, one.limit if name == "limit" else getattr(policy, name)),
        )
        for name in _RULES
    ]
    rules.append(say("account.own_hours" if one.hours else "account.desk_hours"))
    parts = [
        f"▸ {say('account.block_basic')}\n{basic}",
        f"▸ {say('account.block_rules')}\n" + "\n".join(rules),
        say("account.delete_in_config"),
    ]
    rows = [
        (
            Button(say("account.button_basic"), f"acct_form:{number}"),
            Button(say("account.button_rules"), f"limits_show:a{number}"),
        ),
        (
            Button(say("account.button_hours"), f"hours_show:a{number}"),
            Button(say("account.button_prompts"), f"prompt_show:welcome.a{number}"),
        ),
        (
            Button(say("account.button_scan"), f"acct_scan:{number}"),
            *((Button(say("account.button_picture"), f"acct_picture:{number}"),) * one.avatar),
        ),
        (Button(say("button.to_list"), "acct_list:1:0:"),),
    ]
    await turn.answer("\n\n".join(parts), rows, title=of.heading)


async def _scan(turn: Turn) -> None:
    """Send the code that leads to the account, as a picture, with the link to copy (CHN-10)."""
    async with turn.desk.reading() as uow:
        one = await teach_account.account(uow, turn.staff, whole(turn.words) or 0, _base(turn))
    channel = turn.desk.channels.get(one.account.name)
    try:
        link = None if channel is None else await channel.address()
    except DeliveryError as error:
        raise NotFound("account.no_answer", name=one.account.heading) from error
    if link is None:
        raise NotFound("account.no_link", name=one.account.heading)
    picture = BytesIO()
    segno.make(link, error="m", micro=False).save(picture, kind="png", scale=12, border=4)
    await turn.bot.send_document(
        turn.staff.chat,
        picture.getvalue(),
        filename=f"{one.account.name}.png",
        # In this form a tap copies the link.
        caption=f"<code>{link}</code>\n{turn.say('account.scan')}",
        parse_mode=ParseMode.HTML,
    )


async def _picture(turn: Turn) -> None:
    number = whole(turn.words) or 0
    async with turn.desk.reading() as uow:
        one = await teach_account.account(uow, turn.staff, number, _base(turn))
        avatar = await teach_account.avatar_of(uow, turn.staff, number)
    if avatar is None:
        raise NotFound("account.no_avatar")
    name = f"{one.account.name}.{'jpg' if avatar.kind == 'jpeg' else avatar.kind}"
    await turn.send_file(name, avatar.data, one.account.heading)


async def _save(turn: Turn) -> None:
    """Store the basic information, say so and show the list anew. Source: CHN-05."""
    number = whole(turn.words) or 0
    form = account_form.draft_of(turn, number)
    async with turn.unit() as uow:
        account = await teach_account.save(uow, turn.staff, number, form, turn.desk.clock())
        await uow.commit()
    await turn.desk.playbook.refresh()
    account_form.forget(turn, number)
    await _show_list(turn, 1, 0, "", turn.say("account.saved", name=account.heading))


COMMAND = Command(
    "account_list",
    Permission.STAFF,
    run,
    presses={
        "acct_list": _listed,
        "acct_search": _ask_search,
        "acct_searched": _searched,
        "acct_show": _shown,
        "acct_scan": _scan,
        "acct_picture": _picture,
        "acct_save": _save,
        **account_form.PRESSES,
        **account_staff.PRESSES,
    },
)
