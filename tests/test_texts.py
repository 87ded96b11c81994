"""Every text exists in every language, says the same things, and is used."""

import ast
import re
import string
from pathlib import Path

import pytest

from core.i18n.texts import LANGUAGES, spoken, texts

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "storage", "bot", "admin_bot", "playground")


def _placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_every_language_has_every_text() -> None:
    first, *others = LANGUAGES

    for language in others:
        assert texts(first).keys == texts(language).keys


def test_a_text_has_the_same_placeholders_in_every_language() -> None:
    english, chinese = texts("en"), texts("zh-CN")
    different = [
        key
        for key in english.keys
        if _placeholders(english._messages[key]) != _placeholders(chinese._messages[key])
    ]

    assert different == []


def test_no_text_is_empty() -> None:
    for language in LANGUAGES:
        empty = [key for key in texts(language).keys if not texts(language)._messages[key].strip()]
        assert empty == []


def _named_texts() -> set[str]:
    """Return the first argument of every call that looks like a key; log events are none."""
    areas = {key.split(".")[0] for key in texts("en").keys}
    pattern = re.compile(rf"(?:{'|'.join(areas)})\.[a-z0-9_.]+[a-z0-9_]")
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and node.args):
                    continue
                called = ast.unparse(node.func)
                first = node.args[0]
                if (
                    isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                    and pattern.fullmatch(first.value)
                    and not called.startswith("log.")
                    and called != "ForeignKey"
                ):
                    found.add(first.value)
    return found


def test_every_key_that_the_code_names_has_a_text() -> None:
    named = _named_texts()

    assert len(named) > 50
    assert named - texts("en").keys == set()


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("zh-hans", "zh-CN"),
        ("en-GB", "en"),
        ("pt-BR", "zh-CN"),
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("ENGLISH", "en"),
    ],
)
def test_people_are_answered_in_their_language_or_the_desks(
    asked: str | None, language: str
) -> None:
    assert language == spoken(asked, "zh-CN").language
