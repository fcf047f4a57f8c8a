"""The inside of the cage: a process that waits for work, and a child of it that does each piece.

It is started by `index.cage` as `python -I` with next to no environment. Requests come in through
its stdin, answers go out through its stdout, and when stdin ends, all of it ends. Between the two
nothing is trusted: what a child says is handed on as it is, and read with care outside.
"""

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import struct
import sys
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from index.errors import ParseError

REQUEST = struct.Struct(">IQ")
"""Bytes of the JSON head, then bytes of data; both follow."""
CHUNK = struct.Struct(">I")
"""Bytes of an answer's next piece; 0 after the last one, and END behind it."""
END = struct.Struct(">?iQ")
"""Whether the time was up, how the child ended as `os.wait` says it, most bytes it held."""
ANSWER = struct.Struct(">cQ")
"""MADE, RAISED or NO_MEMORY, and how many bytes follow."""
MADE, RAISED, NO_MEMORY = b"=", b"!", b"M"

_OPEN_FILES = 64
_PIECE = 1 << 16
_LOOK_S = 0.2
"""How often to look whether a child has ended that left its pipe to a process of its own."""
_PR_SET_PDEATHSIG = 1
_NICE = 5
"""Whoever asks a question meanwhile goes first."""

_loaded: set[str] = set()


def serve() -> None:
    """Do what stdin asks for, one piece after the other, until it ends."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):  # whatever parsers print is for nobody
        os.dup2(null, handle)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if hasattr(os, "fork"):
        import resource  # noqa: F401 - so that no child has to load it

        with contextlib.suppress(OSError):
            os.nice(_NICE)
    while True:
        try:
            head_bytes, data_bytes = REQUEST.unpack(read_bytes(requests, REQUEST.size))
        except EOFError:
            return
        head = json.loads(read_bytes(requests, head_bytes))
        data = read_bytes(requests, data_bytes)
        for module in (head["task"].partition(":")[0], *head["modules"]):
            with contextlib.suppress(ImportError):  # the child will meet and report it
                _load(module)
        if not head["fork"]:
            _answer_here(answers, head, data)
            return
        reader, writer = os.pipe()
        server = os.getpid()
        child = os.fork()
        if not child:
            _run_child(writer, (requests, answers, reader), head, data, libc, server)
        os.close(writer)
        del data
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        try:
            _hand_on(child, reader, requests, answers, head["seconds"])
        finally:
            os.close(reader)


def _load(named: str) -> None:
    """Import a module, and call the function behind its colon if there is one; once."""
    if named in _loaded:
        return
    module, _, function = named.partition(":")
    loaded = importlib.import_module(module)
    if function:
        getattr(loaded, function)()
    _loaded.add(named)


def read_bytes(handle: int, size: int) -> bytes:
    """Return so many bytes of a pipe; raises EOFError where it ends before."""
    data = bytearray()
    while len(data) < size:
        piece = os.read(handle, min(size - len(data), 1 << 20))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def write_bytes(handle: int, data: bytes) -> None:
    """Write all of it to a pipe."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view[: 1 << 20]) :]


def _answer_here(answers: int, head: Mapping[str, Any], data: bytes) -> None:
    """Do the work in this very process, where there is no fork; its limit on time is outside."""
    answer = _do(head, data)
    for start in range(0, len(answer), _PIECE):
        piece = answer[start : start + _PIECE]
        write_bytes(answers, CHUNK.pack(len(piece)) + piece)
    write_bytes(answers, CHUNK.pack(0) + END.pack(False, 0, 0))


def _run_child(
    writer: int,
    others: tuple[int, ...],
    head: Mapping[str, Any],
    data: bytes,
    libc: ctypes.CDLL | None,
    server: int,
) -> NoReturn:
    """Do the work in a child that can touch neither the server's pipes nor the next document."""
    try:
        os.setpgid(0, 0)
        if libc:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for handle in others:
            os.close(handle)
        if os.getppid() == server:
            _limit(head["memory_bytes"], head["seconds"])
            write_bytes(writer, _do(head, data))
    finally:
        os._exit(0)


def _limit(memory_bytes: int, seconds: float) -> None:
    """Set the limits of this process and of those that it starts; they can't be raised again."""
    import resource

    with contextlib.suppress(OSError):  # where memory runs out, this goes and not the bot
        handle = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(handle, b"1000")
        os.close(handle)
    held = 0
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:  # noqa: PTH123
        held = int(file.read().split()[0]) * resource.getpagesize()
    cpu = int(seconds) + 1
    for kind, soft, hard in (
        (resource.RLIMIT_AS, held + memory_bytes, held + memory_bytes),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        allowed = resource.getrlimit(kind)[1]
        if allowed != resource.RLIM_INFINITY:
            soft, hard = min(soft, allowed), min(hard, allowed)
        with contextlib.suppress(OSError, ValueError):  # macOS knows no limit on memory
            resource.setrlimit(kind, (soft, hard))


def _do(head: Mapping[str, Any], data: bytes) -> bytes:
    """Return the answer to a request: what the task made, or what it raised."""
    try:
        module, _, function = head["task"].partition(":")
        made = getattr(importlib.import_module(module), function)(data, head["options"])
        kind, body = MADE, bytes(memoryview(made))
    except MemoryError:
        kind, body = NO_MEMORY, b""
    except ParseError as error:
        told = [type(error).__name__, error.template, error.values]
        kind, body = RAISED, json.dumps(told).encode()
    except BaseException as error:  # noqa: BLE001 - a parser that calls sys.exit is no exception
        said = [f"{type(error).__name__}:", *str(error)[:1000].split()]
        kind, body = RAISED, json.dumps(["", " ".join(said).rstrip(":"), {}]).encode()
    return ANSWER.pack(kind, len(body)) + body


def _hand_on(child: int, reader: int, requests: int, answers: int, seconds: float) -> None:
    """Hand on what the child says until it ends, its time is up, or nobody listens any more."""
    end = time.monotonic() + seconds
    poller = select.poll()
    poller.register(reader, select.POLLIN)
    poller.register(requests, select.POLLIN)
    late, status, used = False, None, 0
    try:
        while True:
            left = end - time.monotonic()
            if left <= 0:
                late = True
                break
            ready = dict(poller.poll(min(left, _LOOK_S) * 1000))
            if requests in ready:  # nothing is asked in the middle: the other end has gone
                sys.exit()
            if reader in ready:
                piece = os.read(reader, _PIECE)
                if not piece:
                    break
                write_bytes(answers, CHUNK.pack(len(piece)) + piece)
            elif status is not None:
                break
            else:
                status, used = _reap(child, os.WNOHANG)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # with all that it has started
        if status is None:
            status, used = _reap(child, 0)
    write_bytes(answers, CHUNK.pack(0) + END.pack(late, status or 0, used))


def _reap(child: int, options: int) -> tuple[int | None, int]:
    """Return how the child ended, None for not yet, and the most memory that it held, in bytes."""
    found, status, usage = os.wait4(child, options)
    if not found:
        return None, 0
    return status, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
