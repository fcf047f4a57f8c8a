"""The git program, run so that no repository and no address can make it do anything else."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from index.errors import SourceError, mark
from index.parse.limits import show_name

TRANSPORTS = "https:ssh:file"
NOTHING = "none"
"""No transport goes by this name: git reads what is on the disk, and fetches nothing."""

_FAILED = mark("git {command} failed: {complaint}")
_POLL_S = 0.1
_KIND = re.compile(r"^(?:fatal|error|ERROR): ")
_SETTINGS = (
    *("core.hooksPath=/dev/null", "core.fsmonitor=false", "core.attributesFile=/dev/null"),
    *("core.askPass=", "credential.helper=", "credential.interactive=false"),
    *("gc.auto=0", "maintenance.auto=false", "fetch.unpackLimit=1"),
    *("http.lowSpeedLimit=1000", "http.lowSpeedTime=60"),
    *("submodule.recurse=false", "fetch.recurseSubmodules=false", "transfer.bundleURI=false"),
    *("safe.directory=*", "advice.detachedHead=false", "protocol.version=2"),
)


def find_git() -> str:
    """Return the path of the program. Raises SourceError where it is not installed."""
    program = shutil.which("git")
    if not program:
        raise SourceError(
            "git is not installed, and repositories are read with it. Install git"
            " (Debian: apt-get install git)."
        )
    return program


def run_git(
    arguments: Sequence[str],
    *,
    git_dir: Path,
    timeout_s: float,
    max_bytes: int,
    transports: str = NOTHING,
    settings: Mapping[str, str] | None = None,
    given: bytes = b"",
    failure: str = _FAILED,
    watch: Callable[[], None] | None = None,
) -> bytes:
    """Return what git writes.

    `settings` go to git by its environment, where no list of processes shows them. `watch` is
    called again and again meanwhile, and ends git by raising. `failure` is what is said
    where git fails, marked. Raises SourceError where git is not installed, fails, takes longer than
    `timeout_s` or writes more than `max_bytes`.
    """
    program = find_git()
    settings = {"http.followRedirects": "initial", **(settings or {})}
    command = [program, f"--git-dir={git_dir.absolute()}", "--no-pager", "--literal-pathspecs"]
    command += [part for setting in _SETTINGS for part in ("-c", setting)]
    with (
        tempfile.TemporaryFile() as put_in,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as complaints,
    ):
        put_in.write(given)
        put_in.seek(0)
        try:
            process = subprocess.Popen(
                [*command, *arguments],
                stdin=put_in,
                stdout=out,
                stderr=complaints,
                env=_environment(program, transports, settings),
                cwd=tempfile.gettempdir(),
                start_new_session=True,
                umask=0o077,  # a mirror is for its owner's eyes only
            )
        except (OSError, ValueError) as error:
            raise SourceError(
                "git cannot be started ({error}).", error=type(error).__name__
            ) from error
        deadline = time.monotonic() + timeout_s
        try:
            while not _has_ended(process):
                if watch:
                    watch()
                _check_size(out, max_bytes, arguments[0])
                if time.monotonic() > deadline:
                    raise SourceError(
                        "git {command} was not done after {seconds:,.0f} seconds. Try again later,"
                        " or name a smaller repository.",
                        command=arguments[0],
                        seconds=timeout_s,
                    )
        finally:
            _end(process)
        _check_size(out, max_bytes, arguments[0])
        if process.returncode:
            complaint = _read_complaint(complaints)
            raise SourceError(failure, command=arguments[0], complaint=complaint)
        out.seek(0)
        return out.read(max_bytes + 1)


def read_blobs(
    git_dir: Path, ids: Sequence[str], *, timeout_s: float, max_bytes: int
) -> Iterator[bytes | None]:
    """Yield the content of each blob, None for one that is missing, in the order asked for."""
    asked = "".join(f"{blob}\n" for blob in ids).encode("ascii")
    room = max_bytes + 200 * len(ids)
    written = run_git(
        ["cat-file", "--batch"],
        git_dir=git_dir,
        timeout_s=timeout_s,
        max_bytes=room,
        given=asked,
    )
    place = 0
    for blob in ids:
        end = written.find(b"\n", place)
        head = written[place:end].split(b" ")
        place = end + 1
        if end < 0 or head[0].decode("ascii", "replace") != blob:
            raise SourceError("git cat-file broke off. Remove the repository and add it again.")
        if len(head) != 3 or head[1] != b"blob":
            yield None
            continue
        size = int(head[2])
        yield written[place : place + size]
        place += size + 1


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End git and all that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(program: str, transports: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Return all that git gets to know of the world around it."""
    made = {
        "PATH": os.pathsep.join((str(Path(program).parent), os.defpath)),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=20",
        "GIT_ALLOW_PROTOCOL": transports,
        "GIT_NO_LAZY_FETCH": "1" if transports == NOTHING else "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for i, (key, value) in enumerate(settings.items()):
        made[f"GIT_CONFIG_KEY_{i}"], made[f"GIT_CONFIG_VALUE_{i}"] = key, value
    return made


def _check_size(out: IO[bytes], max_bytes: int, command: str) -> None:
    if os.fstat(out.fileno()).st_size > max_bytes:
        raise SourceError(
            "git {command} writes more than {most:,.0f} MB. Read a folder of the repository only"
            " (below).",
            command=command,
            most=max_bytes / 2**20,
        )


def _read_complaint(complaints: IO[bytes]) -> str:
    """Return the line of what git complains of that says what is wrong."""
    size = os.fstat(complaints.fileno()).st_size
    complaints.seek(max(0, size - 10_000))
    lines = complaints.read().decode("utf-8", "replace").splitlines()
    said = [line for line in lines if line.strip() and not line.startswith("warning:")]
    # What ssh complains of stands before git's own words on it.
    own = [line for line in said if line.startswith(("fatal:", "error:", "ERROR:"))]
    if own and "Could not read from remote" not in own[0]:
        said = own
    first = said[0] if said else "it gave no reason"
    return show_name(_KIND.sub("", first)).rstrip(".") + "."
