"""Parsers that crash, run away or lie: each is the failure of its own document alone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import cage, caged, workers
from index.cage import parse_caged, run_caged
from index.errors import (
    DamagedDocument,
    EmptyDocument,
    EncryptedDocument,
    ParseError,
    ParserFailed,
    UnsupportedFormat,
)
from index.parse import Limits, parse_document

ROOT = Path(__file__).parent.parent.parent
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits need fork")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

SAY = """
import os
for handle in range(3, 64):
    try:
        os.write(handle, {said!r})
    except OSError:
        pass
os._exit(0)
"""
"""Says something into whatever pipes the child has."""


def raises(template: str, **values: object) -> str:
    """A parser that says it raised an error of ours, with a text that could do harm."""
    body = json.dumps(["DamagedDocument", template, values or {"x": "y"}]).encode()
    return SAY.format(said=caged.ANSWER.pack(caged.RAISED, len(body)) + body)


def run(source: str, *, seconds: float = 20, memory_bytes: int = 1 << 30) -> bytes:
    """What is raised where others' bytes make a parser do what the source does."""
    data = source.encode()
    return run_caged(
        *("builtins:exec", data, {}, "report.pdf"), seconds=seconds, memory_bytes=memory_bytes
    )


def evaluate(source: str) -> bytes:
    return run_caged("builtins:eval", source.encode(), {}, "report.pdf")


