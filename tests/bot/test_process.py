"""The command as a process of its own: signals, pipes, permissions and a real terminal."""

import ctypes
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
QUESTION = "When does the museum open in the morning?"
SENTENCE = "The museum opens at nine in the morning."

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tiny_model: Path, kept_models: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts `python -m bot` in a folder of its own, where documents/town.md stands."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(kept_models)
    (tmp_path / "documents" / "town.md").write_text(SENTENCE)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "FOOTNOTE_MODEL": str(tiny_model),
        "TERM": "xterm-256color",
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
    }

    def run(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        command = [sys.executable, "-m", "bot", *arguments]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes | options)
        started.append(process)
        return process

    started: list[subprocess.Popen[bytes]] = []
    yield run
    for process in started:  # only where a test has failed is one still there
        process.kill()
        process.wait()


def finish(process: subprocess.Popen[bytes], typed: bytes = b"") -> tuple[int, str, str]:
    out, err = process.communicate(typed, timeout=120)
    return process.returncode, out.decode(), err.decode()


def test_pipes_get_answers_and_nothing_else(start: Start) -> None:
    code, out, err = finish(start("add", "documents"))
    assert (code, err) == (0, "")
    assert out.startswith("1 added")
    code, out, err = finish(start("ask", QUESTION, "--json"))
    assert (code, err) == (0, "")
    assert json.loads(out)["passages"][0]["text"] == SENTENCE
    code, out, err = finish(start("chat"), QUESTION.encode() + b"\n\xff\xfe\x00\n")
    assert (code, err) == (0, "")
    assert f"┃ »{SENTENCE}«\n" in out
    assert out.count("\n› ") == 1  # the second line, whatever it was, is answered too


def test_ctrl_c_is_quiet(start: Start) -> None:
    assert finish(start("add", "documents"))[0] == 0
    # A shell starts what runs in the background deaf to Ctrl-C, and children inherit that.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start("chat")
    signal.signal(signal.SIGINT, inherited)
    assert process.stdin and process.stdout
    process.stdin.write(QUESTION.encode() + b"\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith("›".encode())
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert (code, err) == (130, "")


@pytest.mark.parametrize("arguments", [["documents"], ["documents", "--json"], ["doctor"]])
def test_a_closed_pipe_is_quiet(start: Start, arguments: list[str]) -> None:
    process = start(*arguments)
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (1, b"")


def test_a_file_and_a_folder_that_may_not_be_read_are_named(start: Start, tmp_path: Path) -> None:
    for name in ("secret.md", "closed"):
        path = tmp_path / "documents" / name
        path.mkdir() if name == "closed" else path.write_text("The key is under the stone.")
        path.chmod(0)
    code, out, err = finish(start("add", "documents", preexec_fn=bow_to_permissions))
    assert (code, err) == (1, "")
    assert "1 added · 0 updated · 0 unchanged · 0 removed · 2 failed" in out
    assert "secret.md may not be read" in out
    assert "closed may not be read" in out


def bow_to_permissions() -> None:
    """Take from root what lets it read everything (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)."""
    drop_capability = 24  # PR_CAPBSET_DROP
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(drop_capability, capability, 0, 0, 0)


def read_until(terminal: int, pattern: str) -> str:
    """What a terminal prints until it matches."""
    seen, deadline = b"", time.monotonic() + 120
    while not re.search(pattern, seen.decode(errors="replace"), re.DOTALL):
        assert time.monotonic() < deadline, seen
        seen += os.read(terminal, 4096)
    return seen.decode()


def test_a_conversation_in_a_terminal_keeps_its_history_for_its_user_alone(
    start: Start, tmp_path: Path
) -> None:
    assert finish(start("add", "documents"))[0] == 0
    for round_number in range(2):
        ours, theirs = pty.openpty()
        process = start("chat", stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        read_until(ours, "› ")
        if round_number == 0:
            os.write(ours, f"{QUESTION}\n".encode())
        else:
            os.write(ours, b"\x1b[A\n")  # the arrow up: the same question again
        shown = read_until(ours, "town.md.*› ")
        assert f"\x1b[1m{SENTENCE}\x1b[0m" in shown
        os.write(ours, b"/quit\n" if round_number else b"\x04")
        assert process.wait(timeout=60) == 0
        os.close(ours)
    history = tmp_path / "data" / "history"
    assert history.read_text().splitlines() == [QUESTION, "/quit"]
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
