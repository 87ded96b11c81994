"""Run the playground alone: ``python -m playground --port 9100 --bot shop=123:AAA``."""

import argparse
import sys

from aiohttp import web

from playground.app import build_app
from playground.things import Seat
from playground.world import World


def main(arguments: list[str] | None = None) -> int:
    """Serve the playground until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(prog="playground", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument(
        "--bot",
        action="append",
        default=[],
        metavar="NAME=TOKEN",
        help="a customers' bot; may be given several times",
    )
    parser.add_argument("--staff", default="staff=900:STAFF", metavar="NAME=TOKEN")
    parser.add_argument("--limits", action="store_true", help="answer 429 above the flood limits")
    options = parser.parse_args(arguments)
    world = World(enforce_limits=options.limits)
    try:
        customers = [_add(world, text) for text in options.bot or ["shop=123:AAA"]]
        staff = _add(world, options.staff)
    except ValueError as wrong:
        parser.error(str(wrong))
    world.seats = [
        Seat("Customer", world.person(2001, "Ann", language_code="en").id, customers[0]),
        Seat("Agent", world.person(1002, "Bo").id, staff, "agent"),
        Seat("Admin", world.person(1001, "Olga").id, staff, "admin"),
    ]
    sys.stdout.write(f"http://{options.host}:{options.port}/\n")
    sys.stdout.flush()
    web.run_app(build_app(world), host=options.host, port=options.port, print=None)
    return 0


def _add(world: World, text: str) -> str:
    name, equals, token = text.partition("=")
    if not equals:
        raise ValueError(f"expected NAME=TOKEN, got {text!r}")
    return world.add_bot(token, name).token


if __name__ == "__main__":
    sys.exit(main())
