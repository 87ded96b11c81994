"""A desk as its operator runs it, in a process of its own, and a browser to look at it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

ROOT = Path(__file__).parent.parent.parent
READY = "Frontdesk is ready: "
START_SECONDS = 30.0
STOP_SECONDS = 10.0
SEEN_MS = 15_000
"""How long the page may take to show something; it takes milliseconds on a machine at rest."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

expect.set_options(timeout=SEEN_MS)


def find_browser() -> str | None:
    """Return the path of a browser that this machine has, or ``None``."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


@contextlib.contextmanager
def serving(folder: Path, language: str = "en") -> Iterator[str]:
    """Run ``frontdesk serve`` with the delivered configuration and yield the playground's address.

    Args:
        folder: An empty folder; all state and the logs stay there.
        language: What the bots speak.

    Raises:
        RuntimeError: It did not start, or did not stop when it was told to.
    """
    settings = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    settings["server"]["port"] = 0
    settings["language"] = language
    for bot in (settings["staff"], *settings["accounts"].values()):
        # One message a second to each chat is Telegram's rule, and what a test waits for most.
        bot["limits"] = {"per_chat_per_second": 100}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("FRONTDESK")}
    surroundings = {**inherited, "PYTHONPATH": str(ROOT), "FRONTDESK_CONFIG": "config.yaml"}
    said, log = folder / "said.txt", folder / "log.txt"
    with said.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=folder,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
    try:
        yield _address(process, said, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError("the desk did not stop") from None
    if code != 0:
        raise RuntimeError(f"the desk ended with {code}: {log.read_text(encoding='utf-8')}")


def _address(process: subprocess.Popen[bytes], said: Path, log: Path) -> str:
    patience = time.monotonic() + START_SECONDS
    while time.monotonic() < patience and process.poll() is None:
        for line in said.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.startswith(READY) and line.endswith("\n"):
                return line.removeprefix(READY).strip()
        time.sleep(0.02)
    raise RuntimeError(f"the desk did not start: {log.read_text(encoding='utf-8')}")


@contextlib.asynccontextmanager
async def browser(path: str) -> AsyncIterator[Browser]:
    """Run the browser at *path* without a window."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        try:
            yield running
        finally:
            await running.close()


@dataclass(frozen=True)
class Chat:
    """One of the page's columns, used as a person uses it."""

    page: Page
    role: str

    @property
    def column(self) -> Locator:
        return self.page.locator(f"#seat-{self.role}")

    @property
    def heard(self) -> Locator:
        """What the bot has said here."""
        return self.column.locator(".bubble.theirs")

    @property
    def said(self) -> Locator:
        """What the person has said here."""
        return self.column.locator(".bubble.own")

    async def says(self, words: str) -> None:
        """Type *words* and press Enter, or Send where they have several lines."""
        await self.column.get_by_role("textbox").fill(words)
        await self.column.locator("[data-role=send]").click()
        await expect(self.said.filter(has_text=words.splitlines()[-1]).last).to_be_visible()

    async def hears(self, words: str, *, times: int = 1) -> Locator:
        """Wait until the bot has said *words* so many times; return the newest."""
        found = self.heard.filter(has_text=words)
        await expect(found).to_have_count(times)
        return found.last

    async def presses(self, label: str, *, below: str = "") -> None:
        """Press the newest button of that name; with *below* the one under a message of such."""
        under = self.heard.filter(has_text=below) if below else self.column
        await under.locator(".key").filter(has_text=label).last.click()

    async def sends(self, photo: bytes, caption: str) -> None:
        """Pick a photo with the paper clip, write below it, send it."""
        await self.column.locator("[data-role=attach]").click()
        async with self.page.expect_file_chooser() as chooser:
            await self.column.get_by_role("menuitem").first.click()
        await (await chooser.value).set_files(
            {"name": "photo.png", "mimeType": "image/png", "buffer": photo}
        )
        await self.says(caption)


async def seat(page: Page, kind: str, name: str) -> None:
    """Add a ``customer`` or an ``agent`` with the page's own button."""
    many = await page.locator(".column").count()
    await page.locator(f"#add-{kind}").click()
    await page.locator("#newcomer input").fill(name)
    await page.locator("#newcomer .primary").click()
    await expect(page.locator(".column")).to_have_count(many + 1)


async def set_clock(page: Page, address: str, to: str) -> None:
    """Set the desk's clock to a moment, as another program would."""
    answer = await page.context.request.post(f"{address}control/clock", data={"to": to})
    assert answer.ok, await answer.text()


async def opened(page: Page, address: str) -> None:
    """Open the playground and wait until its chats are there."""
    await page.goto(address)
    await expect(page.locator("body.ready")).to_be_visible()
