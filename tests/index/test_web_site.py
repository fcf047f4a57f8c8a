"""Sites: which pages are read, and what the next look costs."""

import gzip
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from index.errors import SourceError
from index.parse import Limits
from index.types import Look
from index.web import Bounds, look_at_site
from index.web.crawl import Scope
from tests.index.webserver import FAST, Page, Web, make_origin, write_page

pytestmark = pytest.mark.usefixtures("compare_with_cage")

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def look(
    web: Web,
    path: str = "/docs/",
    notes: Mapping[str, str] | None = None,
    bounds: Bounds = FAST,
    **options: int,
) -> Look:
    return look_at_site(
        make_origin(web.root + path, "site", **options),
        notes or {},
        fetcher=web.fetcher(bounds),
        limits=Limits(),
        tick=lambda what, done, total: None,
    )


def names(web: Web, look: Look) -> dict[str, str]:
    """The texts of the documents by path."""
    return {one.source.removeprefix(web.root): one.document.text for one in look.documents}


def write_list(*addresses: str, index: bool = False) -> Page:
    kind, entry = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    listed = "".join(f"<{entry}><loc>{address}</loc></{entry}>" for address in addresses)
    body = f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="{SITEMAP}">{listed}</{kind}>'
    return Page(body.encode(), "application/xml")


def write_site(web: Web) -> None:
    web.pages |= {
        "/docs/": Page(
            write_page(
                "Start",
                "The engine room lies below the second deck, behind the galley.",
                links=["a.html", "/docs/b", "/blog/", "https://elsewhere.example/docs/", "?q=1"],
            ),
            etag='"1"',
        ),
        "/docs/a.html": Page(
            write_page("Pump", "The pump runs at forty litres a minute.", links=["c", "pic.png"]),
            etag='"a"',
        ),
        "/docs/b": Page(
            write_page("Boiler", "The boiler is lit at dawn by the stoker.", links=["a.html"]),
            etag='"b"',
        ),
        "/docs/c": Page(
            write_page("Crew", "The crew sleeps in the forward cabins.", links=["/docs/"]),
            etag='"c"',
        ),
        "/blog/": Page(write_page("Blog", "Nobody asked for the blog.")),
    }


def test_a_site_is_read_below_its_path_and_on_its_host(web: Web) -> None:
    write_site(web)
    found = look(web)
    assert list(names(web, found)) == ["/docs/", "/docs/a.html", "/docs/b", "/docs/c"]
    assert "forty litres" in names(web, found)["/docs/a.html"]
    assert not web.asked["/blog/"] and not web.asked["/docs/pic.png"]
    assert found.sources == {one.source for one in found.documents}
    assert {one.origin for one in found.documents} == {7}
    first = found.documents[0]
    assert first.link == first.source == f"{web.root}/docs/"
    assert first.name == f"127.0.0.1:{web.port}/docs"


def test_an_unchanged_page_costs_one_request_and_makes_no_document(web: Web) -> None:
    write_site(web)
    first = look(web)
    web.forget()
    again = look(web, notes=first.notes)
    assert again.documents == () and again.sources == first.sources and not again.failed
    pages = {path: count for path, count in web.asked.items() if path.startswith("/docs/")}
    assert pages == {"/docs/": 1, "/docs/a.html": 1, "/docs/b": 1, "/docs/c": 1}
    assert again.notes == first.notes


def test_a_changed_page_is_a_document_again_and_a_gone_one_is_no_source(web: Web) -> None:
    write_site(web)
    first = look(web)
    web.pages["/docs/b"] = Page(write_page("Boiler", "The boiler is lit at noon."), etag='"b2"')
    del web.pages["/docs/c"]
    again = look(web, notes=first.notes)
    assert list(names(web, again)) == ["/docs/b"]
    assert again.sources == first.sources - {f"{web.root}/docs/c"}
    assert not again.failed


def test_pages_without_validators_are_not_documents_again_either(web: Web) -> None:
    write_site(web)
    for page in web.pages.values():
        assert isinstance(page, Page)
        page.etag = ""
    first = look(web)
    again = look(web, notes=first.notes)
    assert again.documents == () and again.sources == first.sources


