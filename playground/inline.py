"""Inline mode: somebody types ``@bot word`` in any chat, the bot offers results, one is picked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.entities import formatted
from playground.methods.base import body_caption, body_text
from playground.refusal import bad
from playground.things import Bot, Json, Person

if TYPE_CHECKING:
    from playground.world import World

MOST_RESULTS = 50
"""Source: Bot API, answerInlineQuery."""
LONGEST_ID_BYTES = LONGEST_OFFSET_BYTES = 64
LONGEST_QUERY = 256
_STALE = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class InlineQuery:
    """What somebody typed behind a bot's name, and what the bot offered."""

    id: str
    bot: Bot
    person: Person
    words: str
    born: float
    answer: Json | None = None
    """The parameters of ``answerInlineQuery``; ``None`` while there is no answer."""

    @property
    def results(self) -> list[Json]:
        """What was offered; empty before the answer."""
        return list(self.answer["results"]) if self.answer else []


def ask(world: "World", person: Person, bot: Bot, words: str, *, offset: str = "") -> InlineQuery:
    """Type *words* behind a bot's name; a bot without inline mode hears nothing of it.

    Args:
        world: The stand-in.
        person: Who types.
        bot: The bot.
        words: What stands behind its name.
        offset: What an earlier answer gave as ``next_offset``, to see more.

    Raises:
        ValueError: The bot has no inline mode, or the words are too long.
    """
    if not bot.inline:
        raise ValueError("inline mode is off for this bot")
    if len(words) > LONGEST_QUERY:
        raise ValueError(f"an inline query has at most {LONGEST_QUERY} characters")
    query = InlineQuery(world.next_query_id(), bot, person, words, world.clock())
    world.inline_queries[query.id] = query
    if len(world.inline_queries) > 10_000:
        del world.inline_queries[next(iter(world.inline_queries))]
    payload = {
        "id": query.id,
        "from": person.user,
        "query": words,
        "offset": offset,
        "chat_type": "private",
    }
    bot.delivery.put("inline_query", f"u{person.id}", payload)
    world.beat()
    return query


def choose(world: "World", query: InlineQuery, result_id: str) -> Json:
    """Pick a result; the bot is told where inline feedback is on for it.

    Returns:
        The fields of the message that goes into the chat, ``via_bot`` among them.

    Raises:
        ValueError: No such result was offered.
    """
    found = next((r for r in query.results if r["id"] == result_id), None)
    if found is None:
        raise ValueError(f"no result {result_id!r} was offered")
    if query.bot.inline_feedback:
        payload = {"result_id": result_id, "from": query.person.user, "query": query.words}
        query.bot.delivery.put("chosen_inline_result", f"u{query.person.id}", payload)
        world.beat()
    return {"via_bot": query.bot.user, **_message(world, query.bot, found)}


def _message(world: "World", bot: Bot, result: Json) -> Json:
    content = result.get("input_message_content")
    if content is not None and "message_text" in content:
        return body_text(_as_body(content))
    if result["type"] == "photo" and "photo_file_id" in result:
        stored = world.files.of_bot(result["photo_file_id"], bot.id)
        return {"photo": [stored.described()], **body_caption(result)}
    return {}


def _as_body(content: Json) -> Json:
    return {**content, "text": content["message_text"]}


def _answer(world: "World", bot: Bot, p: Json) -> bool:
    query = world.inline_queries.get(p["inline_query_id"])
    if (
        query is None
        or query.bot is not bot
        or query.answer is not None
        or world.clock() - query.born > world.callback_seconds
    ):
        raise bad(_STALE)
    if len(p["results"]) > MOST_RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    if len(p.get("next_offset", "").encode()) > LONGEST_OFFSET_BYTES:
        raise bad("NEXT_OFFSET_INVALID")
    known: set[str] = set()
    for result in p["results"]:
        _check(world, bot, result, known)
    query.answer = p
    return True


def _check(world: "World", bot: Bot, result: Json, known: set[str]) -> None:
    """Refuse one result for what Telegram refuses the whole answer for."""
    number = result["id"]
    if not number:
        raise bad("RESULT_ID_EMPTY")
    if len(number.encode()) > LONGEST_ID_BYTES:
        raise bad("RESULT_ID_INVALID")
    if number in known:
        raise bad("RESULT_ID_DUPLICATE")
    known.add(number)
    if result["type"] == "article" and not result["title"].strip():
        raise bad("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if content is not None and "message_text" in content:
        text, _ = formatted(
            content["message_text"], content.get("parse_mode"), content.get("entities")
        )
        if not text:
            raise bad("MESSAGE_EMPTY")
        body_text(_as_body(content))
    body_caption(result)
    if "photo_file_id" in result:
        stored = world.files.of_bot(result["photo_file_id"], bot.id)
        if stored.kind != "photo":
            raise bad(f"can't use file of type {stored.kind.title()} as Photo")


TABLE: dict[str, Callable[["World", Bot, Json], Any]] = {"answerInlineQuery": _answer}
