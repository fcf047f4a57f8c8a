"""Archives that lie, burst, or are something else."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EncryptedDocument,
    ParseError,
    UnsupportedFormat,
)
from index.parse import Limits, parse_document
from index.parse.archive import check_archive
from tests.index.test_parse_office import make_docx, paragraph

LIMITS = Limits(unpacked_bytes=1 << 20, part_bytes=1 << 18, parts=20)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


def zip_parts(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
def test_a_zip_bomb_is_too_large(kind: str) -> None:
    part = {"docx": "word/document.xml", "pptx": "ppt/a.xml", "xlsx": "xl/workbook.xml"}[kind]
    bomb = zip_parts({part: b"\0" * (2 << 20)})
    with pytest.raises(DocumentTooLarge, match=rf"a\.{kind} unpacks to more than 1 MB"):
        parse_document(bomb, f"a.{kind}", LIMITS)


def test_a_bomb_that_declares_a_small_size_does_not_go_off() -> None:
    bomb = zip_parts({"word/document.xml": b"\0" * (2 << 20)})
    small = bomb.replace(struct.pack("<I", 2 << 20), struct.pack("<I", 10))
    assert small != bomb
    with pytest.raises(DamagedDocument, match=r"a\.docx is not a readable docx file"):
        check_archive(small, "docx", "a.docx", LIMITS)


def test_one_huge_part_is_too_large_for_a_tree() -> None:
    data = zip_parts({"word/document.xml": b" " * (1 << 19)})
    with pytest.raises(DocumentTooLarge, match="has a part that unpacks to more than 0 MB"):
        check_archive(data, "docx", "a.docx", LIMITS)


def test_too_many_parts_are_too_large() -> None:
    data = zip_parts({f"word/{i}.xml": b"" for i in range(21)})
    with pytest.raises(DocumentTooLarge, match="is made of 21 parts; 20 are allowed"):
        check_archive(data, "docx", "a.docx", LIMITS)


@pytest.mark.parametrize("name", ["../escaped", "word/../../escaped", "..\\escaped", "/"])
def test_names_that_climb_out_of_an_archive_lead_nowhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    buffer = io.BytesIO(make_docx(paragraph("Doors close at ten.")))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(f"{tmp_path}/escaped" if name == "/" else name, b"<escaped/>")
    assert parse_document(buffer.getvalue(), "a.docx").text == "Doors close at ten."
    assert [path.name for path in tmp_path.rglob("*")] == ["here"]


def test_xml_entities_are_refused_before_anything_expands_them() -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    with pytest.raises(DamagedDocument, match="declares XML entities"):
        parse_document(zip_parts({"word/document.xml": laughs}), "a.docx")


def test_entities_in_a_book_are_refused_by_its_parser() -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha">]><container>&b;</container>'
    with pytest.raises(DamagedDocument, match="Entities"):
        parse_document(zip_parts({"META-INF/container.xml": laughs}), "a.epub")


def test_an_old_office_file_under_a_new_suffix_says_how_to_save_it() -> None:
    with pytest.raises(
        UnsupportedFormat, match=r"a\.docx is an old Office file.*save it as \.docx"
    ):
        parse_document(OLE, "a.docx")


def test_an_office_file_with_a_password_is_encrypted() -> None:
    with pytest.raises(EncryptedDocument, match=r"a\.xlsx asks for a password"):
        parse_document(OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")


def test_a_workbook_under_a_word_suffix_is_named() -> None:
    with pytest.raises(DamagedDocument, match=r"is not docx but xlsx\. Name it so"):
        parse_document(zip_parts({"xl/workbook.xml": b"<a/>"}), "a.docx")


def test_another_archive_is_named_too() -> None:
    with pytest.raises(DamagedDocument, match="is not docx but another archive"):
        parse_document(zip_parts({"photo.png": b"x"}), "a.docx")


@pytest.mark.parametrize("suffix", ["docx", "pptx", "xlsx", "epub"])
def test_a_cut_archive_and_a_hollow_one_are_damaged(suffix: str) -> None:
    part = {"docx": "word/a", "pptx": "ppt/a", "xlsx": "xl/a", "epub": "META-INF/container.xml"}
    whole = zip_parts({part[suffix]: b"<a/>", "other": b"x" * 100})
    for data in (whole, whole[: len(whole) // 2], b"no archive at all"):
        with pytest.raises(ParseError, match=rf"a\.{suffix} "):
            parse_document(data, f"a.{suffix}")
