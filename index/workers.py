"""Processes that wait for work on others' bytes: one for every thread that asks at once.

Each forks a child for every document; where there is no fork, a fresh process does each.
`index.caged` is their inside.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index import caged

MAX_ANSWER_BYTES = 256 << 20
"""What a task makes may take so much; the text of the largest document takes a fifth."""
FORKS = hasattr(os, "fork")

_GRACE_S = 10
"""So long after its limit a document is given up from outside; inside it should have ended."""
_CLOSE_S = 2
_KEPT = 4
_START = (
    "import sys; root, *sys.path = sys.argv[1:]; sys.path.insert(0, root); import index.caged;"
    " del sys.path[0]; index.caged.serve()"
)
"""The engine is that of this process, wherever another may be installed."""

_idle: list["Worker"] = []
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a child has said, and how it ended."""

    answer: bytes
    """As `index.caged.ANSWER` has it, if nothing went wrong."""
    late: bool = False
    """Its time was up."""
    too_long: bool = False
    """It said more than MAX_ANSWER_BYTES."""
    signal_number: int = 0
    """Of the signal that ended it."""
    used_bytes: int = 0
    """The most memory that it held."""


class Worker:
    """A process that waits for work, seen from outside."""

    def __init__(self) -> None:
        here = Path.cwd()
        folders = [path for path in sys.path if Path(path).is_absolute() and Path(path) != here]
        variables = {"PATH": os.pathsep.join(os.get_exec_path()), "LANG": "C.UTF-8"}
        variables |= {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        if sys.platform == "win32":  # nothing starts without it
            variables["SYSTEMROOT"] = os.path.expandvars("%SYSTEMROOT%")
        root = str(Path(__file__).parent.parent)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-W", "ignore", "-c", _START, root, *folders],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=here.anchor,
            env=variables,
            start_new_session=True,  # Ctrl-C is for the one who asked, who then ends this
        )
        assert self.process.stdin and self.process.stdout
        self._requests, self._answers = self.process.stdin, self.process.stdout

    def ask(self, head: bytes, data: bytes, seconds: float) -> Outcome:
        """What a child of the process says to a request and its data."""
        timer = threading.Timer(seconds + _GRACE_S, self.process.kill)
        timer.start()
        answer = bytearray()
        try:
            requests, answers = self._requests.fileno(), self._answers.fileno()
            caged.write_bytes(requests, caged.REQUEST.pack(len(head), len(data)) + head)
            caged.write_bytes(requests, data)
            while True:
                (size,) = caged.CHUNK.unpack(caged.read_bytes(answers, caged.CHUNK.size))
                if not size:
                    break
                if len(answer) + size > MAX_ANSWER_BYTES:
                    self.close()
                    return Outcome(b"", too_long=True)
                answer += caged.read_bytes(answers, size)
            late, status, used = caged.END.unpack(caged.read_bytes(answers, caged.END.size))
        except (OSError, EOFError):  # the process itself has ended
            late = timer.finished.is_set()
            self.close()
            return Outcome(b"", late)
        finally:
            timer.cancel()
        number = os.WTERMSIG(status) if FORKS and os.WIFSIGNALED(status) else 0
        return Outcome(bytes(answer), late, False, number, used)

    def close(self) -> None:
        """End the process and all that it has started."""
        self._requests.close()  # at either it kills its child, and goes
        self._answers.close()
        try:
            self.process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def borrow_worker() -> Iterator[Worker]:
    """A worker that nobody else asks meanwhile; it is kept for the next if it lives on."""
    with _turn:
        worker = _idle.pop() if _idle else None
    if worker and worker.process.poll() is not None:
        worker.close()
        worker = None
    if not worker:
        atexit.unregister(close_workers)
        atexit.register(close_workers)
        worker = Worker()
    try:
        yield worker
    except BaseException:
        worker.close()
        raise
    if not FORKS:
        worker.close()
        return
    with _turn:
        kept = worker.process.returncode is None and len(_idle) < _KEPT
        if kept:
            _idle.append(worker)
    if not kept:
        worker.close()


def close_workers() -> None:
    """End all processes that wait for work. The next document starts another."""
    with _turn:
        workers = _idle[:]
        _idle.clear()
    for worker in workers:
        worker.close()
