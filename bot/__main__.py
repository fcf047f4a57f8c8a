"""`python -m bot`, the twin of `footnote`."""

from bot.cli import main

main()
