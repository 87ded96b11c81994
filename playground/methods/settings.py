"""What a bot sets up for itself: webhook, polling, command menus, name and descriptions."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from playground.methods.media import on_loopback
from playground.refusal import bad
from playground.things import Bot, Json

if TYPE_CHECKING:
    from playground.world import World

DEFAULT_CONNECTIONS = 40
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")


class Described:
    """Carry a result together with the sentence that some methods answer with."""

    def __init__(self, result: Any, description: str) -> None:
        self.result = result
        self.description = description


def _set_webhook(world: "World", bot: Bot, p: Json) -> Described:
    url = p["url"]
    if not url:
        return _delete_webhook(world, bot, p)
    _check_address(url)
    secret = p.get("secret_token")
    if secret is not None and not _SECRET.match(secret):
        raise bad("secret token contains unallowed characters")
    connections = min(max(p.get("max_connections", DEFAULT_CONNECTIONS), 1), 100)
    delivery = bot.delivery
    _choose(bot, p)
    if p.get("drop_pending_updates"):
        delivery.forget()
    same = (delivery.url, delivery.secret, delivery.max_connections) == (url, secret, connections)
    if same and not p.get("drop_pending_updates"):
        return Described(True, "Webhook is already set")
    delivery.set_webhook(url, secret, connections)
    return Described(True, "Webhook was set")


def _check_address(url: str) -> None:
    """Take addresses on this machine only; everything else is refused in Telegram's words."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise bad("bad webhook: invalid webhook URL specified")
    if parts.scheme == "http" and on_loopback(url):
        return
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if on_loopback(url):
        raise bad(f"bad webhook: IP address {host} is reserved")
    raise bad("bad webhook: Failed to resolve host: Name or service not known")


def _choose(bot: Bot, p: Json) -> None:
    if "allowed_updates" in p:
        bot.delivery.allowed = list(p["allowed_updates"])


def _delete_webhook(world: "World", bot: Bot, p: Json) -> Described:
    if p.get("drop_pending_updates"):
        bot.delivery.forget()
    if not bot.delivery.url:
        return Described(True, "Webhook is already deleted")
    bot.delivery.set_webhook("", None, DEFAULT_CONNECTIONS)
    return Described(True, "Webhook was deleted")


def _webhook_info(world: "World", bot: Bot, p: Json) -> Json:
    delivery = bot.delivery
    info: Json = {
        "url": delivery.url,
        "has_custom_certificate": False,
        "pending_update_count": delivery.waiting,
    }
    if delivery.url:
        info["max_connections"] = delivery.max_connections
        if delivery.last_error is not None:
            info["last_error_date"], info["last_error_message"] = delivery.last_error
    if delivery.allowed:
        info["allowed_updates"] = delivery.allowed
    return info


async def _get_updates(world: "World", bot: Bot, p: Json) -> list[Json]:
    if not bot.delivery.url:
        _choose(bot, p)
    limit = min(max(p.get("limit", 100), 1), 100)
    timeout = min(max(p.get("timeout", 0), 0), 50)
    return await bot.delivery.fetch(p.get("offset", 0), limit, timeout)


def _set_commands(world: "World", bot: Bot, p: Json) -> bool:
    if len(p["commands"]) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    commands = []
    for command in p["commands"]:
        name = command["command"].removeprefix("/")
        if not _COMMAND.match(name):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"].strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append({"command": name, "description": command["description"].strip()})
    bot.commands[_scope(world, bot, p)] = commands
    world.publish(None, "commands", bot=bot.id)
    return True


def _get_commands(world: "World", bot: Bot, p: Json) -> list[Json]:
    return bot.commands.get(_scope(world, bot, p), [])


def _delete_commands(world: "World", bot: Bot, p: Json) -> bool:
    bot.commands.pop(_scope(world, bot, p), None)
    world.publish(None, "commands", bot=bot.id)
    return True


def _scope(world: "World", bot: Bot, p: Json) -> tuple[str, str]:
    scope = p.get("scope", {"type": "default"})
    if "chat_id" in scope:
        world.room_for(bot, scope["chat_id"])
    return scope_key(scope), p.get("language_code", "")


def scope_key(scope: Json) -> str:
    """Return a scope as a string that is the same for equal scopes."""
    return orjson.dumps(scope, option=orjson.OPT_SORT_KEYS).decode()


def menu_for(bot: Bot, chat_id: int, person: int, language: str) -> list[Json]:
    """Return the commands that a person sees in a chat: the narrowest scope that has any.

    Args:
        bot: Whose commands.
        chat_id: Above zero for the private chat.
        person: Who looks.
        language: The person's language code, ``""`` for none.
    """
    member = {"type": "chat_member", "chat_id": chat_id, "user_id": person}
    everywhere = "all_private_chats" if chat_id > 0 else "all_group_chats"
    scopes: list[Json] = [member, {"type": "chat", "chat_id": chat_id}, {"type": everywhere},
              {"type": "default"}]  # fmt: skip
    for scope in scopes:
        for code in (language, ""):
            commands = bot.commands.get((scope_key(scope), code))
            if commands:
                return commands
    return []


def _set_text(name: str, limit: int) -> Callable[["World", Bot, Json], bool]:
    def set_text(world: "World", bot: Bot, p: Json) -> bool:
        text = p.get(name, "")
        if len(text) > limit:
            raise bad(f"{name.replace('_', ' ')} is too long")
        bot.texts[name, p.get("language_code", "")] = text
        return True

    return set_text


def _get_text(name: str) -> Callable[["World", Bot, Json], Json]:
    def get_text(world: "World", bot: Bot, p: Json) -> Json:
        text = bot.texts.get((name, p.get("language_code", "")), "")
        return {name: text or (bot.name if name == "name" else "")}

    return get_text


def _set_menu_button(world: "World", bot: Bot, p: Json) -> bool:
    bot.menu_button = p.get("menu_button", {"type": "default"})
    return True


def _get_menu_button(world: "World", bot: Bot, p: Json) -> Json:
    return bot.menu_button


TABLE: dict[str, Callable[["World", Bot, Json], Any]] = {
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _webhook_info,
    "getUpdates": _get_updates,
    "setMyCommands": _set_commands,
    "getMyCommands": _get_commands,
    "deleteMyCommands": _delete_commands,
    "setMyName": _set_text("name", 64),
    "getMyName": _get_text("name"),
    "setMyDescription": _set_text("description", 512),
    "getMyDescription": _get_text("description"),
    "setMyShortDescription": _set_text("short_description", 120),
    "getMyShortDescription": _get_text("short_description"),
    "setChatMenuButton": _set_menu_button,
    "getChatMenuButton": _get_menu_button,
}
