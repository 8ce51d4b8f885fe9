"""Signature Version 4 against the vectors AWS published (Signature Version 4 Test Suite; General Reference)."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from activities.channels.providers.aws_signing import Keys, signed

KEYS = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
HOST = "https://example.amazonaws.com"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "signature"),
    [
        ("GET", "/", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "/?Param2=value2&Param1=value1",
            {},
            b"",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "POST",
            "/?Param1=value1",
            {},
            b"",
            "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
        ),
        (
            "POST",
            "/",
            FORM,
            b"Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order", "post-vanilla-query", "post-x-www-form-urlencoded"],
)
def test_a_request_is_signed_as_in_the_suite(
    method: str, path: str, headers: Mapping[str, str], body: bytes, signature: str
) -> None:
    found = signed(KEYS, method, HOST + path, headers, body, AT)
    names = ";".join(sorted({*headers, "host", "x-amz-date"}))
    assert found["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    assert (found["x-amz-date"], found["host"]) == ("20150830T123600Z", "example.amazonaws.com")


def test_the_worked_example_of_the_general_reference_is_signed_alike() -> None:
    keys = Keys("AKIDEXAMPLE", KEYS.secret, "us-east-1", "iam")
    url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    found = signed(keys, "GET", url, headers, b"", AT)
    assert found["authorization"].endswith("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")


def test_the_secret_shows_in_no_repr() -> None:
    assert KEYS.secret not in repr(KEYS)
