"""What a counsellor may ask for, and why: three templates, from little to much (domain model 8.4).

Each names its purpose, legal ground, retention and the exact claims; all of it is signed into the request, shown by the
wallet before the citizen shares, and kept as the yardstick of what may be stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

from credentials.encoding import JsonObject
from verifier.domain.errors import UnknownTemplate

ClaimPath: TypeAlias = "tuple[str, ...]"

OWN_QUERY: Final = "eigen"

_WGS: Final = "Wet gemeentelijke schuldhulpverlening, artikel 8 (taak van de gemeente)"


@dataclass(frozen=True, slots=True)
class Template:
    """One reason to ask, with the claims that it needs; a path to an object stands for everything below it.

    `overview_minimum` and `case_minimum` are the fewest claims with which a credential still helps: a wallet whose
    credential lacks one of the others answers with these. `case_optional` are groups that a case has or has not (a
    payment plan, a remedy): they are asked wherever they exist. `case_claims` is empty when no cases are asked.
    `formats` are the only ones to ask for; without any, those that a wallet says it takes, else what every one takes.
    """

    key: str
    name: str
    description: str
    purpose: str
    legal_ground: str
    retention: timedelta
    retention_text: str
    max_age: timedelta
    overview_claims: tuple[ClaimPath, ...] = ()
    overview_minimum: tuple[ClaimPath, ...] = ()
    case_claims: tuple[ClaimPath, ...] = ()
    case_optional: tuple[tuple[ClaimPath, ...], ...] = ()
    case_minimum: tuple[ClaimPath, ...] = ()
    formats: tuple[str, ...] = ()
    own_query: JsonObject | None = None

    @property
    def every_case_claim(self) -> tuple[ClaimPath, ...]:
        """All claims of a case that may be kept."""
        return (*self.case_claims, *(path for group in self.case_optional for path in group))

    @property
    def asks_cases(self) -> bool:
        """Whether separate debts are asked, not only totals."""
        return bool(self.case_claims)


_TOTALS: Final[tuple[ClaimPath, ...]] = (
    ("aantal_open_zaken",),
    ("saldo_totaal",),
    ("achterstand_totaal",),
    ("verplicht_totaal",),
    ("vereffend_totaal",),
    ("hoogste_aanmaanfase",),
)
_CASE_AMOUNTS: Final[tuple[ClaimPath, ...]] = (("verplicht",), ("vereffend",), ("saldo",), ("fase",), ("zaak_digest",))
_CASE: Final[tuple[ClaimPath, ...]] = (
    # Whole, because an organisation's name may be lacking where its number is known.
    ("opgelegd_door",),
    ("uitgevoerd_door",),
    ("type",),
    ("omschrijving",),
    *_CASE_AMOUNTS,
    ("achterstand",),
    ("primair_bedrag",),
    ("verhogingen",),
    ("administratiekosten",),
    ("rente",),
    ("kosten_overig",),
    ("ontstaansdatum",),
    ("preferentie",),
    ("saneerbaar",),
)
# The events of a case say when the last one was; the moment of its balance is the reference date that everybody sees.
_LAST_EVENT: Final[ClaimPath] = ("laatste_gebeurtenis_datum",)
_CASE_OPTIONAL: Final[tuple[tuple[ClaimPath, ...], ...]] = (
    (("juridische_grondslag",),),
    (("eerst_vervalt_datum",), ("eerst_vervalt_bedrag",)),
    (("rechtsmiddel",),),
    (("regeling",),),
)

SNELSCAN: Final = Template(
    key="snelscan",
    name="Snelscan",
    description="Per organisatie het aantal zaken en de totalen. Geen afzonderlijke schulden.",
    purpose="Snel zien of er schulden zijn en hoe groot ze samen zijn, voor een eerste gesprek.",
    legal_ground=_WGS,
    retention=timedelta(days=28),
    retention_text="4 weken, of korter als het dossier eerder sluit",
    max_age=timedelta(days=30),
    overview_claims=_TOTALS,
    overview_minimum=_TOTALS,
)
INTAKE: Final = Template(
    key="intake",
    name="Intake",
    description="Alle schulden met bedragen en fase, zonder kenmerken en betaalgegevens.",
    purpose="Een compleet overzicht van uw schulden maken, om een plan van aanpak op te stellen.",
    legal_ground=_WGS,
    retention=timedelta(days=183),
    retention_text="6 maanden, of korter als het dossier eerder sluit",
    max_age=timedelta(days=90),
    overview_claims=(*_TOTALS, ("zaken",)),
    overview_minimum=_TOTALS,
    case_claims=(*_CASE, _LAST_EVENT),
    case_optional=_CASE_OPTIONAL,
    case_minimum=_CASE_AMOUNTS,
)
SETTLEMENT: Final = Template(
    key="schuldregeling",
    name="Schuldregeling",
    description="Alle schulden met kenmerken, betaalgegevens en gebeurtenissen, om met schuldeisers te regelen.",
    purpose="Met uw schuldeisers een schuldregeling afspreken.",
    legal_ground=_WGS,
    retention=timedelta(days=5 * 365),
    retention_text="5 jaar, of korter als het dossier eerder sluit",
    max_age=timedelta(days=14),
    overview_claims=(*_TOTALS, ("zaken",)),
    overview_minimum=_TOTALS,
    case_claims=(*_CASE, ("zaakkenmerk",), ("gebeurtenissen",)),
    case_optional=(*_CASE_OPTIONAL, (("beschikkingsnummer",),), (("betaling",),)),
    case_minimum=_CASE_AMOUNTS,
)

TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType(
    {template.key: template for template in (SNELSCAN, INTAKE, SETTLEMENT)}
)


def template_of(key: str) -> Template:
    """Return the template of this name. Raises UnknownTemplate."""
    template = TEMPLATES.get(key)
    if template is None:
        raise UnknownTemplate("sjabloon is snelscan, intake of schuldregeling")
    return template


def own_query(query: JsonObject) -> Template:
    """Wrap a case system's own DCQL query; what it asks is kept, as of a template."""
    return Template(
        key=OWN_QUERY,
        name="Eigen vraag",
        description="Een vraag van het zaaksysteem.",
        purpose="Gegevens controleren voor uw aanvraag.",
        legal_ground=_WGS,
        retention=timedelta(days=28),
        retention_text="4 weken, of korter als het dossier eerder sluit",
        max_age=timedelta(days=90),
        own_query=query,
    )
