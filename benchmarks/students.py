"""A class on one server: N students open Train, press Train and look on, and now and then one pauses and goes on.

    python -m benchmarks.students [--students 30] [--seconds 60] [--steps 20000]

A fresh server; each student is a browser's websocket without the browser: the cookie of the page, the messages of a
click, and the fragments that a page asks for again by itself. What is measured is the wait for the server's last word.
Prints medians and the slowest of a hundred; no session may be lost and no page may show an error. Thirty browsers would
measure this machine's browsers; `benchmarks.live` has one real one.
"""

import argparse
import asyncio
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.goals import Goals
from tests.browser.conftest import serving

ARRIVAL = 5.0  # seconds within which all of them come
THINK = (3.0, 8.0)  # seconds between two clicks of a student
PATIENCE = 120.0  # seconds for an answer
ANSWER = 3.0  # seconds: the goal for the median wait after a button on a page that is there


class Student:
    """One open page. `waits` are seconds by what was waited for; `errors` are the messages that the page showed."""

    def __init__(self, url: str, query: str) -> None:
        self.url, self.query = url, query
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.buttons: dict[str, str] = {}  # the ids of the buttons, by key
        self.words = ""  # the status line
        self.page = ""
        self.asking: dict[str, asyncio.Task[None]] = {}  # fragments that are asked for again, by id
        self.finished = self.news = asyncio.Event()

    async def attend(self, seconds: float) -> None:
        """Come, train, look on, pause and resume until the lesson is over."""
        await asyncio.sleep(random.uniform(0, ARRIVAL))
        answer = await asyncio.to_thread(urlopen, f"{self.url}/train")
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        async with (
            connect(
                address, subprotocols=["streamlit"], additional_headers=cookie, max_size=None, open_timeout=PATIENCE
            ) as self.socket,
            asyncio.TaskGroup() as self.tasks,  # a task that fails ends the lesson
        ):
            listening = self.tasks.create_task(self.listen(self.socket))
            await self.do("page", self.send())
            await self.do("click to first step", self.click("train"), says="steps/s", unless="finished")
            over = time.monotonic() + seconds
            while time.monotonic() < over and "finished" not in self.words:
                await asyncio.sleep(random.uniform(*THINK))
                await self.do("pause", self.click("pause"), says="paused at", unless="finished")
                await self.do("resume", self.click("pause"), says="steps/s", unless="finished")
            listening.cancel()
            self.ask_no_more()

    async def do(self, what: str, sending: Awaitable[None], *, says: str = "", unless: str = "") -> None:
        """Send something, and wait until the status line says what it should and a run of the page has ended."""
        began, self.finished = time.monotonic(), asyncio.Event()
        await sending
        try:
            async with asyncio.timeout(PATIENCE):
                while says not in self.words:
                    if unless and unless in self.words:
                        return
                    self.news = asyncio.Event()
                    await self.news.wait()
                await self.finished.wait()  # before that the buttons are not drawn anew
        except TimeoutError:
            raise TimeoutError(f"{what}: not within {PATIENCE:.0f} s; the page says {self.words!r}") from None
        self.waits[what].append(time.monotonic() - began)

    async def click(self, key: str) -> None:
        message = self.message()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = self.buttons[key], True
        await self.socket.send(message.SerializeToString())

    async def send(self) -> None:
        await self.socket.send(self.message().SerializeToString())

    def message(self) -> BackMsg:
        """Run the page again, as it stands in the address."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_script_hash = self.query, self.page
        if not self.page:
            message.rerun_script.page_name = "train"
        return message

    async def listen(self, socket: ClientConnection) -> None:
        """Take note of what the server says."""
        async for raw in socket:
            said = ForwardMsg()
            said.ParseFromString(raw)  # type: ignore[arg-type]
            match said.WhichOneof("type"):
                case "new_session" if not said.metadata.run.fragment_ids:
                    self.ask_no_more()
                case "navigation":
                    self.page = said.navigation.page_script_hash
                case "auto_rerun":
                    self.ask_no_more(said.auto_rerun.fragment_id)
                    again = self.ask_again(said.auto_rerun.fragment_id, said.auto_rerun.interval)
                    self.asking[said.auto_rerun.fragment_id] = self.tasks.create_task(again)
                case "page_info_changed":
                    self.query = said.page_info_changed.query_string
                case "script_finished":
                    self.finished.set()
                case "delta" if said.delta.WhichOneof("type") == "new_element":
                    self.see(said)

    def see(self, said: ForwardMsg) -> None:
        """Take note of one element: a button, a line of text, an error."""
        element = said.delta.new_element
        match element.WhichOneof("type"):
            case "button":
                self.buttons[element.button.id.rpartition("-")[2]] = element.button.id
            case "markdown" if re.search(r"\u2002.*(step [\d\u202f]+ of|finished:)", element.markdown.body):
                self.words = element.markdown.body
                self.news.set()
            case "exception":
                self.errors.append(element.exception.message)

    def ask_no_more(self, fragment: str = "") -> None:
        for one in [fragment] if fragment else list(self.asking):
            if task := self.asking.pop(one, None):
                task.cancel()

    async def ask_again(self, fragment: str, interval: float) -> None:
        """What a browser does for a fragment with `run_every`."""
        while True:
            await asyncio.sleep(interval)
            message = self.message()
            message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
            await self.socket.send(message.SerializeToString())


async def lesson(url: str, students: int, seconds: float, steps: int) -> list[Student]:
    """A class of so many, each with a bigram of so many steps; whoever is lost says why among its errors."""
    everybody = [Student(url, f"model=bigram&max_steps={steps}") for _ in range(students)]
    for one, lost in zip(
        everybody,
        await asyncio.gather(*(one.attend(seconds) for one in everybody), return_exceptions=True),
        strict=True,
    ):
        if lost is not None:
            one.errors.append(f"lost: {getattr(lost, 'exceptions', lost)!r}")
    return everybody


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--steps", type=int, default=20_000, help="of each run: what Train offers")
    chosen, goals = parser.parse_args(), Goals()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        everybody = asyncio.run(lesson(url, chosen.students, chosen.seconds, chosen.steps))
    errors = [error for one in everybody for error in one.errors]
    for what in ("page", "click to first step", "pause", "resume"):
        waits = [wait for one in everybody for wait in one.waits[what]]
        slowest = quantiles(waits, n=100)[-1] if len(waits) > 1 else sum(waits)
        middle = median(waits) if waits else float("nan")
        print(f"{what:20} {len(waits):4} times, median {middle:6.2f} s, slowest of a hundred {slowest:6.2f} s")
        if what in ("pause", "resume"):  # the others hang on how many come at once, and on the bare start of a server
            goals.at_most(ANSWER, middle, f"{what}: median seconds")
    print(*errors[:5], sep="\n", end="\n" * bool(errors))
    goals.at_most(0, len(errors), "errors and lost sessions")
    goals.settle()


if __name__ == "__main__":
    main()
