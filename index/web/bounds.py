"""How far, how long and how much Footnote reads of the web."""

from dataclasses import dataclass

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one look at the web may cost; whatever goes over any of these fails."""

    page_bytes: int = 8 * _MB
    """Of a page, packed and unpacked alike."""
    file_bytes: int = 32 * _MB
    """Of a PDF or another file, and of an unpacked sitemap."""
    robots_bytes: int = _MB
    sitemaps: int = 50
    """Read in one look."""
    redirects: int = 5
    connect_s: float = 10.0
    silence_s: float = 20.0
    """From one byte to the next."""
    request_s: float = 60.0
    """From a request to its answer's last byte."""
    look_s: float = 3_600.0
    pause_s: float = 0.5
    """Between two requests; a site's Crawl-delay lengthens it."""
    crawl_delay_s: float = 10.0
    """At most, whatever the site asks for."""
    retry_after_s: float = 30.0
    """A site that asks for a longer rest is left for the next look."""
    read_memory_bytes: int = 1 << 30
    read_s: float = 30.0
    """To make text of a page."""
