"""What goes wrong is said in the language of who reads it, and kept and logged in English.

The other language is made here, of every text that the catalogues hold.
"""

import logging
import pickle
from collections.abc import Callable
from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path
from types import SimpleNamespace

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import language
from bot.discord.explain import describe_error
from bot.discord.panels import render_summary
from bot.discord.uploads import check_attachments
from bot.language import say_error, speak
from bot.libraries.line import Line
from bot.settings import Settings
from bot.start import server_allowance
from index.cage import parse_caged
from index.errors import (
    DamagedDocument,
    FootnoteError,
    LibraryError,
    NoRoom,
    ParseError,
    QuestionError,
    SourceError,
    UnknownDocument,
    UnreadableFile,
)
from index.files import read_file
from index.find import find_record
from index.follow import check_question
from index.library import Library
from index.parse import Limits
from index.repository.address import read_address as read_clone_address
from index.summary import Failure, Summary
from index.taught import check_taught
from index.types import Look
from index.web.address import read_address
from tests.bot.discord.limits import list_texts
from tests.catalogues import ROOMS, ROOT, find_texts
from tests.index.conftest import HashEncoder

KNOWN = {
    text
    for room in ROOMS
    for file in ROOT.glob(room)
    for texts in find_texts(file)
    for text in texts
}


class Translated(NullTranslations):
    """Every text that the catalogues hold, marked as such, with the full stops of Japanese."""

    def gettext(self, message: str) -> str:
        if message not in KNOWN:
            return message
        return f"訳{message.replace('. ', '。')}"


@pytest.fixture(autouse=True)
def translations(monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = {"en": NullTranslations(), "ja": Translated()}
    monkeypatch.setattr(language, "_read", spoken.__getitem__)


def show(failure: Failure) -> str:
    """What a summary says of a failure, in the language spoken."""
    summary = Summary((), (), (), (), (failure,), 0, 0, 0.0)
    return "\n".join(list_texts(render_summary("Adding", summary)))


def say(error: FootnoteError) -> str:
    with speak("ja"):
        return say_error(error)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", b" "),
        ("a.exe", b"x"),
        ("a.doc", b"x"),
        ("a.pdf", b"x"),
        ("a.docx", b"x"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.json", b"{"),
        ("a.txt", b"\x89PNG\0\0"),
        ("a.txt", b"\xff\xfea"),
        ("a.txt", bytes(99)),
        ("a.md", b"x" * 2000),
        ("{name}{0}{name.__class__}{size:9999999999}.md", b" "),
    ],
)
def test_why_a_file_is_refused_is_said_in_the_readers_language(name: str, data: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse_caged(data, name, Limits(file_bytes=1000))
    error = caught.value
    assert error.values["name"] == name
    assert str(error) == error.template.format(**error.values)
    assert str(error).startswith(name)
    assert say(error).startswith(f"訳{name}")
    assert "訳" not in show(Failure(name, error))
    with speak("ja"):
        assert "訳" in show(Failure(name, error))


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: read_address("ftp://a.example/"),
        lambda: read_address("https://user@a.example/"),
        lambda: read_address("https://-/"),
        lambda: read_address("https://[::1/"),
        lambda: read_address("https://a.example/" + "a" * 9000),
        lambda: read_clone_address("a b"),
        lambda: read_clone_address(""),
        lambda: read_clone_address("/nowhere"),
        lambda: check_question(""),
        lambda: check_question("x" * 99_999),
        lambda: check_taught("", "x"),
        lambda: check_taught("x", "y" * 99_999),
        lambda: find_record((), "x"),
        lambda: read_file(Path("/nowhere/{x}.md")),
        lambda: Line[int](most=0).join(1, 1),
    ],
)
def test_each_refusal_is_said_in_the_readers_language(refuse: Callable[[], object]) -> None:
    with pytest.raises(FootnoteError) as caught:
        refuse()
    said = say(caught.value)
    assert said[:1] == "訳"
    assert said[1:].replace("。", ". ") == str(caught.value)
    assert describe_error(caught.value)[:1] == str(caught.value)[:1]
    with speak("ja"):
        assert describe_error(caught.value)[:1] == "訳"


