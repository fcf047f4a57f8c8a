"""Files that are nearly valid: each is a Document that keeps its contract, or a ParseError."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ParseError
from index.parse import SUFFIXES, parse_document
from index.parse.codec import decode_document, encode_document
from tests.index.mutate import make_samples, mutate
from tests.index.test_parse_document import check


def parse_or_refuse(data: bytes, name: str) -> None:
    """Parse it; any error but a ParseError, and any document that breaks its contract, fails."""
    try:
        document = parse_document(data, name)
    except ParseError as error:
        assert str(error)
        assert "\n" not in str(error)
    else:
        check(document)
        assert decode_document(encode_document(document)) == document


FOUND = {
    "indent.md": b"> >" + b" " * 20 + b"x = 1\n\nText.",
}
"""What once broke the contract."""


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_is_mended(name: str) -> None:
    parse_or_refuse(FOUND[name], name)


def test_there_is_a_sample_of_every_format() -> None:
    assert SUFFIXES - make_samples().keys() <= {".htm", ".rest", ".asciidoc"}
    for suffix, data in make_samples().items():
        check(parse_document(data, f"a{suffix}"))


@pytest.mark.parametrize("suffix", make_samples())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.randoms(use_true_random=True))
def test_a_file_that_is_nearly_valid_is_a_document_or_a_parse_error(
    suffix: str, seed: random.Random
) -> None:
    parse_or_refuse(mutate(make_samples()[suffix], seed), f"a{suffix}")
