"""``frontdesk playbook test``: a shop's own regression tests for its playbook."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.teach_offline import export_file, import_file, try_file
from core.config import load

ROOT = Path(__file__).parent.parent

PLAYBOOK = """
rules:
  - {name: price, match: any, words: [价位], replies: [{text: 100 块}], accounts: [shop]}
  - {name: night, match: any, words: [在吗], replies: [{text: 明天见}],
     hours: {times: ["22:00-06:00"]}}
faq:
  - {category: 物流, question: 多久发货, similar: [什么时候发货, 几天能到], answer: {text: 48 小时}}
  - {category: 售后, question: 怎么退货, title: 退货, similar: [可以退货吗], answer: {text: 七天内}}
  - {category: 支付, question: 支持微信支付吗, similar: [能用微信付款吗], answer: {text: 可以}}
  - {category: 支付, question: 圣诞特价, answer: {text: 八折}, valid: [2026-12-24, 2026-12-26]}
"""
GOOD = """
account: shop
at: 2026-01-05 10:00
cases:
  - {say: 这个价位呢, expect: {rule: price, text: 100 块}}
  - {say: 价位, account: club, expect: {nothing: true}}
  - {say: 几天能到？, expect: {faq: 多久发货, text: 48}}
  - {say: 怎么退货, expect: {faq: 退货}}
  - {say: 转人工, expect: {human: true}}
  - {say: 在吗, at: 2026-01-05 23:00, expect: {rule: night}}
  - {say: 圣诞特价, at: 2026-12-25 09:00, expect: {faq: 圣诞特价}}
  - {say: 今天天气真不错, expect: {nothing: true}}
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with a playbook and no desk: no configuration, no database."""
    (tmp_path / "shop.yaml").write_text(PLAYBOOK, encoding="utf-8")
    return tmp_path


def write(folder: Path, cases: str) -> Path:
    path = folder / "cases.yaml"
    path.write_text(cases, encoding="utf-8")
    return path


def shop(folder: Path) -> Path:
    return folder / "shop.yaml"


async def test_answers_as_expected_give_0_without_a_database(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await try_file(None, shop(bare), write(bare, GOOD)) == 0

    printed = capsys.readouterr().out
    assert printed.count("通过") == 9
    assert "共 8 条，未通过 0 条" in printed
    assert sorted(path.name for path in bare.iterdir()) == ["cases.yaml", "shop.yaml"]


async def test_the_cases_may_name_their_playbook(bare: Path) -> None:
    cases = write(bare, f"playbook: shop.yaml\n{GOOD}")

    assert await try_file(None, cases, None) == 0


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("{say: 价位, expect: {rule: night}}", "rule price"),
        ("{say: 价位, expect: {rule: price, text: 200}}", "rule price"),
        ("{say: 价位, expect: {nothing: true}}", "rule price"),
        ("{say: 价位, expect: {human: true}}", "rule price"),
        ("{say: 怎么退货, expect: {faq: 多久发货}}", "faq 怎么退货 (1.00)"),
        ("{say: 怎么退货, expect: {offer: [怎么退货]}}", "faq 怎么退货 (1.00)"),
        ("{say: 圣诞特价, expect: {faq: 圣诞特价}}", "nothing"),
        ("{say: 在吗, expect: {rule: night}}", "nothing"),
        ("{say: 转人工, expect: {nothing: true}}", "human"),
    ],
)
async def test_a_miss_gives_1_and_says_what_came_instead(
    bare: Path, capsys: pytest.CaptureFixture[str], case: str, found: str
) -> None:
    head = "account: shop\nat: 2026-01-05 10:00\ncases:\n"
    cases = write(bare, f"{head}  - {{say: 怎么退货, expect: {{faq: 退货}}}}\n  - {case}\n")

    assert await try_file(None, shop(bare), cases) == 1

    lines = capsys.readouterr().out.splitlines()
    (missed,) = [line for line in lines if line.startswith("未通过")]
    assert missed.split()[1] == "5"
    assert found in missed
    assert lines[-1] == "共 2 条，未通过 1 条"


async def test_the_same_files_always_print_the_same(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write(bare, GOOD)
    printed = []
    for _ in range(2):
        await try_file(None, shop(bare), cases)
        printed.append(capsys.readouterr().out)

    assert printed[0] == printed[1]


async def test_a_playbook_alone_is_only_read(bare: Path) -> None:
    assert await try_file(None, shop(bare), None) == 0


@pytest.mark.parametrize(
    ("playbook", "cases", "told"),
    [
        (PLAYBOOK, "cases:\n- {say: a}", "cases.yaml: 第 2 行"),
        (PLAYBOOK, "cases: [", "cases.yaml: 第 "),
        ("rules:\n- {name: a}", GOOD, "shop.yaml: 第 2 行"),
        ("settings: {mask_desk: '('}", GOOD, "shop.yaml: "),
    ],
)
async def test_a_file_with_mistakes_gives_2_and_every_mistake_with_its_line(
    bare: Path, capsys: pytest.CaptureFixture[str], playbook: str, cases: str, told: str
) -> None:
    (bare / "shop.yaml").write_text(playbook, encoding="utf-8")

    assert await try_file(None, shop(bare), write(bare, cases)) == 2

    assert told in capsys.readouterr().err


async def test_a_file_that_is_not_there_gives_2(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await try_file(None, bare / "no.yaml", None) == 2
    assert "no.yaml" in capsys.readouterr().err
    assert await try_file(None, write(bare, f"playbook: gone.yaml\n{GOOD}"), None) == 2
    assert "gone.yaml" in capsys.readouterr().err


async def test_cases_without_a_playbook_need_a_desk(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await try_file(None, write(bare, GOOD), None) == 2
    assert "用例没有指定知识库文件" in capsys.readouterr().err


async def test_cases_without_a_playbook_try_the_desks_own(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = bare / "config.yaml"
    config.write_text(
        "language: en\n"
        f"storage: {{url: 'sqlite:///{bare}/desk.db'}}\n"
        "staff: {token: '900:S', secret: s, owners: [1]}\n"
        "accounts: {shop: {channel: telegram, token: '901:S', secret: s}}\n",
        encoding="utf-8",
    )
    desk = load(config)
    assert await import_file(desk, shop(bare), replace=False) == 0
    assert "FAQ entries: 4 new" in capsys.readouterr().out

    assert await try_file(desk, write(bare, GOOD), None) == 0
    assert "8 cases, 0 missed" in capsys.readouterr().out

    assert await export_file(desk, bare / "out.yaml") == 0
    assert await try_file(None, bare / "out.yaml", write(bare, GOOD)) == 0


def test_the_command_line_ends_with_that_code(bare: Path) -> None:
    """And it needs no configuration."""
    cases = write(bare, "cases:\n- {say: 怎么退货, expect: {nothing: true}}")

    done = subprocess.run(
        [sys.executable, "-m", "bot", "playbook", "test", str(shop(bare)), str(cases)],
        cwd=ROOT,
        env={**os.environ, "FRONTDESK_CONFIG": str(bare / "none.yaml")},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, "未通过 1 条" in done.stdout.decode()) == (1, True)
