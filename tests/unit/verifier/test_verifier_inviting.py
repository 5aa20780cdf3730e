"""An invitation as it is sent: to an address that a gateway takes, in words that tell nobody anything."""

import http.server
import json
import threading
from typing import ClassVar

import pytest

from credentials.masking import Secret
from service.errors import NotSent
from service.http import OutboundClient, OutboundPolicy
from verifier.clients.messages import SmsMessages
from verifier.domain.errors import BadInput
from verifier.domain.invitation import Way, message, read_address


@pytest.mark.parametrize(
    ("way", "typed", "address"),
    [
        (Way.MAIL, " jan.de-wit+1@mail.voorbeeld.nl ", "jan.de-wit+1@mail.voorbeeld.nl"),
        (Way.SMS, "06 1234 5678", "+31612345678"),
        (Way.SMS, "0031-6-12345678", "+31612345678"),
        (Way.SMS, "+32 470 12 34 56", "+32470123456"),
    ],
)
def test_an_address_is_read_as_the_gateway_takes_it(way: Way, typed: str, address: str) -> None:
    assert read_address(way, typed) == address


@pytest.mark.parametrize(
    "typed", ["", "jan", "jan@", "a@b", "jan@x.nl\nBcc: y@z.nl", "Jan <jan@x.nl>", "a@x.nl,b@x.nl", "x" * 5000]
)
def test_what_is_no_mail_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        read_address(Way.MAIL, typed)


@pytest.mark.parametrize("typed", ["", "112", "jan", "+0612345678", "06123456789012345", "0" * 5000])
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        read_address(Way.SMS, typed)


def test_a_message_names_nobody_and_no_debt() -> None:
    text = message("https://schuldhulp.example/uitnodiging/x", "14 december 2026").replace(
        "https://schuldhulp.example", ""
    )
    assert "/uitnodiging/x" in text
    assert "schuld" not in text.lower()


class Gateway(http.server.BaseHTTPRequestHandler):
    """An SMS gateway on this machine that takes what bears its token."""

    got: ClassVar[list[object]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        known = self.headers["authorization"] == "Bearer geheim"
        self.got.append(body if known else None)
        self.send_response(202 if known else 401)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_sms_is_posted_to_its_gateway_and_a_refusal_is_said() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://localhost:{server.server_address[1]}/berichten"
        client = OutboundClient(OutboundPolicy(allow_insecure_localhost=True))
        SmsMessages(client, url, "Gemeente", Secret("geheim")).send("+31612345678", "Open deze link.")
        with pytest.raises(NotSent):
            SmsMessages(client, url, "Gemeente", Secret("anders")).send("+31612345678", "Open deze link.")
        client.close()
        server.shutdown()
    assert Gateway.got == [{"from": "Gemeente", "to": "+31612345678", "text": "Open deze link."}, None]
    with pytest.raises(NotSent):
        SmsMessages(OutboundClient(OutboundPolicy()), "https://127.0.0.1/x", "Gemeente", Secret("x")).send("+31", "x")
