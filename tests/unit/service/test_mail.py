"""Mail goes to the relay that the settings name, under TLS but on this machine; what is refused is said."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from credentials.masking import Secret
from service.errors import NotSent
from service.mail import SmtpRelay


class Conversation(socketserver.StreamRequestHandler):
    """One SMTP session (RFC 5321 section 4) with a relay that takes mail for everybody but `weg@`."""

    server: "Relay"

    def handle(self) -> None:
        self._say("220 relay.example")
        while line := self.rfile.readline().decode("latin-1").strip():
            verb = line.partition(" ")[0].upper()
            self.server.heard.append(line)
            match verb:
                case "EHLO":
                    self._say("250-relay.example", "250 AUTH PLAIN")
                case "AUTH":
                    self._say("235 ok")
                case "RCPT":
                    self._say("550 nobody of that name" if "weg@" in line else "250 ok")
                case "DATA":
                    self._say("354 go on")
                    while (data := self.rfile.readline().decode("latin-1").rstrip("\r\n")) != ".":
                        self.server.heard.append(data)
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class Relay(socketserver.ThreadingTCPServer):
    """A relay on this machine, and what it heard."""

    daemon_threads = True

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(("127.0.0.1", 0), Conversation)


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def reaching(relay: Relay, **more: object) -> SmtpRelay:
    values = {"host": "127.0.0.1", "port": relay.server_address[1], "security": "none", "sender": "hulp@voorbeeld.nl"}
    return SmtpRelay(**(values | {"seconds": 5.0} | more))  # type: ignore[arg-type]


def test_a_message_is_handed_to_the_relay(relay: Relay) -> None:
    reaching(relay, login=("hulp", Secret("geheim"))).send("jan@voorbeeld.nl", "Een link", "Open één keer.\n")
    for line in ("mail FROM:<hulp@voorbeeld.nl>", "rcpt TO:<jan@voorbeeld.nl>", "Subject: Een link"):
        assert any(each.startswith(line) for each in relay.heard), line
    assert "Auto-Submitted: auto-generated" in relay.heard
    assert any(each.startswith("AUTH PLAIN") for each in relay.heard)


@pytest.mark.parametrize("to", ["weg@voorbeeld.nl", "jan@voorbeeld.nl\r\nBcc: x@y.nl", ""])
def test_what_is_not_taken_is_said_without_the_address(relay: Relay, to: str) -> None:
    with pytest.raises(NotSent) as raised:
        reaching(relay).send(to, "Een link", "tekst")
    assert "voorbeeld" not in str(raised.value)
    assert "tekst" not in relay.heard


def test_a_relay_without_tls_hears_nothing_where_tls_is_wanted(relay: Relay) -> None:
    with pytest.raises(NotSent):
        reaching(relay, security="starttls").send("jan@voorbeeld.nl", "Een link", "tekst")
    with pytest.raises(NotSent):
        reaching(relay, security="tls", seconds=0.5).send("jan@voorbeeld.nl", "Een link", "tekst")
    assert not any("jan" in each for each in relay.heard)
