"""An aggregation is a list of web addresses, and proves nothing."""

import json

import pytest

from credentials.status import StatusListMalformed, read_aggregation


def test_the_drafts_example_is_read() -> None:
    # Section 9.3.
    lists = [f"https://example.com/statuslists/{number}" for number in (1, 2, 3)]
    assert read_aggregation(json.dumps({"status_lists": lists}).encode()) == tuple(lists)


@pytest.mark.requirement("tsl-aggregation")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"status_lists":"https://example.com/1"}',
        b'{"status_lists":[1]}',
        b'{"status_lists":["file:///etc/passwd"]}',
        b'{"status_lists":[],"status_lists":[]}',
        json.dumps({"status_lists": ["https://a.example/1"] * 10_001}).encode(),
    ],
)
def test_what_is_no_aggregation_is_refused(body: bytes) -> None:
    with pytest.raises(StatusListMalformed):
        read_aggregation(body)
