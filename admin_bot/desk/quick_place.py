"""Where among the quick replies a person is, and how that fits into a button."""

from dataclasses import dataclass, replace

from admin_bot.listing import whole
from bot.handlers.quick_reply import Stand
from core.i18n.texts import Texts
from core.playbook import Scope
from core.tree import LOOSE, ROOT
from storage.repos.library import EVERYBODY, Owner

MOST_BYTES = 64
"""What the platform takes as a button's data."""
_SCOPES = {"p": Scope.PERSONAL, "d": Scope.DEPARTMENT, "g": Scope.GROUP}
_LETTERS = {scope: letter for letter, scope in _SCOPES.items()}
_EVERYBODY, _LOOSE, _ARRANGING = "u", "x", "m"


@dataclass(frozen=True, slots=True)
class Spot:
    """A page of quick replies.

    Args:
        owner: Whose part is open; ``None``: all that the person sees.
        group: The group of it that is open; ``ROOT``: none, ``LOOSE``: what lies in none.
        page: From 1.
        words: What the replies were narrowed down to; empty for all of them.
        arranging: Pressing a reply opens what can be changed about it, instead of using it.
    """

    owner: Owner | None = None
    group: int = ROOT
    page: int = 1
    words: str = ""
    arranging: bool = False

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data: *name*, *parts* and this spot; long words are cut."""
        group = _LOOSE if self.group == LOOSE else str(self.group)
        flag = _ARRANGING if self.arranging else ""
        code = ".".join((owner_code(self.owner), group, str(self.page), flag))
        data = ":".join([name, *map(str, parts), code])
        room = MOST_BYTES - len(data.encode()) - 1
        words = self.words.encode()[: max(0, room)].decode(errors="ignore").strip()
        return f"{data}.{words}"

    @classmethod
    def read(cls, code: str) -> "Spot":
        """Read what ``data`` wrote behind the parts; nonsense gives the first page of all."""
        owner, group, page, flag, words, *_ = [*code.split(".", 4), "", "", "", "", ""]
        return cls(
            read_owner(owner),
            LOOSE if group == _LOOSE else whole(group) or ROOT,
            max(1, whole(page) or 1),
            " ".join(words.split()),
            flag == _ARRANGING,
        )

    def at(self, owner: Owner | None, group: int = ROOT) -> "Spot":
        """Return the first page of another part or group, with nothing narrowed down."""
        return Spot(owner, group, arranging=self.arranging and owner is not None)

    def searching(self, words: str) -> "Spot":
        """Return the first page of what *words* find in the part that is open."""
        return replace(self, group=ROOT, page=1, words=" ".join(words.split()))


def owner_code(owner: Owner | None) -> str:
    """Return a short word for whose part of the quick replies it is."""
    if owner is None:
        return ""
    if owner == EVERYBODY:
        return _EVERYBODY
    return f"{_LETTERS[owner[0]]}{owner[1]}"


def read_owner(code: str) -> Owner | None:
    """Read what ``owner_code`` wrote; ``None`` for all parts, and for nonsense."""
    if code == _EVERYBODY:
        return EVERYBODY
    scope, number = _SCOPES.get(code[:1]), whole(code[1:])
    return None if scope is None or number is None else (scope, number)


def numbered(words: str) -> tuple[int, Spot]:
    """Read the data of a button about one thing: its number and the spot; 0 where it has none."""
    number, _, code = words.partition(":")
    return whole(number) or 0, Spot.read(code)


def owner_name(say: Texts, stand: Stand, owner: Owner | None) -> str:
    """Return what a part of the quick replies is called on screen."""
    if owner is None:
        return say("quick.part_all")
    scope, number = owner
    if scope is Scope.PUBLIC:
        return say("quick.part_public")
    if scope is Scope.PERSONAL:
        person = stand.reach.people.get(number or 0)
        return say("quick.part_of_person", name=person) if person else say("quick.part_mine")
    return say(f"quick.part_{scope.value}", name=stand.reach.names.get(owner, ""))
