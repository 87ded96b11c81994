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


def goes_to(name: str, to: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ann goes to Repairs``, for a customer who chose it."""
    return say("transcript.goes_to", time=clock_time(now, zone), name=name, to=to)


def goes_back(name: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ben is not available: back to the line``."""
    return say("transcript.goes_back", time=clock_time(now, zone), name=name)


def ended_silent(span: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 ended: the customer was silent for 30 min``."""
    return say("transcript.ended_silent", time=clock_time(now, zone), span=span)


def offers(name: str, to: str, note: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ben sends a button to Repairs``, with the note that Ben wrote, if any."""
    line = say("transcript.offers", time=clock_time(now, zone), name=name, to=to)
    return f"{line}: {note}" if note else line


def takes_back(name: str, now: datetime, zone: tzinfo, say: Texts) -> str:
    """Return ``14:05 Ben takes the transfer back``."""
    return say("transcript.takes_back", time=clock_time(now, zone), name=name)
