"""The doors between the rooms: a room imports what stands on a lower line, never sideways or up."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "storage", "bot", "admin_bot", "playground")

# From the top line to the bottom line; a room is named by the longest prefix that fits.
# - bot.cli and bot.run compose the processes, so they stand above them.
# - bot.account_watch keeps what a process knows of the accounts: it needs the wiring too.
# - bot.line_watch and bot.teach_offline each run one handler for a process: they stand beside the
#   processes, on a line of their own, because they need the wiring.
# - bot.prompting is what was taught as one customer gets it, whoever tells it.
# - bot.compiled is the playbook with what the deciders made of it, bot.answering the order in which
#   they are asked, bot.reception what a batch of customers' messages leads to until it is written.
# - bot.thinking is what one message of a customer leads to, where nothing is read or written.
# - bot.telling and bot.handover are what several handlers do alike (they may not import each
#   other), so they stand one line below them.
# - bot.moving hands conversations over, for agents' commands and for buttons that customers press.
# - bot.in_line is what follows when customers join a line or write while they stand in it.
# - bot.waiting is how long people wait, for who joins a line and who stands in it.
# - bot.rating is what follows when customers rate the service.
# - bot.naming is which categories a conversation may be given, for its end and for its picker.
# - bot.closing ends conversations, for the agent's command and for the clock.
# - bot.attendance is what follows when somebody comes or goes, by a command or by the clock;
#   bot.returning puts conversations back into their line, and bot.due takes due timers, for the
#   handlers of each kind of timer.
# - bot.playbook_cases asks bot.answering, for the command line alone.
# - bot.watching is how several handlers find sensitive words and write them down.
# - bot.reach is which quick replies somebody sees, for those who use and those who write them.
# - bot.allotting is what allocation rules look at, for the dry run and for allocation by hand.
# - bot.whose is for whom hours and policies are set, for the handlers of both.
# - bot.seeing is what our people see of a customer, for every handler that shows one.
# - bot.timing is how several handlers set and end a conversation's timers.
# - bot.facts is how several handlers keep things in the record of changes, and how undo reads it.
# - bot.bell, bot.pace and bot.metrics are skills that need neither storage nor deciders.
LINES = (
    ("bot.__main__",),
    ("bot.cli",),
    ("bot.run",),
    ("bot.web", "bot.jobs", "admin_bot", "playground"),
    (
        "bot.line_watch",
        "bot.account_watch",
        "bot.timer_watch",
        "bot.teach_offline",
        "bot.phrase_watch",
    ),
    ("bot.wiring",),
    ("bot.intake", "bot.outbox", "bot.playbook_cases"),
    ("bot.handlers.*", "bot.current_playbook"),
    ("bot.moving", "bot.rating", "bot.attendance", "bot.thinking", "bot.in_line"),
    ("bot.handover", "bot.reception", "bot.answering", "bot.closing", "bot.returning", "bot.due"),
    ("bot.prompting", "bot.seeing", "bot.naming"),
    ("bot.compiled",),
    (
        "bot.telling",
        "bot.facts",
        "bot.watching",
        "bot.reach",
        "bot.timing",
        "bot.whose",
        "bot.waiting",
        "bot.allotting",
    ),
    (
        "bot.rules",
        "bot.knowledge",
        "bot.semantic",
        "bot.phrasing",
        "bot.dialog",
        "bot.queue",
        "bot.access",
        "bot.channels.registry",
        "bot.embedded_redis",
        "bot.pace",
    ),
    ("bot.channels.telegram", "bot.bell", "bot.metrics"),
    ("bot.channels.base",),
    ("storage",),
    ("core",),
)
# Deciders and channels are pure translators and thinkers: whatever their line, memory is closed.
ONLY_CORE = ("bot.rules", "bot.knowledge", "bot.dialog", "bot.queue", "bot.access", "bot.channels")
# One line above the other handlers would be a promise that they do not call each other; they stand
# on one line, and "never sideways" keeps it.
OPEN = {
    # A process that can teach must be able to say what a change would compile to.
    ("bot.cli", "bot.jobs"),
    ("bot.cli", "bot.run"),
}


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _files() -> list[Path]:
    return [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES}


MODULES = {_module(path): path for path in _files() if path.name != "__init__.py"}


def _targets(path: Path) -> set[str]:
    return {name for name in _imports(path) if name in MODULES}


def room(module: str) -> tuple[int, str]:
    """Return the line on which a module stands, 0 for the lowest, and its room's name."""
    best: tuple[int, str] | None = None
    for number, line in enumerate(reversed(LINES)):
        for name in line:
            plain = name.removesuffix(".*")
            if module == plain or module.startswith(plain + "."):
                label = module if name.endswith(".*") else plain
                if best is None or len(plain) > len(best[1].removesuffix(".*")):
                    best = (number, label)
    assert best is not None, f"{module} stands in no room: give it one in LINES"
    return best


@pytest.mark.parametrize("module", sorted(MODULES))
def test_doors(module: str) -> None:
    """No file imports through a closed door."""
    line, name = room(module)
    for target in sorted(_targets(MODULES[module])):
        other_line, other = room(target)
        if name == other or (name, other) in OPEN:
            continue
        assert other_line < line, f"{module} imports {target}: sideways or up"
        if name.startswith(ONLY_CORE):
            assert target.startswith(("core", *ONLY_CORE, "bot.channels")), (
                f"{module} imports {target}: a decider or channel sees no memory"
            )


def test_there_is_no_circle() -> None:
    """Following imports never leads back to where it started."""
    graph = {module: _targets(path) for module, path in MODULES.items()}
    done: set[str] = set()

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module in done:
            return
        for target in graph[module]:
            walk(target, (*way, module))
        done.add(module)

    for module in graph:
        walk(module, ())


def test_package_files_stay_empty() -> None:
    """An ``__init__.py`` that does something hides where things live."""
    full = [str(p) for p in _files() if p.name == "__init__.py" and p.stat().st_size]

    assert full == []
