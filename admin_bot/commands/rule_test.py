"""``/rule_test``: what the bot would answer to a text, and why."""

from admin_bot.command import Command
from admin_bot.listing import one_line
from admin_bot.teaching import newest
from admin_bot.turn import Turn
from admin_bot.wording import content
from bot.access import Permission
from bot.handlers import rule_test
from bot.handlers.rule_test import Explanation, OnAccounts
from bot.knowledge.answering import Answer, Offer
from bot.knowledge.explaining import Compared, SameWords, Scored, Worded
from bot.rules.automaton import RuleTrace, Verdict
from core.errors import BadRequestText
from core.i18n.texts import Texts

MOST_TRACES = 10


async def run(turn: Turn) -> None:
    """Explain what the words would be answered with."""
    if not turn.words:
        raise BadRequestText("usage.rule_test")
    book = await newest(turn)
    local = turn.desk.clock().astimezone(turn.desk.config.zone)
    async with turn.desk.reading() as uow:
        explained = await rule_test.explain(uow, turn.staff, turn.words, book, local)
    say = turn.say
    parts = []
    if explained.request is not None:
        parts.append(say("test.request", request=say(f"request.{explained.request.value}")))
    if explained.words:
        parts.append(_words(say, explained))
    parts += [_rules(say, found, explained) for found in explained.rules]
    parts.append(_faq(say, explained))
    await turn.answer("\n\n".join(parts), title=say("test.title", text=one_line(turn.words, 100)))


def _words(say: Texts, explained: Explanation) -> str:
    lines = [say("test.words")]
    for hit in explained.words[:MOST_TRACES]:
        lines.append(
            say("test.word", word=one_line(hit.word), list=hit.list.name, number=hit.list.id)
        )
    return "\n".join(lines)


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
    for stage in explained.stages:
        match stage:
            case Worded():
                lines += _worded(say, stage)
            case SameWords(entries=entries):
                numbers = say("word.comma").join(f"#{entry.id}" for entry in entries)
                same = say("test.same", numbers=numbers) if entries else say("test.not_same")
                lines.append(same)
            case Compared():
                lines += _compared(say, stage)
            case Scored():
                lines += _scored(say, stage, explained)
    if any(trace.verdict is Verdict.WINS for on in explained.rules for trace in on.traces):
        lines.append(say("test.rule_first"))
    return "\n".join(lines)


def _worded(say: Texts, stage: Worded) -> list[str]:
    lines = [say("test.compared_as", words=one_line(stage.compared, 100) or "–")]
    if stage.repaired is not None:
        lines.append(say("test.repaired", words=one_line(stage.repaired, 100)))
    return lines


def _compared(say: Texts, stage: Compared) -> list[str]:
    lines = [
        say(
            "test.candidate",
            number=candidate.entry.id,
            share=f"{candidate.share:.2f}",
            sentence=one_line(candidate.sentence, 60),
        )
        for candidate in stage.candidates
    ]
    if stage.candidates:
        lines.append(
            say(
                "test.evidence",
                likeness=f"{stage.likeness:.2f}",
                letters=f"{stage.letters:.2f}",
                covered=f"{stage.covered:.2f}",
                margin=f"{stage.margin:.2f}",
                chance=f"{stage.chance:.2f}",
            )
        )
    lines += [
        say("test.keyword", number=entry.id, word=one_line(word))
        for entry, word in stage.keywords[:MOST_TRACES]
    ]
    return lines


def _scored(say: Texts, stage: Scored, explained: Explanation) -> list[str]:
    lines = [
        say(
            "test.match",
            number=match.entry.id,
            question=one_line(match.entry.question, 60),
            score=f"{match.score:.2f}",
            sentence=one_line(match.sentence, 60),
        )
        for match in stage.matches
    ]
    sure = stage.thresholds
    best = stage.matches[0].score if stage.matches else 0.0
    facts = {"best": f"{best:.2f}", "answer": f"{sure.answer:.2f}", "offer": f"{sure.offer:.2f}"}
    match explained.verdict:
        case Answer(entry=entry):
            lines.append(say("test.faq_answers", number=entry.id))
            lines.append(f"    → {one_line(content(say, entry.answer), 200)}")
            lines.append(say("test.because_above", **facts))
        case Offer(entries=entries):
            numbers = say("word.comma").join(f"#{entry.id}" for entry in entries)
            lines.append(say("test.faq_offers", numbers=numbers))
            tied = best >= sure.answer
            lines.append(say("test.because_tied" if tied else "test.because_between", **facts))
        case _:
            lines.append(say("test.faq_nothing"))
            lines.append(say("test.because_below", **facts))
    return lines


COMMAND = Command("rule_test", Permission.TEACH, run)
