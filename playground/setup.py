"""Builds the playground that a configuration asks for."""

from core.config import PLAYGROUND, Config
from playground.things import Seat
from playground.world import World

CUSTOMER, AGENT, FIRST_OWNER = 2001, 1002, 1001


def build_world(config: Config) -> World:
    """Return a world with the configured bots and three people: a customer, an agent, an owner."""
    world = World()
    staff = world.add_bot(config.staff.token.get_secret_value(), "Frontdesk", "frontdesk_bot")
    staff.inline = staff.inline_feedback = True
    shops = [
        world.add_bot(account.token.get_secret_value(), name.title(), f"{name}_bot")
        for name, account in config.accounts.items()
        if account.api_url == PLAYGROUND
    ]
    owner = (config.staff.owners or (FIRST_OWNER,))[0]
    language = config.language
    people = {
        number: world.person(number, name, language_code=language)
        for number, name in ((CUSTOMER, "Ann"), (AGENT, "Bo"), (owner, "Olga"))
    }
    if shops:
        world.seats.append(Seat("Customer", people[CUSTOMER].id, shops[0].token))
    world.seats += [
        Seat("Agent", people[AGENT].id, staff.token, "agent"),
        Seat("Admin", people[owner].id, staff.token, "admin"),
    ]
    return world
