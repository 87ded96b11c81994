"""The platforms that the desk speaks: the one place that knows every channel's class."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.channels.base import Channel
from bot.channels.telegram.adapter import TelegramChannel

CHANNELS: Mapping[str, Callable[..., Channel]] = MappingProxyType(
    {TelegramChannel.name: TelegramChannel}
)
"""By platform, as ``accounts.<name>.channel`` in the configuration calls it."""
