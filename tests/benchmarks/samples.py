"""What is issued and verified in the benchmarks: ten flat claims, and an overview of three debts."""

from typing import Final

from credentials.encoding import JsonObject

TEN: Final[JsonObject] = {f"claim_{number}": f"value {number}" for number in range(10)}
_CASE: Final[JsonObject] = {
    "digest": "GAv9Gk3vX8jm1x1z0x5i8Zk1Kq3l9o2b4c6d8e0f2g4",
    "type": "wahv",
    "omschrijving": "Boete voor te hard rijden",
    "saldo": 17500,
    "achterstand": 0,
    "fase": "herinnering",
    "eerst_vervalt": "2026-12-14",
}
OVERVIEW: Final[JsonObject] = {
    "bronorganisatie": {"oin": "00000004000000044000", "naam": "CJIB", "afkorting": "CJIB"},
    "peildatum": "2026-11-23T12:00:00+01:00",
    "schema_versie": "1.0",
    "fcid_versie": "4.1.0",
    "dekking": "wahv,strafbeschikking",
    "aantal_open_zaken": 3,
    "saldo_totaal": 52500,
    "achterstand_totaal": 0,
    "verplicht_totaal": 52500,
    "vereffend_totaal": 0,
    "hoogste_aanmaanfase": "herinnering",
    "meer_dan_20": False,
    "zaken": {f"z{number:02}": _CASE for number in range(1, 4)},
}
