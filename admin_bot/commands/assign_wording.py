"""How allocation rules, and who would get a customer, are put into words."""

from admin_bot.listing import one_line
from bot.handlers.teach_allocation import CHOSEN, Choices, Tried
from bot.queue.steps import Step
from core.i18n.texts import Texts
from core.line import AllocationRule, Source, Target

_MOST_NAMES = 5


def source_words(say: Texts, rule: AllocationRule, there: Choices) -> str:
    """Return whose customers a rule is about. Source: requirement QUE-34."""
    if rule.source not in CHOSEN:
        return say(f"allocation.source_{rule.source.value}")
    names = list(rule.sources)
    if rule.source is Source.ACCOUNTS:
        titles = {one.name: one.heading for one in there.accounts}
        names = [titles.get(name, name) for name in names]
    return say(f"allocation.source_{rule.source.value}_named", names=_names(say, names))


def target_words(say: Texts, rule: AllocationRule, there: Choices) -> str:
    """Return to whom a rule gives customers. Source: requirement QUE-35."""
    if rule.target is not Target.DEPARTMENTS:
        return say(f"allocation.target_{rule.target.value}")
    known = {one.id: one.name for one in there.departments}
    names = [known[number] for number in rule.targets if number in known]
    return say("allocation.target_departments_named", names=_names(say, names))


def _names(say: Texts, names: list[str]) -> str:
    shown = say("word.comma").join(one_line(name, 20) for name in names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown += f" (+{len(names) - _MOST_NAMES})"
    return shown or say("word.none")


def made_up_name(say: Texts, rule: AllocationRule, there: Choices) -> str:
    """Return a name for a rule that nobody has named."""
    return one_line(f"{source_words(say, rule, there)} → {target_words(say, rule, there)}", 64)


def rule_words(say: Texts, rule: AllocationRule, there: Choices) -> str:
    """Return everything about a rule."""
    return say(
        "allocation.card",
        source=source_words(say, rule, there),
        target=target_words(say, rule, there),
        order=say(f"allocation.order_{rule.order.value}"),
        online=say("allocation.online_only" if rule.online_only else "allocation.online_any"),
    )


def tried_words(say: Texts, tried: Tried) -> str:
    """Return the steps by which somebody would get a customer, and the outcome."""
    lines = [_step_words(say, tried, number, step) for number, step in enumerate(tried.steps, 1)]
    return "\n".join(lines)


def _step_words(say: Texts, tried: Tried, number: int, step: Step) -> str:
    who = tried.people.get(step.staff_id or 0, "")
    stage = say(f"allocation.stage_{step.stage}")
    if step.rule is not None:
        stage = say("allocation.stage_one_rule", name=step.rule.name)
    verdict = say(f"allocation.verdict_{step.verdict.value}", name=who).strip()
    return f"{number}. {stage}{say('word.colon')}{verdict}"
