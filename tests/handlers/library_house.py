"""A database with people, for tests of what admins do to the knowledge base."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.handlers import library, teach_faq, undo
from bot.handlers.library import Stock
from bot.handlers.teach_faq import FaqDraft, Wishes
from core.messages import text
from core.playbook import Category, FaqEntry, Playbook, Shelf
from core.states import Role
from core.tree import ROOT
from storage.engine import Database
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FAQ, DESK = Shelf.FAQ, Shelf.DESK


@dataclass
class House:
    """A database with an owner, an admin and an agent, and the bells that were rung."""

    database: Database
    rings: list[str]
    people: dict[Role, StaffMember]
    group: int
    recorded: list[int] = field(default_factory=list)

    @property
    def admin(self) -> StaffMember:
        return self.people[Role.ADMIN]

    async def does(self, act: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        """Do something in a unit of work of its own, and remember what it has recorded."""
        async with UnitOfWork(self.database) as uow:
            result = await act(uow)
            await uow.commit()
            self.recorded = list(uow.audit.recorded) or self.recorded
        return result

    async def book(self) -> Playbook:
        async with UnitOfWork(self.database, reading=True) as uow:
            return await uow.taught.playbook()

    async def add(
        self, question: str, category: str = "", shelf: Shelf = FAQ, **more: Any
    ) -> FaqEntry:
        draft = FaqDraft(question, text("answer"), category, shelf=shelf, **more)
        entry: FaqEntry = await self.does(
            lambda uow: teach_faq.add(uow, self.admin, draft, Playbook(), NOON)
        )
        return entry

    async def amend(self, number: int, **wishes: Any) -> FaqEntry:
        entry: FaqEntry = await self.does(
            lambda uow: teach_faq.amend(uow, self.admin, number, Wishes(**wishes), Playbook(), NOON)
        )
        return entry

    async def folder(self, name: str, above: int = ROOT, shelf: Shelf = FAQ) -> Category:
        node: Category = await self.does(
            lambda uow: library.add_folder(uow, self.admin, shelf, above, name, NOON)
        )
        return node

    async def stock(self, shelf: Shelf = FAQ) -> Stock:
        stock: Stock = await self.does(lambda uow: library.stock(uow, self.admin, shelf))
        return stock

    async def paths(self, shelf: Shelf = FAQ) -> list[str]:
        tree = (await self.stock(shelf)).tree
        return [tree.path(node.id) for node in tree]

    async def takes_back(self, by: Role = Role.ADMIN, after: float = 0) -> Any:
        first, last = min(self.recorded), max(self.recorded)
        now = NOON + timedelta(seconds=after)
        return await self.does(lambda uow: undo.undo(uow, self.people[by], first, last, now))


@asynccontextmanager
async def open_house(url: str) -> AsyncIterator[House]:
    """Open a house on the database at *url*."""
    rings: list[str] = []
    database = Database(url, on_commit=rings.extend)
    async with UnitOfWork(database) as uow:
        group = await uow.staffing.add_group("Front desk", "default", None, "frontdesk", NOON)
        people = {}
        for number, role in enumerate(Role, 1):
            id_ = await uow.staffing.add("telegram", str(number), role.value, role, 5, NOON)
            people[role] = (await uow.staffing.by_ids([id_]))[id_]
        await uow.commit()
    yield House(database, rings, people, group)
    await database.close()
