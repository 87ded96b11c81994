"""Questions about what admins have taught the desk."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Button, Content
from core.playbook import BannedWords, FaqEntry, Match, Playbook, Prompt, Rule
from storage.many import among
from storage.models.taught import BannedWordsRow, FaqRow, PlaybookVersion, PromptRow, RuleRow


def _rule(row: Any) -> Rule:
    return Rule(
        id=row.id,
        name=row.name,
        match=Match(row.match),
        words=tuple(row.words),
        replies=tuple(Content.from_json(reply) for reply in row.replies),
        accounts=tuple(row.accounts),
        enabled=row.enabled,
    )


def _rule_values(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "match": rule.match.value,
        "words": list(rule.words),
        "replies": [reply.to_json() for reply in rule.replies],
        "accounts": list(rule.accounts),
        "enabled": rule.enabled,
    }


def _entry(row: Any) -> FaqEntry:
    return FaqEntry(
        id=row.id,
        category=row.category,
        question=row.question,
        similar=tuple(row.similar),
        keywords=tuple(row.keywords),
        answer=Content.from_json(row.answer),
        enabled=row.enabled,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        new=row.is_new,
    )


def _entry_values(entry: FaqEntry) -> dict[str, Any]:
    return {
        "category": entry.category,
        "question": entry.question,
        "similar": list(entry.similar),
        "keywords": list(entry.keywords),
        "answer": entry.answer.to_json(),
        "enabled": entry.enabled,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "is_new": entry.new,
    }


class Taught:
    """The rules, faq_entries, banned_words, prompts and playbook_version tables.

    Every change must be followed by ``touch`` in the same unit of work: the version is what other
    processes compare with what they hold.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def version(self) -> int:
        """Return the playbook's version; 0 before the first change."""
        return int(await self._connection.scalar(select(PlaybookVersion.version)) or 0)

    async def touch(self) -> int:
        """Count one change of the playbook and return the new version."""
        result = await self._connection.execute(
            update(PlaybookVersion)
            .where(PlaybookVersion.id == 1)
            .values(version=PlaybookVersion.version + 1)
        )
        if result.rowcount == 0:
            await self._connection.execute(insert(PlaybookVersion).values(id=1, version=1))
        return await self.version()

    async def playbook(self) -> Playbook:
        """Return everything taught, switched-off parts included."""
        version = await self.version()
        execute = self._connection.execute
        rules = await execute(select(RuleRow.__table__).order_by(RuleRow.position, RuleRow.id))
        entries = await execute(select(FaqRow.__table__).order_by(FaqRow.position, FaqRow.id))
        words = await execute(select(BannedWordsRow.__table__).order_by(BannedWordsRow.id))
        prompts = await execute(
            select(PromptRow.__table__).order_by(PromptRow.kind, PromptRow.account)
        )
        return Playbook(
            version=version,
            rules=tuple(_rule(row) for row in rules),
            faq=tuple(_entry(row) for row in entries),
            words=tuple(
                BannedWords(row.name, tuple(row.words), row.action, row.direction) for row in words
            ),
            prompts=tuple(
                Prompt(
                    kind=row.kind,
                    account=row.account or None,
                    enabled=row.enabled,
                    body=row.body,
                    menu=tuple(Button(**button) for button in row.menu),
                )
                for row in prompts
            ),
        )

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
            await self._connection.execute(select(RuleRow.__table__).where(RuleRow.id == rule_id))
        ).first()
        return _rule(row) if row else None

    async def change_rule(self, rule: Rule) -> None:
        """Write a rule back under its id; its place in the order stays."""
        await self._connection.execute(
            update(RuleRow).where(RuleRow.id == rule.id).values(**_rule_values(rule))
        )

    async def delete_rules(self, ids: Iterable[int]) -> None:
        """Delete rules."""
        await self._connection.execute(
            delete(RuleRow).where(among(RuleRow.id, "ids", of_numbers=True)), {"ids": set(ids)}
        )

    async def add_faq(self, entries: Sequence[FaqEntry], now: datetime) -> list[int]:
        """Put entries behind those that stand, in order, and return their ids."""
        if not entries:
            return []
        last = int(await self._connection.scalar(select(func.max(FaqRow.position))) or 0)
        rows = [
            _entry_values(entry) | {"position": last + number, "created_at": now}
            for number, entry in enumerate(entries, 1)
        ]
        ids = await self._connection.scalars(
            insert(FaqRow).returning(FaqRow.id, sort_by_parameter_order=True), rows
        )
        return list(ids)

    async def faq_entry(self, entry_id: int) -> FaqEntry | None:
        """Return an entry; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(select(FaqRow.__table__).where(FaqRow.id == entry_id))
        ).first()
        return _entry(row) if row else None

    async def change_faq(self, entry: FaqEntry) -> None:
        """Write an entry back under its id."""
        await self._connection.execute(
            update(FaqRow).where(FaqRow.id == entry.id).values(**_entry_values(entry))
        )

    async def delete_faq(self, ids: Iterable[int]) -> None:
        """Delete entries."""
        await self._connection.execute(
            delete(FaqRow).where(among(FaqRow.id, "ids", of_numbers=True)), {"ids": set(ids)}
        )

    async def replace_words(self, lists: Sequence[BannedWords]) -> None:
        """Make *lists* the only lists of banned words."""
        await self._connection.execute(delete(BannedWordsRow))
        if lists:
            await self._connection.execute(
                insert(BannedWordsRow),
                [{**asdict(banned), "words": list(banned.words)} for banned in lists],
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
            )
        )

    async def clear(self) -> None:
        """Delete everything taught."""
        for table in (RuleRow, FaqRow, BannedWordsRow, PromptRow):
            await self._connection.execute(delete(table))