def is_alive(pid: int) -> bool:
    """Whether it is a process still, and no zombie that nobody has asked for yet."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def await_end(*pids: int) -> None:
    end = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.01)
    assert not [pid for pid in pids if is_alive(pid)]


@pytest.fixture(autouse=True, scope="module")
def leave_nothing_running() -> Iterator[None]:
    yield
    workers.close_workers()


@FORKS
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "crashed (SIGSEGV). Open it in its own program"),
        ("import os; os.abort()", "crashed (SIGABRT)"),
        ("held = []\nwhile True: held.append(bytes(1 << 20))", "needed more than 256 MB of memory"),
        ("bytes(1 << 40)", "needed more than 256 MB of memory. Leave the file out, or split it."),
        ("import os; os.kill(os.getpid(), 9)", "needed more than 256 MB of memory"),
        ("import sys; sys.exit(3)", "stopped with SystemExit: 3."),
        ("raise KeyboardInterrupt", "stopped with KeyboardInterrupt."),
        ("raise type('Odd', (BaseException,), {})('a\\x00\\nb')", "stopped with Odd: a  b."),
        ("import os; os._exit(0)", "ended without an answer."),
        ("def f(): f()\nf()", "stopped with RecursionError: maximum recursion depth"),
        ("held = []\nwhile True: held.append(open('/dev/null'))", "Too many open files"),
        (
            "import time, os\nif os.fork(): os._exit(0)\ntime.sleep(60)",
            "without an answer",
        ),
        ("print('x' * 99); import os; os.write(2, b'y'); os.close(0)", "stopped with TypeError"),
        (SAY.format(said=b"?"), "ended without an answer."),
        (SAY.format(said=b"=" + bytes(7) + b"\7xyz"), "ended without an answer."),
        (SAY.format(said=b"!" + bytes(7) + b"\5[1,2]"), "ended without an answer."),
        (SAY.format(said=b"!" + bytes(7) + b"\x0a" + b"[" * 10), "ended without an answer."),
        (SAY.format(said=b'!\0\0\0\0\0\0\0\x18["DiskFull", "none", {}]'), "stopped with none."),
        (SAY.format(said=b'!\0\0\0\0\0\0\0\x19["os.system", "none", {}]'), "stopped with none."),
        (raises("{x.__class__} {x}"), "ended without an answer."),
        (raises("{x:999999999}"), "ended without an answer."),
        (raises("{x!r:>99}"), "ended without an answer."),
        (raises("{x:,}"), "ended without an answer."),
        (raises("{y}"), "ended without an answer."),
        (raises("{x}", x=[1]), "ended without an answer."),
        (raises("{x}", x=True), "ended without an answer."),
    ],
)
def test_a_parser_that_fails_is_the_failure_of_its_document_alone(
    source: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ParserFailed) as caught:
        run(source, memory_bytes=256 << 20)
    assert str(caught.value).startswith("report.pdf could not be read: its parser ")
    assert reason in str(caught.value)
    assert evaluate("b'next'") == b"next"
    assert capfd.readouterr() == ("", "")


@FORKS
@pytest.mark.parametrize("source", ["while True: pass", "import time; time.sleep(60)"])
def test_a_parser_that_never_ends_is_ended(source: str) -> None:
    with pytest.raises(ParserFailed, match=r"needed more than 0\.2 seconds\. Leave the file out"):
        run(source, seconds=0.2)
    assert evaluate("b'next'") == b"next"


@FORKS
def test_a_parser_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "x"
    with pytest.raises(ParserFailed, match="File too large"):
        run(f"with open({str(file)!r}, 'wb', 0) as file: file.write(b'x')")
    assert file.read_bytes() == b""


@FORKS
def test_a_parser_that_talks_without_end_is_not_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "MAX_ANSWER_BYTES", 1 << 20)
    with pytest.raises(ParserFailed, match="made more than 256 MB of it"):
        run(SAY.format(said=bytes(4 << 20)))
    assert evaluate("b'next'") == b"next"


@LINUX
def test_what_a_parser_leaves_running_is_ended_with_it() -> None:
    with pytest.raises(DamagedDocument) as caught:
        run(
            "import os, time, index.errors\n"
            "if child := os.fork(): raise index.errors.DamagedDocument(str(child))\n"
            "time.sleep(60)"
        )
    await_end(int(str(caught.value)))


def test_a_parser_knows_nothing_of_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    workers.close_workers()
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("FOOTNOTE_DATA", "secret")
    assert b"secret" not in evaluate("str(__import__('os').environ).encode()")


def test_the_working_directory_brings_no_modules_into_a_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers.close_workers()
    for name in ("json", "struct", "index", "trap"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    monkeypatch.syspath_prepend(tmp_path)
    assert parse_caged(b"One line.", "a.txt").text == "One line."
    with pytest.raises(ParserFailed, match="ModuleNotFoundError: No module named 'trap'"):
        run("import trap")


def test_two_threads_are_served_at_once(tmp_path: Path) -> None:
    def meet(mine: str, other: str) -> bytes:
        there = f"__import__('pathlib').Path({str(tmp_path / other)!r}).exists"
        return evaluate(
            f"open({str(tmp_path / mine)!r}, 'w').close() or list(iter({there}, True)) and b'met'"
            " or b'met'"
        )

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(meet, "ab", "ba")) == [b"met", b"met"]


@FORKS
def test_a_process_that_has_ended_is_replaced() -> None:
    evaluate("b'first'")
    pid = int(evaluate("str(__import__('os').getppid()).encode()"))
    os.kill(pid, signal.SIGKILL)
    await_end(pid)
    assert evaluate("b'next'") == b"next"
    with pytest.raises(ParserFailed, match="ended without an answer"):
        run("import os; os.kill(os.getppid(), 9)")
    assert evaluate("b'next'") == b"next"


def interrupt_a_caller() -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    pid = int(evaluate("str(__import__('os').getppid()).encode()"))
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Interrupted):
            run("import time; time.sleep(60)")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    await_end(pid)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    assert evaluate("b'next'") == b"next"


@LINUX
def test_an_interrupted_caller_leaves_no_process() -> None:
    # In a process of its own: a signal is for nobody else's ears.
    script = "from tests.index.test_cage import interrupt_a_caller; interrupt_a_caller()"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


OWNER = """
import os
import sys
sys.path.insert(0, sys.argv[1])
from index.cage import run_caged
print(int(run_caged("builtins:eval", b"str(__import__('os').getppid()).encode()", {}, "x")))
sys.stdout.flush()
if sys.argv[2] == "wait":
    run_caged("builtins:exec", b"import time; time.sleep(60)", {}, "x")
