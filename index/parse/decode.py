"""Bytes → text: byte order marks, UTF-8, declared charsets, and a guess for the rest."""

import codecs
import re

from index.errors import DamagedDocument, DocumentTooLarge, mark
from index.parse.limits import Limits, show_name

_MARKS = (  # UTF-32's little-endian mark begins with UTF-16's, so it goes first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = {
    b"%PDF-": mark("{name} is not text but a PDF. Give it its true suffix."),
    b"PK\x03\x04": mark(
        "{name} is not text but a zip archive or an Office file. Give it its true suffix."
    ),
    b"\xd0\xcf\x11\xe0": mark(
        "{name} is not text but an old Office file. Give it its true suffix."
    ),
    b"\x89PNG": mark("{name} is not text but a picture. Give it its true suffix."),
    b"\xff\xd8\xff": mark("{name} is not text but a picture. Give it its true suffix."),
    b"GIF8": mark("{name} is not text but a picture. Give it its true suffix."),
    b"\x1f\x8b": mark("{name} is not text but a gzip archive. Give it its true suffix."),
    b"\x7fELF": mark("{name} is not text but a program. Give it its true suffix."),
}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""")
# Browsers read these names as the larger sets that they are mistaken for.
_WIDER = {"ascii": "cp1252", "iso8859-1": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030"}
# The sets that are really met, so that no guess is Mac Icelandic.
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r"]
_GUESSES += ["cp932", "gb18030", "big5", "cp949", "euc_jp"]
_WESTERN = frozenset("äöüßÄÖÜéèêëàâáåæçñîïíóôúùûœøÉÈÊÀÂÁÅÇÑÎÓÔÚØŒ€„“”‚‘’–—…•«»°§©®™·¿¡²\xa0")
_WESTERN_ODD = re.compile("[A-Za-z][¿¡]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 1 << 16


def decode_text(data: bytes, name: str, limits: Limits, *, markup: bool = False) -> str:
    """Return the text of a file; `markup` honours the charset that HTML or XML declares.

    Raises DamagedDocument for what is not text, DocumentTooLarge before any costly guess.
    """
    if len(data) // 4 > limits.text_chars:  # no encoding spends more on a character
        raise _too_large(name, limits)
    text = _decode(data, name, markup)
    if len(text) > limits.text_chars:
        raise _too_large(name, limits)
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) * 200 > len(sample):
        raise _not_text(data, name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, name: str, markup: bool) -> str:
    for signature, encoding in _MARKS:
        if data.startswith(signature):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise DamagedDocument(
                    "{name} begins as {encoding} and breaks off at byte {place}. Save it again as"
                    " UTF-8.",
                    name=show_name(name),
                    encoding=encoding.upper(),
                    place=error.start,
                ) from error
    if b"\0" in data[:_SAMPLE]:
        return _decode_wide(data, name)
    declared = _find_declared(data) if markup else None
    # ISO-2022-JP is made of ASCII bytes, so its declaration has to be heard before UTF-8.
    order = [declared, "utf-8"] if data.isascii() else ["utf-8", declared]
    for encoding in filter(None, order):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _guess(data, name)


def _decode_wide(data: bytes, name: str) -> str:
    """Return UTF-16 without a mark, told by which of two bytes is zero in Latin text."""
    even, odd = data[:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    half = len(data[:_SAMPLE]) / 2
    if max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
        try:
            return data.decode("utf-16-le" if odd > even else "utf-16-be")
        except UnicodeDecodeError:
            pass
    raise _not_text(data, name)


def _find_declared(data: bytes) -> str | None:
    from charset_normalizer.constant import IANA_SUPPORTED

    found = _DECLARED.search(data, 0, 2048)
    try:
        encoding = codecs.lookup(found[1].decode("ascii")).name if found else ""
    except LookupError:
        return None
    encoding = _WIDER.get(encoding, encoding).replace("-", "_")
    # Python's own codecs, such as idna, are no charsets and can be slow on purpose.
    return encoding if encoding in IANA_SUPPORTED or encoding == "utf_8" else None


def _guess(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    western = data.decode("cp1252", errors="replace")
    strange = {c for c in set(western) if not c.isascii()} - _WESTERN
    if not strange and not _WESTERN_ODD.search(western):
        return western
    sample = data[:_SAMPLE]
    if len(data) > _SAMPLE:  # not in the middle of a character
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    found = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.4)
    ranked = sorted(
        found,
        key=lambda match: (
            round(match.chaos, 1),
            -round(match.coherence, 1),
            "cp1252" not in match.could_be_from_charset,
        ),
    )
    for match in ranked:
        try:
            return data.decode(match.encoding)
        except UnicodeDecodeError:
            continue
    raise _not_text(data, name)


def _not_text(data: bytes, name: str) -> DamagedDocument:
    for signature, template in _SIGNATURES.items():
        if data.startswith(signature):
            return DamagedDocument(template, name=show_name(name))
    return DamagedDocument(
        "{name} is not text: it holds binary data. Save it as UTF-8 text.", name=show_name(name)
    )


def _too_large(name: str, limits: Limits) -> DocumentTooLarge:
    return DocumentTooLarge(
        "{name} holds more than {most:,} characters. Split it into smaller files.",
        name=show_name(name),
        most=limits.text_chars,
    )
