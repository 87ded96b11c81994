"""The command line: ``frontdesk`` or ``python -m bot``."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from bot.jobs.upkeep import config_path
from core import logs
from core.config import BadConfig, Config, load

_PROCESSES = {
    "serve": "everything in one process",
    "web": "webhooks, and the staff bot's commands",
    "deliver": "the outbox and the waiting line",
    "worker": "slow jobs",
    "clock": "puts jobs on the queue",
    "staff": "long polling for the bots whose mode is polling",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    options = _parser().parse_args(arguments)
    if options.config is not None:
        os.environ["FRONTDESK_CONFIG"] = str(options.config)
    # Answers are short sums: threads of the numeric library would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    logs.set_up(level=os.environ.get("FRONTDESK_LOG_LEVEL", "INFO"))
    if options.command == "playbook" and options.action == "test":
        return _test(options)
    try:
        config = load(config_path())
    except BadConfig as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        return 2
    return _do(options, config)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="frontdesk", description="Customer service that lives in messaging apps."
    )
    parser.add_argument(
        "--config", type=Path, help="the configuration; default $FRONTDESK_CONFIG or config.yaml"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in _PROCESSES.items():
        commands.add_parser(name, help=what)
    commands.add_parser("migrate", help="bring the database to the newest version")
    commands.add_parser("check", help="read the configuration and print every mistake")
    alone = commands.add_parser("playground", help="the stand-in platform alone")
    alone.add_argument("--port", type=int, default=9100)
    playbook = commands.add_parser("playbook", help="what the desk has been taught")
    actions = playbook.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser("import", help="add a file to it")
    taking.add_argument("file", type=Path)
    taking.add_argument(
        "--replace", action="store_true", help="the file is all there is: delete the rest"
    )
    actions.add_parser("export", help="write it to a file").add_argument("file", type=Path)
    trying = actions.add_parser("test", help="try it on messages with known answers")
    trying.add_argument(
        "file", type=Path, help="a playbook, or cases that name theirs (else it is the desk's own)"
    )
    trying.add_argument("cases", type=Path, nargs="?", help="the cases for a playbook")
    return parser


def _do(options: argparse.Namespace, config: Config) -> int:
    match options.command:
        case "check":
            print(f"{config_path()}: ok")
            return 0
        case "migrate":
            from bot.teach_offline import migrate_now

            asyncio.run(migrate_now(config))
            return 0
        case "playbook":
            from bot.teach_offline import export_file, import_file

            if options.action == "export":
                return asyncio.run(export_file(config, options.file))
            return asyncio.run(import_file(config, options.file, replace=options.replace))
        case "playground":
            from playground.__main__ import main as playground

            return playground(["--port", str(options.port)])
        case process:
            return _run(config, process)


def _test(options: argparse.Namespace) -> int:
    from bot.teach_offline import try_file

    config: Config | None
    try:
        config = load(config_path())
    except BadConfig as error:
        # A repository of playbooks has no desk and no tokens; files can be tried all the same.
        if options.config is not None:
            for mistake in error.mistakes:
                print(mistake, file=sys.stderr)
            return 2
        config = None
    return asyncio.run(try_file(config, options.file, options.cases))


def _run(config: Config, process: str) -> int:
    # Imported here: `check` must not load every library of the desk.
    from bot.run import EVERYTHING, CannotStart, run

    def ready(address: str) -> None:
        where = f"{address}/playground/" if config.server.playground and address else address
        print(f"Frontdesk is ready: {where or process}", flush=True)

    try:
        run(config, EVERYTHING if process == "serve" else frozenset({process}), ready)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0
