"""The promises that every channel keeps, walked for every channel in the registry."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

import bot.channels
from bot.channels.base import Channel, Webhook
from bot.channels.registry import CHANNELS
from bot.channels.telegram import render as telegram
from core.errors import BadPayload, BadSignature, WillNeverArrive
from core.messages import Content, Kind, Media, OutboundMessage

CODE = Path(bot.channels.__file__).parent
PAYLOADS = Path(__file__).parent

RULES = {
    "signature-checked",
    "hostile-input",
    "replay-safe",
    "captured-payloads",
    "every-kind",
    "attachments",
    "buttons",
    "edits",
    "replies",
    "long-text",
    "rate-limits",
    "error-table",
    "blocked-customers",
    "source",
    "region",
    "pull",
    "typing-indicator",
    "delivery-receipts",
}

SECRET = "very-secret-secret"
TOKEN = "123456:very-secret-token"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Example:
    """A channel of one platform, how to make it, and how the platform signs a body."""

    make: Callable[[], Channel]
    signed: Callable[[bytes], Webhook]
    secrets: tuple[str, ...]
    rendered: Callable[[OutboundMessage], object]
    """What the platform is asked for; its ``repr`` holds all that the customer gets."""


EXAMPLES = {
    "telegram": Example(
        lambda: CHANNELS["telegram"]("shop", token=TOKEN, secret=SECRET, clock=lambda: NOW),
        lambda body: Webhook(body, {"x-telegram-bot-api-secret-token": SECRET}),
        (TOKEN, SECRET),
        lambda message: telegram.render(message, {}),
    ),
}

every_channel = pytest.mark.parametrize("name", sorted(CHANNELS))


def payloads(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((PAYLOADS / name / "payloads").iterdir())]


def test_every_registered_channel_has_an_example_here():
    assert set(EXAMPLES) == set(CHANNELS)


@every_channel
def test_a_channel_keeps_the_whole_promise(name: str):
    channel = EXAMPLES[name].make()

    assert channel.name == name
    assert channel.account == "shop"
    assert channel.max_body_bytes >= 1024 * 1024
    for word, promised in inspect.getmembers(Channel, inspect.isfunction):
        if word.startswith("_"):
            continue
        kept = getattr(type(channel), word)
        needed = list(inspect.signature(promised).parameters)
        given = inspect.signature(kept).parameters
        assert list(given)[: len(needed)] == needed, word
        assert all(p.default is not p.empty for p in list(given.values())[len(needed) :]), word
        assert inspect.iscoroutinefunction(kept) == inspect.iscoroutinefunction(promised), word
        assert kept.__doc__, word


@every_channel
def test_a_channels_folder_has_its_parts(name: str):
    parts = {path.name for path in (CODE / name).iterdir()}

    assert {"README.md", "quality.yaml", "adapter.py", "parse.py", "render.py", "send.py"} <= parts
    assert (CODE / name / "__init__.py").read_bytes() == b""


@every_channel
def test_a_quality_card_answers_every_rule(name: str):
    card = yaml.safe_load((CODE / name / "quality.yaml").read_text(encoding="utf-8"))

    assert set(card) == RULES
    for rule, state in card.items():
        if state == "done":
            continue
        assert set(state) == {"status", "why"}, rule
        assert state["status"] in ("todo", "exempt"), rule
        assert len(state["why"]) > 10, rule


@every_channel
def test_a_channel_shows_no_secret(name: str):
    example = EXAMPLES[name]

    for secret in example.secrets:
        assert secret not in repr(example.make())
        assert secret not in str(example.make())


@every_channel
@pytest.mark.parametrize("cover", [None, Media("shop", "1")], ids=["plain", "with a cover"])
def test_a_link_arrives_with_its_title_its_text_and_its_address(name: str, cover: Media | None):
    """The kind is ours, so no platform's own tests would miss it."""
    link = Content(
        Kind.LINK, "the-text", cover, title="the-title", data={"url": "https://shop.example/a?b=c"}
    )

    rendered = repr(EXAMPLES[name].rendered(OutboundMessage("shop", "42", link, "k")))

    for part in ("the-title", "the-text", "https://shop.example/a?b=c"):
        assert part in rendered


@every_channel
def test_a_faq_card_that_was_not_put_in_its_place_is_not_sent(name: str):
    with pytest.raises(WillNeverArrive):
        EXAMPLES[name].rendered(OutboundMessage("shop", "42", Content(Kind.FAQ_CARD, "x"), "k"))


@every_channel
def test_an_unsigned_body_is_refused(name: str):
    channel = EXAMPLES[name].make()

    for body in [b"", b"{}", *payloads(name)]:
        with pytest.raises(BadSignature):
            channel.read(Webhook(body, {}))


@every_channel
def test_a_signed_body_of_rubbish_is_a_bad_payload(name: str):
    example = EXAMPLES[name]

    for body in [b"", b"\x00\xff", b"nonsense", b"[[[[" * 5000]:
        with pytest.raises(BadPayload):
            example.make().read(example.signed(body))


@every_channel
def test_what_platforms_really_send_can_be_read_and_read_again(name: str):
    example = EXAMPLES[name]
    bodies = payloads(name)
    seen: set[str] = set()

    assert len(bodies) >= 10
    for body in bodies:
        first = example.make().read(example.signed(body))
        again = example.make().read(example.signed(body))
        assert first == again
        for message in first.messages:
            assert message.account == "shop"
            assert message.external_id not in seen, "each payload is an event of its own"
            assert message.sent_at.utcoffset() is not None
            assert message.sender.external_id
            assert message.chat
            assert message.raw
            seen.add(message.external_id)
    assert len(seen) >= 5
