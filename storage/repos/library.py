"""Questions about the knowledge base: its tree, its entries, and who sees which part."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Content
from core.playbook import Category, EntryKind, FaqEntry, Scope, Shelf
from storage.many import among
from storage.models.library import Assignment, CategoryRow, EntryRow
from storage.models.staff import Group

_ENTRIES: Any = EntryRow.__table__
_CATEGORIES: Any = CategoryRow.__table__
Owner = tuple[Scope, int | None]
"""Whose a part of the tree is; the same path may exist once for each."""
EVERYBODY: Owner = (Scope.PUBLIC, None)


class Library:
    """The library_entries, library_categories and library_assignments tables.

    What customers get is part of the playbook: such a change must be followed by
    ``taught.touch`` in the same unit of work. Deleted rows stay, hidden, for ``restore``.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- the tree --------------------------------------------------------------------------------

    async def categories(self, shelf: Shelf) -> list[Category]:
        """Return the nodes of a shelf, neighbours in their order, parents before children."""
        rows = await self._connection.execute(
            select(_CATEGORIES)
            .where(CategoryRow.shelf == shelf.value, CategoryRow.deleted_at.is_(None))
            .order_by(CategoryRow.position, CategoryRow.id)
        )
        below: dict[int | None, list[Category]] = {}
        for row in rows:
            below.setdefault(row.parent_id, []).append(_category(row))
        ordered: list[Category] = []
        level = below.get(None, [])
        while level:
            ordered += level
            level = [child for node in level for child in below.get(node.id, ())]
        return ordered

    async def category(self, category_id: int) -> Category | None:
        """Return a node; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(
                select(_CATEGORIES).where(
                    CategoryRow.id == category_id, CategoryRow.deleted_at.is_(None)
                )
            )
        ).first()
        return _category(row) if row else None

    async def add_category(self, category: Category, now: datetime) -> int:
        """Put a node behind its neighbours and return its number."""
        last = await self._connection.scalar(
            select(func.max(CategoryRow.position)).where(CategoryRow.shelf == category.shelf.value)
        )
        return int(
            await self._connection.scalar(
                insert(CategoryRow)
                .values(
                    shelf=category.shelf.value,
                    parent_id=category.parent_id,
                    name=category.name,
                    position=int(last or 0) + 1,
                    scope=category.scope.value,
                    owner_id=category.owner_id,
                    created_at=now,
                )
                .returning(CategoryRow.id)
            )
            or 0
        )

    async def change_category(self, category: Category) -> None:
        """Write a node back under its number: its name, place and parent."""
        await self._connection.execute(
            update(CategoryRow)
            .where(CategoryRow.id == category.id)
            .values(
                parent_id=category.parent_id,
                name=category.name,
                position=category.position,
                scope=category.scope.value,
                owner_id=category.owner_id,
            )
        )

    async def order_categories(self, ids: Sequence[int]) -> None:
        """Give nodes the places of the order in which they are named."""
        for position, category_id in enumerate(ids, 1):
            await self._connection.execute(
                update(CategoryRow).where(CategoryRow.id == category_id).values(position=position)
            )

    async def ensure(
        self, shelf: Shelf, paths: Iterable[str], now: datetime, owner: Owner = EVERYBODY
    ) -> dict[str, int]:
        """Return the node of each path with slashes, adding those that do not exist.

        The empty path has none: what lies there is "uncategorised".
        """
        nodes = {
            path: number for number, path in paths_of(await self.categories(shelf), owner).items()
        }
        found: dict[str, int] = {}
        for path in paths:
            parent: int | None = None
            parts = tuple(split(path))
            for depth, name in enumerate(parts, 1):
                here = "/".join(parts[:depth])
                if here not in nodes:
                    node = Category(0, shelf, parent, name, 0, *owner)
                    nodes[here] = await self.add_category(node, now)
                parent = nodes[here]
            if parent is not None:
                found[path] = parent
        return found

    async def delete_categories(self, ids: Iterable[int], now: datetime) -> None:
        """Hide nodes; what lies in them is not touched."""
        await self._connection.execute(
            update(CategoryRow)
            .where(among(CategoryRow.id, "ids", of_numbers=True))
            .values(deleted_at=now),
            {"ids": list(ids)},
        )

    async def restore_categories(self, ids: Iterable[int]) -> None:
        """Bring hidden nodes back where they were."""
        await self._connection.execute(
            update(CategoryRow)
            .where(among(CategoryRow.id, "ids", of_numbers=True))
            .values(deleted_at=None),
            {"ids": list(ids)},
        )

    # -- entries ---------------------------------------------------------------------------------

    async def entries(self, shelf: Shelf) -> list[FaqEntry]:
        """Return all entries of a shelf in their order, switched-off ones included."""
        return await self._read(_of(shelf).order_by(EntryRow.position, EntryRow.id), shelf)

    async def visible(
        self, shelf: Shelf, owners: Iterable[Owner], words: str = "", *, limit: int = 200
    ) -> list[FaqEntry]:
        """Return entries that belong to one of *owners*, the most used first.

        Args:
            shelf: Which part.
            owners: Whose entries; ``EVERYBODY`` for the public ones.
            words: Words that must all occur in heading, similar questions, keywords or answer;
                empty for everything. Upper and lower case are the same.
            limit: At most so many.
        """
        theirs = [
            (EntryRow.scope == scope.value)
            & (EntryRow.owner_id.is_(None) if owner is None else EntryRow.owner_id == owner)
            for scope, owner in owners
        ]
        query = _of(shelf).where(or_(*theirs))
        # Texts are compared here: the lists are stored as JSON, which the databases write
        # differently, and a desk has thousands of entries at the most.
        found = await self._read(query.order_by(EntryRow.uses.desc(), EntryRow.id), shelf)
        wanted = words.casefold().split()
        return [entry for entry in found if _holds(entry, wanted)][:limit]

    async def entry(self, entry_id: int, shelf: Shelf | None = None) -> FaqEntry | None:
        """Return an entry; ``None`` when there is none of that number (on that shelf)."""
        row = (
            await self._connection.execute(
                select(_ENTRIES).where(EntryRow.id == entry_id, EntryRow.deleted_at.is_(None))
            )
        ).first()
        if row is None or (shelf is not None and row.shelf != shelf.value):
            return None
        paths = paths_of(await self.categories(Shelf(row.shelf)))
        return _entry(row, paths)

    async def add(
        self, entries: Sequence[FaqEntry], now: datetime, added_by: str = ""
    ) -> list[int]:
        """Put entries behind those that stand, in order, and return their ids.

        The nodes of their paths are made where they do not exist.
        """
        if not entries:
            return []
        last = int(await self._connection.scalar(select(func.max(EntryRow.position))) or 0)
        nodes = await self._nodes(entries, now)
        rows = [
            _values(entry, nodes)
            | {
                "position": last + number,
                "uses": 0,
                "added_by": added_by,
                "created_at": now,
                "updated_at": now,
            }
            for number, entry in enumerate(entries, 1)
        ]
        ids = await self._connection.scalars(
            insert(EntryRow).returning(EntryRow.id, sort_by_parameter_order=True), rows
        )
        return list(ids)

    async def change(self, entry: FaqEntry, now: datetime) -> None:
        """Write an entry back under its number; its node is that of its path."""
        nodes = await self._nodes([entry], now)
        await self._connection.execute(
            update(EntryRow)
            .where(EntryRow.id == entry.id)
            .values(**_values(entry, nodes), updated_at=now)
        )

    async def order(self, ids: Sequence[int]) -> None:
        """Let the entries *ids* trade places so that they stand in that order."""
        rows = await self._connection.scalars(
            select(EntryRow.position)
            .where(among(EntryRow.id, "ids", of_numbers=True))
            .order_by(EntryRow.position, EntryRow.id),
            {"ids": list(ids)},
        )
        places = list(rows)
        if len(set(places)) < len(places):
            places = list(range(places[0], places[0] + len(places)))
        for entry_id, position in zip(ids, places, strict=True):
            await self._connection.execute(
                update(EntryRow).where(EntryRow.id == entry_id).values(position=position)
            )

    async def delete(self, ids: Iterable[int], now: datetime) -> None:
        """Hide entries."""
        await self._connection.execute(
            update(EntryRow)
            .where(among(EntryRow.id, "ids", of_numbers=True))
            .values(deleted_at=now),
            {"ids": list(ids)},
        )

    async def restore(self, ids: Iterable[int]) -> None:
        """Bring hidden entries back where they were."""
        await self._connection.execute(
            update(EntryRow)
            .where(among(EntryRow.id, "ids", of_numbers=True))
            .values(deleted_at=None),
            {"ids": list(ids)},
        )

    async def used(self, counts: Mapping[int, int]) -> None:
        """Raise the use counts of entries."""
        for entry_id, times in sorted(counts.items()):
            await self._connection.execute(
                update(EntryRow).where(EntryRow.id == entry_id).values(uses=EntryRow.uses + times)
            )

    async def clear(self, shelf: Shelf, now: datetime) -> None:
        """Hide every entry and node of a shelf that belongs to everybody."""
        for row in (EntryRow, CategoryRow):
            await self._connection.execute(
                update(row)
                .where(
                    row.shelf == shelf.value,
                    row.scope == Scope.PUBLIC.value,
                    row.deleted_at.is_(None),
                )
                .values(deleted_at=now)
            )

    async def places(self, ids: Sequence[int]) -> list[int]:
        """Return the entries *ids* in the order in which they stand; hidden ones are left out."""
        rows = await self._connection.scalars(
            select(EntryRow.id)
            .where(among(EntryRow.id, "ids", of_numbers=True), EntryRow.deleted_at.is_(None))
            .order_by(EntryRow.position, EntryRow.id),
            {"ids": list(ids)},
        )
        return list(rows)

    async def category_places(self, ids: Sequence[int]) -> list[int]:
        """Return the nodes *ids* in the order in which they stand; hidden ones are left out."""
        rows = await self._connection.scalars(
            select(CategoryRow.id)
            .where(among(CategoryRow.id, "ids", of_numbers=True), CategoryRow.deleted_at.is_(None))
            .order_by(CategoryRow.position, CategoryRow.id),
            {"ids": list(ids)},
        )
        return list(rows)

    async def twin(self, entry: FaqEntry) -> int | None:
        """Return the number of another entry with the same question in the same place.

        The place is the shelf, the category and whose it is; ``None`` when there is none.
        """
        paths = paths_of(await self.categories(entry.shelf))
        rows = await self._connection.execute(
            select(EntryRow.id, EntryRow.category_id)
            .where(
                EntryRow.shelf == entry.shelf.value,
                EntryRow.question == entry.question,
                EntryRow.scope == entry.scope.value,
                EntryRow.deleted_at.is_(None),
                EntryRow.id != entry.id,
                EntryRow.owner_id.is_(None)
                if entry.owner_id is None
                else EntryRow.owner_id == entry.owner_id,
            )
            .order_by(EntryRow.id)
        )
        return next((r.id for r in rows if paths.get(r.category_id, "") == entry.category), None)

    async def holds(self, ids: Sequence[int]) -> bool:
        """Say whether any of the nodes *ids* holds an entry or another node."""
        for row, above in ((EntryRow, EntryRow.category_id), (CategoryRow, CategoryRow.parent_id)):
            found = await self._connection.scalar(
                select(row.id)
                .where(among(above, "ids", of_numbers=True), row.deleted_at.is_(None))
                .limit(1),
                {"ids": list(ids)},
            )
            if found is not None:
                return True
        return False

    # -- who sees what ---------------------------------------------------------------------------

    async def assigned(self, shelf: Shelf) -> dict[int, frozenset[int]]:
        """Return by group the nodes assigned to it; groups that see everything are left out."""
        groups = await self._connection.execute(select(Group.id, Group.narrowed))
        found: dict[int, set[int]] = {g.id: set() for g in groups if shelf.value in g.narrowed}
        rows = await self._connection.execute(
            select(Assignment.group_id, Assignment.category_id)
            .join(CategoryRow, CategoryRow.id == Assignment.category_id)
            .where(CategoryRow.shelf == shelf.value)
        )
        for row in rows:
            if row.group_id in found:
                found[row.group_id].add(row.category_id)
        return {group: frozenset(nodes) for group, nodes in found.items()}

    async def assign(self, group_id: int, shelf: Shelf, nodes: Iterable[int] | None) -> None:
        """Let a group see only *nodes* and what lies below them; ``None``: everything again."""
        of_shelf = select(CategoryRow.id).where(CategoryRow.shelf == shelf.value)
        await self._connection.execute(
            delete(Assignment).where(
                Assignment.group_id == group_id, Assignment.category_id.in_(of_shelf)
            )
        )
        narrowed = await self._connection.scalar(select(Group.narrowed).where(Group.id == group_id))
        shelves = {*(narrowed or ())} - {shelf.value}
        if nodes is not None:
            shelves.add(shelf.value)
            rows = [{"group_id": group_id, "category_id": node} for node in sorted(set(nodes))]
            if rows:
                await self._connection.execute(insert(Assignment), rows)
        await self._connection.execute(
            update(Group).where(Group.id == group_id).values(narrowed=sorted(shelves))
        )

    async def owned_by_department(self, number: int) -> int:
        """Return how many entries and nodes belong to a department; hidden ones do not count."""
        count = 0
        for row in (EntryRow, CategoryRow):
            count += int(
                await self._connection.scalar(
                    select(func.count()).where(
                        row.scope == Scope.DEPARTMENT.value,
                        row.owner_id == number,
                        row.deleted_at.is_(None),
                    )
                )
                or 0
            )
        return count

    # -- how rows become entries -----------------------------------------------------------------

    async def _read(self, query: Select[Any], shelf: Shelf) -> list[FaqEntry]:
        paths = paths_of(await self.categories(shelf))
        return [_entry(row, paths) for row in await self._connection.execute(query)]

    async def _nodes(
        self, entries: Sequence[FaqEntry], now: datetime
    ) -> dict[tuple[Shelf, Owner, str], int]:
        wanted: dict[tuple[Shelf, Owner], dict[str, None]] = {}
        for entry in entries:
            if entry.category:
                owner = (entry.scope, entry.owner_id)
                wanted.setdefault((entry.shelf, owner), {})[entry.category] = None
        return {
            (shelf, owner, path): node
            for (shelf, owner), paths in wanted.items()
            for path, node in (await self.ensure(shelf, paths, now, owner)).items()
        }


def split(path: str) -> list[str]:
    """Return the names along a path with slashes; blank ones do not count."""
    return [name.strip() for name in path.split("/") if name.strip()]


def paths_of(categories: Sequence[Category], owner: Owner | None = None) -> dict[int, str]:
    """Return the path of each node by its number; with *owner* only of those that are theirs.

    Args:
        categories: Parents before children.
        owner: Whose; ``None`` for everybody's.
    """
    paths: dict[int, str] = {}
    for node in categories:
        if owner is not None and (node.scope, node.owner_id) != owner:
            continue
        above = paths.get(node.parent_id, "") if node.parent_id is not None else ""
        paths[node.id] = f"{above}/{node.name}" if above else node.name
    return paths


def _of(shelf: Shelf) -> Select[Any]:
    return select(_ENTRIES).where(EntryRow.shelf == shelf.value, EntryRow.deleted_at.is_(None))


def _holds(entry: FaqEntry, wanted: Sequence[str]) -> bool:
    text = "\n".join(
        (entry.title, entry.question, *entry.similar, *entry.keywords, entry.answer.text)
    ).casefold()
    return all(word in text for word in wanted)


def _category(row: Any) -> Category:
    return Category(
        id=row.id,
        shelf=Shelf(row.shelf),
        parent_id=row.parent_id,
        name=row.name,
        position=row.position,
        scope=Scope(row.scope),
        owner_id=row.owner_id,
    )


def _entry(row: Any, paths: Mapping[int, str]) -> FaqEntry:
    return FaqEntry(
        id=row.id,
        category=paths.get(row.category_id, "") if row.category_id is not None else "",
        question=row.question,
        similar=tuple(row.similar),
        keywords=tuple(row.keywords),
        answer=Content.from_json(row.answer),
        enabled=row.enabled,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        new=row.is_new,
        category_id=row.category_id,
        shelf=Shelf(row.shelf),
        kind=EntryKind(row.kind),
        title=row.title,
        scope=Scope(row.scope),
        owner_id=row.owner_id,
        uses=row.uses,
        created_at=row.created_at,
        updated_at=row.updated_at,
        added_by=row.added_by,
    )


def _values(entry: FaqEntry, nodes: Mapping[tuple[Shelf, Owner, str], int]) -> dict[str, Any]:
    key = (entry.shelf, (entry.scope, entry.owner_id), entry.category)
    return {
        "shelf": entry.shelf.value,
        "kind": entry.kind.value,
        "category_id": nodes.get(key),
        "title": entry.title,
        "question": entry.question,
        "similar": list(entry.similar),
        "keywords": list(entry.keywords),
        "answer": entry.answer.to_json(),
        "enabled": entry.enabled,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "is_new": entry.new,
        "scope": entry.scope.value,
        "owner_id": entry.owner_id,
    }
