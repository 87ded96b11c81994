"""What the desk may keep to send it of its own accord."""

import io
import struct
import wave
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.replies import check, is_sound, is_wav
from bot.dialog.wav import seconds_of
from core.errors import BadRequestText
from core.messages import Content, Kind, Media

MB = 1024 * 1024


def recording(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"\0\0" * int(rate * seconds))
    return file.getvalue()


def of(kind: Kind, **facts: object) -> Content:
    return Content(kind, media=Media("staff", "F", **facts))  # type: ignore[arg-type]


LINK = Content(Kind.LINK, title="T", data={"url": "https://x.org/"})


@pytest.mark.parametrize(
    "content",
    [
        Content(Kind.TEXT, "x" * 4096),
        of(Kind.PHOTO, size_bytes=10 * MB),
        of(Kind.VOICE, mime="audio/ogg", duration_seconds=60, size_bytes=10 * MB),
        of(Kind.VIDEO, size_bytes=10 * MB, duration_seconds=600),
        of(Kind.DOCUMENT, file_name="list.pdf", size_bytes=20 * MB),
        Content(Kind.CONTACT, data={"phone_number": "1", "first_name": "Bo"}),
        Content(Kind.FAQ_CARD),
        LINK,
        replace(LINK, media=Media("staff", "F", mime="image/jpeg")),
        replace(LINK, media=Media("staff", "F")),
    ],
)
def test_what_is_within_the_limits_is_taken(content: Content) -> None:
    check(content)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (Content(Kind.TEXT, "x" * 4097), "rule.long_reply"),
        (Content(Kind.TEXT, " "), "rules.reply_empty"),
        (Content(Kind.TEXT, "x", title="t" * 101), "rules.reply_long_title"),
        (of(Kind.VOICE, duration_seconds=61), "rules.reply_long_voice"),
        (of(Kind.VOICE, size_bytes=10 * MB + 1), "rules.reply_large_file"),
        (of(Kind.VIDEO, size_bytes=10 * MB + 1), "rules.reply_large_file"),
        (of(Kind.ANIMATION, size_bytes=10 * MB + 1), "rules.reply_large_file"),
        (of(Kind.DOCUMENT, size_bytes=20 * MB + 1), "rules.reply_large_file"),
        (of(Kind.AUDIO, mime="audio/mpeg"), "rules.reply_not_wav"),
        (of(Kind.DOCUMENT, mime="audio/aac"), "rules.reply_not_wav"),
        (Content(Kind.POLL, "x"), "rules.reply_kind_not_sent"),
        (Content(Kind.UNKNOWN), "rules.reply_kind_not_sent"),
        (Content(Kind.LINK, title="T"), "rules.reply_bad_address"),
        (replace(LINK, data={"url": "javascript:alert(1)"}), "rules.reply_bad_address"),
        (replace(LINK, data={"url": "https:// x.org"}), "rules.reply_bad_address"),
        (replace(LINK, data={"url": "https://[x"}), "rules.reply_bad_address"),
        (replace(LINK, title=""), "rules.reply_link_without_title"),
        (
            replace(LINK, media=Media("staff", "F", mime="video/mp4")),
            "rules.reply_cover_not_picture",
        ),
    ],
)
def test_what_is_beyond_them_is_refused_with_the_reason(content: Content, key: str) -> None:
    with pytest.raises(BadRequestText) as refused:
        check(content)

    assert refused.value.key == key


@pytest.mark.parametrize(
    ("content", "wav", "sound"),
    [
        (of(Kind.DOCUMENT, mime="audio/x-wav"), True, True),
        (of(Kind.DOCUMENT, mime="audio/wav; rate=8000"), True, True),
        (of(Kind.DOCUMENT, file_name="Note.WAV"), True, True),
        (of(Kind.AUDIO, file_name="note.mp3", mime="audio/mpeg"), False, True),
        (of(Kind.DOCUMENT, file_name="note.pdf", mime="application/pdf"), False, False),
        (of(Kind.VOICE, mime="audio/ogg"), False, False),
        (Content(Kind.TEXT, "wav"), False, False),
    ],
)
def test_sounds_are_told_by_their_type_or_name(content: Content, wav: bool, sound: bool) -> None:
    assert (is_wav(content), is_sound(content)) == (wav, sound)


@pytest.mark.parametrize("seconds", [0.5, 59.0, 61.0])
def test_the_length_of_a_recording_is_read_from_its_headers(seconds: float) -> None:
    assert seconds_of(recording(seconds)) == pytest.approx(seconds)


def test_other_chunks_and_a_size_that_is_not_true_do_no_harm() -> None:
    whole = recording(2.0)
    extra = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    fmt_end = 12 + 8 + 16
    streamed = whole[:fmt_end] + extra + b"data" + b"\xff\xff\xff\xff" + whole[fmt_end + 8 :]

    assert seconds_of(streamed) == pytest.approx(2.0)


@pytest.mark.parametrize(
    "data",
    [b"", b"ID3", b"RIFF0000WAVE", recording(1)[:30], b"RIFF0000AVI " + b"x" * 50,
     recording(1).replace(struct.pack("<I", 16000), b"\0\0\0\0")],
)  # fmt: skip
def test_what_is_no_recording_has_no_length(data: bytes) -> None:
    assert seconds_of(data) is None


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(tail: bytes) -> None:
    found = seconds_of(b"RIFF\0\0\0\0WAVE" + tail)

    assert found is None or found >= 0
