"""A file of messages and what the desk shall make of them: a shop's own regression tests."""

from dataclasses import dataclass
from datetime import datetime

import yaml

from bot.knowledge.content_reading import (
    LONGEST_NAME,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    LONGEST_URL,
    Given,
)
from bot.knowledge.mistakes import BadPlaybook
from bot.knowledge.yaml_tree import Checker, Node, line_of, tree

_EXPECTED = ("rule", "faq", "offer", "nothing", "human", "text")


@dataclass(frozen=True, slots=True)
class Expected:
    """What shall happen; everything that is set must be so.

    Args:
        rule: Name of the rule that answers; empty: not said.
        faq: Question or title of the entry that is sent; empty: not said.
        offer: Questions that are among those offered; empty: not said.
        nothing: Nobody answers and nothing is offered.
        human: The customer is put through to a person.
        text: Words that stand in one of the answers; empty: not said.
    """

    rule: str = ""
    faq: str = ""
    offer: tuple[str, ...] = ()
    nothing: bool = False
    human: bool = False
    text: str = ""

    def __str__(self) -> str:
        parts = [
            ("rule", self.rule),
            ("faq", self.faq),
            ("offer", ", ".join(self.offer)),
            ("text", self.text),
        ]
        flags = [("nothing", self.nothing), ("human", self.human)]
        words = [f"{name} {value}" for name, value in parts if value]
        return " + ".join([*words, *(name for name, on in flags if on)])


@dataclass(frozen=True, slots=True)
class Case:
    """A message and what is expected.

    Args:
        line: Where it stands in its file.
        say: The message.
        account: Name of the account that it comes in on; empty: one that no rule names.
        at: Moment by the tenant's clocks; ``None``: when the cases are tried.
        expected: What shall happen.
    """

    line: int
    say: str
    account: str
    at: datetime | None
    expected: Expected


@dataclass(frozen=True, slots=True)
class Cases:
    """A file of cases.

    Args:
        playbook: The file that they are for, as written; empty: not said.
        cases: In order.
    """

    playbook: str = ""
    cases: tuple[Case, ...] = ()


def holds_cases(raw: bytes) -> bool:
    """Say whether a file holds cases and is no playbook.

    Raises:
        BadPlaybook: It is not readable at all.
    """
    root = tree(raw)
    if not isinstance(root, yaml.MappingNode):
        return False
    return any(key.value == "cases" for key, _ in root.value)


def read_cases(raw: bytes) -> Cases:
    """Read a file of cases.

    Raises:
        BadPlaybook: It has mistakes; all of them are told.
    """
    check = Checker()
    values = check.fields(tree(raw), "", ("playbook", "account", "at", "cases"), ("cases",))
    given = Given(check, values, "")
    account = given.text("account", LONGEST_NAME)
    at = _moment(check, given)
    cases = tuple(_case(check, node, path, account, at) for node, path in given.items("cases"))
    path = given.text("playbook", LONGEST_URL)
    if check.mistakes:
        raise BadPlaybook(check.mistakes)
    return Cases(path, cases)


def _case(check: Checker, node: Node, path: str, account: str, at: datetime | None) -> Case:
    known = ("say", "account", "at", "expect")
    given = Given(check, check.fields(node, path, known, ("say", "expect")), path)
    expected = Expected()
    if "expect" in given:
        where = f"{path}.expect"
        wishes = Given(check, check.fields(given.values["expect"], where, _EXPECTED), where)
        expected = Expected(
            rule=wishes.text("rule", LONGEST_NAME),
            faq=wishes.text("faq", LONGEST_QUESTION),
            offer=wishes.texts("offer", LONGEST_QUESTION, empty=False),
            nothing=wishes.flag("nothing", default=False),
            human=wishes.flag("human", default=False),
            text=wishes.text("text", LONGEST_TEXT),
        )
        if not wishes.values or any(
            name in wishes and not getattr(expected, name) for name in ("nothing", "human")
        ):
            check.note(
                given.values["expect"],
                "playbook.nothing_expected",
                where,
                known=", ".join(_EXPECTED),
            )
    return Case(
        line=line_of(node),
        say=given.text("say", LONGEST_TEXT),
        account=given.text("account", LONGEST_NAME) if "account" in given else account,
        at=_moment(check, given) if "at" in given else at,
        expected=expected,
    )


def _moment(check: Checker, given: Given) -> datetime | None:
    written = given.text("at", LONGEST_NAME)
    if not written:
        return None
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    # It is the tenant's own clock, so a moment with a zone would say two things at once.
    if moment is None or moment.tzinfo is not None:
        check.note(given.values["at"], "playbook.expected_moment", given.at("at"))
        return None
    return moment
