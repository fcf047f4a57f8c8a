"""Pages and sites of the web → documents."""

from index.web.address import read_address
from index.web.bounds import Bounds
from index.web.fetch import Fetcher
from index.web.page import fetch_file, look_at_page
from index.web.site import look_at_site

__all__ = ["Bounds", "Fetcher", "fetch_file", "look_at_page", "look_at_site", "read_address"]
