"""What every command of the terminal takes: the data folder, the library, JSON."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder (else FOOTNOTE_DATA, else data)."),
]
Name = Annotated[
    str | None,
    typer.Option("--library", help="The library (else FOOTNOTE_LIBRARY, else default)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
