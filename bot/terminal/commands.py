"""The commands as one group: where errors become words and exit codes."""

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from index.errors import FootnoteError

REFUSED = 78
"""The exit code of a start without a token that Discord takes, so that a service manager does not
try again: EX_CONFIG of sysexits.h."""


class Commands(TyperGroup):
    """The one place where errors become words and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except FootnoteError as error:
            from bot.discord.token import TokenError
            from bot.terminal.screen import make_console
            from bot.wording import show_text

            make_console(stderr=True).print(show_text(str(error)), style="red")
            raise typer.Exit(REFUSED if isinstance(error, TokenError) else 2) from error
        except KeyboardInterrupt as error:
            if sys.stderr.isatty():
                print(file=sys.stderr)
            raise typer.Exit(130) from error
        except BrokenPipeError as error:
            # Python flushes once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from error
        return result
