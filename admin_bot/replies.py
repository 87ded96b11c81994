"""Admins put messages into an ordered list of them: the replies of a rule, a welcome."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

import orjson

from admin_bot.command import Run
from admin_bot.listing import one_line, whole
from admin_bot.parsing import contact_of, link, media_of
from admin_bot.steps import again, ask, called_off, keeps
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import content as in_words
from bot.dialog.replies import (
    MOST_SECONDS,
    MOST_VOICE_BYTES,
    check,
    is_sound,
    is_wav,
)
from bot.dialog.wav import seconds_of
from bot.handlers import pick_reply
from core.errors import BadRequestText, DeskError, NotFound
from core.messages import Button, Content, Kind

_OFFERED = 20
Contents = tuple[Content, ...]


async def settled(turn: Turn, what: Content) -> Content:
    """Return a content that can be kept: an uploaded recording becomes a voice message.

    The recording is fetched to find out how long it is.

    Raises:
        BadRequestText: It cannot be kept; the text says what is accepted.
    """
    if is_sound(what) and is_wav(what) and what.media is not None:
        if (what.media.size_bytes or 0) > MOST_VOICE_BYTES:
            check(replace(what, kind=Kind.VOICE))
        file = await turn.bot.get_file(what.media.file_id)
        seconds = seconds_of(bytes(await file.download_as_bytearray()))
        if seconds is None:
            raise BadRequestText(
                "rules.reply_not_wav", limit=MOST_VOICE_BYTES // 2**20, seconds=MOST_SECONDS
            )
        # Rounded up: 60.2 seconds are longer than the minute that platforms take.
        media = replace(what.media, duration_seconds=-int(-seconds // 1), mime="audio/wav")
        what = replace(what, kind=Kind.VOICE, media=media)
    check(what)
    return what


async def sent(turn: Turn) -> Content:
    """Return what they sent when they were asked for a message.

    Raises:
        BadRequestText: It cannot be kept.
    """
    message = turn.message
    if message is not None:
        shared = contact_of(message)
        if shared is not None:
            return await settled(turn, shared)
        found = media_of(message)
        if found is not None:
            return await settled(turn, Content(found[0], turn.said, found[1]))
    return await settled(turn, Content(Kind.TEXT, turn.said))


@dataclass(frozen=True, slots=True)
class Messages:
    """An ordered list of messages that somebody edits.

    Args:
        contents: The messages, in order.
        heading: What the list is called.
        account: Name of an account whose customers get it, for the preview.
        head: A message before them that is not edited here; ``None`` for none.
    """

    contents: Contents
    heading: str
    account: str = ""
    head: Content | None = None

    @property
    def first(self) -> int:
        """Number of the first of *contents* among all messages."""
        return 1 if self.head is None else 2


Load = Callable[[Turn, str], Awaitable[Messages]]
Store = Callable[[Turn, str, Contents, Contents], Awaitable[Messages]]


@dataclass(frozen=True, slots=True)
class Editor:
    """The buttons that edit one sort of list.

    Args:
        name: Begins the names of its buttons.
        load: Returns the list that stands behind a reference (at most 20 characters).
        store: Stores other contents in place of those that were loaded, if they are still there,
            and returns the list as it is then.
        back: Returns the button that leads out of it.
        preview: Shows it as customers will see it.
        most: How many contents it may have.
    """

    name: str
    load: Load
    store: Store
    back: Callable[[Turn, str], Button]
    preview: Callable[[Turn, Messages], Awaitable[None]]
    most: int

    def opening(self, turn: Turn, ref: str, count: int) -> Button:
        """Return the button that opens the list."""
        return Button(turn.say("rules.button_messages", count=count), self._data("all", ref))

    @property
    def presses(self) -> Mapping[str, Run]:
        """What its buttons do, by name."""
        return {
            f"{self.name}_{step}": run
            for step, run in {
                "all": self._shown,
                "off": self._called_off,
                "add": self._add,
                "link": self._link,
                "said": self._said,
                "linked": self._linked,
                "faq": self._faq,
                "find": self._find,
                "found": self._found,
                "pick": self._pick,
                "one": self._one,
                "up": self._up,
                "down": self._down,
                "title": self._title,
                "titled": self._titled,
                "drop": self._drop,
                "drop_yes": self._dropped,
                "play": self._play,
            }.items()
        }

    def _data(self, step: str, ref: str, *parts: object) -> str:
        return ":".join([f"{self.name}_{step}", ref, *map(str, parts)])

    # -- the list ----------------------------------------------------------------------------------

    async def show(self, turn: Turn, ref: str, messages: Messages) -> None:
        """Show the list with a button for each message and for each way to add one."""
        say = turn.say
        numbers = range(messages.first, messages.first + len(messages.contents))
        lines = [
            f"{number}. {one_line(in_words(say, what), 150)}"
            for number, what in zip(numbers, messages.contents, strict=True)
        ]
        if messages.head is not None:
            lines.insert(0, f"1. {one_line(in_words(say, messages.head), 150)}")
        each = [
            Button(
                one_line(f"{number}. {in_words(say, what)}", 20),
                self._data("one", ref, number - messages.first, _mark(what)),
            )
            for number, what in zip(numbers, messages.contents, strict=True)
        ]
        rows = [tuple(each[at : at + 2]) for at in range(0, len(each), 2)]
        if len(messages.contents) < self.most:
            rows += [
                (
                    Button(say("rules.button_add_message"), self._data("add", ref)),
                    Button(say("rules.button_add_link"), self._data("link", ref)),
                ),
                (
                    Button(say("rules.button_add_from_library"), self._data("find", ref)),
                    Button(say("rules.button_add_faq_card"), self._data("faq", ref)),
                ),
            ]
        if messages.contents or messages.head is not None:
            rows.append((Button(say("rules.button_preview"), self._data("play", ref)),))
        rows += [undo_row(turn), (self.back(turn, ref),)]
        text = "\n".join(lines) or say("rule.no_replies")
        await turn.answer(f"{text}\n\n{say('rules.reply_variables')}", rows, title=messages.heading)

    async def _shown(self, turn: Turn) -> None:
        await self.show(turn, turn.words, await self.load(turn, turn.words))

    async def _called_off(self, turn: Turn) -> None:
        called_off(turn)
        await self._shown(turn)

    async def _play(self, turn: Turn) -> None:
        await self.preview(turn, await self.load(turn, turn.words))

    # -- adding ------------------------------------------------------------------------------------

    async def ask_for_one(self, turn: Turn, ref: str, heading: str) -> None:
        """Ask for a message to put at the end."""
        question = turn.say("rules.reply_ask_message")
        cancel = self._data("off", ref)
        await ask(turn, question, self._data("said", ref), cancel, title=heading)

    async def _add(self, turn: Turn) -> None:
        messages = await self._with_room(turn)
        await self.ask_for_one(turn, turn.words, messages.heading)

    async def _link(self, turn: Turn) -> None:
        messages = await self._with_room(turn)
        ref = turn.words
        question, then = turn.say("rules.reply_ask_link"), self._data("linked", ref)
        await ask(turn, question, then, self._data("off", ref), title=messages.heading)

    async def _with_room(self, turn: Turn) -> Messages:
        messages = await self.load(turn, turn.words)
        if len(messages.contents) >= self.most:
            raise BadRequestText(
                "rule.too_many_replies", count=len(messages.contents) + 1, limit=self.most
            )
        return messages

    async def _said(self, turn: Turn) -> None:
        if keeps(turn):
            await self._shown(turn)
            return
        try:
            await self._append(turn, turn.words, await sent(turn))
        except DeskError as error:
            question = turn.say("rules.reply_ask_message")
            await again(turn, error, question, self._data("said", turn.words))

    async def _linked(self, turn: Turn) -> None:
        if keeps(turn):
            await self._shown(turn)
            return
        try:
            await self._append(turn, turn.words, await settled(turn, link(turn.said, turn.message)))
        except DeskError as error:
            question = turn.say("rules.reply_ask_link")
            await again(turn, error, question, self._data("linked", turn.words))

    async def _faq(self, turn: Turn) -> None:
        await self._append(turn, turn.words, Content(Kind.FAQ_CARD))

    async def _append(self, turn: Turn, ref: str, what: Content) -> None:
        messages = await self.load(turn, ref)
        await self._store(turn, ref, messages, (*messages.contents, what))

    async def _store(self, turn: Turn, ref: str, was: Messages, contents: Contents) -> None:
        await self.show(turn, ref, await self.store(turn, ref, was.contents, contents))

    async def _find(self, turn: Turn) -> None:
        messages = await self._with_room(turn)
        await self._offer(turn, turn.words, "", messages.heading)
        await turn.ask(turn.say("rules.reply_ask_entry"), self._data("found", turn.words))

    async def _found(self, turn: Turn) -> None:
        if keeps(turn):
            await self._shown(turn)
            return
        messages = await self.load(turn, turn.words)
        await self._offer(turn, turn.words, turn.said, messages.heading)

    async def _offer(self, turn: Turn, ref: str, words: str, heading: str) -> None:
        say = turn.say
        async with turn.desk.reading() as uow:
            entries = await pick_reply.search(uow, turn.staff, words, limit=_OFFERED)
        lines = [
            f"#{e.id} {one_line(e.heading, 40)} → {one_line(in_words(say, e.answer), 60)}"
            for e in entries
        ]
        each = [Button(f"#{entry.id}", self._data("pick", ref, entry.id)) for entry in entries]
        rows = [tuple(each[at : at + 5]) for at in range(0, len(each), 5)]
        rows.append((Button(say("button.cancel"), self._data("off", ref)),))
        await turn.answer("\n".join(lines) or say("rules.reply_nothing_found"), rows, title=heading)

    async def _pick(self, turn: Turn) -> None:
        called_off(turn)
        ref, _, number = turn.words.partition(":")
        async with turn.desk.reading() as uow:
            what = await pick_reply.content_of(uow, turn.staff, whole(number) or 0)
        await self._append(turn, ref, await settled(turn, what))

    # -- one message -------------------------------------------------------------------------------

    async def _chosen(self, turn: Turn) -> tuple[str, Messages, int]:
        """Return the list and the place in it of the message that a button is about.

        Raises:
            NotFound: It is not there any more: the button is older than the list.
        """
        ref, number, mark = (*turn.words.split(":"), "", "", "")[:3]
        messages = await self.load(turn, ref)
        at = whole(number)
        if at is None or at >= len(messages.contents) or _mark(messages.contents[at]) != mark:
            raise NotFound("rules.reply_gone")
        return ref, messages, at

    async def _one(self, turn: Turn) -> None:
        ref, messages, at = await self._chosen(turn)
        await self._card(turn, ref, messages, at)

    async def _card(self, turn: Turn, ref: str, messages: Messages, at: int) -> None:
        say, what = turn.say, messages.contents[at]
        mark = _mark(what)

        def button(label: str, step: str) -> Button:
            return Button(say(label), self._data(step, ref, at, mark))

        moves = []
        if at > 0:
            moves.append(button("rules.button_up", "up"))
        if at + 1 < len(messages.contents):
            moves.append(button("rules.button_down", "down"))
        await turn.answer(
            f"{messages.first + at}. {in_words(say, what)}",
            [
                tuple(moves),
                (button("rules.button_title", "title"), button("rules.button_remove", "drop")),
                undo_row(turn),
                (Button(say("rules.button_back"), self._data("all", ref)),),
            ],
            title=messages.heading,
        )

    async def _up(self, turn: Turn) -> None:
        await self._move(turn, -1)

    async def _down(self, turn: Turn) -> None:
        await self._move(turn, 1)

    async def _move(self, turn: Turn, by: int) -> None:
        ref, messages, at = await self._chosen(turn)
        contents = list(messages.contents)
        to = min(max(0, at + by), len(contents) - 1)
        contents.insert(to, contents.pop(at))
        messages = await self.store(turn, ref, messages.contents, tuple(contents))
        await self._card(turn, ref, messages, to)

    async def _title(self, turn: Turn) -> None:
        ref, messages, at = await self._chosen(turn)
        then = self._data("titled", ref, at, _mark(messages.contents[at]))
        cancel = self._data("off", ref)
        await ask(turn, turn.say("rules.reply_ask_title"), then, cancel, title=messages.heading)

    async def _titled(self, turn: Turn) -> None:
        ref, messages, at = await self._chosen(turn)
        if keeps(turn):
            await self._card(turn, ref, messages, at)
            return
        title = " ".join(turn.said.split())
        what = messages.contents[at]
        none = title.lower() in _NO_TITLE and what.kind is not Kind.LINK
        what = replace(what, title="" if none else title)
        try:
            check(what)
        except DeskError as error:
            then = self._data("titled", ref, at, _mark(messages.contents[at]))
            await again(turn, error, turn.say("rules.reply_ask_title"), then)
            return
        contents = [*messages.contents[:at], what, *messages.contents[at + 1 :]]
        messages = await self.store(turn, ref, messages.contents, tuple(contents))
        await self._card(turn, ref, messages, at)

    async def _drop(self, turn: Turn) -> None:
        ref, messages, at = await self._chosen(turn)
        say, what = turn.say, messages.contents[at]
        await turn.answer(
            in_words(say, what),
            [
                (
                    Button(say("button.delete_yes"), self._data("drop_yes", ref, at, _mark(what))),
                    Button(say("button.keep"), self._data("all", ref)),
                )
            ],
            title=say("rules.reply_drop_question", number=messages.first + at),
        )

    async def _dropped(self, turn: Turn) -> None:
        ref, messages, at = await self._chosen(turn)
        contents = [*messages.contents[:at], *messages.contents[at + 1 :]]
        await self._store(turn, ref, messages, tuple(contents))


_NO_TITLE = frozenset({"none", "无", "没有"})


def _mark(what: Content) -> str:
    """Return a short word for what a message says, so that a button knows it again."""
    return f"{crc32(orjson.dumps(what.to_json(), option=orjson.OPT_SORT_KEYS)):08x}"
