"""`footnote eval --from-votes`: what people voted on, to be reviewed before it is gold."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.libraries.candidates import find_candidates
from bot.libraries.memory import Memory
from bot.libraries.servers import Servers
from bot.start import open_library
from bot.terminal.review_page import write_review_page
from bot.terminal.targets import check_target, write_target
from index.errors import GoldError
from index.gold import Unreviewed, read_unreviewed, write_unreviewed

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings


def draft_from_votes(settings: "Settings", notes: "Console", server: str) -> dict[str, Any]:
    """The questions of a server that were voted on and answered from the chosen library.

    They are no gold yet: `index/gold.py` refuses them until they are reviewed. Raises GoldError
    where there are none, UnknownServer and LibraryError.
    """
    servers = Servers(settings)
    own = settings.library == f"server-{server}"
    folder = settings.library_folder if own else servers.folder(servers.find(server))
    with Memory(folder / "discord.db") as memory, open_library(settings, notes) as library:
        voted = [one for one in memory.questions.kept() if one.helpful or one.unhelpful]
        candidates = find_candidates({not own: library}, voted, ())
    if not candidates:
        raise GoldError(
            f"No question that server {server} keeps was voted on and answered from the library "
            f"{settings.library}. Its admins let questions be kept with /docs settings "
            "keep_questions; another library is chosen with --library, as server-ID for the "
            "server's own documents."
        )
    return write_unreviewed(
        [
            Unreviewed(
                *(one.question, one.document.title or one.document.name, one.passage.text),
                *(one.helpful, one.unhelpful),
            )
            for one in candidates
        ]
    )


def write_review(gold: Path, page: Path) -> int:
    """How many questions stand on the page that was written. Raises GoldError and SettingsError."""
    check_target(page, ".html", "page")
    asked = read_unreviewed(gold)
    write_target(page, write_review_page(gold.name, asked).encode("utf-8", "replace"))
    return len(asked)
