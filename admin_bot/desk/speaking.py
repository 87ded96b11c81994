"""What every agent's command needs to call a handler and to word what it returns."""

from admin_bot.turn import Turn
from bot.dialog.mirror import heading
from bot.dialog.wording import place
from bot.handlers.agent_reply import HeldBack, NeverSent, NotTheirs, Unclear, Unsent
from bot.telling import Party, Voice
from bot.wiring import new_key
from core.i18n.texts import Texts
from core.messages import Button
from core.states import State

PER_ROW = 3
"""Buttons side by side."""


def voice_of(turn: Turn) -> Voice:
    """Return what handlers speak with."""
    book = turn.desk.playbook.now
    return Voice(
        turn.desk.texts,
        turn.desk.config.zone,
        new_key,
        words=book.words,
        mask=book.mask,
        policies=book.playbook.policies,
    )


def summary(party: Party, say: Texts) -> str:
    """Return a conversation on one line: customer, number, account, source and region.

    The last two only where they are known. Source: requirement CHN-15.
    """
    talk = party.talk
    known = (talk.source, place(talk.region or party.person.region, say))
    parts = [heading(party.person.name, talk.id), party.account, *(fact for fact in known if fact)]
    return " · ".join(parts)


def switches(open_: tuple[Party, ...]) -> list[tuple[Button, ...]]:
    """Return a row with a button for each conversation, which puts it in front."""
    return [(Button(heading(p.person.name, p.talk.id), f"switch:{p.talk.id}"),) for p in open_]


def in_rows(buttons: list[Button]) -> list[tuple[Button, ...]]:
    """Return buttons in rows of three."""
    return [tuple(buttons[i : i + PER_ROW]) for i in range(0, len(buttons), PER_ROW)]


async def explain(turn: Turn, outcome: Unsent, quotes: int | None) -> None:
    """Tell why nothing was sent, and what to do about it.

    Args:
        turn: The turn in which it should have been sent.
        outcome: Why it was not.
        quotes: The staff chat's number of what they wrote, so that it is plain which message did
            not go out; ``None`` where it is no message of theirs.
    """
    say = turn.say
    rows: list[tuple[Button, ...]] = []
    match outcome:
        case NeverSent():
            words = say("reply.edit_of_nothing")
        case Unclear(open=()):
            words, rows = say("reply.nobody"), [(Button(say("button.next"), "next"),)]
        case Unclear(open=open_):
            words, rows = say("reply.to_whom"), switches(open_)
        case NotTheirs(agent=None, state=State.ENDED):
            words = say("reply.ended", who=heading(outcome.name, outcome.conversation_id))
            rows = switches(outcome.open)
        case NotTheirs(agent=None):
            words = say("reply.not_taken", who=heading(outcome.name, outcome.conversation_id))
            rows = switches(outcome.open)
        case NotTheirs(agent=agent):
            who = heading(outcome.name, outcome.conversation_id)
            words, rows = say("reply.somebody_elses", who=who, agent=agent), switches(outcome.open)
        case HeldBack():
            words, rows = _held_back(say, outcome)
    await turn.write(words, rows, reply_to=quotes)


def _held_back(say: Texts, outcome: HeldBack) -> tuple[str, list[tuple[Button, ...]]]:
    lines = [
        say("draft.held_back", who=heading(outcome.name, outcome.conversation_id)),
        say("draft.because", words=say("word.comma").join(map(quoted, outcome.words))),
        say("draft.how_to_edit"),
    ]
    if outcome.edited:
        lines.append(say("draft.old_version_stays"))
    number = outcome.message_id
    buttons = (
        Button(say("draft.write_anew"), f"draft_write:{number}"),
        Button(say("draft.show"), f"draft_show:{number}"),
        Button(say("draft.throw_away"), f"draft_drop:{number}"),
    )
    return "\n".join(lines), [buttons]


def quoted(word: str) -> str:
    """Return a word in quotation marks that both languages read."""
    return f"“{word}”"
