"""What is read of a page: its content, and the places that lead to its sections."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DamagedDocument, ParseError
from index.web.extract import read_page

PAGES = Path(__file__).parent / "web_pages"
FURNITURE = (
    *("¶", "\u200b", "Skip to", "Jump to", "cookie", "Cookie", "Edit this page", "[edit]", "Copy"),
    *("Previous", "On this page", "Table of contents", "Contents", "Navigation", "Show Source"),
    *("Copyright", "©", "helpful", "Last update", "Retrieved from", "Sign in", "All rights"),
    *("Introduction", "Other towers", "Categories", "Swimming lessons"),
)

Row = tuple[int, str, str]
"""Level, fragment, text."""


def read(html: str | bytes, charset: str = "utf-8") -> dict[str, Any]:
    data = html.encode() if isinstance(html, str) else html
    options = {"address": "https://docs.example.org/a/b.html", "charset": charset}
    made: dict[str, Any] = json.loads(read_page(data, options))
    return made


def rows(html: str | bytes) -> list[Row]:
    return [(level, fragment, text) for text, level, fragment, _, _ in read(html)["blocks"]]


def load(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "sphinx",
            [
                (1, "#usage", "Usage"),
                (0, "#usage", "Tide tells when the water comes."),
                (2, "#menu", "Menu"),
                (0, "#menu", "The menu is read from a file in TOML when the program starts."),
                (0, "#menu", "import tide\n\nif tide.high():\n    tide.ring()"),
                (0, "#menu", "Warning"),
                (0, "#menu", "Never ring at night."),
                (0, "#menu", "Settings\nName: port | Meaning: The port that it listens on"),
                (2, "#functions", "Functions"),
                (0, "#tide.ring", "ring(times)"),
                (0, "#tide.ring", "Rings the bell."),
                (0, "#tide.ring", "Parameters"),
                (0, "#tide.ring", "times – How often."),
                (0, "#functions", "• One.\n• Two.\n• Two and a half."),
            ],
        ),
        (
            "mkdocs",
            [
                (1, "#deploying", "Deploying"),
                (0, "#deploying", "Harbor runs on a single machine."),
                (0, "#deploying", "Note"),
                (0, "#deploying", "Ports below 1024 need root."),
                (2, "#with-docker", "With Docker"),
                (0, "#with-docker", "Start the container:"),
                (0, "#with-docker", "run.sh"),
                (0, "#with-docker", "docker run -p 8080:80 \\\n    harbor"),
                (0, "#with-docker", "Use apt to install it."),
                (0, "#with-docker", "Use brew to install it."),
                (3, "#env", "Environment variables"),
                (
                    0,
                    "#env",
                    "Name: HARBOR_PORT | Default: 80 | Meaning: What it listens on\n"
                    "Name: HARBOR_LOG | Default: info | Meaning: How much it logs",
                ),
                (2, "#options", "Options"),
                (0, "#options", "• First, a loose item."),
                (0, "#options", "harbor --first"),
                (0, "#options", "• Second, a loose item with code."),
                (0, "#options", "Why is it slow?"),
                (0, "#options", "Because of the tide."),
            ],
        ),
        (
            "docusaurus",
            [
                (1, "", "Installation"),
                (0, "", "Tidal needs Node 20 or newer."),
                (2, "#requirements", "Requirements"),
                (
                    0,
                    "#requirements",
                    "• Node.js version 20 or above:\n"
                    "• When installing Node.js, check all checkboxes related to dependencies.",
                ),
                (2, "#generate", "Generate a new site"),
                (0, "#generate", "The template is taken care of:"),
                (0, "#generate", "shell"),
                (0, "#generate", "npm init tidal@latest my-site\n    classic"),
                (0, "#generate", "tip"),
                (0, "#generate", "Use pnpm for speed."),
                (0, "#generate", "npm install."),
                (0, "#generate", "yarn add the thing."),
            ],
        ),
        (
            "github",
            [
                (1, "#wiki-wrapper", "Home"),
                (0, "#wiki-wrapper", "Boat is a small library for steering."),
                (2, "#quick-start", "Quick start"),
                (0, "#quick-start", "Install and steer:"),
                (0, "#quick-start", "import boat\nboat.steer(\n    90)"),
                (2, "#license", "License"),
                (0, "#license", "MIT."),
                (0, "#license", "Flag: -v | Meaning: verbose"),
            ],
        ),
        (
            "wiki",
            [
                (1, "#firstHeading", "Lighthouse"),
                (0, "#firstHeading", "For other uses, see Lighthouse (disambiguation)."),
                (0, "#firstHeading", "Tower of Hercules\nHeight: 55 m\nBuilt: 1st century"),
                (
                    0,
                    "#firstHeading",
                    "A lighthouse is a tower that emits light from a system of lamps and lenses."
                    " It serves as a beacon for navigational aid.",
                ),
                (2, "#History", "History"),
                (3, "#Ancient_lighthouses", "Ancient lighthouses"),
                (0, "#Ancient_lighthouses", "A drawing of the Pharos"),
                (
                    0,
                    "#Ancient_lighthouses",
                    "Before the development of clearly defined ports, mariners were guided by fires"
                    " built on hilltops.",
                ),
                (2, "#Formula", "Formula"),
                (0, "#Formula", "The range is d=3.57{\\sqrt {h}} kilometres."),
                (
                    0,
                    "#Formula",
                    "Tallest lighthouses\n"
                    "Name: Jeddah Light | Height: 133 | Country: Saudi Arabia\n"
                    "Name: Perry Memorial | Height: 107 | Country: United States",
                ),
                (2, "#References", "References"),
                (0, "#References", '1. Smith, J. "Lights". 1999.'),
            ],
        ),
        (
            "cookie",
            [
                (1, "", "Opening hours"),
                (0, "", "The pool opens at 7."),
                (
                    0,
                    "",
                    "On Sundays it opens at 9 and closes at 18, and the sauna is for families"
                    " until noon.",
                ),
                (2, "", "Holidays"),
                (0, "", "Closed on 25 December."),
            ],
        ),
    ],
)
def test_a_page_is_read_without_what_is_around_its_content(name: str, expected: list[Row]) -> None:
    found = rows(load(name))
    assert found == expected
    text = "\n".join(row[2] for row in found)
    assert [word for word in FURNITURE if word in text] == []


def test_a_page_without_structure_is_read_too() -> None:
    found = rows(load("plain"))
    assert (2, "#speed", "Speed") in found and (2, "#night", "Night") in found
    assert (
        0,
        "#speed",
        "Boats go at five knots or less within the mole.\nFaster boats pay a fine of 50 euros.",
    ) in found
    assert (0, "#night", "No horns at night.") in found


@pytest.mark.parametrize("odd", ["\v", "&#11;", "&#x1f;", "&#8;", "\ufffe"])
def test_a_character_that_no_page_should_hold_is_a_space(odd: str) -> None:
    page = f"<h1>Fees{odd}</h1><p>A{odd}night <b>{odd}</b>{odd} is 20 euro.</p><p>{odd}</p>"
    assert [text for *_, text in rows(page)] == ["Fees", "A night is 20 euro."]


def test_code_and_captions_are_told_apart() -> None:
    blocks = read(load("sphinx"))["blocks"]
    assert [text for text, _, _, code, _ in blocks if code] == [
        "import tide\n\nif tide.high():\n    tide.ring()"
    ]
    assert [header for *_, header in blocks if header] == ["Settings"]


@pytest.mark.parametrize(
    ("heading", "fragment"),
    [
        ('<h2 id="a">X</h2>', "#a"),
        ('<h2><a name="a">X</a></h2>', "#a"),
        ('<h2><span id="a"></span>X</h2>', "#a"),
        ('<h2>X<a href="#a">#</a></h2>', "#a"),
        ('<h2 id="heading-3">X<a href="#a">¶</a></h2>', "#a"),
        ('<a name="a"></a><h2>X</h2>', "#a"),
        ('<a id="a"></a>\n<a id="b"></a><h2>X</h2>', "#b"),
        ('<p><a id="a"></a></p><h2>X</h2>', "#a"),
        ('<section id="a"><h2>X</h2></section>', "#a"),
        ('<div id="a"><div><h2>X</h2></div></div>', "#a"),
        ('<div id="a">Before.<h2>X</h2></div>', ""),
        ('<div id="a"><p>Before.</p><h2>X</h2></div>', ""),
        ('<h2 id="über uns">X</h2>', "#%C3%BCber%20uns"),
        ('<h2 id="a&quot;><script>">X</h2>', "#a%22%3E%3Cscript%3E"),
        ('<h2>X <a href="#a">and a link</a></h2>', ""),
        ("<h2>X</h2>", ""),
    ],
)
def test_a_heading_leads_to_the_id_next_to_it(heading: str, fragment: str) -> None:
    body = f"<p>First of all a paragraph.</p>{heading}<p>Here is what it is about, at length.</p>"
    found = rows(f"<body><main><h1>Top</h1>{body}</main></body>")
    assert next(row[1] for row in found if row[0] == 2) == fragment


def test_links_are_absolute_each_once_and_of_the_web() -> None:
    found = read(
        "<head><base href='/docs/'><link rel=canonical href='b'></head><body>"
        "<nav><a href='a'>a</a><a href='a#x'>a</a><a href='/c d'>c</a></nav>"
        "<a href='mailto:x@y.org'>m</a><a href='javascript:x()'>j</a><a href='#x'>x</a>"
        "<a href='//e.org'>e</a><a rel='nofollow' href='n'>n</a><a href='http://[x'>b</a><p>T</p>"
    )
    root = "https://docs.example.org"
    assert found["links"] == [f"{root}/docs/a", f"{root}/c%20d", "https://e.org/"]
    assert found["canonical"] == f"{root}/docs/b"
    assert len(read("".join(f"<a href='{i}'>x</a>" for i in range(9_000)))["links"]) == 2_000


@pytest.mark.parametrize(
    ("content", "index", "follow"),
    [
        *(("noindex", False, True), ("NOINDEX, nofollow", False, False), ("none", False, False)),
        *(("index,follow", True, True), ("", True, True)),
    ],
)
def test_a_page_tells_robots_what_they_may(content: str, index: bool, follow: bool) -> None:
    found = read(f"<meta name='Robots' content='{content}'><p>Text</p>")
    assert (found["index"], found["follow"]) == (index, follow)


def test_a_spanned_cell_stands_in_every_row() -> None:
    found = rows(
        "<main><h1>T</h1><table><tr><th>City<th>Year<th>People</tr>"
        "<tr><td rowspan=2>Ulm<td>1900<td>10</tr><tr><td>2000<td>20</tr></table></main>"
    )
    assert (
        found[-1][2] == "City: Ulm | Year: 1900 | People: 10\nCity: Ulm | Year: 2000 | People: 20"
    )


def test_lists_in_lists_stand_indented_under_their_items_and_empty_ones_go() -> None:
    found = rows(
        "<main><h1>T</h1><ol><li>Ring<li> <li>Wait<ul><li>a minute</ul>"
        "<ul><li>or two</li></ul></ol><table><tr><td> </td></tr><tr><td>Pay</tr></table></main>"
    )
    assert [text for _, _, text in found[1:]] == [
        "1. Ring\n3. Wait\n• a minute\n• or two",
        "Pay",
    ]


def test_a_formula_is_its_source_and_not_its_drawing() -> None:
    found = rows(
        "<main><h1>T</h1><p>Given <math alttext='y'><mi>x</mi><semantics><annotation"
        " encoding='application/x-tex'>{\\displaystyle a^2}</annotation></semantics></math>"
        " and <math alttext='b_1'><mi>b</mi></math>, add them.</p></main>"
    )
    assert found[-1][2] == "Given a^2 and b_1, add them."


def test_code_in_parts_keeps_its_lines() -> None:
    [*_, last] = read("<main><h1>T</h1><pre><div>one</div><div>two\n  three</div></pre></main>")[
        "blocks"
    ]
    assert (last[0], last[3]) == ("one\ntwo\n  three", True)


TAGS = ["p", "div", "h1", "h2", "ul", "li", "table", "tr", "td", "pre", "a", "b", "dl", "dt", "dd"]
TAGS += ["section", "span id=x", "a href=#x", "br", "math alttext=y", "nav", "footer", "details"]
TAGS += ["caption", "main", "body", "base href=/", "svg", "form", "span hidden", "th rowspan=2"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(TAGS) | st.sampled_from(["/", "!", "?", "&"]), max_size=30))
def test_any_tags_make_a_page_or_are_said_to_be_none(tags: list[str]) -> None:
    html = "".join(f"<{tag}>{i} words</{tag.split()[0]}" for i, tag in enumerate(tags))
    for page in (html, html.replace("</", "<i></"), "".join(f"<{tag}>w" for tag in tags)):
        try:
            found = read(page)
        except DamagedDocument as error:
            assert "holds no page" in str(error)
        else:
            assert all(text.strip() for text, *_ in found["blocks"])
            assert not any("qzx" in text for text, *_ in found["blocks"])


PARAGRAPH = "<p>The harbour has two moles and a light that burns at night for the boats.</p>"


@pytest.mark.usefixtures("stopped_if_stuck")
@pytest.mark.parametrize(
    "html",
    [
        *("<div>" * 1_000, "<b>" * 5_000 + "x", "<ul><li>a " * 2_000, "<table><tr><td>a " * 500),
        *("<" * 100_000, "<!--" * 20_000, "<p " + "a=1 " * 20_000, "<math alttext=x>" * 500),
        "<table>" + ("<tr>" + "<td rowspan=99 colspan=99>a" * 20 + "</tr>") * 100,
        "<main>" + "<h2></h2>" * 2_000 + "<a></a>" * 2_000 + "<h2>x</h2>" * 200 + PARAGRAPH,
        "<a id=x></a>" * 2_000 + "<h2>x</h2>" * 200,
        "<main>" + "<h2 id=a>Head<a href=#a>#</a></h2><p>Text</p>" * 500,
        "<dl>" + "<dt id=a>term<dd>text" * 500,
        "<p>" + "w" * 300_000,
        "<td rowspan=² colspan=-1>x",
        "<body>\0<p>x",
        "<?xml version='1.0' encoding='utf-16'?><html><body><p>x</p></body></html>",
        "<frameset><frame src=x></frameset>",
        "<base href='http://[x'><a href=y>z</a>",
        "&#x110000;&#xd800;<p id='&#xd800;'>\ud83d</p>".encode("utf-8", "surrogatepass"),
        "",
    ],
)
def test_hostile_pages_end_in_time(html: str | bytes) -> None:
    try:
        read(html)
    except ParseError as error:
        assert str(error)
