"""How often rules and entries answered, counted behind the customers' backs.

Intake only writes down what happened; a job reads that a little later. So answering costs no
update of a row that every message would queue for.
"""

from datetime import datetime, timedelta

from storage.uow import UnitOfWork

CURSOR = "uses"
SETTLED = timedelta(seconds=30)
"""Older events stand in order: whoever took a lower number has committed by now."""
MOST = 5000
"""Events that are read in one unit of work."""


async def count(uow: UnitOfWork, now: datetime) -> bool:
    """Add what happened since the last time to the use counts, each use once.

    Safe to run in several processes: they wait for each other at the cursor.

    Args:
        uow: An open unit of work; the caller commits.
        now: The moment.

    Returns:
        Whether there may be more to count.
    """
    after = await uow.learning.reached(CURSOR)
    rules, entries, last = await uow.learning.used(after, now - SETTLED, MOST)
    if last == after:
        return False
    await uow.taught.rules_used(rules)
    await uow.library.used(entries)
    await uow.learning.reach(CURSOR, last)
    return True
