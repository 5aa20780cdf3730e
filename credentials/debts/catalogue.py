"""The catalogue of claim types: what a debt is in plain Dutch (B1), its law, its remedy and its place among creditors.

A code is `<abbreviation>_<name>` (reference 2.2). Preference is a legal judgement: the catalogue holds the default that
an agency states unless it states otherwise, always with its ground, and a counsellor may set it aside. A code that is
not in the catalogue gets a general entry and never an error: new claim types must not stop a citizen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, final

_CODE: Final = re.compile(r"[a-z]{1,5}_[a-z0-9_]{1,50}\Z")


class Rank(StrEnum):
    """The place of a claim among the claims of other creditors."""

    PREFERENTIAL = "preferent"
    CONCURRENT = "concurrent"
    SPECIAL = "bijzonder"
    UNKNOWN = "onbekend"


class Dischargeable(StrEnum):
    """Whether the rest may be cancelled after a debt arrangement."""

    YES = "ja"
    PARTLY = "deels"
    NO = "nee"
    UNKNOWN = "onbekend"


class Step(StrEnum):
    """What an agency does first when its first letter is not paid in time, by the law of the debt."""

    REMINDER = "herinnering"
    """A reminder, without costs as a rule."""
    FINE_RISES = "boete hoger"
    """The fine itself becomes higher, with a final notice (Wahv art. 23 and 25; Sv 6:4:2)."""
    FINAL_NOTICE_WITH_COSTS = "aanmaning met kosten"
    """A final notice that costs money (Kostenwet invordering rijksbelastingen, also for municipal taxes)."""
    SET_OFF = "verrekening"
    """The agency withholds it from what it pays to the same citizen, or has others do so."""


@final
@dataclass(frozen=True, slots=True)
class LegalGround:
    """The law that a debt rests on: in words, and where to read it."""

    description: str
    source: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Remedy:
    """What a citizen can do who does not agree: the kind, the body that decides, until when, and where to read more."""

    kind: str
    body: str | None = None
    end_date: date | None = None
    url: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Preference:
    """The place among creditors that the agency states, with the ground for it."""

    value: Rank
    ground: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimType:
    """One entry. `sensitive` claims tell of an offence, of care or of illness: their type must be hideable.

    `unpaid` is what follows the first letter.
    """

    code: str
    title: str
    title_en: str
    description: str
    legal_ground: LegalGround | None = None
    remedy: Remedy | None = None
    preference: Preference = Preference(Rank.UNKNOWN)
    dischargeable: Dischargeable = Dischargeable.UNKNOWN
    sensitive: bool = False
    unpaid: Step = Step.REMINDER


def is_claim_type(code: str) -> bool:
    """Tell whether a code has the form of a claim type (reference 2.2)."""
    return _CODE.match(code) is not None


def describe(code: str) -> ClaimType:
    """Return the entry for a code, or a general entry for a code that is not in the catalogue."""
    known = CATALOGUE.get(code)
    if known is not None:
        return known
    return ClaimType(
        code=code,
        title="Vordering",
        title_en="Claim",
        description="U moet een bedrag betalen. Vraag de organisatie waar dit bedrag vandaan komt.",
    )


_LAW: Final = "https://wetten.overheid.nl/"

_WAHV_APPEAL: Final = Remedy("administratief beroep", "de officier van justitie")
_OBJECTION_TO_ORDER: Final = Remedy("verzet", "de strafrechter, via het Openbaar Ministerie")
_CRIMINAL_APPEAL: Final = Remedy("hoger beroep", "het gerechtshof")
_TAX_OBJECTION: Final = Remedy("bezwaar", "de Belastingdienst")
_TOESLAGEN_OBJECTION: Final = Remedy("bezwaar", "Dienst Toeslagen")
_CAK_OBJECTION: Final = Remedy("bezwaar", "het CAK")
_DUO_OBJECTION: Final = Remedy("bezwaar", "DUO")
_UWV_OBJECTION: Final = Remedy("bezwaar", "het UWV")
_SVB_OBJECTION: Final = Remedy("bezwaar", "de SVB")
_RVO_OBJECTION: Final = Remedy("bezwaar", "RVO")
_MUNICIPAL_OBJECTION: Final = Remedy("bezwaar", "gemeente")
_CREDITOR_COMPLAINT: Final = Remedy("betwisting", "schuldeiser, daarna de rechter")

_CONCURRENT: Final = Preference(Rank.CONCURRENT, "geen voorrang in de wet")
_TAX_PREFERENCE: Final = Preference(Rank.PREFERENTIAL, "Invorderingswet 1990, artikel 21")
_BENEFIT_PREFERENCE: Final = Preference(Rank.PREFERENTIAL, "socialezekerheidswet; controleer dit bij de uitvoerder")
_ASSISTANCE_PREFERENCE: Final = Preference(
    Rank.PREFERENTIAL, "Participatiewet, artikel 60; komt na Burgerlijk Wetboek 3, artikel 288"
)

_WAHV: Final = LegalGround("Wahv, artikel 2", _LAW + "BWBR0004581")
_INCOME_TAX: Final = LegalGround("Wet inkomstenbelasting 2001 en Invorderingswet 1990", _LAW + "BWBR0004770")
_AWIR: Final = LegalGround("Awir, artikel 26", _LAW + "BWBR0018472")
_WSF: Final = LegalGround("Wet studiefinanciering 2000", _LAW + "BWBR0011453")
_MUNICIPAL: Final = LegalGround("Gemeentewet, artikel 216", _LAW + "BWBR0005416")


def _toeslag(name: str, title: str, title_en: str) -> ClaimType:
    return ClaimType(
        code=f"tsl_terugvordering_{name}",
        title=f"{title} terugbetalen",
        title_en=f"Repayment of {title_en}",
        description=f"U heeft te veel {title.lower()} gekregen. Dat bedrag betaalt u terug.",
        legal_ground=_AWIR,
        remedy=_TOESLAGEN_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
        unpaid=Step.SET_OFF,
    )


_ENTRIES: Final = (
    ClaimType(
        code="cjib_wahv",
        title="Verkeersboete",
        title_en="Traffic fine",
        description="U heeft een verkeersregel overtreden. Daarvoor kreeg u een boete. Betaalt u te laat, dan wordt "
        "de boete hoger.",
        legal_ground=_WAHV,
        remedy=_WAHV_APPEAL,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
        unpaid=Step.FINE_RISES,
    ),
    ClaimType(
        code="cjib_strafbeschikking",
        title="Strafbeschikking",
        title_en="Penalty order",
        description="Het Openbaar Ministerie heeft u een straf gegeven zonder rechter. U moet een bedrag betalen.",
        legal_ground=LegalGround("Wetboek van Strafvordering, artikel 257a", _LAW + "BWBR0001903"),
        remedy=_OBJECTION_TO_ORDER,
        preference=Preference(Rank.SPECIAL, "het restant blijft staan na een schuldregeling"),
        dischargeable=Dischargeable.NO,
        sensitive=True,
        unpaid=Step.FINE_RISES,
    ),
    ClaimType(
        code="cjib_schadevergoedingsmaatregel",
        title="Schadevergoeding aan een slachtoffer",
        title_en="Damages to a victim",
        description="De rechter heeft bepaald dat u de schade van een slachtoffer betaalt.",
        legal_ground=LegalGround("Wetboek van Strafrecht, artikel 36f", _LAW + "BWBR0001854"),
        remedy=_CRIMINAL_APPEAL,
        preference=Preference(Rank.SPECIAL, "moet geheel worden betaald"),
        dischargeable=Dischargeable.NO,
        sensitive=True,
    ),
    ClaimType(
        code="cjib_ontneming",
        title="Ontnemingsmaatregel",
        title_en="Confiscation order",
        description="De rechter heeft bepaald dat u geld terugbetaalt dat u met een strafbaar feit heeft verdiend.",
        legal_ground=LegalGround("Wetboek van Strafrecht, artikel 36e", _LAW + "BWBR0001854"),
        remedy=_CRIMINAL_APPEAL,
        preference=Preference(Rank.SPECIAL, "het restant blijft staan na een schuldregeling"),
        dischargeable=Dischargeable.NO,
        sensitive=True,
    ),
    ClaimType(
        code="bd_inkomstenbelasting",
        title="Inkomstenbelasting",
        title_en="Income tax",
        description="U betaalt belasting over uw inkomen. Dit staat in uw aanslag.",
        legal_ground=_INCOME_TAX,
        remedy=_TAX_OBJECTION,
        preference=_TAX_PREFERENCE,
        dischargeable=Dischargeable.YES,
        unpaid=Step.FINAL_NOTICE_WITH_COSTS,
    ),
    ClaimType(
        code="bd_zvw_bijdrage",
        title="Bijdrage Zorgverzekeringswet",
        title_en="Health Insurance Act contribution",
        description="U betaalt een bijdrage voor de zorgverzekering. De hoogte hangt af van uw inkomen.",
        legal_ground=LegalGround("Zorgverzekeringswet, artikel 41", _LAW + "BWBR0018450"),
        remedy=_TAX_OBJECTION,
        preference=_TAX_PREFERENCE,
        dischargeable=Dischargeable.YES,
        unpaid=Step.FINAL_NOTICE_WITH_COSTS,
    ),
    ClaimType(
        code="bd_motorrijtuigenbelasting",
        title="Motorrijtuigenbelasting",
        title_en="Motor vehicle tax",
        description="U betaalt belasting voor uw auto, motor of bestelauto. Dit heet ook wegenbelasting.",
        legal_ground=LegalGround("Wet op de motorrijtuigenbelasting 1994", _LAW + "BWBR0006324"),
        remedy=_TAX_OBJECTION,
        preference=_TAX_PREFERENCE,
        dischargeable=Dischargeable.YES,
        unpaid=Step.FINAL_NOTICE_WITH_COSTS,
    ),
    _toeslag("zorgtoeslag", "Zorgtoeslag", "care allowance"),
    _toeslag("huurtoeslag", "Huurtoeslag", "rent allowance"),
    _toeslag("kinderopvangtoeslag", "Kinderopvangtoeslag", "childcare allowance"),
    _toeslag("kindgebondenbudget", "Kindgebonden budget", "child budget"),
    ClaimType(
        code="cak_bestuursrechtelijke_premie",
        title="Premie voor uw zorgverzekering, via het CAK",
        title_en="Health insurance premium, through the CAK",
        description="U betaalde uw zorgverzekeraar lang niet. Daarom betaalt u de premie nu aan het CAK.",
        legal_ground=LegalGround("Zorgverzekeringswet, artikel 18d", _LAW + "BWBR0018450"),
        remedy=_CAK_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
        sensitive=True,
        unpaid=Step.SET_OFF,
    ),
    ClaimType(
        code="cak_boete_onverzekerd",
        title="Boete omdat u geen zorgverzekering had",
        title_en="Fine for having no health insurance",
        description="U had geen zorgverzekering. Dat is in Nederland wel verplicht. Daarvoor kreeg u een boete.",
        legal_ground=LegalGround("Zorgverzekeringswet, artikel 9b", _LAW + "BWBR0018450"),
        remedy=_CAK_OBJECTION,
        preference=_CONCURRENT,
        sensitive=True,
    ),
    ClaimType(
        code="cak_eigen_bijdrage_wmo",
        title="Eigen bijdrage voor hulp of zorg",
        title_en="Personal contribution for care",
        description="U krijgt hulp of zorg. Daarvoor betaalt u zelf een deel aan het CAK.",
        legal_ground=LegalGround("Wmo 2015, artikel 2.1.4", _LAW + "BWBR0035362"),
        remedy=_CAK_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
        sensitive=True,
    ),
    ClaimType(
        code="duo_studieschuld_termijn",
        title="Termijnen van uw studieschuld",
        title_en="Student loan instalments",
        description="U betaalt uw studieschuld elke maand terug. Hier staan alleen de termijnen die u nu moet betalen.",
        legal_ground=_WSF,
        remedy=_DUO_OBJECTION,
        preference=_CONCURRENT,
    ),
    ClaimType(
        code="duo_lesgeld",
        title="Lesgeld",
        title_en="Tuition fee",
        description="U volgt een opleiding. Daarvoor betaalt u lesgeld aan DUO.",
        legal_ground=LegalGround("Les- en cursusgeldwet", _LAW + "BWBR0004216"),
        remedy=_DUO_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
    ClaimType(
        code="duo_ov_boete",
        title="Boete voor uw studentenreisproduct",
        title_en="Fine for the student travel product",
        description="U had geen recht meer op gratis reizen, maar u zette het reisproduct niet stop. Daarvoor kreeg u "
        "een boete.",
        legal_ground=LegalGround("Wet studiefinanciering 2000, artikel 3.27", _LAW + "BWBR0011453"),
        remedy=_DUO_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
    ClaimType(
        code="duo_teveel_ontvangen",
        title="Te veel studiefinanciering gekregen",
        title_en="Student finance overpaid",
        description="U kreeg te veel studiefinanciering. Dat bedrag betaalt u terug.",
        legal_ground=_WSF,
        remedy=_DUO_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
    ClaimType(
        code="uwv_terugvordering_ww",
        title="WW-uitkering terugbetalen",
        title_en="Repayment of unemployment benefit",
        description="U kreeg te veel WW-uitkering. Dat bedrag betaalt u terug.",
        legal_ground=LegalGround("Werkloosheidswet, artikel 36", _LAW + "BWBR0004045"),
        remedy=_UWV_OBJECTION,
        preference=_BENEFIT_PREFERENCE,
        dischargeable=Dischargeable.YES,
        sensitive=True,
        unpaid=Step.SET_OFF,
    ),
    ClaimType(
        code="uwv_boete_inlichtingenplicht",
        title="Boete van UWV",
        title_en="Fine by UWV",
        description="U gaf een verandering niet of te laat door aan UWV. Daarvoor kreeg u een boete.",
        legal_ground=LegalGround("Werkloosheidswet, artikel 27a", _LAW + "BWBR0004045"),
        remedy=_UWV_OBJECTION,
        preference=_BENEFIT_PREFERENCE,
        sensitive=True,
        unpaid=Step.SET_OFF,
    ),
    ClaimType(
        code="svb_terugvordering_aow",
        title="AOW terugbetalen",
        title_en="Repayment of state pension",
        description="U kreeg te veel AOW. Dat bedrag betaalt u terug.",
        legal_ground=LegalGround("Algemene Ouderdomswet, artikel 24", _LAW + "BWBR0002221"),
        remedy=_SVB_OBJECTION,
        preference=_BENEFIT_PREFERENCE,
        dischargeable=Dischargeable.YES,
        unpaid=Step.SET_OFF,
    ),
    ClaimType(
        code="svb_terugvordering_kinderbijslag",
        title="Kinderbijslag terugbetalen",
        title_en="Repayment of child benefit",
        description="U kreeg te veel kinderbijslag. Dat bedrag betaalt u terug.",
        legal_ground=LegalGround("Algemene Kinderbijslagwet, artikel 24", _LAW + "BWBR0002368"),
        remedy=_SVB_OBJECTION,
        preference=_BENEFIT_PREFERENCE,
        dischargeable=Dischargeable.YES,
        unpaid=Step.SET_OFF,
    ),
    ClaimType(
        code="rvo_terugvordering_subsidie",
        title="Subsidie terugbetalen",
        title_en="Repayment of a subsidy",
        description="U kreeg te veel subsidie. Dat bedrag betaalt u terug.",
        legal_ground=LegalGround("Algemene wet bestuursrecht, titel 4.4", _LAW + "BWBR0005537"),
        remedy=_RVO_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
    ClaimType(
        code="gem_gemeentelijke_heffingen",
        title="Gemeentelijke belastingen",
        title_en="Municipal taxes",
        description="U betaalt belasting aan uw gemeente, bijvoorbeeld voor afval, riool of uw woning.",
        legal_ground=_MUNICIPAL,
        remedy=_MUNICIPAL_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
        unpaid=Step.FINAL_NOTICE_WITH_COSTS,
    ),
    ClaimType(
        code="gem_parkeerbelasting",
        title="Naheffing parkeerbelasting",
        title_en="Parking charge",
        description="U betaalde niet of te weinig voor parkeren. Daarvoor kreeg u een naheffing van de gemeente.",
        legal_ground=LegalGround("Gemeentewet, artikel 225", _LAW + "BWBR0005416"),
        remedy=_MUNICIPAL_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
        unpaid=Step.FINAL_NOTICE_WITH_COSTS,
    ),
    ClaimType(
        code="gem_terugvordering_bijstand",
        title="Bijstand terugbetalen",
        title_en="Repayment of social assistance",
        description="U kreeg te veel bijstand. Dat bedrag betaalt u terug aan de gemeente.",
        legal_ground=LegalGround("Participatiewet, artikel 58", _LAW + "BWBR0015703"),
        remedy=_MUNICIPAL_OBJECTION,
        preference=_ASSISTANCE_PREFERENCE,
        sensitive=True,
        unpaid=Step.SET_OFF,
    ),
    ClaimType(
        code="gem_leges",
        title="Leges",
        title_en="Municipal fees",
        description="U vroeg iets aan bij de gemeente, bijvoorbeeld een vergunning. Daarvoor betaalt u leges.",
        legal_ground=LegalGround("Gemeentewet, artikel 229", _LAW + "BWBR0005416"),
        remedy=_MUNICIPAL_OBJECTION,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
    ClaimType(
        code="priv_koop_op_rekening",
        title="Aankoop op rekening",
        title_en="Purchase on account",
        description="U kocht iets en zou later betalen. Het bedrag staat nog open.",
        legal_ground=LegalGround("Burgerlijk Wetboek 7, artikel 26", _LAW + "BWBR0005290"),
        remedy=_CREDITOR_COMPLAINT,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
    ClaimType(
        code="priv_energielevering",
        title="Energierekening",
        title_en="Energy bill",
        description="U gebruikte stroom of gas. De rekening staat nog open.",
        legal_ground=LegalGround("Burgerlijk Wetboek 7, artikel 26", _LAW + "BWBR0005290"),
        remedy=_CREDITOR_COMPLAINT,
        preference=_CONCURRENT,
        dischargeable=Dischargeable.YES,
    ),
)

CATALOGUE: Final[Mapping[str, ClaimType]] = {entry.code: entry for entry in _ENTRIES}
