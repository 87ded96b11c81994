"""The lines that the desk itself writes into a transcript. Source: requirement QUE-14. Pure."""

from datetime import datetime, tzinfo

from bot.dialog.wording import clock_time
from core.i18n.texts import Texts


def starts(name: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ben starts service``."""
    return say("transcript.starts", time=clock_time(now, zone), name=name)


def ends(name: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ben ends service``."""
    return say("transcript.ends", time=clock_time(now, zone), name=name)


def hands_on(name: str, to: str, note: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ben transfers to Cid``, with the note that Ben wrote, if any."""
    line = say("transcript.transfers", time=clock_time(now, zone), name=name, to=to)
    return f"{line}: {note}" if note else line
