"""With the packaged model Footnote talks to Discord and to nobody else, at first and later.

A hook in each Python process writes down and refuses every address but loopback and every name that
is looked up. Native code passes such hooks by, and the processes that read documents take none; so
the same runs once more, where the system allows that, in a network that holds loopback alone, whose
kernel counts what finds no way out.
"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.discord.gateway import Discord
from tests.bot.discord.people import Person, read
from tests.bot.discord.test_real_process import QUESTION, ROOT, SENTENCE, Process, read_plainly

HOOK = """
import ipaddress, os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1] if len(arguments) > 1 else None
        host = address[0] if isinstance(address, tuple) else ""  # else a Unix socket, or connected
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0] or ""
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    try:
        near = not host or host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        tried = os.open(os.environ["TRIED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(tried, f"{event} {host}\\n".encode())
        os.close(tried)
        raise OSError(f"{host} is refused")

sys.addaudithook(refuse)
"""

ALONE = """
import fcntl, socket, struct, sys
import pytest

def count():
    with open("/proc/net/snmp") as file:
        lines = [line.split() for line in file]
    known = {}
    for names, numbers in zip(lines[::2], lines[1::2]):
        known |= {names[0] + name: int(number) for name, number in zip(names[1:], numbers[1:])}
    with open("/proc/net/snmp6") as file:
        known |= {name: int(number) for name, number in map(str.split, file)}
    return known["Ip:OutNoRoutes"] + known["Ip6OutNoRoutes"] + known["Udp:OutDatagrams"]

with socket.socket() as any_one:
    fcntl.ioctl(any_one, 0x8914, struct.pack("16sh22x", b"lo", 0x41))  # up and running
code = pytest.main(["-p", "no:cacheprovider", "-p", "no:xdist", *sys.argv[1:]])
tried = count()
for family, address in ((socket.AF_INET, "203.0.113.9"), (socket.AF_INET6, "2001:db8::9")):
    with socket.socket(family) as one:
        one.connect_ex((address, 443))
print("PASSED", int(code), "TRIED", tried, "COUNTS", count() - tried)
"""
"""Runs tests where there is no network, and then shows that attempts are counted there."""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment in which each Python process has the hook."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    path = os.pathsep.join([str(tmp_path / "hook"), str(ROOT)])
    return {"PYTHONPATH": path, "TRIED": str(tmp_path / "tried")}


def run(folder: Path, variables: dict[str, str], *command: str) -> str:
    """What a command prints; it has to be content."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def use_terminal(folder: Path, variables: dict[str, str]) -> None:
    """Index, ask and look whether all is well."""
    footnote = ("-m", "bot")
    assert "added" in run(folder, variables, *footnote, "add", "documents")
    assert SENTENCE in run(folder, variables, *footnote, "ask", QUESTION)
    assert "all current" in run(folder, variables, *footnote, "doctor")


async def use_bot(folder: Path, variables: dict[str, str]) -> None:
    """Index and answer in Discord, and have a file added there."""
    async with Discord() as discord:
        process = Process(folder, "", discord.address, "", **variables)
        try:
            await process.says("Indexed: 1 document")
            answer = await Person.new(discord).slash("ask", question=QUESTION)
            assert SENTENCE in read_plainly(answer)
            admin = Person(discord, discord.admin)
            file = ("mill.md", b"# Mill\n\nThe mill grinds barley.")
            added = await admin.slash("docs add", file1=file)
            await discord.until(lambda: "1 added" in read(added))
            question = "What does the mill grind?"
            asked = await Person.new(discord).slash("ask", question=question)
            assert "barley" in read_plainly(asked)
            code, _ = await process.end(signal.SIGTERM)
            assert code == 0
        finally:
            process.process.kill()
            process.process.wait()


@pytest.mark.parametrize("first", ["terminal", pytest.param("bot", marks=pytest.mark.thorough)])
async def test_no_address_but_loopback_is_tried_at_the_first_start_or_later(
    first: str, tmp_path: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "town.md").write_text(f"# Town\n\n{SENTENCE} It is large.")
    for who in (first, "bot" if first == "terminal" else "terminal"):  # the model is kept, then
        if who == "bot":
            await use_bot(tmp_path, variables)
        else:
            await asyncio.to_thread(use_terminal, tmp_path, variables)
        assert list((tmp_path / "data" / "models").glob("*/network.bin"))
    tried = tmp_path / "tried"
    assert not tried.exists(), tried.read_text()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('203.0.113.9', 443))",
        "socket.getaddrinfo('huggingface.co', 443)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('203.0.113.9', 53))",
        "__import__('urllib.request').request.urlopen('https://huggingface.co')",
    ],
)
def test_an_attempt_is_refused_and_written_down(
    attempt: str, tmp_path: Path, variables: dict[str, str]
) -> None:
    source = f"import socket\ntry: {attempt}\nexcept OSError as error: print(error)"
    assert "is refused" in run(tmp_path, variables, "-c", source)
    [line] = (tmp_path / "tried").read_text().splitlines()
    assert line.endswith(("203.0.113.9", "huggingface.co"))


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for a network of its own")
def test_native_code_tries_none_either_where_the_kernel_counts() -> None:
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system gives no network of its own")
    test = test_no_address_but_loopback_is_tried_at_the_first_start_or_later.__name__
    done = subprocess.run(
        [*alone, sys.executable, "-c", ALONE, f"{__file__}::{test}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert "PASSED 0 TRIED 0 COUNTS 2" in done.stdout, done.stdout + done.stderr
