"""``/setting``: how the desk answers by itself: see it all, and change it."""

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.listing import in_rows, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import state
from bot.access import Permission
from bot.handlers import settings
from bot.handlers.settings import MASKS, NAMES, SWITCHES
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Answering

PHONE_NUMBERS = r"([0-9]{3}\u202a?[-\s]?[0-9]{3,4}\u202a?[-\s]?[0-9]{0,4})"
"""What finds phone numbers. Source: requirement SEN-28."""
_ON = frozenset({"on", "yes", "true", "开", "开启", "打开", "启用", "是"})
_OFF = frozenset({"off", "no", "false", "关", "关闭", "停用", "否"})
_NOTHING = frozenset({"off", "none", "-", "关", "关闭", "无"})
_PRECISIONS = ("0.9", "0.95", "0.98", "0.99")
_DEPTHS = ("3", "4", "5", "6")
_PER_ROW = 2


async def run(turn: Turn) -> None:
    """Show every setting, one of them, or change one: ``/setting name value``."""
    name, _, typed = turn.words.partition(" ")
    if not name:
        await _show_all(turn)
    elif not typed.strip():
        await _show_one(turn, name)
    else:
        await _change(turn, name, typed.strip())


async def _show_all(turn: Turn) -> None:
    async with turn.desk.reading() as uow:
        answering = await settings.show(uow, turn.staff)
    say = turn.say
    lines = [
        f"{say(f'setting.name.{name}')} ({name}){say('word.colon')}"
        f"{_value(say, answering, name)}\n{say(f'setting.about.{name}')}"
        for name in NAMES
    ]
    buttons = [Button(say(f"setting.name.{name}"), f"setting:{name}") for name in NAMES]
    await turn.answer("\n\n".join(lines), in_rows(buttons, _PER_ROW), title=say("setting.title"))


def _value(say: Texts, answering: Answering, name: str) -> str:
    value = getattr(answering, name)
    if isinstance(value, bool):
        return state(say, value)
    if isinstance(value, float):
        return _share(value)
    return str(value) or say("setting.nothing_masked")


def _share(value: float) -> str:
    return f"{value:.1%}".replace(".0%", "%")


async def _show_one(turn: Turn, name: str) -> None:
    if name not in NAMES:
        raise NotFound("setting.unknown", name=name, known=", ".join(NAMES))
    async with turn.desk.reading() as uow:
        answering = await settings.show(uow, turn.staff)
    await _card(turn, answering, name)


async def _card(turn: Turn, answering: Answering, name: str, title: str = "") -> None:
    say = turn.say
    text = f"{say('setting.now', value=_value(say, answering, name))}\n\n" + say(
        f"setting.about.{name}"
    )
    back = (Button(say("setting.all"), "setting"),)
    await turn.answer(
        text,
        [*_options(say, answering, name), undo_row(turn), back],
        title=title or say(f"setting.name.{name}"),
    )


def _options(say: Texts, answering: Answering, name: str) -> list[tuple[Button, ...]]:
    """Return the buttons that change one setting."""
    ask = Button(say("setting.type"), f"setting_ask:{name}")
    if name in SWITCHES:
        chosen = "on" if getattr(answering, name) else "off"
        labels = {"on": say("word.on"), "off": say("word.off")}
        return [tuple(_option(say, name, value, labels[value], chosen) for value in labels)]
    if name in MASKS:
        return [
            (Button(say("setting.mask_numbers"), f"setting_phone:{name}"), ask),
            (Button(say("setting.mask_nothing"), f"setting_set:{name}:-"),),
        ]
    if name == "depth":
        now = str(answering.depth)
        return [tuple(_option(say, name, value, value, now) for value in _DEPTHS), (ask,)]
    now = str(answering.precision)
    labels = {value: _share(float(value)) for value in _PRECISIONS}
    return [tuple(_option(say, name, value, labels[value], now) for value in labels), (ask,)]


def _option(say: Texts, name: str, value: str, label: str, chosen: str) -> Button:
    if value == chosen:
        label = say("button.chosen", label=label)
    return Button(label, f"setting_set:{name}:{value}")


async def _change(turn: Turn, name: str, typed: str) -> None:
    value = _read(name, typed)
    async with teaching(turn) as uow:
        answering = await settings.change(uow, turn.staff, name, value, turn.desk.clock())
    title = turn.say("setting.changed" if turn.changes else "setting.unchanged")
    await _card(turn, answering, name, title)


def _read(name: str, typed: str) -> float | bool | str:
    """Read what was typed as the value of a setting.

    Raises:
        BadRequestText: It cannot be one.
    """
    word = typed.lower()
    if name in MASKS:
        return "" if word in _NOTHING else typed
    if name in SWITCHES:
        if word not in _ON | _OFF:
            raise BadRequestText("setting.not_a_switch")
        return word in _ON
    if name == "depth":
        return -1 if (depth := whole(typed)) is None else depth
    try:
        share = float(typed.removesuffix("%").removesuffix("％"))
    except ValueError:
        share = -1.0
    # Rounded, because 99.9 / 100 is a hair more than 0.999.
    return round(share / 100 if typed.endswith(("%", "％")) or share > 1 else share, 6)


async def _opened(turn: Turn) -> None:
    stop_asking(turn)
    await (_show_one(turn, turn.words) if turn.words else _show_all(turn))


async def _chosen(turn: Turn) -> None:
    name, _, value = turn.words.partition(":")
    await _change(turn, name, value)


async def _phone(turn: Turn) -> None:
    await _change(turn, turn.words, PHONE_NUMBERS)


async def _ask(turn: Turn) -> None:
    name = turn.words
    if name not in NAMES:
        raise NotFound("setting.unknown", name=name, known=", ".join(NAMES))
    await ask(turn, _question(turn, name), f"setting_asked:{name}", f"setting:{name}")


def _question(turn: Turn, name: str) -> str:
    return turn.say("setting.ask", name=turn.say(f"setting.name.{name}"))


async def _asked(turn: Turn) -> None:
    name = turn.words
    if name not in NAMES:
        raise NotFound("setting.unknown", name=name, known=", ".join(NAMES))
    async with asking_again(turn, _question(turn, name), f"setting_asked:{name}"):
        if not turn.said:
            raise BadRequestText("setting.bad_value")
        await _change(turn, name, turn.said)


COMMAND = Command(
    "setting",
    Permission.TEACH,
    run,
    presses={
        "setting": _opened,
        "setting_set": _chosen,
        "setting_phone": _phone,
        "setting_ask": _ask,
        "setting_asked": _asked,
    },
)
