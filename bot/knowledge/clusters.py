"""Which messages ask the same, so that an admin answers them once.

Two messages are compared by their characters and pairs of characters (in scripts with spaces: by
words, pairs of words and runs of three letters), the rare ones counting more: cosine. Beginning
with the message that came most often, each joins the group whose first message it is most like,
or begins a group of its own; then groups join in the same way, compared by what all their messages
have in common. What is looked at for each is bounded, so the work grows with the number of
messages and not with its square.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import TypeVar

from bot.knowledge.wording import Said, is_dense
from core.playbook import FaqEntry

ALIKE = 0.42
"""Cosine from which a message joins a group."""
MOST_DISTINCT = 5000
"""Different messages that are compared; of more, those that came most often."""
MOST_EXAMPLES = 5
LEAST = 2
"""Messages that make a group: once is chance."""

_MOST_PIECES = 120
"""Pieces of one message that are compared, the rarest; a question has fewer."""
_LOOKED_UP = 1500
"""Index positions that are visited for one message, rarest pieces first."""
_SUPPOSED = 500
"""Messages of other shops, so to speak, of which each piece is in one of a hundred."""
_COMPARED = 20
"""Groups that share most with a message; only for these is the cosine worked out."""
_SINGLE, _PAIR, _WORD, _WORDS, _LETTERS = 0.25, 1.0, 1.0, 0.6, 0.15
"""What each kind of piece counts, as a share of the squared length of a message."""

Vector = dict[str, float]
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that a customer wrote.

    Args:
        text: As typed.
        answer: What an agent wrote next; empty where nobody did.
        missed: Whether the robot had no good answer; otherwise it only stands here because
            agents gave that answer more than once.
    """

    text: str
    answer: str = ""
    missed: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """Messages that ask the same.

    Args:
        count: How many they are.
        question: The one in the middle, most like all others, as typed.
        examples: Up to five others that are not the same words, those that came most often first.
        answer: What agents answered at least twice and mostly to these messages; empty for none.
        missed: Whether the robot had no good answer to any of them.
    """

    count: int
    question: str
    examples: tuple[str, ...]
    answer: str
    missed: bool


@dataclass(slots=True)
class _Message:
    """Everything that was heard in the same words."""

    key: str
    typed: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    missed: bool = False
    vector: Vector = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.typed.total()

    @property
    def shown(self) -> str:
        return min(self.typed, key=lambda text: (-self.typed[text], len(text), text))


def key_of(text: str) -> str:
    """Return the form in which messages count as the same words; empty for what asks nothing.

    Case, width, script, punctuation and politeness do not count. Single letters and bare numbers
    ask nothing.
    """
    key = Said.of(text).words
    letters = sum(map(str.isalpha, key))
    return key if letters >= 2 else ""


def asks(entry: FaqEntry, sentences: Iterable[str]) -> bool:
    """Say whether one of *sentences* is a question of *entry*, in the same words."""
    own = {key_of(sentence) for sentence in (entry.question, *entry.similar)}
    return any(key_of(sentence) in own for sentence in sentences)


def cluster(
    heard: Iterable[Heard], decided: Iterable[str] = (), *, least: int = LEAST
) -> list[Cluster]:
    """Group the messages that ask the same; the same messages in any order give the same groups.

    Args:
        heard: The messages.
        decided: Questions that somebody has decided on; what is like one of them is left out.
        least: Messages that a group must have.

    Returns:
        The groups, those of the most messages first.
    """
    messages = _distinct(heard)
    closed = [_Message(key) for key in sorted({key_of(text) for text in decided} - {""})]
    _weigh([*closed, *messages])
    answered: Counter[str] = Counter()
    for message in messages:
        answered.update(message.answers)
    groups = _grouped(messages, closed)
    found = [_cluster(group, answered) for group in groups]
    return sorted(
        (one for one in found if one.count >= least), key=lambda one: (-one.count, one.question)
    )


def _distinct(heard: Iterable[Heard]) -> list[_Message]:
    found: dict[str, _Message] = {}
    keys: dict[str, str] = {}
    for one in heard:
        key = keys.get(one.text)
        if key is None:
            key = keys[one.text] = key_of(one.text)
        if not key:
            continue
        message = found.setdefault(key, _Message(key))
        message.typed[" ".join(one.text.split())] += 1
        message.missed |= one.missed
        if one.answer:
            message.answers[one.answer] += 1
    ordered = sorted(found.values(), key=lambda message: (-message.count, message.key))
    return ordered[:MOST_DISTINCT]


def _pieces(key: str) -> Vector:
    """Return the pieces of a message with the shares that they count."""
    found: Vector = {}
    before = ""
    for unit in key.split(" "):
        if is_dense(unit):
            found[unit] = _SINGLE
            if before:
                found[f"{before}{unit}"] = _PAIR
        else:
            found[f"{unit} "] = _WORD
            if before:
                found[f"{before} {unit}"] = _WORDS
            marked = f"^{unit}$"
            for start in range(len(marked) - 2):
                found[f"~{marked[start : start + 3]}"] = _LETTERS
        before = unit
    return found


