"""``/word_test``: which sensitive words stand in a text, and what would happen to it."""

from admin_bot.command import Command
from admin_bot.listing import one_line
from admin_bot.teaching import newest
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_words
from bot.handlers.teach_words import Tried
from core.errors import BadRequestText
from core.i18n.texts import Texts
from core.playbook import WordAction, WordDirection

MOST = 20
"""Lists that are shown."""


async def run(turn: Turn) -> None:
    """Show what every list makes of the words, those that are off included."""
    if not turn.words:
        raise BadRequestText("usage.word_test")
    book = await newest(turn)
    tried = teach_words.try_out(turn.staff, book.playbook, turn.words)
    say = turn.say
    lines = [_line(say, one) for one in tried[:MOST]] or [say("words.test_nothing")]
    if len(tried) > MOST:
        lines.append(say("words.test_more", count=len(tried) - MOST))
    await turn.answer(
        "\n".join(lines), title=say("words.test_title", text=one_line(turn.words, 100))
    )


def _line(say: Texts, one: Tried) -> str:
    banned = one.banned
    effects = [_effect(say, one, direction) for direction in one.directions]
    if not banned.enabled:
        effects = [say("words.test_off")]
    return say(
        "words.test_line",
        number=banned.id,
        name=banned.name,
        words=one_line(say("word.comma").join(one.words), 200),
        effect=say("word.comma").join(effects),
        accounts=say("word.comma").join(banned.accounts) or say("word.all_accounts"),
    )


def _effect(say: Texts, one: Tried, direction: WordDirection) -> str:
    # What customers write is recorded and never kept from anybody.
    if direction is WordDirection.CUSTOMER:
        return say("words.test_customer")
    blocks = one.banned.action == WordAction.BLOCK
    return say("words.test_blocked" if blocks else "words.test_recorded")


COMMAND = Command("word_test", Permission.TEACH, run)
