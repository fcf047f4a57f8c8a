"""Attachments → Uploads: what cannot become a document is refused before it is downloaded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import aiohttp
import discord
from discord.ui import FileUpload, Label, Modal

from bot.types import Upload
from index.errors import UnsupportedFormat
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


class AddFiles(Modal, title="Add documents"):
    """Asks for files."""

    files = Label[Any](
        text="Files",
        description=f"Up to {MAX_FILES}: PDF, Word, PowerPoint, Excel, Markdown, HTML, text, …",
        component=FileUpload[Any](custom_id="files", min_values=1, max_values=MAX_FILES),
    )

    def __init__(self, take: Take) -> None:
        super().__init__(timeout=FORM_S)
        self._take = take

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Add what was chosen."""
        upload = self.files.component
        assert isinstance(upload, FileUpload)
        await interaction.client.attempt(interaction, self._take(interaction, upload.values))

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
        reason = _find_reason(attachment, max_file_bytes)
        if reason:
            failures.append(Failure(attachment.filename, reason))
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
            shown = show_name(attachment.filename)
            reason = f"{shown} could not be downloaded from Discord. Send it once more."
            failures.append(Failure(attachment.filename, reason))
        else:
            uploads.append(Upload(attachment.filename, data, added_by, link))
    return uploads, failures


def summarise(failed: Sequence[Failure], summary: Summary | None = None) -> Summary:
    """A summary with further failures before its own."""
    known = summary or Summary((), (), (), (), (), 0, 0, 0.0)
    return replace(known, failed=(*failed, *known.failed))


def _find_reason(attachment: discord.Attachment, max_file_bytes: int) -> str:
    """Why a file cannot be added, as far as its name and its size tell."""
    name = attachment.filename
    if PurePath(name).suffix.lower() not in SUFFIXES:
        try:
            parse_document(b"", name)
        except UnsupportedFormat as error:  # which formats there are instead
            return str(error)
    if attachment.size > max_file_bytes:
        return (
            f"{show_name(name)} takes {attachment.size / 2**20:,.1f} MB;"
            f" {max_file_bytes / 2**20:,.0f} MB are allowed. Split it into smaller files."
        )
    return ""
