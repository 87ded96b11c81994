"""`config.yaml`: it works as it stands, and every mistake is named at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import BadConfig, load

ROOT = Path(__file__).parent.parent
GOOD = """
server: {port: 8080}
staff: {token: "1:A", secret: s, owners: [7]}
accounts:
  shop: {channel: telegram, token: "2:B", secret: t}
"""


def write(folder: Path, words: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(words, encoding="utf-8")
    return path


def mistakes(folder: Path, words: str) -> list[str]:
    path = write(folder, words)
    with pytest.raises(BadConfig) as error:
        load(path)
    return [line.removeprefix(f"{path}: ") for line in error.value.mistakes]


def test_the_file_in_the_repository_works_as_it_stands() -> None:
    config = load(ROOT / "config.yaml")

    assert config.server.playground
    assert (1001,) == config.staff.owners


def test_defaults_are_the_contracts(tmp_path: Path) -> None:
    config = load(write(tmp_path, GOOD))

    assert ("127.0.0.1", 8080, None, False) == (
        config.server.host,
        config.server.port,
        config.server.public_url,
        config.server.playground,
    )
    assert ("zh-CN", "Asia/Shanghai") == (config.language, config.time_zone)
    assert "sqlite:///var/frontdesk.db" == config.storage.url
    assert "embedded" == config.redis.url
    assert "https://api.telegram.org" == config.staff.api_url == config.accounts["shop"].api_url
    assert "webhook" == config.staff.mode


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Asia/Shanghai", True),
        ("Europe/Lisbon", True),
        ("UTC", True),
        ("asia/shanghai", False),
        ("Asia", False),
        ("Mars/Olympus", False),
        ("../../etc/localtime", False),
        ("zone.tab", False),
        ("''", False),
        ("x" * 300, False),
    ],
)
def test_a_time_zone_has_a_name_of_the_zone_database(
    tmp_path: Path, name: str, known: bool
) -> None:
    words = GOOD + f"time_zone: {name}\n"
    if known:
        assert load(write(tmp_path, words)).zone.key == name
    else:
        assert [line.split(":")[0] for line in mistakes(tmp_path, words)] == ["time_zone"]


def test_every_mistake_is_named_with_its_path(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
server: {port: 99999, hots: x}
language: fr
time_zone: Mars/Olympus
storage: {url: mysql://x}
staff: {token: nonsense, secret: "a b"}
accounts:
  shop: {channel: telegram, secret: t}
desk: {agent_capacity: 51}
extra: 1
""",
    )

    paths = {line.split(":")[0] for line in found}
    assert {
        "server.port",
        "server.hots",
        "language",
        "time_zone",
        "storage.url",
        "staff.token",
        "staff.secret",
        "accounts.shop.token",
        "desk.agent_capacity",
        "extra",
    } == paths


def test_a_mistake_never_shows_a_secret(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD.replace('"2:B"', '"very-secret-thing"'))

    assert found
    assert not any("very-secret-thing" in line for line in found)


def test_the_environment_fills_and_overrides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "9:ENV")
    monkeypatch.setenv("FRONTDESK__SERVER__PORT", "9000")

    config = load(write(tmp_path, GOOD.replace('"2:B"', "${SHOP_TOKEN}")))

    assert "9:ENV" == config.accounts["shop"].token.get_secret_value()
    assert 9000 == config.server.port


def test_a_variable_that_is_not_set_is_one_mistake(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD.replace('"2:B"', "${NOT_THERE_AT_ALL}"))

    assert ["accounts.shop.token: the environment variable NOT_THERE_AT_ALL is not set"] == found


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("a: [1", "line 1"),
        ("- 1", "mapping"),
        ("", "staff: missing"),
        (GOOD.replace("shop:", "Shop!:"), "an account's name"),
        (GOOD.replace("secret: t", "secret: t, api_url: playground"), "server.playground is off"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, words: str, part: str) -> None:
    assert any(part in line for line in mistakes(tmp_path, words))


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [(GOOD, 0, "ok"), (GOOD.replace("8080", "x"), 2, "server.port")],
)
def test_frontdesk_check_prints_and_exits(tmp_path: Path, words: str, code: int, part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FRONTDESK_CONFIG": str(write(tmp_path, words)),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert code == done.returncode
    assert part in done.stdout + done.stderr


@pytest.mark.requirement("CHN-04")
@pytest.mark.parametrize(
    ("count", "more", "refused"),
    [
        (10, "", False),
        (11, "", True),
        (11, "desk: {max_accounts: 11}", False),
        (3, "desk: {max_accounts: 2}", True),
    ],
)
def test_an_11th_account_is_refused_unless_the_setting_says_otherwise(
    tmp_path: Path, count: int, more: str, refused: bool
) -> None:
    """At most 10 from the start; the refusal names how many there are and the setting."""
    accounts = "\n".join(
        f'  shop{n}: {{channel: telegram, token: "{n + 2}:B", secret: t}}' for n in range(count)
    )
    words = f'staff: {{token: "1:A", secret: s}}\naccounts:\n{accounts}\n{more}\n'
    if refused:
        (line,) = mistakes(tmp_path, words)
        most = 2 if more else 10
        assert line.startswith(f"accounts: there are {count}, at most {most} are allowed")
        assert "desk.max_accounts" in line
    else:
        assert len(load(write(tmp_path, words)).accounts) == count
