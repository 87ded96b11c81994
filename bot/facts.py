"""What the record of changes keeps of things that are taught, and how it is read back."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from core.calendar import Holiday, SpecialDays, Week, WorkingDays
from core.line import AllocationRule, RuleOrder, Source, Target
from core.messages import Button, Content
from core.playbook import (
    BannedWords,
    Category,
    EntryKind,
    FaqEntry,
    Match,
    Prompt,
    Rule,
    Scope,
    Shelf,
)
from core.policy import Value
from storage.repos.accounts import AccountFacts, Receiver
from storage.repos.calendars import (
    HOLIDAY,
    WORK,
    spans_from,
    spans_json,
    week_from,
    week_json,
)
from storage.repos.taught import hours_from, hours_json

Facts = dict[str, Any]


def of_rule(rule: Rule) -> Facts:
    """Return what the record keeps of a rule."""
    return {
        "name": rule.name,
        "match": rule.match.value,
        "words": list(rule.words),
        "replies": [reply.to_json() for reply in rule.replies],
        "accounts": list(rule.accounts),
        "enabled": rule.enabled,
        "group": rule.group,
        "valid": _days(rule.valid_from, rule.valid_until),
        "hours": hours_json(rule.hours),
    }


def rule_from(number: int, facts: Mapping[str, Any]) -> Rule:
    """Return the rule that *facts* describe; what older records lack is as it was then."""
    first, last = _read_days(facts)
    return Rule(
        id=number,
        name=facts["name"],
        match=Match(facts["match"]),
        words=tuple(facts["words"]),
        replies=tuple(Content.from_json(reply) for reply in facts["replies"]),
        accounts=tuple(facts["accounts"]),
        enabled=facts["enabled"],
        group=facts.get("group", ""),
        valid_from=first,
        valid_until=last,
        hours=hours_from(facts.get("hours")),
    )


def of_entry(entry: FaqEntry) -> Facts:
    """Return what the record keeps of an entry of the knowledge base."""
    return {
        "shelf": entry.shelf.value,
        "kind": entry.kind.value,
        "category": entry.category,
        "title": entry.title,
        "question": entry.question,
        "similar": list(entry.similar),
        "keywords": list(entry.keywords),
        "answer": entry.answer.to_json(),
        "enabled": entry.enabled,
        "valid": _days(entry.valid_from, entry.valid_until),
        "new": entry.new,
        "scope": entry.scope.value,
        "owner": entry.owner_id,
    }


def entry_from(number: int, facts: Mapping[str, Any]) -> FaqEntry:
    """Return the entry that *facts* describe; what older records lack is as it was then."""
    first, last = _read_days(facts)
    return FaqEntry(
        id=number,
        category=facts["category"],
        question=facts["question"],
        similar=tuple(facts["similar"]),
        keywords=tuple(facts["keywords"]),
        answer=Content.from_json(facts["answer"]),
        enabled=facts["enabled"],
        valid_from=first,
        valid_until=last,
        new=facts["new"],
        shelf=Shelf(facts.get("shelf", Shelf.FAQ.value)),
        kind=EntryKind(facts.get("kind", EntryKind.QA.value)),
        title=facts.get("title", ""),
        scope=Scope(facts.get("scope", Scope.PUBLIC.value)),
        owner_id=facts.get("owner"),
    )


def of_category(node: Category) -> Facts:
    """Return what the record keeps of a node of the knowledge tree."""
    return {
        "shelf": node.shelf.value,
        "parent": node.parent_id,
        "name": node.name,
        "position": node.position,
        "scope": node.scope.value,
        "owner": node.owner_id,
    }


def category_from(number: int, facts: Mapping[str, Any]) -> Category:
    """Return the node that *facts* describe."""
    return Category(
        id=number,
        shelf=Shelf(facts["shelf"]),
        parent_id=facts["parent"],
        name=facts["name"],
        position=facts["position"],
        scope=Scope(facts["scope"]),
        owner_id=facts["owner"],
    )


def of_words(banned: BannedWords) -> Facts:
    """Return what the record keeps of a list of sensitive words."""
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


def words_from(number: int, facts: Mapping[str, Any]) -> BannedWords:
    """Return the list of sensitive words that *facts* describe."""
    return BannedWords(
        name=facts["name"],
        words=tuple(facts["words"]),
        action=facts["action"],
        direction=facts["direction"],
        id=number,
        about=facts["about"],
        match=facts["match"],
        accounts=tuple(facts["accounts"]),
        enabled=facts["enabled"],
    )


def of_prompt(prompt: Prompt) -> Facts:
    """Return what the record keeps of a prompt."""
    return {
        "kind": prompt.kind,
        "account": prompt.account,
        "enabled": prompt.enabled,
        "body": prompt.body,
        "menu": [{"label": b.label, "data": b.data, "url": b.url} for b in prompt.menu],
        "more": [content.to_json() for content in prompt.more],
    }


def prompt_from(facts: Mapping[str, Any]) -> Prompt:
    """Return the prompt that *facts* describe."""
    return Prompt(
        kind=facts["kind"],
        account=facts["account"],
        enabled=facts["enabled"],
        body=facts["body"],
        menu=tuple(Button(**button) for button in facts["menu"]),
        more=tuple(Content.from_json(content) for content in facts.get("more", ())),
    )


def of_week(week: Week) -> Facts:
    """Return what the record keeps of weekly hours."""
    return {"week": week_json(week)}


def week_of(facts: Mapping[str, Any]) -> Week:
    """Return the weekly hours that *facts* describe."""
    return week_from(facts["week"])


def of_special_days(days: SpecialDays) -> Facts:
    """Return what the record keeps of make-up days or of a holiday."""
    common = {
        "name": days.name,
        "first": days.first.isoformat(),
        "last": days.last.isoformat(),
        "owner": days.owner,
    }
    if isinstance(days, WorkingDays):
        return common | {"kind": WORK, "spans": spans_json(days.spans)}
    return common | {"kind": HOLIDAY, "reply": days.reply}


def special_days_from(number: int, facts: Mapping[str, Any]) -> SpecialDays:
    """Return the make-up days or the holiday that *facts* describe."""
    name, owner = facts["name"], facts["owner"]
    first, last = date.fromisoformat(facts["first"]), date.fromisoformat(facts["last"])
    if facts["kind"] == WORK:
        return WorkingDays(name, first, last, spans_from(facts["spans"]), number, owner)
    return Holiday(name, first, last, facts["reply"], number, owner)


def of_policy(values: Mapping[str, Value]) -> Facts:
    """Return what the record keeps of the settings of one owner."""
    return {"settings": dict(values)}


def of_allocation(rule: AllocationRule) -> Facts:
    """Return what the record keeps of an allocation rule."""
    return {
        "name": rule.name,
        "source": rule.source.value,
        "sources": list(rule.sources),
        "target": rule.target.value,
        "targets": list(rule.targets),
        "order": rule.order.value,
        "online_only": rule.online_only,
        "enabled": rule.enabled,
    }


def allocation_from(number: int, facts: Mapping[str, Any]) -> AllocationRule:
    """Return the allocation rule that *facts* describe."""
    return AllocationRule(
        id=number,
        name=facts["name"],
        source=Source(facts["source"]),
        sources=tuple(facts["sources"]),
        target=Target(facts["target"]),
        targets=tuple(facts["targets"]),
        order=RuleOrder(facts["order"]),
        online_only=facts["online_only"],
        enabled=facts["enabled"],
    )


def of_account(account: AccountFacts, receivers: Iterable[Receiver]) -> Facts:
    """Return what the record keeps of an account and of who serves it."""
    return {
        "title": account.title,
        "institution": account.institution,
        "keeper": account.keeper_id,
        "group": account.group_id,
        "receivers": sorted([one.kind, one.ref_id] for one in receivers),
    }


def _days(first: date | None, last: date | None) -> list[str | None]:
    return [day.isoformat() if day else None for day in (first, last)]


def _read_days(facts: Mapping[str, Any]) -> tuple[date | None, date | None]:
    first, last = facts.get("valid") or (None, None)
    return (
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )
