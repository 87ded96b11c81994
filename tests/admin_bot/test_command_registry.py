"""Every command keeps the promises that the bot, the menus and the handlers rely on."""

import ast
import re
from pathlib import Path

import pytest

from admin_bot.command import Command
from admin_bot.commands.all import COMMANDS
from admin_bot.desk.all import COMMANDS as AGENT_COMMANDS
from core.i18n.texts import LANGUAGES, texts

ROOT = Path(__file__).parent.parent.parent
EVERY = (*COMMANDS, *AGENT_COMMANDS)
HANDLERS = [
    ROOT / "bot" / "handlers" / f"{name}.py"
    for name in (
        *("teach_rule", "teach_faq", "teach_prompt", "playbook_file"),
        *("staffing", "grouping", "rule_test"),
        *("teach_words", "settings", "drafts", "order_rules", "pick_reply", "preview"),
        *("library", "assign_library", "find_entries", "undo", "learn", "why", "departments"),
        *("categories", "name_categories", "handoffs", "desk_transfer"),
        *(
            "teach_calendar",
            "teach_policy",
            "teach_allocation",
            "teach_account",
            "allocate_customers",
            "agent_shares",
        ),
    )
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", EVERY, ids=lambda command: command.name)
def test_every_command_has_help_and_usage_in_every_language(
    command: Command, language: str
) -> None:
    say = texts(language)

    assert 0 < len(say(f"help.{command.name}")) <= 60
    assert f"/{command.name}" in say(f"usage.{command.name}")


@pytest.mark.parametrize("command", EVERY, ids=lambda command: command.name)
def test_names_fit_the_platform(command: Command) -> None:
    assert re.fullmatch("[a-z0-9_]{1,32}", command.name)
    for name in command.presses:
        assert re.fullmatch("[a-z_]{1,20}", name)


def test_no_name_stands_twice() -> None:
    names = [command.name for command in EVERY]
    presses = [name for command in EVERY for name in command.presses]

    assert len(set(names)) == len(names)
    assert len(set(presses)) == len(presses)


def test_the_commands_of_the_contract_are_there() -> None:
    asked = {
        *("agent_add", "agent_list", "agent_off", "group_add", "group_list"),
        *("rule_add", "rule_list", "rule_off", "rule_test"),
        *("faq_add", "faq_list", "faq_off", "prompt", "import", "export"),
        *("word_add", "setting", "hours", "holiday"),
    }

    assert asked <= {command.name for command in COMMANDS}


def _handlers() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (f"{path.stem}.{node.name}", node)
        for path in HANDLERS
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and "actor" in [argument.arg for argument in node.args.args]
    ]


def test_there_are_handlers_to_look_at() -> None:
    assert len(_handlers()) > 25


@pytest.mark.requirement("ORG-28")
@pytest.mark.parametrize(
    ("name", "function"), _handlers(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_first_thing_a_handler_does_is_to_ask_for_the_permission(
    name: str, function: ast.FunctionDef
) -> None:
    first = function.body[1] if ast.get_docstring(function) else function.body[0]

    assert ast.unparse(first).startswith("access.require(actor.role, Permission.")
