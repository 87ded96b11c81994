"""Draws docs/pictures/board.png and board-zh.png from made-up numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from admin_bot.board_picture import draw
from bot.handlers.board import AgentLoad, Board, GroupLine
from core.i18n.texts import texts
from core.states import Presence

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"


def example(groups: tuple[str, ...], names: tuple[str, ...]) -> Board:
    """Return a busy morning."""
    facts = ((9, 7.6, 3, 0), (4, 3.2, 2, 2), (1, 0.4, 2, 5), (0, 0.0, 1, 4))
    people = (
        *((Presence.ONLINE, 5, 5), (Presence.ONLINE, 5, 5), (Presence.ONLINE, 3, 5)),
        *((Presence.ONLINE, 2, 8), (Presence.ONLINE, 1, 6), (Presence.ONLINE, 0, 3)),
        *((Presence.BREAK, 2, 5), (Presence.OFFLINE, 1, 5), (Presence.OFFLINE, 0, 5)),
    )
    lines = tuple(
        GroupLine(
            at,
            name,
            waiting,
            NOW - timedelta(minutes=minutes) if waiting else None,
            online,
            0,
            free,
        )
        for at, (name, (waiting, minutes, online, free)) in enumerate(
            zip(groups, facts, strict=True), 1
        )
    )
    agents = tuple(
        AgentLoad(at, name, presence, serving, capacity)
        for at, (name, (presence, serving, capacity)) in enumerate(
            zip(names, people, strict=True), 1
        )
    )
    return Board(lines, agents, sum(a.serving for a in agents), 16)


EXAMPLES = {
    "board.png": (
        "en",
        ("Orders", "Returns", "Before the sale", "Wholesale"),
        ("Amara", "Bo", "Chiara", "Dmitri", "Elif", "Farid", "Grace", "Hiroshi", "Inês"),
    ),
    "board-zh.png": (
        "zh-CN",
        ("订单", "退换货", "售前咨询", "批发业务"),
        ("陈晓雨", "李明", "王芳", "赵磊", "刘洋", "孙悦", "周静", "吴刚", "郑云"),
    ),
}

if __name__ == "__main__":
    for name, (language, groups, people) in EXAMPLES.items():
        (PICTURES / name).write_bytes(draw(example(groups, people), texts(language), NOW))
