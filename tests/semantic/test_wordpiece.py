"""Texts cut into the pieces of a vocabulary."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.semantic.files import BadModel
from bot.semantic.wordpiece import WordPiece
from tests.semantic.tiny import WORDS

PIECES = WordPiece({word: n for n, word in enumerate(WORDS)})


def cut(text: str, most: int = 16) -> list[str]:
    return [WORDS[n] for n in PIECES.numbers(text, most)][1:-1]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("refund my order", ["refund", "my", "order"]),
        ("REFUND", ["refund"]),
        ("orders shipping", ["order", "##s", "ship", "##ping"]),
        ("word", ["wo", "##rd"]),
        ("wordx", ["[UNK]"]),
        ("refund?!", ["refund", "?", "!"]),
        ("can't", ["can", "'", "t"]),
        ("$5", ["$", "5"]),
        ("我退款", ["[UNK]", "退", "款"]),
        ("café", ["cafe"]),
        ("cafe\u0301", ["cafe"]),
        ("my\u00a0order\torder\norder", ["my", "order", "order", "order"]),
        ("re\u200bfund\x00", ["refund"]),
        ("x" * 101, ["[UNK]"]),
        ("", []),
        ("  ", []),
        ("😀 refund", ["[UNK]", "refund"]),
    ],
)
def test_a_text_is_cut_as_bert_cuts_it(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


def test_the_marks_of_start_and_end_stand_around_it() -> None:
    assert PIECES.numbers("my", 16) == [2, 5, 3]


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    found = PIECES.numbers("refund " * 1_000_000, 8)

    assert found == [2, 4, 4, 4, 4, 4, 4, 3]


@given(st.text(max_size=200), st.integers(2, 12))
def test_no_text_gives_more_pieces_than_wanted(text: str, most: int) -> None:
    found = PIECES.numbers(text, most)

    assert 2 <= len(found) <= most
    assert (found[0], found[-1]) == (2, 3)


def test_a_vocabulary_with_capitals_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]\nHi\nhi")
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')

    assert WordPiece.load(tmp_path).numbers("Hi hi", 8) == [1, 3, 4, 2]


def test_a_tokenizer_file_goes_before_a_list_of_words(tmp_path: Path) -> None:
    words = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "Hi": 7}
    written = {"normalizer": {"lowercase": False}, "model": {"type": "WordPiece", "vocab": words}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(written))
    (tmp_path / "vocab.txt").write_text("nothing")

    assert WordPiece.load(tmp_path).numbers("Hi", 8) == [1, 7, 2]


@pytest.mark.parametrize(
    ("name", "written", "why"),
    [
        ("readme.md", "", "neither tokenizer.json nor vocab.txt"),
        ("vocab.txt", "[UNK]\n[CLS]\nhi", "[SEP] is missing"),
        ("tokenizer.json", "{", "not readable as JSON"),
        ("tokenizer.json", "[]", "must hold a JSON object"),
        ("tokenizer.json", '{"model": {"type": "Unigram", "vocab": []}}', "only WordPiece"),
        ("tokenizer.json", '{"model": {"type": "WordPiece"}}', "no vocabulary"),
    ],
)
def test_a_vocabulary_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, written: str, why: str
) -> None:
    (tmp_path / name).write_text(written)

    with pytest.raises(BadModel, match=why.replace("[", r"\[").replace("]", r"\]")) as caught:
        WordPiece.load(tmp_path)

    assert str(tmp_path) in str(caught.value)
