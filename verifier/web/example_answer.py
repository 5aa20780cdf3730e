"""What the business API says of a request that was answered: the example that its document shows, of one agency."""

from typing import Final

from credentials.encoding import JsonObject

ANSWER: Final[JsonObject] = {
    "id": "lopDAOTXnBq8mX0pJvX2Yw",
    "status": "beantwoord",
    "delen": {"ontvangen": 1, "aangekondigd": 1},
    "sjabloon": "intake",
    "aangemaaktOp": "2026-11-23T19:53:37Z",
    "verlooptOp": "2026-11-23T19:58:37Z",
    "pogingen": [],
    "ontvangenOp": "2026-11-23T19:54:20Z",
    "gecontroleerdOp": "2026-11-23T19:54:20Z",
    "schulden": [
        {
            "uitgever": {"identifier": "https://cjib.example", "naam": "Centraal Justitieel Incassobureau (CJIB)"},
            "zaakkenmerk": None,
            "saldo": 27100,
            "nuTeBetalen": 27100,
            "teLaat": 27100,
            "teLaatSinds": "2023-09-26",
            "uiterlijkBetalenOp": "2023-09-26",
            "danTeBetalen": 0,
            "preferentie": {
                "waarde": "concurrent",
                "volgensSchuldeiser": "concurrent",
                "grondslag": "geen voorrang in de wet",
                "reden": None,
                "gewijzigdOp": None,
            },
            "teltMee": True,
            "ookBij": [],
        }
    ],
    "bewijzen": [
        {
            "uitgever": {"identifier": "https://cjib.example", "naam": "Centraal Justitieel Incassobureau (CJIB)"},
            "type": "urn:nl:blauweknop:overzicht:1",
            "formaat": "dc+sd-jwt",
            "bewezen": True,
            "uitkomst": "bewezen",
            "controles": [
                {
                    "naam": "handtekening",
                    "uitkomst": "geslaagd",
                    "uitleg": "De handtekening klopt. Er is niets veranderd sinds de uitgever het bewijs afgaf.",
                    "code": "ok",
                },
                {
                    "naam": "geldigheid",
                    "uitkomst": "geslaagd",
                    "uitleg": "Afgegeven op 23 november 2026, geldig tot 23 december 2026. "
                    "De gegevens zijn van 31 oktober 2026, 23 dagen oud.",
                    "code": "ok",
                },
            ],
            "gegevens": {
                "saldo_totaal": 27100,
                "achterstand_totaal": 27100,
                "aantal_open_zaken": 1,
                "bronorganisatie": {
                    "oin": "00000000900000007000",
                    "naam": "Centraal Justitieel Incassobureau (CJIB)",
                    "afkorting": "cjib",
                },
                "peildatum": "2026-10-31T22:59:59+00:00",
            },
        }
    ],
    "akkoord": [],
    "totalen": {
        "saldo": 27100,
        "verplicht": 32100,
        "vereffend": 5000,
        "achterstand": 27100,
        "openZaken": 1,
        "tenMinste": [],
    },
    "volledig": True,
    "uitgevers": [
        {
            "identifier": "https://cjib.example",
            "naam": "Centraal Justitieel Incassobureau (CJIB)",
            "uitkomst": "bewezen",
            "uitleg": "Het CJIB bevestigt: 1 openstaande zaak op 31 oktober 2026. U ziet er 1 van 1.",
            "totalen": {
                "saldo": 27100,
                "verplicht": 32100,
                "vereffend": 5000,
                "achterstand": 27100,
                "openZaken": 1,
                "tenMinste": [],
            },
            "getoond": 1,
            "openZaken": 1,
            "volledig": True,
            "meldingen": [],
            "meldingenGetoond": True,
            "peildatum": "2026-10-31T22:59:59Z",
            "teOud": False,
        }
    ],
    "ontbreekt": [],
    "dubbel": [],
    "tegenspraken": [],
    "peildatumOudste": "2026-10-31T22:59:59Z",
    "teOud": False,
}

CHANGES: Final[JsonObject] = {
    "sinds": "2026-08-23T19:54:20Z",
    "schulden": [
        {
            "wat": "veranderd",
            "uitgever": {"identifier": "https://cjib.example", "naam": "Centraal Justitieel Incassobureau (CJIB)"},
            "zaakkenmerk": None,
            "saldo": 22100,
            "verschillen": [{"gegeven": "saldo", "eerst": 27100, "nu": 22100}],
        }
    ],
    "totalen": [
        {
            "uitgever": {"identifier": "https://duo.example", "naam": "Dienst Uitvoering Onderwijs (DUO)"},
            "verschillen": [{"gegeven": "openZaken", "eerst": 2, "nu": 1}],
        }
    ],
    "bewijzenNuNiets": [{"identifier": "https://uwv.example", "naam": "UWV"}],
}
"""What the API says of what changed since an earlier answer."""
