"""What the Bot API's methods and types look like, and whether a call fits.

The facts are names, types and required flags of Bot API 10.1 (``bot_api.json``). Checkers are
built once per type and kept, so that a call costs one dictionary look-up per parameter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from playground.checks import (
    ARRAY,
    EXTRA,
    SCALAR_CHECKS,
    SCALARS,
    Check,
    Mistyped,
    array,
    chat,
    common,
    file_or_name,
    snake,
    text_reader,
    words,
)
from playground.refusal import bad

# Telegram's own words for the parameters that are most often forgotten.
_MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
    **{
        kind: f"there is no {kind.replace('_', ' ')} in the request"
        for kind in (
            "photo", "voice", "video", "video_note", "audio", "animation", "document", "sticker"
        )
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a method with its two readers.

    ``from_json`` takes a decoded JSON value or an ``Upload``; ``from_text`` takes the string of a
    form field, in which nested values are JSON and numbers are digits.
    """

    name: str
    required: bool
    from_json: Check
    from_text: Check


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Bot API."""

    name: str
    returns: tuple[str, ...]
    parameters: dict[str, Parameter]
    required: tuple[str, ...]

    def read(self, raw: dict[str, Any], *, form: bool) -> dict[str, Any]:
        """Check a call and return its parameters with Python values.

        Args:
            raw: Parameter name to JSON value, form string or ``Upload``.
            form: Whether strings in *raw* are form fields rather than JSON strings.

        Raises:
            Refusal: An unknown, missing or mistyped parameter.
        """
        read: dict[str, Any] = {}
        known = self.parameters
        for name, value in raw.items():
            parameter = known.get(name)
            if parameter is None:
                raise bad(f'unknown parameter "{name}"')
            if value is None or (form and value == ""):
                continue
            try:
                if form and type(value) is str:
                    read[name] = parameter.from_text(value)
                else:
                    read[name] = parameter.from_json(value)
            except Mistyped as wrong:
                raise bad(_sentence(name, str(wrong))) from None
        for name in self.required:
            if name not in read:
                raise bad(_MISSING.get(name, f'parameter "{name}" is required'))
        return read


def _sentence(name: str, wrong: str) -> str:
    """Name the parameter unless the complaint already stands on its own."""
    if wrong.startswith("!"):
        return wrong[1:]
    if wrong.startswith("can't parse"):
        return wrong
    return f'parameter "{name}" {wrong}'


class Facts:
    """All methods of the Bot API, ready to check calls."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.version: str = document["version"]
        self._types: dict[str, Any] = document["types"]
        self._checks: dict[str, Check] = {}
        self._by_name = {name.lower(): (name, entry) for name, entry in document["methods"].items()}
        self._ready: dict[str, Method] = {}

    def method(self, name: str) -> Method | None:
        """Return the method called *name*; letter case does not matter, as at Telegram's."""
        ready = self._ready.get(name)
        if ready is None:
            found = self._by_name.get(name.lower())
            if found is None:
                return None
            ready = self._ready[name] = self._build(*found)
        return ready

    def complaint(self, types: Iterable[str], value: Any) -> str | None:
        """Return what is wrong with *value* as one of *types*, ``None`` when it fits."""
        try:
            self._check(types)(value)
        except Mistyped as wrong:
            return str(wrong)
        return None

    def _build(self, name: str, entry: dict[str, Any]) -> Method:
        parameters: dict[str, Parameter] = {}
        for field, types, required in entry["fields"]:
            check = self._check(types)
            parameters[field] = Parameter(field, required, check, text_reader(types, check))
        needed = tuple(p.name for p in parameters.values() if p.required)
        return Method(name, tuple(entry["returns"]), parameters, needed)

    def _check(self, types: Iterable[str]) -> Check:
        types = tuple(types)
        if len(types) == 1:
            name = types[0]
            if name in SCALARS:
                return SCALAR_CHECKS[name]
            if name.startswith(ARRAY):
                return array(self._check([name.removeprefix(ARRAY)]))
            return self._object(name)
        if types == ("Integer", "String"):
            return chat
        if set(types) == {"InputFile", "String"}:
            return file_or_name
        if all(name.startswith(ARRAY) for name in types):
            return array(self._union(tuple(n.removeprefix(ARRAY) for n in types)))
        return self._union(types)

    def _object(self, name: str) -> Check:
        """Return a checker that builds itself at the first use, since types refer to each other."""

        def check(value: Any) -> Any:
            return self._object_now(name)(value)

        return self._checks.get(name, check)

    def _object_now(self, name: str) -> Check:
        ready = self._checks.get(name)
        if ready is None:
            entry = self._types.get(name)
            if entry is None:
                raise LookupError(f"the facts do not know the type {name}")
            if "subtypes" in entry:
                ready = self._union(tuple(entry["subtypes"]), parent=name)
            else:
                ready = self._fields(name, entry.get("fields", []))
            self._checks[name] = ready
        return ready

    def _fields(self, name: str, fields: list[Any]) -> Check:
        label = words(name)
        known = {field: self._check(types) for field, types, _ in fields}
        needed = [field for field, _, required in fields if required]
        extra = EXTRA.get(name)

        def check(value: Any) -> Any:
            if type(value) is not dict:
                raise Mistyped(f"can't parse {label}: expected an Object")
            read = {}
            for field, inner in value.items():
                reader = known.get(field)
                if reader is None:
                    raise Mistyped(f'can\'t parse {label}: unknown field "{field}"')
                if inner is None:
                    continue
                try:
                    read[field] = reader(inner)
                except Mistyped as wrong:
                    text = str(wrong)
                    if text.startswith(("!", "can't parse")):
                        raise
                    raise Mistyped(f'can\'t parse {label}: Field "{field}" {text}') from None
            for field in needed:
                if field not in read:
                    raise Mistyped(f"can't parse {label}: Can't find field \"{field}\"")
            if extra is not None:
                extra(read)
            return read

        return check

    def _union(self, names: tuple[str, ...], parent: str = "") -> Check:
        """Try the types that an object can be, the ones that its ``type`` names first.

        Subtypes are told apart by a literal ``type``, ``source`` or ``status`` that the facts do
        not list; it is the subtype's own name without the common beginning, in snake case.
        """
        plain = [n for n in names if n in SCALARS or n.startswith(ARRAY)]
        objects = [n for n in names if n not in plain]
        start = parent or common(objects)
        literal = {n: snake(n.removeprefix(start).removeprefix("Cached")) for n in objects}
        needs = {
            n: {f for f, _, required in self._types[n].get("fields", []) if required}
            for n in objects
        }
        typed = all("type" in needs[n] for n in objects) and start != ""
        label = words(parent or objects[0]) if objects else "value"

        def check(value: Any) -> Any:
            if type(value) is not dict:
                for name in plain:
                    try:
                        return self._check([name])(value)
                    except Mistyped:
                        continue
                raise Mistyped(f"can't parse {label}: expected an Object")
            fitting = [n for n in objects if needs[n] <= value.keys()]
            if typed:
                named = [n for n in objects if literal[n] == value.get("type")]
                if not named:
                    raise Mistyped(f'can\'t parse {label}: Type "{value.get("type")}" is unknown')
                fitting = [n for n in named if n in fitting] or named
            complaint: Mistyped | None = None
            for name in fitting or objects[:1]:
                try:
                    return self._object_now(name)(value)
                except Mistyped as wrong:
                    complaint = complaint or wrong
            raise complaint or Mistyped(f"can't parse {label}")

        return check


@cache
def load() -> Facts:
    """Return the facts that are kept beside this file; the same for every world."""
    return Facts(orjson.loads((Path(__file__).parent / "bot_api.json").read_bytes()))
