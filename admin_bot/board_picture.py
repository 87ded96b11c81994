"""Draws the board: the lines of the groups and the load of each agent, as a picture for a phone.

The drawing library is loaded at the first picture, so that a desk at rest does without its memory.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from threading import Lock

from bot.dialog.wording import how_long
from bot.handlers.board import AgentLoad, Board, GroupLine
from core.i18n.texts import Texts, texts
from core.states import Presence

WIDTH = 1080
MOST_GROUPS, MOST_AGENTS = 8, 24
"""Rows that can still be read on a phone; what is left out is told in words."""
ONE_COLUMN = 10
"""So many agents stand in one column; more stand in two."""
SLOW, TOO_SLOW = timedelta(minutes=2), timedelta(minutes=5)
"""The longest wait from which a line is drawn in amber, and from which in red."""

_PACKAGE, _FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
_CHINESE_FONTS = (
    *("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
)
_SAMPLE = "客服组排队等待坐席"
_PAPER, _CARD, _TRACK = "#eef1f5", "#ffffff", "#e6eaef"
_INK, _SOFT = "#1d2733", "#6d7a88"
_GREEN, _AMBER, _RED, _GREY, _BLUE = "#23a566", "#e8a21a", "#d9483b", "#a6b0bb", "#2f7de1"
_COLOURS = {Presence.ONLINE: _GREEN, Presence.BREAK: _AMBER, Presence.OFFLINE: _GREY}
_EDGE, _INSIDE = 40, 32
_SEGMENTS = 12
"""Up to so many seats are drawn one by one."""
# One picture after the other: a picture takes memory, and a burst of presses must not take it many
# times over.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Font:
    """A font file, and which characters it can draw."""

    path: str
    signs: frozenset[int]

    @property
    def chinese(self) -> bool:
        """Whether it can draw Chinese labels."""
        return all(ord(sign) in self.signs for sign in _SAMPLE)

    def shown(self, text: str, otherwise: str = "") -> str:
        """Return *text* without what the font cannot draw; *otherwise* where nothing is left."""
        return " ".join("".join(s for s in text if ord(s) in self.signs).split()) or otherwise


def font_at(path: str) -> Font:
    """Return the font in a file."""
    from matplotlib.ft2font import FT2Font

    return Font(path, frozenset(FT2Font(path).get_charmap()))


@cache
def best_font() -> Font:
    """Return a font with Chinese characters: ours, else one of the machine; else one without."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    found = find_spec(_PACKAGE)
    if found is not None and found.origin is not None:
        ours = Path(found.origin).parent / _FILE
        if ours.is_file():
            return font_at(str(ours))
    installed = {entry.name: entry.fname for entry in fontManager.ttflist}
    for name in _CHINESE_FONTS:
        if name in installed and (font := font_at(installed[name])).chinese:
            return font
    return font_at(findfont(FontProperties(family="DejaVu Sans")))


def draw(board: Board, say: Texts, now: datetime, *, font: Font | None = None) -> bytes:
    """Return the board as a PNG picture.

    Where the font has no Chinese characters the labels are in English, and of names remains what
    can be drawn; of one of which nothing remains, the number.

    Args:
        board: The numbers.
        say: Texts in the reader's language.
        now: The moment, by the tenant's clocks.
        font: What to write with; ``None`` for the best there is.
    """
    with _ONE_AT_A_TIME:
        font = font or best_font()
        if not font.chinese:
            say = texts("en")
        return _Drawing(board, say, now, font).png()