def test_a_page_that_fails_keeps_what_it_was_and_what_it_led_to(web: Web) -> None:
    write_site(web)
    first = look(web)
    web.pages["/docs/a.html"] = Page(b"oops", status=500)
    again = look(web, notes=first.notes)
    assert again.documents == () and again.sources == first.sources
    address = f"{web.root}/docs/a.html"
    assert list(again.failed) == [address]
    assert str(again.failed[address]) == f"{address} answers 500 (internal server error)."
    third = look(web, notes=again.notes)
    assert third.sources == first.sources


def test_a_site_whose_address_fails_raises(web: Web) -> None:
    with pytest.raises(SourceError, match=r"/docs/ answers 404 \(not found\)\."):
        look(web)


def test_pages_and_depth_are_bounded(web: Web) -> None:
    write_site(web)
    assert len(look(web, pages=2).documents) == 2
    assert list(names(web, look(web, depth=1))) == ["/docs/", "/docs/a.html", "/docs/b"]
    assert list(names(web, look(web, depth=0))) == ["/docs/"]


def test_an_endless_site_ends(web: Web) -> None:
    class Endless(dict[str, Page | list[Page]]):
        def get(self, key: str, default: object = None) -> Page:  # type: ignore[override]
            number = key.strip("/").rpartition("/")[2]
            return Page(write_page(f"Page {number}", f"Number {number}.", links=[f"{number}1/"]))

    web.pages = Endless()
    assert len(look(web, "/x/1/", pages=4, depth=50).documents) == 4


def test_a_sitemap_lists_the_pages(web: Web) -> None:
    write_site(web)
    web.pages["/map.xml"] = write_list(
        f"{web.root}/docs/a.html",
        *(f"{web.root}/blog/", "https://elsewhere.example/", "mailto:a@b.c", ""),
    )
    assert list(names(web, look(web, "/map.xml"))) == ["/docs/a.html", "/blog/"]


def test_a_sitemap_index_leads_to_packed_sitemaps(web: Web) -> None:
    write_site(web)
    one, two = write_list(f"{web.root}/docs/a.html"), write_list(f"{web.root}/docs/b")
    web.pages |= {
        "/map.xml": write_list(f"{web.root}/1.xml", f"{web.root}/2.xml.gz", index=True),
        "/1.xml": one,
        "/2.xml.gz": Page(gzip.compress(two.body), "application/gzip"),
    }
    first = look(web, "/map.xml")
    assert list(names(web, first)) == ["/docs/a.html", "/docs/b"]
    web.pages["/2.xml.gz"] = Page(status=503)
    again = look(web, "/map.xml", notes=first.notes)
    assert again.sources == first.sources


def test_pictures_that_a_sitemap_lists_are_passed_over(web: Web) -> None:
    write_site(web)
    web.pages |= {
        "/a.png": Page(b"\x89PNG", "image/png"),
        "/map.xml": write_list(f"{web.root}/a.png", f"{web.root}/docs/b"),
    }
    found = look(web, "/map.xml")
    assert list(names(web, found)) == ["/docs/b"] and not found.failed


def test_a_site_that_begins_with_a_picture_is_refused(web: Web) -> None:
    web.pages["/a"] = Page(b"\x89PNG", "image/png")
    with pytest.raises(SourceError, match="is image/png, which Footnote does not read"):
        look(web, "/a")


@pytest.mark.parametrize(
    "body",
    [
        *(b"<rss></rss>", b"", b"no XML", b"\x00", b"<urlset:/>", b"<a:b:c/>", b"<:urlset x"),
        b"<urlset><url><loc>&#xD800;</loc></url></urlset>",
    ],
)
def test_a_file_that_is_no_sitemap_is_refused(web: Web, body: bytes) -> None:
    web.pages["/map.xml"] = Page(body, "application/xml")
    with pytest.raises(SourceError, match="is no sitemap"):
        look(web, "/map.xml")


def test_pages_are_read_where_the_sites_own_sitemap_has_a_name_that_xml_forbids(web: Web) -> None:
    write_site(web)
    before = names(web, look(web)).keys()
    web.pages["/sitemap.xml"] = Page(b"<urlset:/>", "application/xml")
    assert names(web, look(web)).keys() == before


def test_a_sitemap_that_takes_too_long_to_read_is_refused(web: Web) -> None:
    web.pages["/map.xml"] = write_list(f"{web.root}/docs/")
    with pytest.raises(SourceError, match="needed more than 0 seconds"):
        look(web, "/map.xml", bounds=replace(FAST, read_s=0))


