"""Attachments → Uploads: what cannot become a document is refused before it is downloaded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import aiohttp
import discord
from discord.ui import FileUpload, Label, Modal

from bot.language import gettext
from bot.types import Upload
from index.errors import DocumentTooLarge, ParseError, SourceError, UnsupportedFormat
from index.parse import SUFFIXES, parse_document
from index.parse.limits import show_name
from index.summary import Failure, Summary

Interaction = discord.Interaction[Any]
Take = Callable[[Interaction, Sequence[discord.Attachment]], Awaitable[None]]

MAX_FILES = 5
FORM_S = 900.0
"""How long the form waits for files."""
DOWNLOAD_S = 120.0
"""How long one file may take."""


class AddFiles(Modal):
    """Asks for files."""

    def __init__(self, take: Take) -> None:
        super().__init__(title=gettext("Add documents"), timeout=FORM_S)
        self._take = take
        self._upload = FileUpload[Any](custom_id="files", min_values=1, max_values=MAX_FILES)
        described = gettext(
            "Up to {n}: PDF, Word, PowerPoint, Excel, Markdown, HTML, text, …", n=MAX_FILES
        )
        self.add_item(Label(text=gettext("Files"), description=described, component=self._upload))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Add what was chosen."""
        await interaction.client.attempt(interaction, self._take(interaction, self._upload.values))

    async def on_error(  # type: ignore[override]  # as the library's own Modal has it
        self, interaction: Interaction, error: Exception, /
    ) -> None:
        """Hand errors to where those of commands end."""
        await interaction.client.tree.on_error(interaction, error)


def check_attachments(
    attachments: Sequence[discord.Attachment], max_file_bytes: int
) -> tuple[list[discord.Attachment], list[Failure]]:
    """The attachments worth downloading, and why the others are not."""
    good: list[discord.Attachment] = []
    failures: list[Failure] = []
    for attachment in attachments:
        error = _find_error(attachment, max_file_bytes)
        if error:
            failures.append(Failure(attachment.filename, error))
        else:
            good.append(attachment)
    return good, failures


async def download_attachments(
    attachments: Sequence[discord.Attachment], *, added_by: int, link: str | None
) -> tuple[list[Upload], list[Failure]]:
    """The files' bytes, one file after the other, and which could not be had."""
    uploads: list[Upload] = []
    failures: list[Failure] = []
    for attachment in attachments:
        try:
            async with asyncio.timeout(DOWNLOAD_S):
                data = await attachment.read()
        except (discord.HTTPException, aiohttp.ClientError, OSError):  # and no answer in time
            error = SourceError(
                "{name} could not be downloaded from Discord. Send it once more.",
                name=show_name(attachment.filename),
            )
            failures.append(Failure(attachment.filename, error))
        else:
            uploads.append(Upload(attachment.filename, data, added_by, link))
    return uploads, failures


def summarise(failed: Sequence[Failure], summary: Summary | None = None) -> Summary:
    """A summary with further failures before its own."""
    known = summary or Summary((), (), (), (), (), 0, 0, 0.0)
    return replace(known, failed=(*failed, *known.failed))


def _find_error(attachment: discord.Attachment, max_file_bytes: int) -> ParseError | None:
    """Why a file cannot be added, as far as its name and its size tell."""
    name = attachment.filename
    if PurePath(name).suffix.lower() not in SUFFIXES:
        try:
            parse_document(b"", name)
        except UnsupportedFormat as error:  # which formats there are instead
            return error
    if attachment.size > max_file_bytes:
        return DocumentTooLarge(
            "{name} takes {size:,.1f} MB; {most:,.0f} MB are allowed. Split it into smaller files.",
            name=show_name(name),
            size=attachment.size / 2**20,
            most=max_file_bytes / 2**20,
        )
    return None
