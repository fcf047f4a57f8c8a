"""What `footnote run` says before it is in Discord: tokens, the invite link, logs."""

import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import Result

from bot.discord.connect import make_invite
from bot.discord.token import TokenError, check_token
from bot.terminal.commands import REFUSED
from tests.bot.conftest import Footnote
from tests.bot.discord.gateway import TOKEN

ROOT = Path(__file__).parent.parent.parent.parent


def make_token(first: bytes) -> str:
    part = urlsafe_b64encode(first).decode().rstrip("=")
    return f"{part}.GloopB.this-is-no-token-of-any-real-bot-0123"


def test_a_token_is_taken_as_it_is() -> None:
    for token in (TOKEN, make_token(b"80351110224678912"), make_token(b"1136283434393190000")):
        assert check_token(token) == token


@pytest.mark.parametrize(
    ("token", "mistake"),
    [
        (f"{TOKEN}\n", "white space"),
        (f" {TOKEN}", "white space"),
        (f'"{TOKEN}"', "quotes"),
        (f"'{TOKEN}'", "quotes"),
        (f"Bot {TOKEN}", "a word stands before it"),
        ("1136283434393190000", "application's id"),
        ("0f" * 32, "public key"),
        ("Zy0-Zy0-Zy0-Zy0-Zy0-Zy0-Zy0-Zy0-", "client secret"),
        ("secret", "three parts"),
        (TOKEN.replace(".", " "), "three parts"),
        (f"{TOKEN}é", "three parts"),
        (TOKEN.rpartition(".")[0] + ".short", "a part of it is missing"),
        (f"{TOKEN}.{TOKEN}", "three parts"),
        (make_token(b"no number at all"), "does not name a bot"),
        (make_token(b"123456789012"), "does not name a bot"),
        (make_token("１１３６２８３４３４".encode()[:20]), "does not name a bot"),
    ],
)
def test_what_is_no_token_is_named_and_never_shown(token: str, mistake: str) -> None:
    with pytest.raises(TokenError) as caught:
        check_token(token)
    said = str(caught.value)
    assert mistake in said
    assert "discord.com/developers" in said and "Reset Token" in said and ".env" in said
    assert token not in said
    assert not any(len(part) > 10 and part in said for part in token.split("."))


def test_run_with_a_malformed_token_says_what_to_do(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", f"Bot {TOKEN}")
    done: Result = footnote("run", input="")
    assert (done.exit_code, done.stdout) == (REFUSED, "")
    assert "a word stands before it" in done.stderr
    assert TOKEN not in done.output


def test_the_invite_link_asks_for_what_is_needed_and_for_nothing_else() -> None:
    link = urlsplit(make_invite(4711))
    asked = parse_qs(link.query)
    assert (link.netloc, link.path) == ("discord.com", "/oauth2/authorize")
    assert asked["client_id"] == ["4711"]
    assert asked["scope"] == ["bot applications.commands"]
    view, send, history = 1 << 10, 1 << 11, 1 << 16
    threads, open_threads, files = 1 << 38, 1 << 35, 1 << 15
    assert asked["permissions"] == [str(view | send | history | threads | open_threads | files)]


def test_without_a_token_discord_is_not_even_loaded(
    tiny_model: Path, kept_models: Path, tmp_path: Path
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(kept_models)
    (tmp_path / "documents" / "town.md").write_text("The bridge is red.")
    program = (
        "import sys\nsys.argv = ['footnote', 'run']\nfrom bot.cli import main\n"
        "try: main()\nfinally: print('LOADED', 'discord' in sys.modules, 'aiohttp' in sys.modules)"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**environment, "FOOTNOTE_MODEL": str(tiny_model)},
        input="",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "LOADED False False" in done.stdout
    assert "DISCORD_TOKEN is not set" in done.stderr
    assert len(done.stderr.splitlines()) <= 5 + 1  # and how much is ready