def test_a_sitemap_that_declares_entities_does_not_grow(web: Web) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
    )
    web.pages["/map.xml"] = Page(
        f"{bomb}]><urlset><url><loc>{web.root}/&j;</loc></url></urlset>".encode(), "text/xml"
    )
    with pytest.raises(SourceError):
        look(web, "/map.xml")


def test_the_sites_own_sitemap_finds_pages_that_nothing_links_to(web: Web) -> None:
    write_site(web)
    web.pages["/docs/lost"] = Page(write_page("Lost", "Nothing links to the lighthouse page."))
    web.pages["/sitemap.xml"] = write_list(f"{web.root}/docs/lost", f"{web.root}/blog/")
    assert list(names(web, look(web)))[-1] == "/docs/lost"
    web.pages["/robots.txt"] = Page(f"Sitemap: {web.root}/other.xml".encode(), "text/plain")
    web.pages["/other.xml"] = write_list()
    assert "/docs/lost" not in names(web, look(web))


def test_a_sites_sitemaps_that_fail_or_lie_elsewhere_cost_no_page(web: Web) -> None:
    write_site(web)
    first = look(web)
    web.pages["/robots.txt"] = Page(
        f"Sitemap: {web.root}/broken.xml\nSitemap: {web.root}/none.xml\n"
        "Sitemap: https://elsewhere.example/map.xml\nSitemap: mailto:a@b.c\n".encode(),
        "text/plain",
    )
    web.pages["/none.xml"] = Page(b"<rss></rss>", "application/xml")
    web.pages["/broken.xml"] = Page(status=500)
    del web.pages["/docs/c"]
    again = look(web, notes=first.notes)
    assert again.sources == first.sources - {f"{web.root}/docs/c"}
    web.pages["/robots.txt"] = Page(b"Sitemap: mailto:a@b.c\n", "text/plain")
    assert look(web, notes=again.notes).sources == again.sources


def test_a_site_that_begins_with_a_damaged_file_is_refused(web: Web) -> None:
    web.pages["/docs/"] = Page(b"%PDF-1.7 and no more", "application/pdf")
    with pytest.raises(SourceError, match="is a damaged PDF"):
        look(web)


def test_a_site_has_one_scheme_and_one_name(web: Web) -> None:
    scope = Scope.below("https://example.org/docs/")
    assert scope.bring("http://example.org/docs/a") == "https://example.org/docs/a"
    assert scope.bring("http://example.org/blog/") == "http://example.org/blog/"
    assert scope.bring("https://elsewhere.example/docs/") == "https://elsewhere.example/docs/"


def test_robots_txt_is_kept_to(web: Web) -> None:
    write_site(web)
    web.pages["/robots.txt"] = Page(
        b"User-agent: *\nDisallow: /\n\nUser-agent: footnote\nDisallow: /docs/a*l$\n", "text/plain"
    )
    found = look(web)
    assert list(names(web, found)) == ["/docs/", "/docs/b"]
    assert web.asked["/robots.txt"] == 1 and not web.asked["/docs/a.html"]
    assert not found.failed


def test_a_robots_txt_that_fails_lets_nothing_be_read(web: Web) -> None:
    write_site(web)
    web.pages["/robots.txt"] = Page(status=503)
    with pytest.raises(SourceError, match=r"robots.txt answers 503"):
        look(web)
    assert not web.asked["/docs/"]


def test_a_page_that_asks_robots_away_is_no_document_but_leads_on(web: Web) -> None:
    write_site(web)
    web.pages["/docs/a.html"] = Page(
        write_page("Pump", "x", links=["c"], head='<meta name="robots" content="NoIndex">')
    )
    web.pages["/docs/b"] = Page(
        write_page("Boiler", "x y z", links=[]), headers={"X-Robots-Tag": "noindex"}
    )
    assert list(names(web, look(web))) == ["/docs/", "/docs/c"]


