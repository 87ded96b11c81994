"""``/rule_test``: what the bot would answer to a text, and why."""

from admin_bot.command import Command
from admin_bot.listing import one_line
from admin_bot.teaching import newest
from admin_bot.turn import Turn
from admin_bot.wording import content, today
from bot.access import Permission
from bot.handlers import rule_test
from bot.handlers.rule_test import Explanation, OnAccounts
from bot.knowledge.answering import Answer, Offer
from bot.rules.automaton import RuleTrace, Verdict
from core.errors import BadRequestText
from core.i18n.texts import Texts

MOST_TRACES = 10


async def run(turn: Turn) -> None:
    """Explain what the words would be answered with."""
    if not turn.words:
        raise BadRequestText("usage.rule_test")
    book = await newest(turn)
    async with turn.desk.reading() as uow:
        explained = await rule_test.explain(uow, turn.staff, turn.words, book, today(turn.desk))
    say = turn.say
    parts = []
    if explained.request is not None:
        parts.append(say("test.request", request=say(f"request.{explained.request.value}")))
    parts += [_rules(say, found, explained) for found in explained.rules]
    parts.append(_faq(say, explained))
    await turn.answer("\n\n".join(parts), title=say("test.title", text=one_line(turn.words, 100)))


def _rules(say: Texts, found: OnAccounts, explained: Explanation) -> str:
    lines = [
        say("test.rules_on", accounts=say("word.comma").join(found.accounts))
        if found.accounts
        else say("test.rules")
    ]
    if not found.traces:
        lines.append(say("test.no_rule"))
    numbers = {trace.position: trace.rule.id for trace in found.traces}
    for trace in found.traces[:MOST_TRACES]:
        lines.append(_trace(say, trace, numbers))
        if trace.verdict is Verdict.WINS and explained.request is None:
            lines += [f"    → {one_line(content(say, reply), 200)}" for reply in trace.rule.replies]
    more = len(found.traces) - MOST_TRACES
    if more > 0:
        lines.append(say("test.more", count=more))
    return "\n".join(lines)


def _trace(say: Texts, trace: RuleTrace, numbers: dict[int, int]) -> str:
    comma = say("word.comma")
    why = say(
        f"verdict.{trace.verdict.value}",
        by=numbers.get(trace.overtaken_by or 0, "?"),
        missing=comma.join(trace.missing),
        accounts=comma.join(trace.rule.accounts),
    )
    mark = "✅" if trace.verdict is Verdict.WINS else "▫"
    return say(
        "test.trace",
        mark=mark,
        number=trace.rule.id,
        name=one_line(trace.rule.name),
        match=say(f"match.{trace.rule.match.value}"),
        why=why,
        found=one_line(comma.join(trace.found), 120),
    )


def _faq(say: Texts, explained: Explanation) -> str:
    lines = [say("test.faq")]
    lines += [
        say(
            "test.match",
            number=match.entry.id,
            question=one_line(match.entry.question, 60),
            score=f"{match.score:.2f}",
            sentence=one_line(match.sentence, 60),
        )
        for match in explained.matches
    ]
    match explained.verdict:
        case Answer(entry=entry):
            lines.append(say("test.faq_answers", number=entry.id))
            lines.append(f"    → {one_line(content(say, entry.answer), 200)}")
        case Offer(entries=entries):
            lines.append(
                say(
                    "test.faq_offers",
                    numbers=say("word.comma").join(f"#{entry.id}" for entry in entries),
                )
            )
        case _:
            lines.append(say("test.faq_nothing"))
    if any(trace.verdict is Verdict.WINS for on in explained.rules for trace in on.traces):
        lines.append(say("test.rule_first"))
    lines.append(
        say(
            "test.thresholds",
            answer=f"{explained.thresholds.answer:.2f}",
            offer=f"{explained.thresholds.offer:.2f}",
            margin=f"{explained.thresholds.margin:.2f}",
        )
    )
    return "\n".join(lines)


COMMAND = Command("rule_test", Permission.TEACH, run)
