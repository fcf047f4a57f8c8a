"""A bot's token → the same, or a TokenError that says what it is instead; never the token."""

import binascii
import re
from base64 import urlsafe_b64decode

from bot.settings import SettingsError

NEW_TOKEN = """\
  1. Open https://discord.com/developers/applications; choose your application, or make one.
  2. Choose Bot, then Reset Token, and copy what it shows: it is shown once.
  3. Put it into .env, in one line without quotes or spaces: DISCORD_TOKEN=…
  4. Start Footnote again: it prints the link that invites the bot."""
"""How to come by a token, step by step."""


class TokenError(SettingsError):
    """The token has no token's form, or Discord refuses it: no new start mends that."""


_FORM = re.compile(r"([A-Za-z0-9_-]{16,32})={0,2}\.[A-Za-z0-9_-]{3,}\.[A-Za-z0-9_-]{10,}")
_MISTAKEN = (
    (r"\s.*|.*\s", "white space stands around it"),
    (r"""["'`].*|.*["'`]""", "quotes stand around it"),
    (r"(?i)(bot|bearer) .*", "a word stands before it; Footnote writes that word itself"),
    (r"\d+", "that is a number, as the application's id is one"),
    (r"[0-9a-f]{64}", "that looks like the application's public key"),
    (r"[A-Za-z0-9_-]{32}", "that looks like the client secret"),
)


def check_token(token: str) -> str:
    """The token, if it has a token's form; whether it is valid, Discord alone knows.

    Raises TokenError, which names the mistake and never shows what was given.
    """
    if mistake := _find_mistake(token):
        raise TokenError(f"DISCORD_TOKEN is no bot token: {mistake}. To get one:\n{NEW_TOKEN}")
    return token


def read_bot_id(token: str) -> int:
    """The id of the bot's account, which a token of the right form begins with; its application
    has the same."""
    part = token.partition(".")[0]
    return int(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def refuse_token(invite: str) -> TokenError:
    """What to say where Discord knows no such token; `invite` is the link that invites the bot."""
    return TokenError(
        "Discord refuses DISCORD_TOKEN: it was reset, or it belongs to no bot any more. "
        f"Make a new one:\n{NEW_TOKEN}\n     {invite}"
    )


def _find_mistake(token: str) -> str:
    for pattern, mistake in _MISTAKEN:
        if re.fullmatch(pattern, token, re.DOTALL):
            return mistake
    form = _FORM.fullmatch(token)
    if not form and re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token, re.ASCII):
        return "a part of it is missing; copy the whole of it"
    if not form:
        return "a token has three parts, of letters, digits, - and _, with a dot between them"
    return "" if _names_a_bot(form[1]) else "its first part does not name a bot"


def _names_a_bot(part: str) -> bool:
    """Whether it is the id of an account, a number of 15 to 20 digits, in base64."""
    try:
        decoded = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        return False
    return re.fullmatch(rb"\d{15,20}", decoded) is not None
