"""Quick replies in any chat: a member of staff types ``@bot word`` and picks one.

The platform sends such questions only when inline mode is switched on for the bot, and tells what
was picked only when inline feedback is.
"""

from collections.abc import Sequence

import structlog
import telegram
from telegram.constants import InlineQueryLimit, MessageLimit
from telegram.error import BadRequest

from admin_bot.listing import one_line, whole
from admin_bot.turn import STAFF_ACCOUNT
from admin_bot.wording import content as in_words
from admin_bot.wording import today
from bot.access import Permission, may
from bot.handlers import quick_reply
from bot.wiring import Desk
from core.errors import NotFound
from core.messages import Content, Kind
from core.playbook import FaqEntry
from storage.repos.staffing import StaffMember

log = structlog.get_logger(__name__)

CACHE_SECONDS = 5
"""How long the platform may show the same answer again; it keeps one for each person."""
_LONGEST_HEADING = 60
_LONGEST_LINE = 90


async def answer(desk: Desk, query: telegram.InlineQuery, staff: StaffMember | None) -> None:
    """Answer what somebody typed behind the bot's name; a stranger gets nothing.

    Args:
        desk: The desk.
        query: What they typed, and from where the platform wants to go on.
        staff: Who typed; ``None`` for a stranger.
    """
    most = InlineQueryLimit.RESULTS
    found: Sequence[FaqEntry] = ()
    if staff is not None and may(staff.role, Permission.SERVE):
        async with desk.reading() as uow:
            stand = await quick_reply.browse(uow, staff, today(desk), words=query.query)
        found = [entry for entry in stand.entries if _can_be_offered(entry.answer)]
    start = whole(query.offset) or 0
    shown = found[start : start + most]
    following = str(start + most) if start + most < len(found) else ""
    say = desk.texts(staff.language if staff is not None else None)
    results = [_result(entry, in_words(say, entry.answer)) for entry in shown]
    try:
        await query.answer(
            results, cache_time=CACHE_SECONDS, is_personal=True, next_offset=following
        )
    except BadRequest as error:
        # They have typed on, or the platform does not know the question any more.
        log.info("inline.not_answered", query=query.id, error=type(error).__name__)


async def chosen(desk: Desk, update_id: str, result_id: str, staff: StaffMember) -> None:
    """Count that a reply was picked, once however often the platform tells.

    Source: requirement KBF-11.
    """
    number = whole(result_id)
    if number is None:
        return
    async with desk.unit() as uow:
        if not await uow.letters.first_time(STAFF_ACCOUNT, update_id, desk.clock()):
            return
        try:
            seen = await quick_reply.show(uow, staff, number, today(desk))
        except NotFound:
            # Deleted since it was offered.
            return
        await quick_reply.used(uow, staff, seen.entry)
        await uow.commit()


def _can_be_offered(content: Content) -> bool:
    """Say whether the platform can send it from a list: a text, a link, or a picture of ours."""
    if content.kind is Kind.PHOTO and content.media is not None:
        limit = MessageLimit.CAPTION_LENGTH
        return content.media.account == STAFF_ACCOUNT and _units(content.text) <= limit
    if content.kind not in {Kind.TEXT, Kind.LINK}:
        return False
    return 0 < _units(_words(content)) <= MessageLimit.MAX_TEXT_LENGTH


def _words(content: Content) -> str:
    """Return the text that a result sends; of a link its title, its text and its address."""
    if content.kind is Kind.LINK:
        parts = (content.title, content.text, str(content.data.get("url", "")))
        return "\n".join(part for part in parts if part)
    return content.text


def _result(entry: FaqEntry, description: str) -> telegram.InlineQueryResult:
    number, content = str(entry.id), entry.answer
    title = one_line(entry.heading, _LONGEST_HEADING)
    if content.kind is Kind.PHOTO and content.media is not None:
        return telegram.InlineQueryResultCachedPhoto(
            number, content.media.file_id, title=title, caption=content.text or None
        )
    return telegram.InlineQueryResultArticle(
        number,
        title,
        telegram.InputTextMessageContent(_words(content)),
        description=one_line(description, _LONGEST_LINE),
    )


def _units(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
