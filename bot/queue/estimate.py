"""Estimates how long somebody who joins a line will wait. Pure.

Whoever stands first in line waits until a conversation ends. How often that happens is read from
the conversations of the group that began lately: ``E`` of them have ended, and all of them together
have been served for the time ``T``, those that are not over yet included. So one agent's place
becomes free every ``T / E`` on average, and where ``S`` of them are being served now, somebody
leaves the line every ``T / (E x S)``. Who stands at place ``n`` waits for ``n`` of those; they
scatter much, and what is as likely too long as too short lies a third of one below:

    wait = (n - 1/3) x T / (E x S)

Compared with counting departures this does not take a calm hour for a slow one, does not take
twenty agents who sign on and empty the line at once for a fast one, and follows agents who come
and go; conversations that somebody forgot to end are too old to count. Over 18 steady scenarios
(3, 10 and 40 places; 0.85 to 1.1 of what they can do; lengths that scatter by half or fully) the
median of |told - real| / real was 0.24 on average, against 0.25 for the mean time at the head of
the line, 0.32 to 0.34 for departures in half an hour or an hour, 0.35 for the last 20 departures.
See ``tests/queue/test_estimate.py``, which asks for less than 0.30.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

WINDOW = timedelta(hours=2)
"""Conversations that began earlier do not count."""
MOST_SERVED = 300
"""Of those, so many count, the latest."""
LEAST_ENDED = 5
"""With fewer that have ended too little is known to say anything."""
LONGEST = timedelta(days=2)
"""What would be longer is not said either."""
_BELOW = Fraction(1, 3)


@dataclass(frozen=True, slots=True)
class Served:
    """A conversation that an agent of the group serves or has served.

    Args:
        since: When they began.
        until: When it ended; ``None``: they still serve it.
    """

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a group serves; looked at once, it answers for any place in line.

    Args:
        ended: Conversations that are over.
        ongoing: Those that are still served.
        together: For how long all of them have been served, added up.
    """

    ended: int
    ongoing: int
    together: timedelta

    @classmethod
    def of(cls, served: Iterable[Served], now: datetime) -> "Pace":
        """Look at a group's conversations.

        Args:
            served: Those that began within ``WINDOW``, at most the latest ``MOST_SERVED``.
            now: The moment.
        """
        ended = ongoing = 0
        together = timedelta()
        for one in served:
            if one.until is None:
                ongoing += 1
            else:
                ended += 1
            together += max(timedelta(), (one.until or now) - one.since)
        return cls(ended, ongoing, together)

    def wait(self, place: int) -> timedelta | None:
        """Return how long who stands at *place*, from 1, will wait; ``None``: not known."""
        if self.ended < LEAST_ENDED:
            return None
        # Whole microseconds, so that the same facts give the same answer everywhere.
        micros = self.together // timedelta(microseconds=1) * (place - _BELOW)
        # Between the end of one conversation and the start of the next nobody may be served at all.
        wait = timedelta(microseconds=int(micros / (self.ended * max(1, self.ongoing))))
        return wait if wait <= LONGEST else None


def told_minutes(wait: timedelta) -> int:
    """Return an estimate as it is told: in whole minutes, rounded up, at least one."""
    return max(1, -int(-wait.total_seconds() // 60))


def worth_telling(told: timedelta | None, wait: timedelta | None) -> bool:
    """Say whether *wait* differs by a third or more from what was *told*, as it is told."""
    if wait is None:
        return False
    if told is None:
        return True
    before = told_minutes(told)
    return 3 * abs(told_minutes(wait) - before) >= before
