"""Time, settings, randomness and the network are handed in: what reaches for them by itself stands on a short list."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import PACKAGES, files, modules, names_in, names_used

# What no module takes by itself. `time.monotonic` measures how long, not when; `secrets` cannot be guessed.
AMBIENT = re.compile(
    r"""datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today
    |time\.(time|time_ns|localtime|gmtime|ctime|asctime)
    |os\.(environ|environb|getenv|getenvb|putenv|unsetenv)(\..*)?
    |random(\..*)?|uuid\.(uuid1|getnode)|locale\.(setlocale|getlocale)""",
    re.VERBOSE,
)
NETWORK = re.compile(
    r"(httpx2|httpx|httpcore2|httpcore|requests|urllib3|urllib\.request|aiohttp|http\.client|smtplib|ftplib|socket)(\..*)?"
)
PROGRAM = re.compile(
    r"builtins\.(print|input|breakpoint|eval|exec|compile|__import__)|pprint(\..*)?|pdb(\..*)?|pickle(\..*)?|marshal(\..*)?"
)

ALLOWED_AMBIENT = {
    ("credentials/clock.py", "datetime.datetime.now"): "the system clock, which composition roots hand in",
    ("issuer/app/keys.py", "datetime.datetime.now"): "a composition root: makes and checks its keys before it serves",
    ("service/commands/doctor.py", "time.time"): "asks whether the machine's own clock is right",
    ("service/commands/vc_api/command.py", "os.environ"): "asks whether this machine is there for production",
}
ALLOWED_NETWORK = {
    ("service/http.py", "httpx2"): "the one client, with its guard",
    ("service/http.py", "httpcore2"): "the connections of the one client",
    ("service/mail.py", "smtplib"): "speaks SMTP to the relay that the settings name, and to no other",
    ("service/outbound_guard.py", "socket"): "resolves a name before it is connected to, and judges the addresses",
    ("service/outbound_guard.py", "httpcore2"): "connects to the address that was judged, not to the name",
    ("service/serving.py", "socket"): "listens",
    ("service/workers.py", "socket"): "holds what workers listen on, and wakes itself by a pair",
    ("service/commands/doctor.py", "socket"): "asks whether the demo's ports are free",
}


def found(pattern: re.Pattern[str], *, whole: bool = True) -> Iterator[tuple[str, str, int]]:
    for path in files(*PACKAGES):
        for name, line in names_in(path):
            match = pattern.fullmatch(name)
            if match:
                yield path.as_posix(), name if whole else match[1], line


def offences(pattern: re.Pattern[str], allowed: dict[tuple[str, str], str], *, whole: bool = True) -> list[str]:
    return sorted(
        f"{path}:{line} {name}" for path, name, line in found(pattern, whole=whole) if (path, name) not in allowed
    )


def test_nothing_asks_the_machine_for_the_time_the_environment_or_weak_randomness() -> None:
    assert offences(AMBIENT, ALLOWED_AMBIENT) == []


def test_nothing_but_the_one_client_reaches_the_network() -> None:
    assert offences(NETWORK, ALLOWED_NETWORK, whole=False) == []


def test_nothing_prints_asks_or_runs_text() -> None:
    assert offences(PROGRAM, {}) == []


def test_no_permission_is_left_over() -> None:
    used = {(path, name) for path, name, _ in found(AMBIENT)} | {
        (path, name) for path, name, _ in found(NETWORK, whole=False)
    }
    assert (ALLOWED_AMBIENT.keys() | ALLOWED_NETWORK.keys()) - used == set()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("from datetime import datetime as d\nx = d.now", "datetime.datetime.now"),
        ("import datetime\ndatetime.date.today()", "datetime.date.today"),
        ("import time as t\nt.time()", "time.time"),
        ("from time import time\ntime()", "time.time"),
        ("import os\nos.environ['A']", "os.environ"),
        ("import random\nrandom.choice([])", "random.choice"),
        ("from random import choice", "random.choice"),
    ],
)
def test_the_check_sees_through_other_names(text: str, name: str) -> None:
    assert name in {used for used, _ in names_used(text)}
    assert AMBIENT.fullmatch(name)


@pytest.mark.parametrize(
    "text", ["from datetime import timedelta\ntimedelta()", "import time\ntime.monotonic()", "import os\nos.fsync(1)"]
)
def test_the_check_leaves_others_alone(text: str) -> None:
    assert not [name for name, _ in names_used(text) if AMBIENT.fullmatch(name)]


def test_the_demo_brings_no_second_client_along() -> None:
    others = {
        f"{path}:{line} {name}"
        for path in files("demo")
        for name, line in names_in(path)
        if re.fullmatch(r"(httpx|requests|urllib3|aiohttp|random)(\..*)?", name)
    }
    assert others == set()


def test_every_public_name_exists_once() -> None:
    wrong: list[str] = []
    for module in modules():
        public: list[str] = getattr(module, "__all__", [])
        wrong.extend(f"{module.__name__}.{name}" for name in public if not hasattr(module, name))
        wrong.extend(f"{module.__name__}.{name} twice" for name in set(public) if public.count(name) > 1)
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module.__name__ for module in modules() if not (module.__doc__ or "").strip()] == []
