"""Questions about what admins have taught the desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, time
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Button, Content
from core.playbook import (
    ALWAYS,
    Answering,
    BannedWords,
    GroupFace,
    Hours,
    Match,
    Playbook,
    Prompt,
    Rule,
    Shelf,
)
from storage.many import among
from storage.models.staff import Group
from storage.models.taught import (
    BannedWordsRow,
    PlaybookVersion,
    PromptRow,
    RuleRow,
    SettingRow,
)
from storage.repos.calendars import Calendars
from storage.repos.library import Library
from storage.repos.policies import PolicyBook


def _rule(row: Any) -> Rule:
    return Rule(
        id=row.id,
        name=row.name,
        match=Match(row.match),
        words=tuple(row.words),
        replies=tuple(Content.from_json(reply) for reply in row.replies),
        accounts=tuple(row.accounts),
        enabled=row.enabled,
        group=row.group_name,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        hours=hours_from(row.hours),
        uses=row.uses,
    )


def hours_from(raw: Mapping[str, Any] | None) -> Hours:
    """Read what ``hours_json`` wrote.

    Raises:
        KeyError, ValueError: It did not write this.
    """
    if raw is None:
        return ALWAYS
    return Hours(
        frozenset(raw["weekdays"]),
        tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in raw["spans"]),
    )


def hours_json(hours: Hours) -> dict[str, Any] | None:
    """Return hours as a JSON object; ``None`` for always."""
    if hours == ALWAYS:
        return None
    return {
        "weekdays": sorted(hours.weekdays),
        "spans": [[start.isoformat(), end.isoformat()] for start, end in hours.spans],
    }


def _rule_values(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "match": rule.match.value,
        "words": list(rule.words),
        "replies": [reply.to_json() for reply in rule.replies],
        "accounts": list(rule.accounts),
        "enabled": rule.enabled,
        "group_name": rule.group,
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
        "hours": hours_json(rule.hours),
    }


def _words(row: Any) -> BannedWords:
    return BannedWords(
        name=row.name,
        words=tuple(row.words),
        action=row.action,
        direction=row.direction,
        id=row.id,
        about=row.about,
        match=row.match,
        accounts=tuple(row.accounts),
        enabled=row.enabled,
        hits=row.hits,
        added_by=row.added_by,
        created_at=row.created_at,
    )


def _words_values(banned: BannedWords) -> dict[str, Any]:
    return {
        "name": banned.name,
        "words": list(banned.words),
        "action": banned.action,
        "direction": banned.direction,
        "about": banned.about,
        "match": banned.match,
        "accounts": list(banned.accounts),
        "enabled": banned.enabled,
    }


class Taught:
    """The rules, banned_words, prompts, desk_settings and playbook_version tables.

    Every change must be followed by ``touch`` in the same unit of work: the version is what other
    processes compare with what they hold. Deleted rows stay, hidden, so that a deletion can be
    taken back.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def version(self) -> int:
        """Return the playbook's version; 0 before the first change."""
        return int(await self._connection.scalar(select(PlaybookVersion.version)) or 0)

    async def touch(self) -> int:
        """Count one change of the playbook and return the new version."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        await self._connection.execute(
            dialect.insert(PlaybookVersion)
            .values(id=1, version=1)
            .on_conflict_do_update(
                index_elements=["id"], set_={"version": PlaybookVersion.version + 1}
            )
        )
        return await self.version()

    async def playbook(self) -> Playbook:
        """Return everything taught, switched-off parts included."""
        version = await self.version()
        execute = self._connection.execute
        rules = await execute(
            select(RuleRow.__table__)
            .where(RuleRow.deleted_at.is_(None))
            .order_by(RuleRow.position, RuleRow.id)
        )
        prompts = await execute(
            select(PromptRow.__table__).order_by(PromptRow.kind, PromptRow.account)
        )
        library = Library(self._connection)
        faces = await self._faces()
        return Playbook(
            version=version,
            rules=tuple(_rule(row) for row in rules),
            faq=tuple(await library.entries(Shelf.FAQ)),
            categories=tuple(await library.categories(Shelf.FAQ)),
            assigned=await library.assigned(Shelf.FAQ),
            front_group=faces[0].id if faces else None,
            answering=await self.answering(),
            words=tuple(await self.word_lists()),
            prompts=tuple(
                Prompt(
                    kind=row.kind,
                    account=row.account or None,
                    enabled=row.enabled,
                    body=row.body,
                    menu=tuple(Button(**button) for button in row.menu),
                    more=tuple(Content.from_json(content) for content in row.more),
                )
                for row in prompts
            ),
            calendars=await Calendars(self._connection).all(),
            policies=await PolicyBook(self._connection).all(),
            groups=tuple(faces),
        )

    async def _faces(self) -> list[GroupFace]:
        rows = await self._connection.execute(
            select(
                Group.id, Group.name, Group.client_name, Group.phone, Group.client_shown
            ).order_by(Group.id)
        )
        return [
            GroupFace(row.id, row.client_name or row.name, row.phone or "", row.client_shown)
            for row in rows
        ]

    async def add_rules(self, rules: Sequence[Rule], now: datetime) -> list[int]:
        """Put rules behind those that stand, in order, and return their ids."""
        if not rules:
            return []
        last = int(await self._connection.scalar(select(func.max(RuleRow.position))) or 0)
        rows = [
            _rule_values(rule) | {"position": last + number, "created_at": now}
            for number, rule in enumerate(rules, 1)
        ]
        ids = await self._connection.scalars(
            insert(RuleRow).returning(RuleRow.id, sort_by_parameter_order=True), rows
        )
        return list(ids)

    async def rule(self, rule_id: int) -> Rule | None:
        """Return a rule; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(
                select(RuleRow.__table__).where(RuleRow.id == rule_id, RuleRow.deleted_at.is_(None))
            )
        ).first()
        return _rule(row) if row else None

    async def change_rule(self, rule: Rule) -> None:
        """Write a rule back under its id; its place in the order stays."""
        await self._connection.execute(
            update(RuleRow).where(RuleRow.id == rule.id).values(**_rule_values(rule))
        )

    async def delete_rules(self, ids: Iterable[int], now: datetime) -> None:
        """Hide rules."""
        await self._connection.execute(
            update(RuleRow).where(among(RuleRow.id, "ids", of_numbers=True)).values(deleted_at=now),
            {"ids": list(set(ids))},
        )

    async def restore_rules(self, ids: Iterable[int]) -> None:
        """Bring hidden rules back where they were."""
        await self._connection.execute(
            update(RuleRow)
            .where(among(RuleRow.id, "ids", of_numbers=True))
            .values(deleted_at=None),
            {"ids": list(set(ids))},
        )

    async def rule_order(self) -> list[int]:
        """Return the numbers of all rules in the order in which they are tried."""
        return list(
            await self._connection.scalars(
                select(RuleRow.id)
                .where(RuleRow.deleted_at.is_(None))
                .order_by(RuleRow.position, RuleRow.id)
            )
        )

    async def order_rules(self, ids: Sequence[int]) -> None:
        """Let the rules *ids* trade places so that they are tried in that order.

        Rules that are not named keep their places.
        """
        rows = await self._connection.scalars(
            select(RuleRow.position)
            .where(among(RuleRow.id, "ids", of_numbers=True))
            .order_by(RuleRow.position, RuleRow.id),
            {"ids": list(ids)},
        )
        for rule_id, position in zip(ids, rows, strict=True):
            await self._connection.execute(
                update(RuleRow).where(RuleRow.id == rule_id).values(position=position)
            )

    async def rules_used(self, counts: Mapping[int, int]) -> None:
        """Raise the use counts of rules."""
        for rule_id, times in sorted(counts.items()):
            await self._connection.execute(
                update(RuleRow).where(RuleRow.id == rule_id).values(uses=RuleRow.uses + times)
            )

    # -- sensitive words -------------------------------------------------------------------------

    async def word_lists(self) -> list[BannedWords]:
        """Return the lists of sensitive words, the newest first (requirement SEN-01)."""
        rows = await self._connection.execute(
            select(BannedWordsRow.__table__)
            .where(BannedWordsRow.deleted_at.is_(None))
            .order_by(BannedWordsRow.created_at.desc(), BannedWordsRow.id.desc())
        )
        return [_words(row) for row in rows]

    async def word_list(self, list_id: int) -> BannedWords | None:
        """Return a list of sensitive words; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(
                select(BannedWordsRow.__table__).where(
                    BannedWordsRow.id == list_id, BannedWordsRow.deleted_at.is_(None)
                )
            )
        ).first()
        return _words(row) if row else None

    async def add_words(
        self, lists: Sequence[BannedWords], now: datetime, added_by: str = ""
    ) -> list[int]:
        """Store lists of sensitive words and return their ids."""
        if not lists:
            return []
        ids = await self._connection.scalars(
            insert(BannedWordsRow).returning(BannedWordsRow.id, sort_by_parameter_order=True),
            [
                _words_values(banned) | {"hits": 0, "added_by": added_by, "created_at": now}
                for banned in lists
            ],
        )
        return list(ids)

    async def change_words(self, banned: BannedWords) -> None:
        """Write a list back under its number."""
        await self._connection.execute(
            update(BannedWordsRow)
            .where(BannedWordsRow.id == banned.id)
            .values(**_words_values(banned))
        )

    async def delete_words(self, ids: Iterable[int], now: datetime) -> None:
        """Hide lists of sensitive words (requirement SEN-06)."""
        await self._connection.execute(
            update(BannedWordsRow)
            .where(among(BannedWordsRow.id, "ids", of_numbers=True))
            .values(deleted_at=now),
            {"ids": list(ids)},
        )

    async def restore_words(self, ids: Iterable[int]) -> None:
        """Bring hidden lists back."""
        await self._connection.execute(
            update(BannedWordsRow)
            .where(among(BannedWordsRow.id, "ids", of_numbers=True))
            .values(deleted_at=None),
            {"ids": list(ids)},
        )

    # -- settings --------------------------------------------------------------------------------

    async def answering(self) -> Answering:
        """Return how the desk answers; what nobody has set is as ``Answering`` has it."""
        rows = await self._connection.execute(select(SettingRow.name, SettingRow.value))
        known = {field.name for field in fields(Answering)}
        return Answering(**{row.name: row.value["is"] for row in rows if row.name in known})

    async def set_answering(self, answering: Answering) -> None:
        """Store how the desk answers."""
        await self._connection.execute(
            delete(SettingRow).where(SettingRow.name.in_([f.name for f in fields(Answering)]))
        )
        await self._connection.execute(
            insert(SettingRow),
            [{"name": name, "value": {"is": value}} for name, value in asdict(answering).items()],
        )

    async def set_prompt(self, prompt: Prompt) -> None:
        """Store a prompt in place of the one of the same kind and account."""
        account = prompt.account or ""
        await self._connection.execute(
            delete(PromptRow).where(PromptRow.kind == prompt.kind, PromptRow.account == account)
        )
        await self._connection.execute(
            insert(PromptRow).values(
                kind=prompt.kind,
                account=account,
                enabled=prompt.enabled,
                body=prompt.body,
                menu=[{"label": b.label, "data": b.data, "url": b.url} for b in prompt.menu],
                more=[content.to_json() for content in prompt.more],
            )
        )

    async def delete_prompt(self, kind: str, account: str | None) -> None:
        """Drop a prompt, so that the common one, or the built-in one, is sent again."""
        await self._connection.execute(
            delete(PromptRow).where(PromptRow.kind == kind, PromptRow.account == (account or ""))
        )
