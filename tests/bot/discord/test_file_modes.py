"""All that Footnote keeps is for its user's eyes only, in a process that would let everyone see."""

import os
import pty
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.terminal.doctor import examine
from tests.bot.discord.gateway import TOKEN, Discord
from tests.bot.discord.people import Person, read
from tests.bot.discord.test_real_process import QUESTION, ROOT, SENTENCE, Process
from tests.bot.test_process import read_until

OPEN = "import os\nos.umask(0)\n"
"""What is made by default is everyone's, then."""


@pytest.fixture
def data(kept_models: Path, tmp_path: Path) -> Path:
    """A data folder with a kept model, so that starts are short."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "models").symlink_to(kept_models)
    return folder


def find_shared(folder: Path) -> Iterator[str]:
    """Files and folders that others than their owner may read, write or enter."""
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & 0o077 and not path.is_symlink():
            yield f"{path.relative_to(folder)} {mode:o}"


async def test_the_bot_shares_nothing_that_it_keeps_and_keeps_no_token(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "town.md").write_text(f"# Town\n\n{SENTENCE}")
    async with Discord() as discord:
        process = Process(tmp_path, tiny_model, discord.address, OPEN)
        try:
            await process.says("Indexed: 1 document")
            admin = Person(discord, discord.admin)
            for grain, done in ((b"barley", "1 added"), (b"rye", "1 updated")):
                file = ("mill.md", b"# Mill\n\nThe mill grinds %b." % grain)
                message = await admin.slash("docs add", file1=file)
                await discord.until(lambda shown=message, said=done: said in read(shown))
            await admin.slash("docs settings", private=True)
            await admin.slash("ask", question=QUESTION)
            running = {path.name for path in data.rglob("*")}
            assert {"library.db-wal", "library.db-shm"} <= running
            assert not list(find_shared(data))
            await process.end(signal.SIGTERM)
        finally:
            process.process.kill()
            process.process.wait()
    kept = {path.name for path in data.rglob("*")}
    assert {"library.db", "nearest.faiss", "discord.db", "commands.sha256", "mill.md"} <= kept
    assert not list(find_shared(data))
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert SENTENCE.encode() in written
    assert not [part for part in TOKEN.split(".") if part.encode() in written]


def test_the_terminal_shares_nothing_that_it_keeps(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "town.md").write_text(f"# Town\n\n{SENTENCE}")
    git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        subprocess.run([*git, *command], cwd=project, check=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environment["FOOTNOTE_MODEL"] = str(tiny_model)
    start = {"cwd": tmp_path, "env": environment, "umask": 0}
    footnote = [sys.executable, "-m", "bot"]
    subprocess.run([*footnote, "add", f"file://{project}"], check=True, **start)
    ours, theirs = pty.openpty()
    terminal = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    chat = subprocess.Popen([*footnote, "chat"], start_new_session=True, **terminal, **start)
    os.close(theirs)
    try:
        read_until(ours, "› ")
        os.write(ours, b"/help\n")
        read_until(ours, "/sources.*› ")
        os.write(ours, b"/quit\n")
        assert chat.wait(timeout=60) == 0
    finally:
        chat.kill()
        chat.wait()
        os.close(ours)
    kept = {path.name for path in data.rglob("*")}
    assert {"history", "library.db", "objects"} <= kept
    assert [name for name in kept if name.endswith(".pack")]
    assert not list(find_shared(data))


@pytest.mark.parametrize(("mode", "state"), [(0o755, "warn"), (0o750, "warn"), (0o700, "ok")])
def test_the_doctor_names_a_data_folder_that_others_may_look_into(
    mode: int, state: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    checks = examine(Settings(data=data, documents=tmp_path))
    found = next(check for check in checks if check.subject == "Data")
    assert found.state == state
    assert found.mend == (f"chmod 700 {data}" if state == "warn" else "")
