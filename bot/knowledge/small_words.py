"""Words that ask, point or allow, in one spelling for all that mean the same.

Chinese asks for one thing in many small words: 如何 and 怎么, 哪儿 and 什么地方, 能不能 and 可以.
None of them tells what a question is about, but each counts as much as a word that does. So they
are brought into one form, in questions and in messages alike, before anything is compared. Only
words of grammar stand here: what a shop sells and does is for its own similar questions to say.
"""

import re

_FORMS = {
    "可以": ("可不可以", "能不能够", "能不能", "可否", "能否"),
    "是": ("是否",),
    "怎么": ("如何", "怎样", "咋"),
    "怎么样": ("咋样",),
    "为什么": ("为何", "为啥", "为甚么", "干嘛", "干吗"),
    "什么时候": ("什么时间", "甚么时候", "啥时候", "啥时间", "啥时", "何时", "几时"),
    "哪里": ("哪儿", "什么地方", "甚么地方", "啥地方", "何处"),
    "谁": ("什么人", "甚么人", "啥人"),
    "什么": ("啥", "甚么"),
    "多久": ("多长时间", "多少时间"),
    "多少": ("几多",),
    "你": ("您", "您们", "你们"),
    "我们": ("咱", "咱们"),
    "应该": ("应当",),
    "没人": ("没有人",),
    "不用": ("不需要", "不必", "无需", "甭"),
    "今天": ("今儿", "今儿个"),
    "明天": ("明儿", "明儿个"),
    "这里": ("这儿", "此处"),
    "那里": ("那儿",),
    "现在": ("目前", "如今", "眼下"),
    "马上": ("立即", "立刻", "即刻"),
    "如果": ("假如", "倘若", "若是"),
    "两个": ("俩",),
}
_LEFT_ALONE = ("任何时候", "任何时间", "哪儿童", "这儿童", "那儿童", "对应当", "什么人工")
"""Other words that hold one of these by chance."""
_ONE_FORM = {word: form for form, words in _FORMS.items() for word in words}
_ONE_FORM |= {word: word for word in _LEFT_ALONE}
# The longest first: of several words that begin alike the first one in the pattern is taken.
_ANY = re.compile("|".join(sorted(_ONE_FORM, key=len, reverse=True)))
_OR_NOT = re.compile(r"([\u4e00-\u9fff])[不没](?=\1)")


def in_one_form(said: str) -> str:
    """Return a normalised text with small words of Chinese in one form; others are left alone.

    要不要 and 有没有 become 要 and 有: a question asks whether, with or without its "or not".
    """
    found = _ANY.sub(lambda match: _ONE_FORM[match[0]], said)
    return _OR_NOT.sub("", found) if "不" in found or "没" in found else found
