"""Members, URLs and forms: what every message is read with."""

import pytest

from credentials.openid.errors import InvalidRequest, MalformedMessage
from credentials.openid.form import build_form, optional, parse_form, required
from credentials.openid.members import Members
from credentials.openid.urls import check_redirect_uri, check_url, query_of, with_parameters


def members(**values: object) -> Members:
    return Members(dict(values), "message", MalformedMessage)


def test_members_are_read_by_kind() -> None:
    read = members(text="a", number=3, flag=True, texts=["a", "b"], object={"x": 1})
    assert read.text("text") == "a"
    assert read.integer("number") == 3
    assert read.boolean("flag", default=False)
    assert read.texts("texts") == ("a", "b")
    assert read.object("object").raw == {"x": 1}
    assert read.optional_text("absent") is None
    assert read.optional_texts("absent") == ()


@pytest.mark.parametrize(
    ("value", "method"),
    [
        (None, "text"),
        ("", "text"),
        (7, "text"),
        ("a" * 5_000, "text"),
        (None, "optional_text"),
        (True, "integer"),
        (1.0, "integer"),
        (-1, "integer"),
        ([], "texts"),
        (["a", 1], "texts"),
        (["a", ""], "texts"),
        ("ab", "texts"),
        (["a"] * 101, "texts"),
        ([], "object"),
        ([1], "objects"),
    ],
)
def test_what_is_of_another_kind_is_refused_by_name_and_never_by_value(value: object, method: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        getattr(members(field=value), method)("field")
    assert "field" in str(refused.value)


def test_a_flag_is_not_a_number() -> None:
    with pytest.raises(MalformedMessage):
        members(flag=1).boolean("flag", default=False)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"a":1,"a":2}', b'{"a":NaN}', b"{", b"\xff{}"])
def test_text_that_is_no_strict_object_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        Members.parse(data, "message", MalformedMessage)


def test_an_object_beyond_its_size_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        Members.parse(b'{"a":"' + b"a" * 100 + b'"}', "message", MalformedMessage, max_bytes=100)


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example:8443/t/1?x=1", "https://[2001:db8::1]/"])
def test_https_urls_are_taken(url: str) -> None:
    assert check_url(url, "url") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "http://localhost:8101",
        "ftp://a.example",
        "https://",
        "https:///path",
        "https:a.example",
        "//a.example",
        "a.example",
        "https://user@a.example",
        "https://user:pass@a.example",
        "https://a.example/#fragment",
        "https://a.example/\n",
        "https://a.example/ b",
        "https://a.example\\@b.example",
        "https://ä.example",
        "https://a.example:99999",
        "https://[::1",
        "https://a.example/" + "a" * 2_048,
        "javascript:alert(1)",
        "",
    ],
)
def test_urls_that_could_be_read_in_two_ways_are_refused(url: str) -> None:
    with pytest.raises(MalformedMessage):
        check_url(url, "url")


def test_plain_http_reaches_this_machine_only_when_that_is_set() -> None:
    for host in ("localhost:8101", "127.0.0.1", "[::1]:8101"):
        assert check_url(f"http://{host}/", "url", insecure_localhost=True)
    for host in ("localhost.example", "127.0.0.2", "a.example"):
        with pytest.raises(MalformedMessage):
            check_url(f"http://{host}/", "url", insecure_localhost=True)


def test_an_identifier_has_no_query() -> None:
    with pytest.raises(MalformedMessage):
        check_url("https://a.example/?x=1", "url", query=False)


@pytest.mark.parametrize(
    "uri", ["https://w.example/cb", "http://127.0.0.1:4000/cb", "eu.europa.ec.euidi://authorization", "app:/cb?x=1"]
)
def test_redirects_to_apps_are_taken(uri: str) -> None:
    assert check_redirect_uri(uri, "redirect_uri", error=InvalidRequest) == uri


@pytest.mark.requirement("as-redirect")
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://a@b.example",
        "https://w.example/#x",
        "/cb",
        "file:///etc",
    ],
)
def test_redirects_that_a_browser_would_run_or_that_go_nowhere_are_refused(uri: str) -> None:
    with pytest.raises(InvalidRequest):
        check_redirect_uri(uri, "redirect_uri", error=InvalidRequest)


def test_parameters_join_a_query_that_is_there() -> None:
    assert with_parameters("https://w.example/cb", {"a": "b c"}) == "https://w.example/cb?a=b%20c"
    assert with_parameters("https://w.example/cb?x=1", {"a": "&"}) == "https://w.example/cb?x=1&a=%26"


def test_a_links_query_is_read_whatever_its_scheme() -> None:
    assert query_of("openid4vp://?a=1&b=%7B%7D", "link", error=MalformedMessage) == {"a": "1", "b": "{}"}
    assert query_of("https://w.example/x?a=1#frag", "link", error=MalformedMessage) == {"a": "1"}


@pytest.mark.parametrize("link", ["x://?a=1&a=2", "x://?a=%ff", "x://?a=é", "x://?" + "a=1&" * 70, "x" * 70_000, ""])
def test_a_link_with_an_unclear_query_is_refused(link: str) -> None:
    with pytest.raises(MalformedMessage):
        query_of(link, "link", error=MalformedMessage)


def test_forms_travel_both_ways() -> None:
    fields = {"grant_type": "a b", "code": "ü&=+%", "state": "x"}
    assert parse_form(build_form(fields)) == fields


def test_an_empty_parameter_is_an_absent_one() -> None:
    assert parse_form(b"a=&b=1") == {"b": "1"}


def test_a_resource_may_come_twice() -> None:
    assert parse_form(b"resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example") == {
        "resource": "https://a.example https://b.example"
    }


@pytest.mark.requirement("as-once-each")
@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=1&a=", b"a=%ff", b"\xff=1", b"a=1&" * 65, b"a=" + b"1" * 64_000])
def test_an_unclear_form_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse_form(body)


def test_fields_are_required_and_bounded() -> None:
    assert required({"a": "1"}, "a") == "1"
    assert optional({}, "a") is None
    with pytest.raises(InvalidRequest):
        required({}, "a")
    with pytest.raises(InvalidRequest):
        optional({"a": "12"}, "a", max_length=1)


@pytest.mark.parametrize("body", [b"a=%00", b"a%00=b", b"a=b&c=d%00e", b"a=\x00"])
def test_a_form_holds_no_null_character(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse_form(body)
    assert parse_form(b"a=%01") == {"a": "\x01"}
