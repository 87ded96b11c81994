"""``/agent_off``: switch a person off, after asking twice where customers would feel it."""

from admin_bot.command import Command
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import Place, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import staffing
from core.errors import BadRequestText
from core.messages import Button


async def run(turn: Turn) -> None:
    """Ask whether the person behind a user id is really to be switched off."""
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.agent_off")
    await _ask(turn, str(number), Place())


async def _pressed(turn: Turn) -> None:
    chat, _, place = turn.words.partition(":")
    await _ask(turn, chat, Place.read(place))


async def _ask(turn: Turn, chat: str, place: Place) -> None:
    async with turn.desk.reading() as uow:
        colleague = await staffing.before_off(uow, turn.staff, chat)
    say, member = turn.say, colleague.member
    await turn.answer(
        say("agent.off_question", name=member.name, id=member.chat),
        [
            (
                Button(say("button.agent_off_yes"), place.data("agent_off_yes", chat)),
                Button(say("button.keep"), place.data("agent_show", chat)),
            )
        ],
    )


async def _confirmed(turn: Turn) -> None:
    chat, _, rest = turn.words.partition(":")
    place = Place.read(rest)
    async with turn.desk.reading() as uow:
        colleague = await staffing.before_off(uow, turn.staff, chat)
    say = turn.say
    if colleague.serving:
        await turn.answer(
            say("agent.serves", name=colleague.member.name, count=colleague.serving),
            [
                (Button(say("button.agent_off_all"), place.data("agent_off_all", chat)),),
                (Button(say("button.keep"), place.data("agent_show", chat)),),
            ],
        )
        return
    await _off(turn, chat, return_talks=False)


async def _confirmed_twice(turn: Turn) -> None:
    await _off(turn, turn.words.partition(":")[0], return_talks=True)


async def _off(turn: Turn, chat: str, *, return_talks: bool) -> None:
    async with turn.unit() as uow:
        returned = await staffing.switch_off(
            uow,
            turn.staff,
            chat,
            turn.desk.clock(),
            voice=voice_of(turn),
            return_talks=return_talks,
        )
        colleague = await staffing.person(uow, turn.staff, chat)
        await uow.commit()
    say, member = turn.say, colleague.member
    text = say("agent.is_off", name=member.name)
    if returned:
        text += "\n" + say("agent.went_back", count=returned)
    await turn.answer(
        text,
        [
            (Button(say("button.agent_on"), Place().data("agent_on", chat)),),
            (Button(say("button.to_list"), Place().data("agent_list")),),
        ],
    )


COMMAND = Command(
    "agent_off",
    Permission.STAFF,
    run,
    presses={
        "agent_off": _pressed,
        "agent_off_yes": _confirmed,
        "agent_off_all": _confirmed_twice,
    },
)