def test_paragraphs_that_a_site_repeats_stay_on_one_page(web: Web) -> None:
    repeated = "<h2>Newsletter</h2><p>Write to us for the monthly letter of the harbour.</p>"
    paths = [f"/docs/{i}" for i in range(4)]
    web.pages["/docs/"] = Page(write_page("Start", "Here it begins.", repeated, links=paths))
    for i, path in enumerate(paths):
        web.pages[path] = Page(write_page(f"Page {i}", f"Ship {i} sails today.", repeated))
    texts = names(web, look(web))
    assert len(texts) == 5
    assert [path for path, text in texts.items() if "monthly letter" in text] == ["/docs/"]
    assert [path for path, text in texts.items() if "Newsletter" in text] == ["/docs/"]
    assert all("sails" in text for path, text in texts.items() if path != "/docs/")


def test_the_same_page_at_two_addresses_is_one_document(web: Web) -> None:
    write_site(web)
    index = web.pages["/docs/"]
    assert isinstance(index, Page)
    web.pages["/docs/index.html"] = index
    index.body = index.body.replace(b"?q=1", b"/docs/index.html")
    found = look(web)
    assert "/docs/" in names(web, found) and "/docs/index.html" not in names(web, found)
    again = look(web, notes=found.notes)
    assert again.documents == () and again.sources == found.sources


def test_a_permanent_redirect_is_taken_only_once(web: Web) -> None:
    write_site(web)
    web.pages["/docs/b"] = Page(status=301, headers={"Location": "/docs/boiler"})
    web.pages["/docs/boiler"] = Page(write_page("Boiler", "The boiler is lit."), etag='"b"')
    first = look(web)
    assert "/docs/boiler" in names(web, first) and "/docs/b" not in names(web, first)
    web.forget()
    again = look(web, notes=first.notes)
    assert (web.asked["/docs/b"], web.asked["/docs/boiler"]) == (0, 1)
    assert again.sources == first.sources
    web.pages["/docs/b"] = web.pages.pop("/docs/boiler")
    third = look(web, notes=again.notes)
    assert f"{web.root}/docs/b" in third.sources


def test_a_redirect_out_of_the_site_is_not_followed(web: Web) -> None:
    write_site(web)
    web.pages["/docs/a.html"] = Page(status=302, headers={"Location": "/blog/"})
    found = look(web)
    assert not web.asked["/blog/"] and not found.failed
    assert list(names(web, found)) == ["/docs/", "/docs/b"]


def test_the_start_may_lead_to_where_the_site_is(web: Web) -> None:
    write_site(web)
    web.pages["/"] = Page(status=302, headers={"Location": "/docs/"})
    assert len(look(web, "/").documents) == 4


def test_files_below_the_path_are_documents(web: Web) -> None:
    write_site(web)
    web.pages["/docs/b"] = Page(b"# Rules\n\nNo smoking on deck.\n", "text/markdown", etag='"m"')
    web.pages["/docs/c"] = Page(b"\x89PNG", "image/png")
    first = look(web)
    assert "No smoking" in names(web, first)["/docs/b"]
    assert "/docs/c" not in names(web, first)
    assert look(web, notes=first.notes).documents == ()


def test_a_site_that_asks_for_rest_is_left_alone(web: Web) -> None:
    write_site(web)
    first = look(web)
    web.pages["/docs/a.html"] = Page(status=429, headers={"Retry-After": "3600"})
    web.forget()
    again = look(web, notes=first.notes)
    assert again.sources == first.sources and not web.asked["/docs/c"]
    assert "answers 429 (too many requests)" in str(again.failed[f"{web.root}/docs/c"])


def test_a_short_rest_is_waited_for(web: Web) -> None:
    write_site(web)
    page = web.pages["/docs/b"]
    assert isinstance(page, Page)
    web.pages["/docs/b"] = [Page(status=503, headers={"Retry-After": "0"}), page]
    assert "/docs/b" in names(web, look(web))


def test_a_crawl_delay_is_kept_and_bounded(web: Web) -> None:
    write_site(web)
    web.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 9999\n", "text/plain")
    begun = time.monotonic()
    look(web, depth=0, bounds=Bounds(pause_s=0, crawl_delay_s=0.3))
    assert 0.3 <= time.monotonic() - begun < 60


def test_a_look_that_is_stopped_ends_at_once(web: Web) -> None:
    write_site(web)

    def stop(what: str, done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_at_site(
            make_origin(f"{web.root}/docs/", "site"),
            {},
            fetcher=web.fetcher(),
            limits=Limits(),
            tick=stop,
        )
    assert not web.asked["/docs/b"]