class _Drawing:
    """One picture; a unit is a pixel, and y grows downwards."""

    def __init__(self, board: Board, say: Texts, now: datetime, font: Font) -> None:
        from matplotlib.font_manager import FontProperties

        self._board, self._say, self._now, self._font = board, say, now, font
        self._face = FontProperties(fname=font.path)
        self._groups = board.groups[:MOST_GROUPS]
        self._agents = board.agents[:MOST_AGENTS]
        self._columns = 1 if len(self._agents) <= ONE_COLUMN else 2

    def png(self) -> bytes:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        groups = 104 + 78 * max(1, len(self._groups)) + 46 * self._left_out_groups
        per_column = -(-max(1, len(self._agents)) // self._columns)
        agents = 104 + 60 * per_column + 46 * self._left_out_agents
        height = 308 + groups + 28 + agents + _EDGE
        # 72 points are an inch, so that a font of 30 points is 30 pixels high.
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor=_PAPER)
        self._axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        self._axes.axis("off")
        canvas = FigureCanvasAgg(figure)
        self._renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        self._head()
        self._tiles(116, 164)
        self._lines(308, groups)
        self._people(308 + groups + 28, agents)
        file = BytesIO()
        canvas.print_png(file)  # type: ignore[no-untyped-call]
        return file.getvalue()

    @property
    def _left_out_groups(self) -> bool:
        return len(self._board.groups) > len(self._groups)

    @property
    def _left_out_agents(self) -> bool:
        return len(self._board.agents) > len(self._agents)

    # -- parts -------------------------------------------------------------------------------------

    def _head(self) -> None:
        self._write(_EDGE, 64, self._say("board.title"), 46, strong=True)
        self._write(WIDTH - _EDGE, 66, f"{self._now:%Y-%m-%d %H:%M}", 30, _SOFT, "right")

    def _tiles(self, top: float, height: float) -> None:
        say, board = self._say, self._board
        waiting = sum(g.waiting for g in board.groups)
        longest = max((self._waited(g) for g in board.groups if g.since), default=None)
        none_left = _RED if waiting else _SOFT
        tiles = (
            (str(waiting), say("board.waiting"), _severity(longest)),
            ("–" if longest is None else span_words(longest, say), say("board.longest"),
             _severity(longest)),
            (str(board.serving), say("board.serving"), _BLUE),
            (str(board.free), say("board.free"), none_left if not board.free else _GREEN),
        )  # fmt: skip
        gap = 20
        width = (WIDTH - 2 * _EDGE - 3 * gap) / 4
        for at, (number, label, colour) in enumerate(tiles):
            left = _EDGE + at * (width + gap)
            self._card(left, top, width, height)
            size = next(s for s in (54, 44, 36, 28, 20) if self._width(number, s) < width - 30)
            self._write(left + width / 2, top + 66, number, size, colour, "center", strong=True)
            self._write(left + width / 2, top + 128, label, 25, _SOFT, "center")

    def _lines(self, top: float, height: float) -> None:
        say = self._say
        self._card(_EDGE, top, WIDTH - 2 * _EDGE, height)
        self._write(_EDGE + _INSIDE, top + 50, say("board.groups"), 32, strong=True)
        y = top + 120
        if not self._groups:
            self._write(_EDGE + _INSIDE, y, say("board.no_groups"), 27, _SOFT)
        most = max((g.waiting for g in self._groups), default=0)
        for group in self._groups:
            self._line(y, group, most)
            y += 78
        if self._left_out_groups:
            rest = self._board.groups[MOST_GROUPS:]
            words = say("board.more_groups", count=len(rest), waiting=sum(g.waiting for g in rest))
            self._write(_EDGE + _INSIDE, y - 8, words, 24, _SOFT)

    def _line(self, y: float, group: GroupLine, most: int) -> None:
        say, left, right = self._say, _EDGE + _INSIDE, WIDTH - _EDGE - _INSIDE
        name = self._font.shown(group.name, f"#{group.group_id}")
        self._write(left, y - 10, self._fit(name, 29, 300), 29)
        crew = say("board.crew", online=group.online, free=group.free)
        self._write(left, y + 22, crew, 21, _SOFT)
        start, end = left + 320, right - 250
        self._bar(start, y - 16, end - start, 32, _TRACK)
        if group.since is None:
            self._write(right, y, say("board.nobody"), 26, _SOFT, "right")
            return
        waited = self._waited(group)
        colour = _severity(waited)
        self._bar(start, y - 16, max(32, (end - start) * group.waiting / most), 32, colour)
        self._write(end + 24, y, str(group.waiting), 32, _INK, strong=True)
        self._write(right, y, span_words(waited, say), 27, colour, "right")

    def _people(self, top: float, height: float) -> None:
        say, right = self._say, float(WIDTH - _EDGE - _INSIDE)
        self._card(_EDGE, top, WIDTH - 2 * _EDGE, height)
        self._write(_EDGE + _INSIDE, top + 50, say("board.agents"), 32, strong=True)
        counts = {p: sum(a.presence is p for a in self._board.agents) for p in Presence}
        for presence in reversed(Presence):
            words = f"{say(f'board.presence.{presence.value}')} {counts[presence]}"
            right -= self._width(words, 24)
            self._write(right, top + 50, words, 24, _SOFT)
            self._dot(right - 18, top + 50, 9, _COLOURS[presence])
            right -= 62
        y = top + 118
        if not self._agents:
            self._write(_EDGE + _INSIDE, y, say("board.no_agents"), 27, _SOFT)
        per_column = -(-len(self._agents) // self._columns)
        gap = 48
        width = (WIDTH - 2 * (_EDGE + _INSIDE) - gap * (self._columns - 1)) / self._columns
        for at, agent in enumerate(self._agents):
            column, row = divmod(at, per_column)
            self._agent(_EDGE + _INSIDE + column * (width + gap), y + 60 * row, width, agent)
        if self._left_out_agents:
            words = say("board.more_agents", count=len(self._board.agents) - MOST_AGENTS)
            self._write(_EDGE + _INSIDE, y + 60 * per_column - 6, words, 24, _SOFT)

    def _agent(self, left: float, y: float, width: float, agent: AgentLoad) -> None:
        wide = self._columns == 1
        colour = _COLOURS[agent.presence]
        here = agent.presence is not Presence.OFFLINE
        full = agent.presence is Presence.ONLINE and agent.serving >= agent.capacity
        self._dot(left + 9, y, 9, colour)
        name = self._font.shown(agent.name, f"#{agent.staff_id}")
        size, room = (28, 270) if wide else (26, 168)
        self._write(left + 34, y, self._fit(name, size, room), size, _INK if here else _SOFT)
        start, end = left + (320 if wide else 212), left + width - (96 if wide else 72)
        if agent.capacity <= (_SEGMENTS if wide else _SEGMENTS // 2):
            self._seats(start, end, y, agent, colour)
        else:
            self._bar(start, y - 13, end - start, 26, _TRACK)
            part = min(1.0, agent.serving / agent.capacity)
            if agent.serving:
                self._bar(start, y - 13, max(26, (end - start) * part), 26, colour)
        load = f"{agent.serving}/{agent.capacity}"
        ink = _RED if full else _INK if here else _SOFT
        self._write(left + width, y, load, 27 if wide else 25, ink, "right", strong=full)

    def _seats(self, start: float, end: float, y: float, agent: AgentLoad, colour: str) -> None:
        gap = 6
        seats = max(1, agent.capacity)
        width = (end - start - gap * (seats - 1)) / seats
        for seat in range(seats):
            taken = seat < agent.serving
            left = start + seat * (width + gap)
            self._bar(left, y - 13, width, 26, colour if taken else _TRACK, rounding=6)

    # -- strokes -----------------------------------------------------------------------------------

    def _write(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        colour: str = _INK,
        align: str = "left",
        *,
        strong: bool = False,
    ) -> None:
        from matplotlib.patheffects import withStroke

        self._axes.text(
            x,
            y,
            self._font.shown(words),
            fontproperties=self._face,
            fontsize=size,
            color=colour,
            ha=align,
            va="center_baseline",
            parse_math=False,
            # The font has one weight; a thin stroke of its own colour makes it heavier.
            path_effects=[withStroke(linewidth=1.1, foreground=colour)] if strong else None,
        )

    def _width(self, words: str, size: float) -> float:
        face = self._face.copy()
        face.set_size(size)
        width, _, _ = self._renderer.get_text_width_height_descent(words, face, False)
        return float(width)

    def _fit(self, words: str, size: float, room: float) -> str:
        """Return *words*, cut with "…" where they are wider than *room*."""
        if self._width(words, size) <= room:
            return words
        while words and self._width(words + "…", size) > room:
            words = words[:-1]
        return words.rstrip() + "…"

    def _card(self, left: float, top: float, width: float, height: float) -> None:
        self._bar(left, top, width, height, _CARD, rounding=22)

    def _bar(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        colour: str,
        rounding: float | None = None,
    ) -> None:
        from matplotlib.patches import FancyBboxPatch

        size = min(width, height) / 2 if rounding is None else min(rounding, width / 2)
        style = f"round,pad=0,rounding_size={size}"
        self._axes.add_artist(
            FancyBboxPatch((left, top), width, height, boxstyle=style, facecolor=colour, lw=0)
        )

    def _dot(self, x: float, y: float, radius: float, colour: str) -> None:
        from matplotlib.patches import Circle

        self._axes.add_artist(Circle((x, y), radius, facecolor=colour, lw=0))

    # -- words -------------------------------------------------------------------------------------

    def _waited(self, group: GroupLine) -> timedelta:
        return max(timedelta(), self._now - (group.since or self._now))


def span_words(span: timedelta, say: Texts) -> str:
    """Return how long somebody has waited, in few characters."""
    if span < timedelta(minutes=1):
        return say("board.moment")
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return say("board.hours", hours=hours, minutes=minutes) if hours else how_long(span, say)


def _severity(span: timedelta | None) -> str:
    if span is None or span < SLOW:
        return _GREEN
    return _AMBER if span < TOO_SLOW else _RED
