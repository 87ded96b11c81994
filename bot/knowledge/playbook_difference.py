"""What a playbook file would change on a desk."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from core.playbook import Answering, FaqEntry, Playbook, Rule, Shelf

Thing = TypeVar("Thing")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What a file does to one sort of things; ``gone`` are those that only replacing removes."""

    new: int
    changed: int
    same: int
    gone: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file would change.

    Args:
        rules: Told apart by name.
        faq: Told apart by category and question.
        library: Entries for agents, told apart in the same way; those of one name by their order.
        folders: Nodes of the tree, told apart by shelf and path.
        words: Told apart by name.
        prompts: Told apart by kind and account. Those that the file does not name always stay.
        settings: Those that the file does not name always stay.
        unknown_accounts: Accounts that the file names and the desk does not have.
    """

    rules: Count
    faq: Count
    library: Count
    folders: Count
    words: Count
    prompts: Count
    settings: Count
    unknown_accounts: tuple[str, ...]

    @property
    def counts(self) -> dict[str, Count]:
        """The counts by what they count."""
        return {
            "rules": self.rules,
            "faq": self.faq,
            "library": self.library,
            "folders": self.folders,
            "words": self.words,
            "prompts": self.prompts,
            "settings": self.settings,
        }


def difference(there: Playbook, file: Playbook, accounts: set[str]) -> Difference:
    """Say what *file* would change.

    Args:
        there: The desk's own playbook, with all that goes into a file.
        file: The file's.
        accounts: Names of the accounts that the desk has.
    """
    named = {name for rule in file.rules for name in rule.accounts}
    named |= {name for banned in file.words for name in banned.accounts}
    named |= {prompt.account for prompt in file.prompts if prompt.account is not None}

    def folders(playbook: Playbook) -> dict[Key, str]:
        return {(shelf, path): path for shelf in Shelf for path in paths(playbook, shelf)}

    return Difference(
        rules=_count(_plain_rules(there.rules), _plain_rules(file.rules)),
        faq=_count(_plain_entries(there.faq), _plain_entries(file.faq)),
        library=_count(_plain_entries(there.library), _plain_entries(file.library)),
        folders=_count(folders(there), folders(file)),
        words=_count(
            {(banned.name,): banned for banned in there.words},
            {(banned.name,): banned for banned in file.words},
        ),
        prompts=replace(
            _count(
                {(prompt.kind, prompt.account): prompt for prompt in there.prompts},
                {(prompt.kind, prompt.account): prompt for prompt in file.prompts},
            ),
            gone=0,
        ),
        settings=_settings(there.answering, file),
        unknown_accounts=tuple(sorted(named - accounts)),
    )


def _plain_rules(rules: Iterable[Rule]) -> dict[Key, Rule]:
    return {(rule.name,): replace(rule, id=0) for rule in rules}


def _plain_entries(entries: Iterable[FaqEntry]) -> dict[Key, FaqEntry]:
    return {key: replace(entry, id=0) for key, entry in by_question(entries).items()}


def _settings(there: Answering, file: Playbook) -> Count:
    before = asdict(there)
    changed = sum(before[name] != value for name, value in file.settings.items())
    return Count(0, changed, len(file.settings) - changed, 0)


def _count(old: Mapping[Key, Thing], file: Mapping[Key, Thing]) -> Count:
    new = sum(key not in old for key in file)
    changed = sum(key in old and old[key] != thing for key, thing in file.items())
    return Count(new, changed, len(file) - new - changed, len(old.keys() - file.keys()))


def paths(playbook: Playbook, shelf: Shelf) -> list[str]:
    """Return the path of every node that a playbook speaks of, parents before children."""
    entries = playbook.faq if shelf is Shelf.FAQ else playbook.library
    found: dict[str, None] = {}
    for path in (*playbook.nodes.get(shelf, ()), *(entry.category for entry in entries)):
        names = path.split("/") if path else []
        for depth in range(1, len(names) + 1):
            found["/".join(names[:depth])] = None
    return list(found)


def by_question(entries: Iterable[FaqEntry]) -> dict[Key, FaqEntry]:
    """Return entries by what tells them apart: those of one name by their order."""
    found: dict[Key, FaqEntry] = {}
    seen: dict[tuple[str, str], int] = {}
    for entry in entries:
        name = (entry.category, entry.question)
        seen[name] = seen.get(name, 0) + 1
        found[(*name, seen[name])] = entry
    return found


def completed(there: Playbook, file: Playbook, unsaid: Collection[str]) -> Playbook:
    """Return *file* with what it leaves unsaid about entries that are there already.

    Args:
        there: The desk's own playbook.
        file: The file's.
        unsaid: Names of the fields that those entries keep.
    """
    if not unsaid:
        return file

    def filled(old: Sequence[FaqEntry], new: Sequence[FaqEntry]) -> tuple[FaqEntry, ...]:
        known = by_question(old)
        out = []
        for key, entry in by_question(new).items():
            kept: dict[str, Any] = {}
            if key in known:
                kept = {name: getattr(known[key], name) for name in unsaid}
            out.append(replace(entry, **kept))
        return tuple(out)

    return replace(
        file, faq=filled(there.faq, file.faq), library=filled(there.library, file.library)
    )
