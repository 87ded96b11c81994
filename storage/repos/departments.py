"""Questions about departments: the tree of our people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.many import among
from storage.models.staff import Department, Staff


@dataclass(frozen=True, slots=True)
class Branch:
    """A department.

    Args:
        id: Number.
        parent_id: The department above it; ``None``: it stands on the first level.
        name: 1 to 32 characters.
        remark: Anything worth knowing; may be empty.
        head_id: Who leads it; ``None`` for nobody.
    """

    id: int
    parent_id: int | None
    name: str
    remark: str = ""
    head_id: int | None = None


class Departments:
    """The departments table, and who is in which."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Branch]:
        """Return every department, each followed by those below it, neighbours in their order."""
        rows = await self._connection.execute(
            select(
                Department.id,
                Department.parent_id,
                Department.name,
                Department.remark,
                Department.head_id,
            ).order_by(Department.position, Department.id)
        )
        below: dict[int | None, list[Branch]] = {}
        for row in rows:
            branch = Branch(*row)
            below.setdefault(branch.parent_id, []).append(branch)
        ordered: list[Branch] = []
        waiting = list(reversed(below.get(None, [])))
        while waiting:
            branch = waiting.pop()
            ordered.append(branch)
            waiting += reversed(below.get(branch.id, []))
        return ordered

    async def add(self, branch: Branch, now: datetime) -> int:
        """Put a department behind its neighbours and return its number."""
        last = await self._connection.scalar(select(func.max(Department.position)))
        return int(
            await self._connection.scalar(
                insert(Department)
                .values(
                    parent_id=branch.parent_id,
                    name=branch.name,
                    remark=branch.remark,
                    head_id=branch.head_id,
                    position=int(last or 0) + 1,
                    created_at=now,
                )
                .returning(Department.id)
            )
            or 0
        )

    async def change(self, branch: Branch) -> None:
        """Write a department back under its number."""
        await self._connection.execute(
            update(Department)
            .where(Department.id == branch.id)
            .values(
                parent_id=branch.parent_id,
                name=branch.name,
                remark=branch.remark,
                head_id=branch.head_id,
            )
        )

    async def order(self, numbers: Sequence[int]) -> None:
        """Let neighbours stand in the order of *numbers*, in the places that they have together."""
        rows = await self._connection.execute(
            select(Department.position)
            .where(among(Department.id, "ids", of_numbers=True))
            .order_by(Department.position, Department.id),
            {"ids": set(numbers)},
        )
        places = list(rows.scalars())
        if len(set(places)) < len(places):
            places = [places[0] + step for step in range(len(places))]
        for number, place in zip(numbers, places, strict=True):
            await self._connection.execute(
                update(Department).where(Department.id == number).values(position=place)
            )

    async def delete(self, number: int) -> None:
        """Delete a department in which nobody is and below which nothing stands."""
        await self._connection.execute(delete(Department).where(Department.id == number))

    async def people(self) -> dict[int, list[int]]:
        """Return the members of staff of each department, by their numbers; empty ones are out."""
        rows: Any = await self._connection.execute(
            select(Staff.department_id, Staff.id)
            .where(Staff.department_id.is_not(None))
            .order_by(Staff.id)
        )
        found: dict[int, list[int]] = {}
        for department, person in rows:
            found.setdefault(department, []).append(person)
        return found


def above(branches: Sequence[Branch], number: int | None) -> tuple[int, ...]:
    """Return a department and those above it, from the inside out; empty for ``None``."""
    parents = {branch.id: branch.parent_id for branch in branches}
    line: list[int] = []
    while number is not None and number in parents and number not in line:
        line.append(number)
        number = parents[number]
    return tuple(line)


def below(branches: Sequence[Branch], number: int) -> tuple[int, ...]:
    """Return a department and all that stand below it."""
    found = [number]
    for branch in branches:
        # Each is preceded by what stands above it.
        if branch.parent_id in found:
            found.append(branch.id)
    return tuple(found)
