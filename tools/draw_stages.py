# ruff: noqa: E501  lines of a table
"""Draws how a message is answered, for the docs: ``python tools/draw_stages.py``."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH, ROW, BOX, LEFT, MIDDLE = 860, 78, 54, 24, 330
FONT = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif"


@dataclass(frozen=True)
class Stage:
    """One box, what it asks, and what happens when it speaks."""

    name: str
    asks: str
    then: str
    colour: str


ENGLISH = (
    Stage(
        "1  The desk itself",
        "Asks for a person, the menu, the FAQ, the end?",
        "done at once",
        "#5b7fd6",
    ),
    Stage("2  Welcome", "First contact?", "welcome, and go on", "#5b7fd6"),
    Stage("3  Keyword rules", "Which rule fires first?", "its replies, in order", "#2f9e77"),
    Stage(
        "4  FAQ: the same words",
        "Is it a question that we know, word for word?",
        "the answer, score 1",
        "#d98c21",
    ),
    Stage("5  FAQ: alike", "Likely enough to keep the target precision?", "the answer", "#d98c21"),
    Stage(
        "6  FAQ: did you mean",
        "Is the right one likely among three?",
        "up to three buttons",
        "#d98c21",
    ),
    Stage("7  Hint", "Nothing near.", "how to reach a person", "#8a8f98"),
)
CHINESE = (
    Stage("1  客服台自身", "要人工、菜单、常见问题，还是结束？", "立即办理", "#5b7fd6"),
    Stage("2  欢迎语", "第一次联系？", "欢迎，并继续往下", "#5b7fd6"),
    Stage("3  关键词规则", "哪条规则最先命中？", "依次发送它的回复", "#2f9e77"),
    Stage("4  FAQ：原话", "与某个已知问法完全一致？", "回答，得分为 1", "#d98c21"),
    Stage("5  FAQ：相似", "把握足以达到目标准确率？", "回答", "#d98c21"),
    Stage("6  FAQ：您是想问", "正确答案很可能在前三个之中？", "最多三个按钮", "#d98c21"),
    Stage("7  提示", "没有接近的问题。", "告诉客户如何转人工", "#8a8f98"),
)


def draw(title: str, yes: str, stages: tuple[Stage, ...]) -> str:
    """Return the picture as SVG."""
    height = 70 + ROW * len(stages)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="{FONT}" role="img"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{height}" rx="14" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="38" font-size="20" font-weight="600" fill="#1f2430">{escape(title)}</text>',
    ]
    for number, stage in enumerate(stages):
        top = 58 + ROW * number
        middle = top + BOX / 2 + 5
        if number:
            parts.append(
                f'<path d="M{LEFT + 120} {top - ROW + BOX} v{ROW - BOX - 6}" stroke="#9aa1ad" '
                f'stroke-width="2"/><path d="M{LEFT + 115} {top - 9} l5 8 l5 -8 z" fill="#9aa1ad"/>'
            )
        parts += [
            f'<rect x="{LEFT}" y="{top}" width="270" height="{BOX}" rx="9" fill="{stage.colour}"/>',
            f'<text x="{LEFT + 16}" y="{middle}" font-size="16" font-weight="600" '
            f'fill="#ffffff">{escape(stage.name)}</text>',
            f'<text x="{MIDDLE - 16}" y="{middle - 9}" font-size="14.5" fill="#1f2430">'
            f"{escape(stage.asks)}</text>",
            f'<text x="{MIDDLE - 16}" y="{middle + 13}" font-size="14.5" fill="{stage.colour}" '
            f'font-weight="600">{escape(yes)} → {escape(stage.then)}</text>',
        ]
    parts.append("</svg>\n")
    return "\n".join(parts)


def main() -> None:
    """Write both pictures."""
    (PICTURES / "stages.svg").write_text(
        draw("How a message is answered", "yes", ENGLISH), encoding="utf-8"
    )
    (PICTURES / "stages-zh.svg").write_text(
        draw("一条消息如何得到回答", "是", CHINESE), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
