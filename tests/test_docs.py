"""The docs keep up with the code: every setting, every command, every state, every link."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from admin_bot.commands.all import COMMANDS as ADMIN_COMMANDS
from admin_bot.desk.all import COMMANDS as AGENT_COMMANDS
from bot.dialog.machine import MOVES
from bot.knowledge.playbook_file import read
from core.config import Config, load
from core.playbook import Match
from core.states import State

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bot").rglob("README.md")]
)
LANGUAGES = ["docs", "docs/zh-CN"]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"")


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of *language* in *page*, without their indentation."""
    return [
        "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True))
        for indent, name, body in _BLOCK.findall(page.read_text(encoding="utf-8"))
        if name == language
    ]


def _settings(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path of every setting and its default (``PydanticUndefined`` where required)."""
    for name, field in model.model_fields.items():
        here = f"{path}.{name}".strip(".")
        inner = field.annotation
        if get_args(inner) and isinstance(get_args(inner)[-1], type):
            entry = get_args(inner)[-1]
            if issubclass(entry, BaseModel):
                yield from _settings(entry, f"{here}.<name>")
                continue
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _settings(inner, here)
        else:
            yield here, field.default


SETTINGS = list(_settings(Config))


def test_the_walk_finds_settings_of_every_depth() -> None:
    paths = [path for path, _ in SETTINGS]
    assert "language" in paths
    assert "server.port" in paths
    assert "accounts.<name>.limits.per_second" in paths


@pytest.mark.parametrize("folder", LANGUAGES)
@pytest.mark.parametrize(("path", "default"), SETTINGS, ids=[path for path, _ in SETTINGS])
def test_every_setting_is_explained_with_its_default(folder: str, path: str, default: Any) -> None:
    text = (ROOT / folder / "running.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{re.escape(path)}` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert row, f"{folder}/running.md does not explain {path}"
    nothing = {"docs": "none", "docs/zh-CN": "无"}[folder]
    required = {"docs": "required", "docs/zh-CN": "必填"}[folder]
    if default is PydanticUndefined:
        wanted = required
    elif default in (None, ()):
        wanted = nothing
    else:
        wanted = f"`{str(default).lower() if isinstance(default, bool) else default}`"
    assert row[1] == wanted


@pytest.mark.parametrize("folder", LANGUAGES)
def test_no_setting_is_explained_that_does_not_exist(folder: str) -> None:
    text = (ROOT / folder / "running.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z_.<>]+)` \| (?:`|none|required|无|必填)", text, re.MULTILINE)
    assert sorted(named) == sorted(path for path, _ in SETTINGS)


@pytest.mark.parametrize("folder", LANGUAGES)
def test_every_command_of_the_staff_bot_is_documented_and_no_other(folder: str) -> None:
    text = (ROOT / folder / "commands.md").read_text(encoding="utf-8")
    _, staff = re.split(r"^## (?:Agents|坐席)$", text, flags=re.MULTILINE)
    documented = re.findall(r"^\| `/(\w+)` \| ", staff, re.MULTILINE)
    assert sorted(documented) == sorted(c.name for c in (*ADMIN_COMMANDS, *AGENT_COMMANDS))


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_staff_bot_is_in_the_overview(page: str) -> None:
    named = set(re.findall(r"`/(\w+)`", (ROOT / page).read_text(encoding="utf-8")))
    assert named >= {c.name for c in (*ADMIN_COMMANDS, *AGENT_COMMANDS)}


def test_the_playbook_example_can_be_imported() -> None:
    (example,) = blocks(ROOT / "docs" / "answering.md", "yaml")
    playbook = read(example)
    assert [rule.match for rule in playbook.rules] == [Match.ANY, Match.EXACT]
    assert playbook.faq[0].similar
    assert playbook.words
    assert playbook.prompts


WHOLE = [
    pytest.param(example, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, example in enumerate(blocks(page, "yaml"))
    if "staff:" in example
]


@pytest.mark.parametrize("example", WHOLE)
def test_every_example_of_a_whole_configuration_is_a_right_one(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set(re.findall(r"\$\{(\w+)\}", example)):
        monkeypatch.setenv(name, "12345:abc" if name.endswith("TOKEN") else "abc")
    path = tmp_path / "config.yaml"
    path.write_text(example, encoding="utf-8")
    config = load(path)
    assert config.staff.owners
    assert not config.server.playground


def test_examples_of_whole_configurations_are_found() -> None:
    assert len(WHOLE) >= 6


def diagram() -> str:
    """Return the conversation's states as a Mermaid diagram."""
    starts = f"    [*] --> {State.NEW.name.lower()}"
    ends = f"    {State.ENDED.name.lower()} --> [*]"
    moves = [
        f"    {before.name.lower()} --> {after.name.lower()}: {move.value}"
        for (before, move), after in MOVES.items()
    ]
    return "\n".join(["stateDiagram-v2", starts, *moves, ends]) + "\n"


def test_the_diagram_of_the_states_is_the_table_of_moves() -> None:
    """Print what belongs there with ``python -m tests.test_docs``."""
    drawn = blocks(ROOT / "docs" / "architecture.md", "mermaid")
    assert diagram() in drawn


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for markdown, html in _LINK.findall(page.read_text(encoding="utf-8")):
        link = markdown or html
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), link
        if anchor:
            assert anchor in _anchors(there), link


def test_every_yaml_example_is_yaml() -> None:
    for page in PAGES:
        for example in blocks(page, "yaml"):
            yaml.safe_load(example)


if __name__ == "__main__":
    print(diagram())