def test_what_does_not_fit_is_said_with_its_advice_in_the_readers_language(tmp_path: Path) -> None:
    allowance = replace(server_allowance(Settings(data=tmp_path)), documents=0)
    with Library(tmp_path, HashEncoder, allowance=allowance) as library, speak("ja"):
        [failure] = library.keep([("{advice}.md", b"The mill is green.")]).failed
        assert isinstance(failure.error, NoRoom)
        assert "訳{advice}.md does not fit: 0 of 0 documents" in show(failure)
        assert "needs 1 more。訳Remove some documents" in say_error(failure.error)
    assert "訳" not in failure.reason


def test_what_is_kept_of_a_failure_is_english(tmp_path: Path) -> None:
    file = tmp_path / "town.md"
    file.write_text("The mill is green.")
    with Library(tmp_path / "library", HashEncoder) as library, speak("ja"):
        library.add([file])
        file.write_text(" ")
        [failure] = library.reindex().failed
        [record] = library.store.records()
        assert record.failure == failure.reason
        assert failure.reason == "town.md is empty. Add some text, or leave the file out."
        assert (
            say_error(failure.error) == "訳town.md is empty。Add some text, or leave the file out."
        )


def test_an_error_that_is_passed_on_as_another_keeps_what_it_says(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        parse_caged(b" ", "{name}.md")
    look = Look((), frozenset({"x"}), {"x": caught.value})
    with Library(tmp_path, HashEncoder) as library, speak("ja"):
        with pytest.raises(SourceError) as passed_on:
            library.add_origin("site", "https://a.example/", {}, every_s=1, look=look)
        assert str(passed_on.value) == str(caught.value)
        assert say_error(passed_on.value) == say_error(caught.value)
        assert say_error(caught.value).startswith("訳{name}.md is empty")


def test_an_attachment_is_refused_in_the_readers_language() -> None:
    data = {"id": 1, "filename": "{a}.md", "size": 2 << 20, "url": "", "proxy_url": ""}
    files = [
        discord.Attachment(data={**data, **other}, state=SimpleNamespace(http=None))  # type: ignore[arg-type]
        for other in ({}, {"filename": "a.exe"})
    ]
    good, failures = check_attachments(files, 1 << 20)
    assert not good and len(failures) == 2
    assert failures[0].reason.startswith("{a}.md takes 2.0 MB; 1 MB are allowed.")
    with speak("ja"):
        assert all("訳" in show(failure) for failure in failures)


def test_sentences_that_send_to_a_terminal_are_left_out_in_every_language() -> None:
    with pytest.raises(QuestionError) as caught:
        check_question("")
    assert describe_error(caught.value) == "The question is empty."
    with speak("ja"):
        assert describe_error(caught.value) == "訳The question is empty。"


def test_a_name_that_reads_like_a_command_is_told_all_the_same() -> None:
    error = UnreadableFile("{name} does not exist. Check the path.", name="footnote guide. x.md")
    assert describe_error(error) == "footnote guide. x.md does not exist. Check the path."


def test_the_log_is_english(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), speak("ja"):
        describe_error(LibraryError("{path} cannot be opened.", path="/srv"))
    assert "LibraryError: /srv cannot be opened." in caplog.text and "訳" not in caplog.text


def test_an_error_without_words_is_told_as_nothing() -> None:
    for spoken in ("en", "ja"):
        with speak(spoken):
            assert say_error(ParseError("")) == ""


@given(st.text(), st.text(), st.floats(0, 1e9), st.integers(0, 10**9))
def test_values_are_never_read_as_fields(name: str, text: str, size: float, most: int) -> None:
    error = DamagedDocument(
        "{name} is {size:,.1f} of {most:,}. {text}", name=name, size=size, most=most, text=text
    )
    assert str(error) == f"{name} is {size:,.1f} of {most:,}. {text}"
    assert say_error(error) == str(error)
    with speak("ja"):
        said = say_error(error)
        assert said.startswith(name) and said.endswith(text)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is DamagedDocument
    assert (str(again), again.template, again.values) == (str(error), error.template, error.values)


@given(st.text())
def test_a_text_without_values_is_told_as_it_is(text: str) -> None:
    assert str(UnknownDocument(text)) == text == say_error(UnknownDocument(text))
