"""How much one file may hold, and how its name is shown."""

from dataclasses import dataclass

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost; a file over any of these raises DocumentTooLarge."""

    file_bytes: int = 64 * _MB
    text_chars: int = 10_000_000
    pages: int = 5_000
    unpacked_bytes: int = 256 * _MB
    """All parts of a docx, pptx, xlsx or epub together."""
    part_bytes: int = 48 * _MB
    """One XML or HTML part of a docx, pptx or epub: its tree takes many times that in memory."""
    parts: int = 10_000
    cells: int = 2_000_000
    """Cells of all sheets of a workbook together, blank ones between others too."""
    ocr_pages: int = 500
    """Pictures of pages that Tesseract reads, where it is installed."""
    ocr_languages: str = ""
    """What it reads them in, such as `eng+deu`; "" for all that are installed, four at most."""


def show_name(name: str) -> str:
    """Return a file's name for a message: printable, on one line, 120 characters at most."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
    return shown if len(shown) <= 120 else shown[:117] + "..."
