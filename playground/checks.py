"""Whether a value is what a type of the Bot API asks for, piece by piece."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

Check = Callable[[Any], Any]

ARRAY = "Array of "
SCALARS = frozenset(("Integer", "Float", "String", "Boolean", "InputFile"))
_NUMBER = re.compile(r"[+-]?\d{1,19}\Z")
_BOOLEANS = {
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
}
BUTTONS_PER_MESSAGE = 100
BUTTONS_PER_ROW = 8
CALLBACK_DATA_BYTES = 64


class Mistyped(Exception):
    """Carry what is wrong with one value; the caller knows which parameter it was."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that came with a multipart call."""

    name: str
    content_type: str
    data: bytes


def _integer(value: Any) -> int:
    if type(value) is int:
        return value
    # Telegram reads digits in a JSON string as a number, at every depth.
    if type(value) is str and _NUMBER.match(value):
        return int(value)
    raise Mistyped("must be of type Integer")


def _float(value: Any) -> float:
    if type(value) in (int, float):
        return float(value)
    try:
        return float(value) if type(value) is str else _fail("must be of type Float")
    except ValueError:
        raise Mistyped("must be of type Float") from None


def _fail(text: str) -> float:
    raise Mistyped(text)


def _string(value: Any) -> str:
    if type(value) is str:
        return value
    raise Mistyped("must be of type String")


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    raise Mistyped("must be of type Boolean")


def chat(value: Any) -> int | str:
    """Read a chat id, or the ``@name`` of a public chat."""
    if type(value) is int:
        return value
    if type(value) is str:
        return int(value) if _NUMBER.match(value) else value
    raise Mistyped("must be of type Integer or String")


def file_or_name(value: Any) -> str | Upload:
    """Read an uploaded file, or the string that stands for one."""
    if type(value) is str or isinstance(value, Upload):
        return value
    raise Mistyped("must be a file or of type String")


SCALAR_CHECKS: dict[str, Check] = {
    "Integer": _integer,
    "Float": _float,
    "String": _string,
    "Boolean": _boolean,
    "InputFile": file_or_name,
}


def array(check: Check) -> Check:
    """Return a checker of lists whose items all pass *check*."""

    def every(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Mistyped("must be of type Array")
        return [check(item) for item in value]

    return every


def text_reader(types: Iterable[str], check: Check) -> Check:
    """Return the reader for form fields: JSON where the type is an object or an array."""
    if SCALARS.issuperset(types):
        return check

    def read(value: str) -> Any:
        try:
            return check(orjson.loads(value))
        except orjson.JSONDecodeError:
            raise Mistyped("can't parse JSON object") from None

    return read


def _inline_button(button: dict[str, Any]) -> None:
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
        raise Mistyped("!BUTTON_DATA_INVALID")
    if not button["text"].strip():
        raise Mistyped("!inline keyboard button text must be non-empty")
    actions = len(button) - 1 - ("icon_custom_emoji_id" in button) - ("style" in button)
    if actions == 0:
        raise Mistyped(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    url = button.get("url")
    if url is not None and not re.match(r"(https?|tg|mailto|tel)://?\S+\Z|[\w-]+(\.\w+)+", url):
        raise Mistyped(f"!inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _inline_keyboard(markup: dict[str, Any]) -> None:
    rows = markup["inline_keyboard"]
    if sum(map(len, rows)) > BUTTONS_PER_MESSAGE or any(len(r) > BUTTONS_PER_ROW for r in rows):
        raise Mistyped("!reply markup is too long")


EXTRA: dict[str, Callable[[dict[str, Any]], None]] = {
    "InlineKeyboardButton": _inline_button,
    "InlineKeyboardMarkup": _inline_keyboard,
}


def words(name: str) -> str:
    """Return a type's name as lower-case words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def snake(name: str) -> str:
    """Return a type's name in snake case."""
    return words(name).replace(" ", "_")


def common(names: list[str]) -> str:
    """Return the whole words that all *names* begin with."""
    split = [re.findall(r"[A-Z][a-z0-9]*", n) for n in names]
    start: list[str] = []
    for words in zip(*split, strict=False):
        if len(set(words)) > 1:
            break
        start.append(words[0])
    return "".join(start)