def _weigh(messages: Sequence[_Message]) -> None:
    """Give each message its vector, of length 1."""
    taken_apart = [_pieces(message.key) for message in messages]
    spread = Counter(piece for pieces in taken_apart for piece in pieces)
    # In a week of a small shop what is asked most is not rare; only many messages tell what is.
    known = len(messages) + _SUPPOSED
    rarity = {piece: log(known / (count + _SUPPOSED / 100)) for piece, count in spread.items()}
    for message, pieces in zip(messages, taken_apart, strict=True):
        # Sorted, so that sums are made in the same order in every process.
        weights = sorted(
            ((sqrt(share) * rarity[piece], piece) for piece, share in pieces.items()), reverse=True
        )[:_MOST_PIECES]
        length = sqrt(sum(weight * weight for weight, _ in weights))
        message.vector = {piece: weight / length for weight, piece in weights}


def _grouped(messages: Sequence[_Message], closed: Sequence[_Message]) -> list[list[_Message]]:
    """Group *messages*, in order; what joins one of *closed* is left out."""
    fixed = [message.vector for message in closed]
    numbers = _joined([message.vector for message in messages], fixed)
    groups = _sorted_out(messages, numbers, len(fixed))
    groups.sort(key=lambda group: (-sum(message.count for message in group), group[0].key))
    numbers = _joined([_middle(group) for group in groups], fixed)
    return [
        [message for group in same for message in group]
        for same in _sorted_out(groups, numbers, len(fixed))
    ]


def _sorted_out(things: Sequence[_Thing], numbers: Sequence[int], fixed: int) -> list[list[_Thing]]:
    found: dict[int, list[_Thing]] = {}
    for thing, number in zip(things, numbers, strict=True):
        if number >= fixed:
            found.setdefault(number, []).append(thing)
    return list(found.values())


def _joined(vectors: Sequence[Vector], fixed: Sequence[Vector]) -> list[int]:
    """Return for each vector the number of its group; the groups of *fixed* have the first."""
    firsts: list[Vector] = []
    places: dict[str, list[int]] = {}

    def begin(first: Vector) -> int:
        for piece in first:
            places.setdefault(piece, []).append(len(firsts))
        firsts.append(first)
        return len(firsts) - 1

    for vector in fixed:
        begin(vector)
    numbers = []
    for vector in vectors:
        best = _nearest(vector, firsts, places)
        numbers.append(begin(vector) if best is None else best)
    return numbers


def _nearest(vector: Vector, firsts: Sequence[Vector], places: dict[str, list[int]]) -> int | None:
    """Return the number of the first vector that is most like this; ``None``: none is enough."""
    left = _LOOKED_UP
    shared: dict[int, float] = {}
    for piece, weight in vector.items():
        where = places.get(piece, ())
        if len(where) > left:
            # From here on pieces are in so many messages that they tell nothing apart.
            break
        left -= len(where)
        for number in where:
            shared[number] = shared.get(number, 0.0) + weight
    likely = sorted(shared, key=lambda number: (-shared[number], number))[:_COMPARED]
    best, best_score = None, ALIKE
    for number in likely:
        score = _cosine(vector, firsts[number])
        if score > best_score or (best is None and score == best_score):
            best, best_score = number, score
    return best


def _cosine(one: Vector, other: Vector) -> float:
    return sum(weight * other[piece] for piece, weight in one.items() if piece in other)


def _middle(group: Sequence[_Message]) -> Vector:
    """Return what the messages of a group have in common, of length 1, the rarest pieces first."""
    found: Vector = {}
    for message in group:
        for piece, weight in message.vector.items():
            found[piece] = found.get(piece, 0.0) + weight * message.count
    heaviest = sorted(((weight, piece) for piece, weight in found.items()), reverse=True)
    kept = heaviest[:_MOST_PIECES]
    length = sqrt(sum(weight * weight for weight, _ in kept))
    return {piece: weight / length for weight, piece in kept}


def _cluster(group: Sequence[_Message], answered: Counter[str]) -> Cluster:
    middle = _middle(group)
    question = max(group, key=lambda message: (_cosine(message.vector, middle), message.count))
    others = [message.shown for message in group if message is not question]
    answers: Counter[str] = Counter()
    for message in group:
        answers.update(message.answers)
    return Cluster(
        count=sum(message.count for message in group),
        question=question.shown,
        examples=tuple(others[:MOST_EXAMPLES]),
        answer=_common(answers, answered),
        missed=any(message.missed for message in group),
    )


def _common(answers: Counter[str], answered: Counter[str]) -> str:
    """Return the answer that was given most often.

    Not one that was given only once, nor one that was mostly given to other questions: "one
    moment please" answers nothing.
    """
    for answer, times in sorted(answers.items(), key=lambda item: (-item[1], item[0])):
        if times >= LEAST and times * 2 > answered[answer]:
            return answer
    return ""
