"""One unit of work: one transaction, one commit; leaving without ``commit()`` rolls back."""

import asyncio
from types import TracebackType
from typing import Self, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.inline import InlineConnection
from storage.repos.accounts import Accounts
from storage.repos.allocations import Allocations
from storage.repos.audit import Audit
from storage.repos.calendars import Calendars
from storage.repos.categories import Categories
from storage.repos.conversations import Conversations
from storage.repos.departments import Departments
from storage.repos.handoffs import Handoffs
from storage.repos.learning import Learning
from storage.repos.letters import Letters
from storage.repos.library import Library
from storage.repos.line import Line
from storage.repos.messages import Messages
from storage.repos.offers import Offers
from storage.repos.outbox import Outbox
from storage.repos.people import People
from storage.repos.phrasings import Phrasings
from storage.repos.policies import PolicyBook
from storage.repos.ratings import Ratings
from storage.repos.seats import Seats
from storage.repos.staffing import Staffing
from storage.repos.taught import Taught
from storage.repos.timers import Timers
from storage.repos.views import Views
from storage.repos.waits import Waits
from storage.repos.watch import Watch


class UnitOfWork:
    """One transaction over one database.

    On SQLite a unit opens as a writer; within a process writers queue on a lock, between
    processes on the file. ``reading=True`` opens a unit that only reads and waits for nobody.
    ``lasting=False`` does not wait for the disk at the commit: a killed process loses nothing, a
    power cut may take the last moments back. It is for notes that cost only a repetition when lost.
    """

    def __init__(self, database: Database, *, reading: bool = False, lasting: bool = True) -> None:
        self._database = database
        self._reading = reading
        self._lasting = lasting
        self._bells: set[str] = set()
        self._holds_lock = False
        self.connection: AsyncConnection

    async def __aenter__(self) -> Self:
        database = self._database
        if database.is_sqlite and not self._reading:
            await database.writer.acquire()
            self._holds_lock = True
        try:
            self.connection = await database.engine.connect()
        except BaseException:
            self._unlock()
            raise
        try:
            if database.is_sqlite:
                if self._reading:
                    await self.connection.exec_driver_sql("BEGIN")
                else:
                    inline = cast("InlineConnection", self.connection)
                    await inline.begin_writing(lasting=self._lasting)
        except BaseException:
            await self._leave()
            raise
        self.accounts = Accounts(self.connection)
        self.allocations = Allocations(self.connection)
        self.policies = PolicyBook(self.connection)
        self.timers = Timers(self.connection)
        self.views = Views(self.connection)
        self.handoffs = Handoffs(self.connection)
        self.categories = Categories(self.connection)
        self.people = People(self.connection)
        self.conversations = Conversations(self.connection)
        self.ratings = Ratings(self.connection)
        self.waits = Waits(self.connection)
        self.line = Line(self.connection)
        self.offers = Offers(self.connection)
        self.seats = Seats(self.connection)
        self.messages = Messages(self.connection)
        self.staffing = Staffing(self.connection)
        self.departments = Departments(self.connection)
        self.taught = Taught(self.connection)
        self.calendars = Calendars(self.connection)
        self.library = Library(self.connection)
        self.learning = Learning(self.connection)
        self.outbox = Outbox(self.connection)
        self.phrasings = Phrasings(self.connection)
        self.audit = Audit(self.connection)
        self.letters = Letters(self.connection)
        self.watch = Watch(self.connection)
        return self

    def ring(self, bell: str) -> None:
        """Ring *bell* after the commit; without a commit it stays silent."""
        self._bells.add(bell)

    async def commit(self) -> None:
        """Make everything durable, then ring the bells that were asked for."""
        await self.connection.commit()
        bells, self._bells = self._bells, set()
        if bells and self._database.on_commit is not None:
            self._database.on_commit(bells)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Shielded: a cancelled task must still give back the connection and the lock.
        await asyncio.shield(asyncio.ensure_future(self._leave()))

    async def _leave(self) -> None:
        try:
            await self.connection.close()  # rolls back what was not committed
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            self._database.writer.release()
