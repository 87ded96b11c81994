"""``/learn``: what customers asked and the bot could not answer, ready to be taught."""

import asyncio

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.listing import Place, arrows, one_line, page_of, whole
from admin_bot.parsing import contents
from admin_bot.progress import Progress
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import content
from bot.access import Permission, require
from bot.dialog.spoken import seen
from bot.handlers import find_suggestions, learn, teach_faq
from bot.handlers.learn import Board, Doubtful, Suggested
from bot.handlers.teach_faq import FaqDraft, Wishes
from bot.wiring import new_key
from core.errors import BadRequestText
from core.messages import Button, Content
from core.playbook import FaqEntry

_A_ROW = 5
_QUESTION_CHARS, _EXAMPLE_CHARS, _ANSWER_CHARS = 80, 40, 120
DOUBTFUL_ROWS = 20


async def run(turn: Turn) -> None:
    """Show the best suggestions."""
    stop_asking(turn)
    book = await newest(turn)
    async with turn.desk.reading() as uow:
        board = await learn.board(uow, turn.staff, book)
    await turn.answer(
        _board(turn, board) or turn.say("learn.none"),
        _board_rows(turn, board),
        title=turn.say("learn.title", total=board.total),
    )


def _board(turn: Turn, board: Board) -> str:
    say = turn.say
    parts = []
    for number, one in enumerate(board.best, 1):
        found = one.found
        lines = [
            say(
                "learn.line",
                number=number,
                count=found.asked,
                question=one_line(_seen(turn, found.question), _QUESTION_CHARS),
            )
        ]
        if found.examples:
            examples = [one_line(_seen(turn, e), _EXAMPLE_CHARS) for e in found.examples[:2]]
            lines.append(say("learn.examples", examples=" · ".join(examples)))
        if found.answer is not None:
            answer = one_line(content(say, found.answer), _ANSWER_CHARS)
            lines.append(say("learn.agents_say", answer=answer))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _board_rows(turn: Turn, board: Board) -> list[tuple[Button, ...]]:
    numbers = [
        Button(str(number), f"learn_show:{one.found.id}")
        for number, one in enumerate(board.best, 1)
    ]
    rows = [tuple(numbers[at : at + _A_ROW]) for at in range(0, len(numbers), _A_ROW)]
    look = Button(turn.say("learn.button.look"), "learn_look")
    return [*rows, (look, Button(turn.say("learn.button.doubtful"), "learn_doubtful:1"))]


async def _look(turn: Turn) -> None:
    """Look for suggestions now."""
    require(turn.staff.role, Permission.TEACH)
    progress = Progress(turn, turn.say("learn.looking"))
    await progress.during(_found_anew(turn))
    await run(turn)


async def _found_anew(turn: Turn) -> None:
    desk = turn.desk
    book = await newest(turn)
    now = desk.clock()
    async with desk.reading() as uow:
        gathered = await find_suggestions.gather(uow, now)
    local = now.astimezone(desk.config.zone)
    suggested = await asyncio.to_thread(find_suggestions.suggest, gathered, book, local)
    async with turn.unit() as uow:
        await find_suggestions.keep(uow, suggested, new_key(), now)
        await uow.commit()


# -- one suggestion ----------------------------------------------------------------------------


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    one = await _suggested(turn, turn.words)
    await _show_card(turn, one)


async def _show_card(turn: Turn, one: Suggested) -> None:
    say, found = turn.say, one.found
    lines = [say(f"learn.why.{found.why}", count=found.asked)]
    lines += [f"▫ {one_line(_seen(turn, example), 200)}" for example in found.examples]
    lines.append("")
    if found.answer is None:
        lines.append(say("learn.no_answer"))
    else:
        lines.append(say("learn.agents_say", answer=content(say, found.answer)))
    if one.nearest is not None:
        lines.append(
            say(
                "learn.nearest",
                number=one.nearest.id,
                question=one_line(one.nearest.question, _QUESTION_CHARS),
                answer=one_line(content(say, one.nearest.answer), _ANSWER_CHARS),
            )
        )
    title = one_line(_seen(turn, found.question), 200)
    await turn.answer("\n".join(lines), _card_rows(turn, one), title=title)


def _card_rows(turn: Turn, one: Suggested) -> list[tuple[Button, ...]]:
    say, number = turn.say, one.found.id
    rows: list[tuple[Button, ...]] = []
    if one.found.answer is not None:
        rows.append((Button(say("learn.button.make"), f"learn_make:{number}"),))
        rows.append((Button(say("learn.button.other_answer"), f"learn_write:{number}"),))
    else:
        rows.append((Button(say("learn.button.make_and_write"), f"learn_write:{number}"),))
    if one.nearest is not None:
        label = say("learn.button.add", number=one.nearest.id, question=one.nearest.heading)
        rows.append((Button(one_line(label, 60), f"learn_add:{number}:{one.nearest.id}"),))
    dismiss = Button(say("learn.button.dismiss"), f"learn_dismiss:{number}")
    return [*rows, (dismiss, Button(say("learn.button.not_now"), "learn"))]


async def _made(turn: Turn) -> None:
    """Make an entry with what agents answered."""
    one = await _suggested(turn, turn.words)
    if one.found.answer is None:
        await _ask(turn, one)
        return
    await _make(turn, one, one.found.answer)


