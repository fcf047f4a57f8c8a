"""Runs the benchmarks that need nothing but Footnote, each in a process of its own.

`python -m tests.bench 1000 10000` takes the sizes of libraries to measure; it exits 1 where a bound
was broken.
"""

import subprocess
import sys
from pathlib import Path

SIZE = "size"
BENCHMARKS = ("costs", "start", "load", "crowd", SIZE)


def main() -> None:
    broken = False
    for name in BENCHMARKS:
        arguments = sys.argv[1:] if name == SIZE else []
        command = [sys.executable, "-m", f"tests.bench.{name}", *arguments]
        broken |= subprocess.run(command, cwd=Path(__file__).parents[2]).returncode != 0
    sys.exit(broken)


if __name__ == "__main__":
    main()
