"""Fuzz what reads outside bytes, led by coverage: `python -m tests.fuzz TARGET [OPTIONS]`.

`make fuzz TARGET=.md` installs atheris and does so. The options are libFuzzer's, such as
`-max_total_time=300`; a file's name tries that one alone. Inputs that reached something new are
kept in `.fuzz/`. A find ends the run: an error that nobody is told to expect, a broken promise,
too much memory or time. It is left there as `crash-…`, `oom-…` or `timeout-…`, and becomes an
example in a test of the room where it is mended.
"""

import shutil
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import atheris

# What reads robots.txt and .env is no code of ours.
instrumented = atheris.instrument_imports(include=["index", "bot", "protego", "dotenv"])
with instrumented:
    from tests.fuzz.targets import BROKEN, ROOT, list_targets
    from tests.index.mutate import mutate


def mutate_input(data: bytes, max_bytes: int, seed: int) -> bytes:
    """Nearly the input: by what is known of formats, or by what libFuzzer has seen compared."""
    random = Random(seed)
    if data.startswith(b"PK") or random.random() < 0.5:
        with suppress(*BROKEN):
            return mutate(data, random)[:max_bytes]
    return bytes(atheris.Mutate(data, max_bytes))


def main() -> None:
    target, *options = sys.argv[1:] or [""]
    folder = ROOT / ".fuzz" / target
    scratch, inputs = folder / "scratch", folder / "inputs"
    targets = list_targets(scratch)
    if target not in targets:
        sys.exit(f"{target!r} is no target. Name one: {', '.join(targets)}.")
    shutil.rmtree(scratch, ignore_errors=True)
    for made in (scratch, inputs):
        made.mkdir(parents=True, exist_ok=True)
    options = [each if each.startswith("-") else str(Path(each).absolute()) for each in options]
    if not any(each.startswith("/") for each in options):
        options.append(str(inputs))
    with instrumented:  # also what is imported late
        run, samples = targets[target]()
        for i, sample in enumerate(samples):
            run(sample)
            (inputs / f"sample-{i}").write_bytes(sample)
        find = f"-artifact_prefix={folder}/"
        room = f"-max_len={4096 + 2 * max(map(len, samples))}"  # archives that are cut are broken
        atheris.Setup(
            [sys.argv[0], "-timeout=20", find, room, *options], run, custom_mutator=mutate_input
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
