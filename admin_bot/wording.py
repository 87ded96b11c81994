"""How what the desk has been taught is shown to admins."""

from datetime import date, datetime

from admin_bot.hours_typed import hours_words
from admin_bot.listing import one_line
from bot.dialog.requests import FAQ, HUMAN, MENU, SAY
from bot.wiring import Desk
from core.i18n.texts import Texts
from core.messages import Button, Content, Kind
from core.playbook import Prompt, Rule

_LONGEST_REPLY = 500


def moment(desk: Desk, at: datetime) -> str:
    """Return a moment on the desk's own clock, to the minute."""
    return at.astimezone(desk.config.zone).strftime("%Y-%m-%d %H:%M")


def day_only(desk: Desk, at: datetime) -> str:
    """Return the day of a moment by the desk's own clock."""
    return at.astimezone(desk.config.zone).strftime("%Y-%m-%d")


def today(desk: Desk) -> date:
    """Return the day in the desk's time zone."""
    return desk.clock().astimezone(desk.config.zone).date()


def state(say: Texts, enabled: bool) -> str:
    """Return the word for on or off."""
    return say("word.on") if enabled else say("word.off")


def content(say: Texts, what: Content) -> str:
    """Return what a reply says; a file is named by its kind, a title stands before the text."""
    words = what.text if len(what.text) <= _LONGEST_REPLY else what.text[:_LONGEST_REPLY] + "…"
    if what.kind is Kind.CONTACT:
        names = ("first_name", "last_name", "phone_number")
        words = " ".join(str(what.data[name]) for name in names if what.data.get(name))
    if what.kind is Kind.LINK:
        words = f"{what.data.get('url', '')} {words}"
    if what.title:
        words = f"{what.title}{say('word.colon')}{words}" if words else what.title
    if what.kind is Kind.TEXT:
        return words
    key = f"kind.{what.kind.value}"
    return f"[{say(key) if key in say else what.kind.value}] {words}".strip()


def rule_line(say: Texts, rule: Rule) -> str:
    """Return a rule on one line, with marks for off, timed, its group and its uses."""
    words = say("word.comma").join(rule.words)
    mark = "" if rule.enabled else say("word.off_mark")
    if rule.timed:
        mark += say("rules.word_timed_mark")
    group = f"[{one_line(rule.group, 12)}] " if rule.group else ""
    first = content(say, rule.replies[0]) if rule.replies else say("rule.no_replies")
    more = f" (+{len(rule.replies) - 1})" if len(rule.replies) > 1 else ""
    uses = say("rules.word_times", count=rule.uses) if rule.uses else ""
    return (
        f"#{rule.id} {mark}{group}{say(f'match.{rule.match.value}')}{say('word.colon')}"
        f"{one_line(words, 50)} → {one_line(first, 40)}{more} {uses}".rstrip()
    )


def rule_card(say: Texts, rule: Rule) -> str:
    """Return everything about a rule."""
    replies = "\n".join(
        f"{number}. {content(say, reply)}" if len(rule.replies) > 1 else content(say, reply)
        for number, reply in enumerate(rule.replies, 1)
    )
    return say(
        "rule.card",
        name=rule.name,
        state=state(say, rule.enabled),
        match=say(f"match.{rule.match.value}"),
        words=one_line(say("word.comma").join(rule.words), 1000),
        accounts=say("word.comma").join(rule.accounts) or say("word.all_accounts"),
        group=rule.group or say("word.none"),
        hours=hours_words(say, rule.hours),
        valid=days_words(say, rule.valid_from, rule.valid_until),
        uses=say("rules.word_times", count=rule.uses),
        replies=replies or say("rule.no_replies"),
    )


def days_words(say: Texts, first: date | None, last: date | None) -> str:
    """Return a period in words; what ``parsing.period`` reads again."""
    if first is None and last is None:
        return say("word.always")
    return f"{first or ''}..{last or ''}"


def button_action(say: Texts, button: Button) -> str:
    """Return what a menu button does, in words."""
    data = button.data or ""
    if button.url is not None:
        return button.url
    if data == HUMAN:
        return say("action.human")
    if data == MENU:
        return say("action.menu")
    if data.startswith(FAQ):
        return say("action.faq", number=data.removeprefix(FAQ))
    return say("action.say", words=data.removeprefix(SAY))


def prompt_card(say: Texts, prompt: Prompt) -> str:
    """Return everything about the welcome."""
    menu = "\n".join(f"▫ {b.label} → {button_action(say, b)}" for b in prompt.menu)
    more = "\n".join(
        f"{number}. {one_line(content(say, part), 100)}"
        for number, part in enumerate(prompt.more, 2)
    )
    return say(
        "prompt.card",
        more=more or say("word.none"),
        state=state(say, prompt.enabled),
        body=prompt.body,
        menu=menu or say("word.none"),
    )
