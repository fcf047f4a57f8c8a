"""Whether a docx, pptx, xlsx or epub is safe to unpack, and is what its suffix says."""

import io
import zipfile
import zlib

from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EncryptedDocument,
    UnsupportedFormat,
    mark,
)
from index.parse.limits import Limits, show_name

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = {"docx": "word/", "pptx": "ppt/", "xlsx": "xl/", "epub": "META-INF/container.xml"}
_TREES = (".xml", ".rels", ".xhtml", ".html", ".htm", ".opf", ".ncx")
_CHUNK = 1 << 20
_UNPACKS = mark(
    "{name} unpacks to more than {most:,} MB; no more is allowed. Remove pictures, or split it."
)
_PART_UNPACKS = mark(
    "{name} has a part that unpacks to more than {most:,} MB; no more is allowed. Remove pictures,"
    " or split it."
)


def check_archive(data: bytes, kind: str, name: str, limits: Limits) -> None:
    """Return if the archive is of its `kind` and within the limits.

    Raises DocumentTooLarge, DamagedDocument, EncryptedDocument or UnsupportedFormat. Every part is
    inflated once and thrown away, for the sizes that an archive declares can lie.
    """
    shown = show_name(name)
    if data.startswith(_OLE):
        raise _ole_error(data, kind, shown)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, kind, shown, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise DamagedDocument(
            "{name} is not a readable {kind} file ({error}). Save it again, or download it again.",
            name=shown,
            kind=kind,
            error=str(error),
        ) from error


def _ole_error(data: bytes, kind: str, shown: str) -> EncryptedDocument | UnsupportedFormat:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return EncryptedDocument("{name} asks for a password. Save a copy without one.", name=shown)
    return UnsupportedFormat(
        "{name} is an old Office file under a new suffix. Open it and save it as .{kind}.",
        name=shown,
        kind=kind,
    )


def _check_parts(archive: zipfile.ZipFile, kind: str, shown: str, limits: Limits) -> None:
    parts = archive.infolist()
    if len(parts) > limits.parts:
        raise DocumentTooLarge(
            "{name} is made of {parts:,} parts; {most:,} are allowed.",
            name=shown,
            parts=len(parts),
            most=limits.parts,
        )
    declared = sum(part.file_size for part in parts)
    if declared > limits.unpacked_bytes:
        raise _too_large(shown, _UNPACKS, declared, limits.unpacked_bytes)
    names = archive.namelist()
    if not any(part.startswith(_KINDS[kind]) for part in names):
        true = next((k for k, part in _KINDS.items() if any(n.startswith(part) for n in names)), "")
        if true:
            raise DamagedDocument(
                "{name} is not {kind} but {true}. Name it so.", name=shown, kind=kind, true=true
            )
        raise DamagedDocument(
            "{name} is not {kind} but another archive. Unpack it first.", name=shown, kind=kind
        )
    if any(part.flag_bits & 1 for part in parts) or "META-INF/rights.xml" in names:
        raise EncryptedDocument("{name} is locked. Save a copy without a password.", name=shown)
    total = 0
    for part in parts:
        size, tail = 0, b""
        tree = part.filename.lower().endswith(_TREES)
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                size, total = size + len(chunk), total + len(chunk)
                if total > limits.unpacked_bytes:
                    raise _too_large(shown, _UNPACKS, total, limits.unpacked_bytes)
                if tree and kind != "xlsx" and size > limits.part_bytes:
                    raise _too_large(shown, _PART_UNPACKS, size, limits.part_bytes)
                # Office writes no entities; whoever does wants them to multiply.
                if tree and kind != "epub" and b"<!ENTITY" in tail + chunk:
                    raise DamagedDocument(
                        "{name} declares XML entities, which {kind} files never hold.",
                        name=shown,
                        kind=kind,
                    )
                tail = chunk[-16:]


def _too_large(shown: str, template: str, size: int, allowed: int) -> DocumentTooLarge:
    return DocumentTooLarge(template, name=shown, most=min(size, allowed) >> 20)
