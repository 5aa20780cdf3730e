import pytest

from service.web.negotiation import languages, prefers

JWT, JSON = "application/jwt", "application/json"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/jwt", True),
        ("APPLICATION/JWT", True),
        ("application/jwt, application/json;q=0.5", True),
        ("application/json;q=0.5, application/jwt", True),
        ("application/jwt, application/json", True),
        ("application/jwt;q=0.2, */*;q=0.1", True),
        ("application/json, application/jwt", False),
        ("application/json, application/jwt;q=0.9", False),
        ("application/jwt;q=0", False),
        ("application/jwt;q=0, application/json;q=0", False),
        ("application/json", False),
        ("*/*", False),
        ("application/*", False),
        ("", False),
        (",;,;q=1,", False),
        ("application/jwt;q=2", True),
        ("x" * 5_000 + ", application/jwt", False),
    ],
)
def test_a_form_is_sent_to_those_who_would_rather_have_it(accept: str, wanted: bool) -> None:
    assert prefers(accept, JWT, JSON) is wanted


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("", ("nl", "en")),
        ("nl", ("nl",)),
        ("en-GB, en;q=0.8", ("en",)),
        ("NL-be", ("nl",)),
        ("en, nl;q=0.1", ("nl", "en")),
        ("nl, en;q=0", ("nl",)),
        ("fy", ("nl", "en")),
        ("fy, *;q=0.1", ("nl", "en")),
    ],
)
def test_languages_are_those_that_are_wanted_and_spoken(header: str, spoken: tuple[str, ...]) -> None:
    assert languages(header, ("nl", "en")) == spoken
