"""RFC 3986 sections 5.2.4 and 6.2, and where well-known documents stand."""

import pytest

from credentials.web_addresses import Normalised, normalised, take_apart, well_known


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example", "/"),
        ("https://a.example?x#y", "/"),
        ("https://a.example/%7eb/%41", "/~b/A"),
        ("https://a.example/a%2fb%c3%a9", "/a%2Fb%C3%A9"),
        ("https://a.example/%zz%4", "/%zz%4"),
        # Section 5.2.4: the example of the section, and its edges.
        ("https://a.example/a/b/c/./../../g", "/a/g"),
        ("https://a.example/a/..", "/"),
        ("https://a.example/a/b/.", "/a/b/"),
        ("https://a.example/../../a", "/a"),
        ("https://a.example/a//../b", "/a/b"),
        ("https://a.example//a", "//a"),
        ("https://a.example/...", "/..."),
    ],
)
def test_a_path_has_one_spelling(url: str, path: str) -> None:
    assert normalised(url) == Normalised("https", "a.example", 443, path)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("HTTP://A.Example/", ("http", "a.example", 80)),
        ("http://a.example:8080/", ("http", "a.example", 8080)),
        ("https://a.example:/", ("https", "a.example", 443)),
        ("https://a.example:0/", ("https", "a.example", 0)),
        ("https://%41.example/", ("https", "a.example", 443)),
        ("https://[::1]:8443/", ("https", "::1", 8443)),
    ],
)
def test_a_host_and_a_port_have_one_spelling(url: str, place: tuple[str, str, int]) -> None:
    assert normalised(url)[:3] == place


@pytest.mark.parametrize("url", ["", "/a", "https://", "https://u@a.example/", "https://[::1", "https://a:x/"])
def test_what_is_no_address_of_a_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalised(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/ b",
        "https://a.example\\b",
        "https://a.example/\n",
        "https://a.example/\x00",
        "https://é.example/",
        'https://a.example/"',
        "https://a.example/{x}",
        "https://[::1",
        "https://a.example:x/",
        "https://a.example:99999/",
        "https://a.example/" + "a" * 2_048,
        "",
    ],
)
def test_what_readers_take_apart_in_different_ways_is_no_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        take_apart(url)


def test_a_url_is_taken_apart_as_it_is() -> None:
    parts = take_apart("https://A.example:8443/%7Ea/../b?c=[d]#e")
    assert (parts.hostname, parts.port, parts.path, parts.query, parts.fragment) == (
        "a.example", 8443, "/%7Ea/../b", "c=[d]", "e",
    )  # fmt: skip
    assert take_apart("https://a.example/" + "a" * 2_048, max_characters=4_096)


def test_different_paths_stay_different() -> None:
    spelled = ("/a/b", "/a/b/", "/A/b", "/a%2Fb", "//a/b", "/a/b;c")
    assert len({normalised("https://a.example" + path) for path in spelled}) == len(spelled)


@pytest.mark.parametrize(
    ("identifier", "kept", "dropped"),
    [("https://a.example/", "", ""), ("https://a.example/t/", "/t/", "/t"), ("https://a.example:1/t", "/t", "/t")],
)
def test_a_final_slash_is_kept_or_dropped_as_the_specification_says(identifier: str, kept: str, dropped: str) -> None:
    assert well_known(identifier, "x", final_slash=True).partition("/.well-known/x")[2] == kept
    assert well_known(identifier, "x").partition("/.well-known/x")[2] == dropped
