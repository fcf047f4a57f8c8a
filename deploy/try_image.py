"""Runs the steps of the Dockerfile where there is no Docker, in a clean folder, and tries the rest.

Whoever runs it is not root. Bubblewrap stands in for Docker, this machine's Python and programs for
the base image: what needs root there (apt-get, useradd) is told and left out. Everything but the
folder that a step may write is read-only, and what answers at the end has no network.

    python3 deploy/try_image.py [FOLDER...]

The folders are those that pip's settings on this machine lead to, if any. PIP_EXTRA_INDEX_URL and
other settings of pip's are handed on.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
USER = "10001"
BASE = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"}
QUESTION = "Which countries confirmed ground troops?"
ANSWER = "Only three countries have officially confirmed ground troops"
TOKEN = "NDcxMTQ3MTE0NzExNDcxMTQ3.GimageB.this-is-no-token-of-any-real-bot-0123"
# Footnote with a Discord that never answers its login, until what the command asks for is there.
HEALTHY = """
import socket, subprocess, sys, time
launch = '''
import discord.http, sys
discord.http.Route.BASE = sys.argv.pop()
from bot.cli import main
main()
'''
with socket.create_server(("127.0.0.1", 0)) as silent:
    address = f"http://127.0.0.1:{silent.getsockname()[1]}"
    bot = subprocess.Popen([sys.executable, "-c", launch, "run", address])
    while (unhealthy := subprocess.run(sys.argv[1:]).returncode) and bot.poll() is None:
        time.sleep(1)
    bot.terminate()
    sys.exit(unhealthy or bot.wait())
"""


@dataclass
class Stage:
    """A stage of the image: its files below a folder of ours, and what its steps have set."""

    folder: Path
    shared: list[str]
    environment: dict[str, str] = field(default_factory=BASE.copy)
    at: str = "/"
    settings: dict[str, str] = field(default_factory=dict)
    """HEALTHCHECK, ENTRYPOINT and such, as they stand there."""

    def run(
        self, *command: str, writable: str = "", online: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a command among the stage's files, of which it may write the `writable` alone."""
        box = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
        box += ["--uid", USER, "--gid", USER, *(["--share-net"] if online else [])]
        box += ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"]
        for name in ("bin", "lib", "lib64", "sbin"):
            box += ["--symlink", f"usr/{name}", f"/{name}"]
        for shared in self.shared:
            box += ["--ro-bind", shared, shared]
        for path in sorted(self.folder.iterdir()):
            inside = f"/{path.name}"
            box += ["--bind" if inside == writable else "--ro-bind", str(path), inside]
        box += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--remount-ro", "/"]
        for name, value in self.environment.items():
            box += ["--setenv", name, value]
        return subprocess.run(
            [*box, "--chdir", self.at, *command], capture_output=True, text=True, check=False
        )

    def copy(self, sources: list[str], target: str, below: Path) -> None:
        """Copy files and folders as COPY does; a folder's content goes into the target."""
        place = self.folder / (Path(self.at) / target).relative_to("/")
        for source in (below / name.strip("/") for name in sources):
            if source.is_dir():
                unwanted = shutil.ignore_patterns("__pycache__") if below == ROOT else None
                shutil.copytree(source, place, symlinks=True, ignore=unwanted)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)


def read_steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """The instructions and what stands behind each, comments left out and lines joined."""
    lines = [line for line in dockerfile.splitlines() if not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line:
            instruction, _, rest = line.partition(" ")
            yield instruction, rest


def build(dockerfile: str, folder: Path, shared: list[str]) -> Stage:
    """The last stage, after all steps. Exits with what a step says that fails."""
    stages: dict[str, Stage] = {}
    handed_on = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    for instruction, rest in read_steps(dockerfile):
        match instruction, shlex.split(rest):
            case "FROM", [image, *name]:
                print(f"{image}: this machine's /usr instead")
                stage = Stage(folder / str(len(stages)), shared)
                stage.folder.mkdir()
                stages[name[-1] if name else "last"] = stage
                stage.environment |= handed_on if name else {}
            case "WORKDIR", [at]:
                stage.at = at
                (stage.folder / at.strip("/")).mkdir(parents=True, exist_ok=True)
            case "COPY", [*sources, target]:
                below = ROOT
                if sources[0].startswith("--from="):
                    below = stages[sources.pop(0).removeprefix("--from=")].folder
                else:
                    let_in = (ROOT / ".dockerignore").read_text().split()
                    missing = [name for name in sources if f"!{name}" not in let_in]
                    assert not missing, f".dockerignore keeps out {missing}"
                stage.copy(sources, target, below)
            case "ENV", settings:
                for setting in settings:
                    key, _, value = setting.partition("=")
                    stage.environment[key] = Template(value).substitute(stage.environment)
            case "RUN", _ if re.search(r"apt-get|useradd", rest):
                print(f"left out: {rest}")
            case "RUN", _:
                began = time.monotonic()
                command = re.sub(r"--mount=\S+ +", "", rest)
                done = stage.run("sh", "-c", command, writable=stage.at, online=True)
                print(f"{time.monotonic() - began:6.1f} s  {command}")
                done.returncode and sys.exit(done.stdout + done.stderr)
            case "ARG", _:
                pass
            case _:
                stage.settings[instruction] = rest
    return stage


def try_out(stage: Stage) -> None:
    """Try that the image answers, is healthy when it should be, and writes its data alone."""
    data = stage.settings["VOLUME"]
    (stage.folder / data.strip("/")).mkdir(exist_ok=True)
    footnote = json.loads(stage.settings["ENTRYPOINT"])
    health = json.loads(stage.settings["HEALTHCHECK"].partition("CMD ")[2])
    stage.environment["DISCORD_TOKEN"] = TOKEN
    for what, command, wanted, code in (
        ("it runs as another user", ["id", "-u"], USER, 0),
        ("it takes in /documents", [*footnote, "add", "/documents"], "2 added", 0),
        ("it answers", [*footnote, "ask", QUESTION], ANSWER, 0),
        ("it refuses", [*footnote, "ask", "What is the capital of Peru?"], "not in the", 1),
        ("its doctor finds nothing", [*footnote, "doctor"], "whole", 0),
        ("it writes to /data", ["touch", f"{data}/new"], "", 0),
        ("… and nowhere else", ["sh", "-c", "touch /new || touch /app/bot/new"], "", 1),
        ("it is unhealthy where nothing answers", health, "", 1),
        ("it is healthy while the bot runs", ["python", "-c", HEALTHY, *health], "", 0),
    ):
        began = time.monotonic()
        done = stage.run(*command, writable=data)
        print(f"{time.monotonic() - began:6.1f} s  {what}: exit code {done.returncode}")
        if done.returncode != code or wanted not in " ".join(done.stdout.split()):
            sys.exit(done.stdout + done.stderr)


def main() -> None:
    """Build, and try what was built; the folder goes afterwards."""
    if not os.getuid():
        sys.exit("Run it as a user who is not root.")
    with TemporaryDirectory(prefix="footnote-image-") as folder:
        stage = build((ROOT / "Dockerfile").read_text(), Path(folder), sys.argv[1:])
        size = subprocess.check_output(["du", "-sm", stage.folder / "app"], text=True).split()[0]
        print(f"{int(size) / 1000:,.1f} GB in /app")
        try_out(stage)
    print("All as it should be.")


if __name__ == "__main__":
    main()