"""


@LINUX
@pytest.mark.parametrize("what", ["wait", "end"])
def test_no_process_outlives_the_one_that_started_it(what: str) -> None:
    command = [sys.executable, "-W", "error", "-c", OWNER, str(ROOT), what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as owner:
        assert owner.stdout and owner.stderr
        worker = int(owner.stdout.readline())
        pids = [worker]
        if what == "wait":
            children = Path(f"/proc/{worker}/task/{worker}/children")
            while not (found := children.read_text().split()):
                time.sleep(0.01)
            pids += map(int, found)
            assert os.getsid(worker) == worker
            owner.kill()
        assert owner.stderr.read() == b""
    await_end(*pids)


def test_without_fork_a_fresh_process_reads_each_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FORKS", False)
    monkeypatch.setattr(cage, "FORKS", False)
    monkeypatch.setattr(workers, "_GRACE_S", 0)
    workers.close_workers()
    first, second = (evaluate("str(__import__('os').getpid()).encode()") for _ in range(2))
    assert first != second
    assert parse_caged(b"One line.", "a.txt").text == "One line."
    with pytest.raises(ParserFailed, match="needed more than 1 seconds"):
        run("while True: pass", seconds=1)
    with pytest.raises(ParserFailed, match="ended without an answer"):
        run("import ctypes; ctypes.string_at(0)")
    assert not workers._idle


@pytest.fixture
def inside() -> Iterator[subprocess.Popen[bytes]]:
    """The inside of the cage as a program like any other, asked through its pipes."""
    with subprocess.Popen(
        [sys.executable, "-c", "from index.caged import serve; serve()"],
        bufsize=0,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as inside:
        yield inside
        assert inside.stdin
        inside.stdin.close()
        assert inside.wait(10) == 0


def send(
    inside: subprocess.Popen[bytes], source: str, *, seconds: float = 20, fork: bool = True
) -> None:
    assert inside.stdin
    limits = {"memory_bytes": 1 << 30, "seconds": seconds, "fork": fork}
    task = {"task": "builtins:eval", "options": {}, "modules": ["builtins:dict", "no_such_module"]}
    head = json.dumps(task | limits).encode()
    inside.stdin.write(caged.REQUEST.pack(len(head), len(source)) + head + source.encode())


def hear(inside: subprocess.Popen[bytes]) -> tuple[bytes, bool, int]:
    """The answer, whether it was late, and how the child ended."""
    assert inside.stdout
    answers, answer = inside.stdout.fileno(), b""
    while size := caged.CHUNK.unpack(caged.read_bytes(answers, caged.CHUNK.size))[0]:
        answer += caged.read_bytes(answers, size)
    late, status, _ = caged.END.unpack(caged.read_bytes(answers, caged.END.size))
    return answer, late, status


@FORKS
def test_a_process_does_one_piece_after_the_other_and_ends_when_nobody_asks(
    inside: subprocess.Popen[bytes],
) -> None:
    long = b"x" * (1 << 17)
    leaves = "__import__('os').fork() and __import__('os')._exit(0) or __import__('time').sleep(60)"
    for source, seconds, heard in (
        ("b'made'", 20, (b"=" + (4).to_bytes(8, "big") + b"made", False, 0)),
        ("b'x' * (1 << 17)", 20, (b"=" + len(long).to_bytes(8, "big") + long, False, 0)),
        ("bytes(1 << 40)", 20, (b"M" + bytes(8), False, 0)),
        ("__import__('os').abort()", 20, (b"", False, signal.SIGABRT)),
        ("__import__('time').sleep(60)", 0.1, (b"", True, signal.SIGKILL)),
        (leaves, 20, (b"", False, 0)),
    ):
        send(inside, source, seconds=seconds)
        assert hear(inside) == heard


@FORKS
def test_a_process_ends_in_the_middle_of_its_work_when_nobody_listens_any_more(
    inside: subprocess.Popen[bytes],
) -> None:
    send(inside, "print('x') or __import__('time').sleep(60)")


def test_a_process_that_cannot_fork_does_one_piece(inside: subprocess.Popen[bytes]) -> None:
    send(inside, "b'made'", fork=False)
    assert hear(inside) == (b"=" + (4).to_bytes(8, "big") + b"made", False, 0)
    assert inside.wait(10) == 0


DOCUMENTS = {
    "a.md": b"# Loans\n\nFor four weeks.\n\n## Fines\n\n| day | cents |\n|--|--|\n| 1 | 20 |\n",
    "a.html": "<title>Über</title><h1>Öffnung</h1><p>Um neun \N{GRINNING FACE}.</p>".encode(),
    "a.csv": b"day,opens\nMonday,9\nTuesday,10\n",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_from_the_cage_is_the_one_that_its_parser_made(name: str) -> None:
    assert parse_caged(DOCUMENTS[name], name) == parse_document(DOCUMENTS[name], name)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b" \n", "a\n.txt", EmptyDocument),
        (b"x", "a.exe", UnsupportedFormat),
        (b"%PDF-1.7 and no more", "a.pdf", DamagedDocument),
        (b"PK\3\4", "a.docx", DamagedDocument),
    ],
)
def test_a_parsers_own_errors_come_out_of_the_cage_as_they_are(
    data: bytes, name: str, error: type[ParseError]
) -> None:
    with pytest.raises(error) as inside:
        parse_document(data, name)
    with pytest.raises(error) as outside:
        parse_caged(data, name)
    assert type(outside.value) is type(inside.value)
    assert str(outside.value) == str(inside.value)


def test_every_error_below_parse_error_keeps_its_class() -> None:
    with pytest.raises(EncryptedDocument, match=r"^It is locked$"):
        run("import index.errors; raise index.errors.EncryptedDocument('It is locked')")


def test_limits_reach_into_the_cage() -> None:
    with pytest.raises(ParseError, match="2 characters"):
        parse_caged(b"abc" * 9, "a.txt", Limits(text_chars=2))