async def _asked(turn: Turn) -> None:
    await _ask(turn, await _suggested(turn, turn.words))


async def _ask(turn: Turn, one: Suggested) -> None:
    number = one.found.id
    await ask(turn, _question(turn, one), f"learn_written:{number}", f"learn_show:{number}")


def _question(turn: Turn, one: Suggested) -> str:
    return turn.say("learn.ask_answer", question=one_line(_seen(turn, one.found.question), 200))


async def _written(turn: Turn) -> None:
    one = await _suggested(turn, turn.words)
    async with asking_again(turn, _question(turn, one), f"learn_written:{one.found.id}"):
        answers = contents(turn.said, turn.message)
        if len(answers) != 1:
            raise BadRequestText("learn.one_answer")
        await _make(turn, one, answers[0])


async def _make(turn: Turn, one: Suggested, answer: Content) -> None:
    found = one.found
    draft = FaqDraft(found.question, answer, similar=found.examples)
    book = await newest(turn)
    now = turn.desk.clock()
    async with teaching(turn) as uow:
        entry = await teach_faq.add(uow, turn.staff, draft, book.playbook, now)
        await learn.taken(uow, turn.staff, one, entry)
    await _show_taught(turn, "learn.made", entry)


async def _added(turn: Turn) -> None:
    """Give the messages to an entry as similar questions."""
    number, _, entry = turn.words.partition(":")
    one = await _suggested(turn, number)
    book = await newest(turn)
    now = turn.desk.clock()
    async with teaching(turn) as uow:
        before = await teach_faq.show(uow, turn.staff, whole(entry) or 0)
        known = {before.question, *before.similar}
        new = [s for s in (one.found.question, *one.found.examples) if s not in known]
        wishes = Wishes(similar=(*before.similar, *new))
        after = await teach_faq.amend(uow, turn.staff, before.id, wishes, book.playbook, now)
        await learn.taken(uow, turn.staff, one, after)
    await _show_taught(turn, "learn.added", after)


async def _show_taught(turn: Turn, title: str, entry: FaqEntry) -> None:
    say = turn.say
    sentences = [entry.question, *entry.similar]
    lines = [f"▫ {one_line(sentence, 200)}" for sentence in sentences[:20]]
    lines.append(f"→ {content(say, entry.answer)}")
    back = (Button(say("learn.button.back"), "learn"),)
    await turn.answer("\n".join(lines), [undo_row(turn), back], title=say(title, number=entry.id))


async def _dismissed(turn: Turn) -> None:
    one = await _suggested(turn, turn.words)
    async with turn.unit() as uow:
        await learn.dismiss(uow, turn.staff, one)
        await uow.commit()
    say, number = turn.say, one.found.id
    question = one_line(_seen(turn, one.found.question), _QUESTION_CHARS)
    await turn.answer(
        say("learn.dismissed", question=question),
        [
            (Button(say("learn.button.put_back"), f"learn_put_back:{number}"),),
            (Button(say("learn.button.back"), "learn"),),
        ],
    )


async def _put_back(turn: Turn) -> None:
    number = whole(turn.words) or 0
    async with turn.unit() as uow:
        await learn.put_back(uow, turn.staff, number)
        await uow.commit()
    await _show_card(turn, await _suggested(turn, turn.words))


async def _suggested(turn: Turn, number: str) -> Suggested:
    book = await newest(turn)
    async with turn.desk.reading() as uow:
        return await learn.show(uow, turn.staff, whole(number) or 0, book)


def _seen(turn: Turn, words: str) -> str:
    return seen(words, turn.desk.playbook.now.mask, turn.say)


# -- entries that do not help --------------------------------------------------------------------


async def _doubtful(turn: Turn) -> None:
    say = turn.say
    book = await newest(turn)
    async with turn.desk.reading() as uow:
        found = await learn.doubtful(uow, turn.staff, book, turn.desk.clock())
    place = Place.read(turn.words)
    page = page_of(found, place.page, DOUBTFUL_ROWS)
    lines = [_doubt(turn, one) for one in page.things]
    rows = [
        arrows(say, page, "learn_doubtful", Place(page.number)),
        (Button(say("learn.button.back"), "learn"),),
    ]
    title = say("learn.doubtful_title", total=page.total)
    await turn.answer("\n".join(lines) or say("learn.doubtful_none"), rows, title=title)


def _doubt(turn: Turn, one: Doubtful) -> str:
    return turn.say(
        "learn.doubtful_line",
        number=one.entry.id,
        question=one_line(one.entry.question, 60),
        against=one.against,
        given=one.given,
        share=f"{one.share:.0%}",
        unhelpful=one.unhelpful,
        corrected=one.corrected,
    )


COMMAND = Command(
    "learn",
    Permission.TEACH,
    run,
    presses={
        "learn": run,
        "learn_look": _look,
        "learn_show": _shown,
        "learn_make": _made,
        "learn_write": _asked,
        "learn_written": _written,
        "learn_add": _added,
        "learn_dismiss": _dismissed,
        "learn_put_back": _put_back,
        "learn_doubtful": _doubtful,
    },
)
