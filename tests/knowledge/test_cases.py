"""Files of messages with known answers are read, or refused with every mistake and its line."""

from datetime import datetime
from typing import Any

import pytest

from bot.knowledge.cases import BadPlaybook, Case, Cases, Expected, holds_cases, read_cases
from core.i18n.texts import LANGUAGES, texts

GOOD = """
playbook: shop.yaml
account: shop
at: 2026-01-05 10:00
cases:
  - {say: 多少钱, expect: {rule: price, text: 100}}
  - say: 发货
    account: club
    at: 2026-01-05T22:00:00
    expect: {offer: [多久发货, 运费]}
  - {say: 转人工, expect: {human: true}}
"""


def test_a_file_of_cases_is_read() -> None:
    ten = datetime.fromisoformat("2026-01-05 10:00")

    assert read_cases(GOOD.encode()) == Cases(
        "shop.yaml",
        (
            Case(6, "多少钱", "shop", ten, Expected(rule="price", text="100")),
            Case(
                7,
                "发货",
                "club",
                datetime.fromisoformat("2026-01-05 22:00"),
                Expected(offer=("多久发货", "运费")),
            ),
            Case(11, "转人工", "shop", ten, Expected(human=True)),
        ),
    )


@pytest.mark.parametrize(
    ("source", "line", "key", "path"),
    [
        ("playbook: a", 1, "missing_key", "/"),
        ("cases: {}", 1, "expected_list", "cases"),
        ("cases:\n- {expect: {rule: a}}", 2, "missing_key", "cases[1]"),
        ("cases:\n- {say: a}", 2, "missing_key", "cases[1]"),
        ("cases:\n- {say: a, expect: {}}", 2, "nothing_expected", "cases[1].expect"),
        ("cases:\n- {say: a, expect: {nothing: false}}", 2, "nothing_expected", "cases[1].expect"),
        ("cases:\n- {say: a, expect: {rul: b}}", 2, "unknown_key", "cases[1].expect"),
        ("cases:\n- {say: a, expect: {offer: []}}", 2, "empty_list", "cases[1].expect.offer"),
        ("at: noon\ncases: []", 1, "expected_moment", "at"),
        ("at: 2026-01-05T10:00+02:00\ncases: []", 1, "expected_moment", "at"),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, line: int, key: str, path: str) -> None:
    with pytest.raises(BadPlaybook) as caught:
        read_cases(source.encode())

    found = caught.value.mistakes[0]
    assert (found.line, found.key, found.facts["path"]) == (line, f"playbook.{key}", path)
    for language in LANGUAGES:
        assert str(line) in texts(language)(found.key, **found.facts)


@pytest.mark.parametrize(
    ("source", "answer"),
    [("cases: []", True), ("rules: []", False), ("[cases]", False), ("playbook: cases", False)],
)
def test_cases_are_told_from_playbooks(source: str, answer: Any) -> None:
    assert holds_cases(source.encode()) is answer


def test_what_is_expected_is_written_in_words() -> None:
    assert str(Expected(rule="a", text="b")) == "rule a + text b"
    assert str(Expected(offer=("a", "b"), human=True)) == "offer a, b + human"
