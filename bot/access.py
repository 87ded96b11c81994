"""Roles, permissions, and the one check that counts: ``require``."""

from enum import StrEnum

from core.errors import NotAllowed
from core.prompts import WELCOME
from core.states import Role


class Permission(StrEnum):
    """One thing that a member of staff may do."""

    SERVE = "serve"
    """Take, answer and end conversations; see how many wait."""
    SEE_LINE = "see_line"
    """See who waits, and pick by hand. Source: requirement QUE-12."""
    TEACH = "teach"
    """Change rules, FAQ and prompts; import and export the playbook."""
    STAFF = "staff"
    """Add, change and remove people and groups. Source: requirements ORG-28, QUE-01."""


_AGENT = frozenset({Permission.SERVE})
_ADMIN = _AGENT | {Permission.SEE_LINE, Permission.TEACH}
MAY = {Role.AGENT: _AGENT, Role.ADMIN: _ADMIN, Role.OWNER: _ADMIN | {Permission.STAFF}}
"""What each role may do. Source: requirement ORG-28."""


def to_change_prompt(kind: str, account: str | None) -> Permission:
    """Return what it takes to change a prompt.

    What greets everybody within working hours is for super administrators (requirement PRM-06);
    what an account or a group says instead, and all the rest, for administrators (PRM-01).
    """
    return Permission.STAFF if kind == WELCOME and account is None else Permission.TEACH


def may(role: Role, permission: Permission) -> bool:
    """Say whether *role* includes *permission*."""
    return permission in MAY[role]


def require(role: Role, permission: Permission) -> None:
    """Let the caller go on only where *role* includes *permission*.

    Raises:
        NotAllowed: It does not.
    """
    if not may(role, permission):
        raise NotAllowed
