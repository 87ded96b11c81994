"""What customers read who are asked how the service was. Pure."""

from bot.dialog.requests import BEST_SCORE, RATE, REMARK
from core.i18n.texts import Texts
from core.messages import Button, Content, text


def question(number: int, agent: str, say: Texts) -> Content:
    """Return the question about the conversation *number*, with a button for each score."""
    scores = tuple(
        Button(say("rating.button.score", score=score), f"{RATE}{number}:{score}")
        for score in range(1, BEST_SCORE + 1)
    )
    return text(say("rating.question", agent=agent), scores)


def thanks(number: int, score: int, say: Texts, *, again: bool) -> Content:
    """Return what is said to a rating; *again* where it takes the place of an earlier one."""
    key = "rating.changed" if again else "rating.thanks"
    remark = (Button(say("rating.button.remark"), f"{REMARK}{number}"),)
    return text(say(key, score=score, best=BEST_SCORE), remark)
