"""Masking where agents read: cards, transcripts, facts; over a real database of each kind."""

import pytest

from bot.handlers.agent_reply import Written, reply
from bot.handlers.desk_take import take
from bot.handlers.desk_transfer import to_agent
from bot.handlers.desk_view import details, history
from bot.rules.masking import Mask
from core.messages import Content, Kind, Media, text
from core.states import Role
from tests.handlers.floor import Floor

NUMBER = "138-1234-5678"
SAID = (f"call me: {NUMBER}", Content(Kind.PHOTO, f"or here {NUMBER}", Media("shop", "f1")))


@pytest.fixture
async def masked(floor: Floor) -> Floor:
    floor.mask = Mask.compile(r"([0-9]{3}\u202a?[-\s]?[0-9]{3,4}\u202a?[-\s]?[0-9]{0,4})")
    return floor


async def test_the_card_that_offers_a_conversation_is_masked(masked: Floor) -> None:
    await masked.agent("Bo")
    await masked.waits("Ann", said=SAID)

    await masked.settle()

    (card,) = await masked.rows(purpose="card")
    assert NUMBER not in card.words
    assert "call me: *************" in card.words
    assert "or here *************" in card.words


async def test_the_cards_of_taking_and_handing_on_are_masked(masked: Floor) -> None:
    bo, cy = await masked.agent("Bo"), await masked.agent("Cy")
    ann = await masked.waits("Ann", said=SAID)
    await masked.settle()
    await masked.says(take, bo, ann)
    await masked.says(to_agent, bo, ann, cy.id)

    cards = await masked.rows(purpose="card")
    assert len(cards) >= 3
    assert [c.words for c in cards if NUMBER in c.words] == []


async def test_the_transcript_is_masked_for_everybody_and_keeps_the_original(
    masked: Floor,
) -> None:
    """What agents themselves wrote is shown as they wrote it."""
    bo, boss = await masked.agent("Bo"), await masked.agent("Boss", role=Role.ADMIN)
    ann = await masked.serves(bo, "Ann", said=SAID)
    ours = Written(text(f"our number is {NUMBER}"), "80", None, masked.now)
    await masked.says(reply, bo, ours)

    for who in (bo, boss):
        async with masked.unit() as uow:
            found = await history(uow, who, ann, 1, voice=masked.voice)
        assert [line.content.text for line in found.lines] == [
            "call me: *************",
            "or here *************",
            f"our number is {NUMBER}",
        ]
    first = (await masked.transcript(ann))[0]
    assert first.content.text == f"call me: {NUMBER}"


async def test_a_phone_number_is_masked_in_what_a_customer_is_called(masked: Floor) -> None:
    """On some platforms the visitor's identifier is their phone number."""
    bo = await masked.agent("Bo")
    ann = await masked.serves(bo, NUMBER, username="ann5551234567")

    async with masked.unit() as uow:
        person = (await details(uow, bo, ann, voice=masked.voice)).party.person

    assert (person.name, person.username) == ("*************", "ann**********")


async def test_without_an_expression_agents_see_everything(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann", said=SAID)

    async with floor.unit() as uow:
        found = await history(uow, bo, ann, 1, voice=floor.voice)

    assert found.lines[0].content.text == f"call me: {NUMBER}"
