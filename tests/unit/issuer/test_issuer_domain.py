from datetime import UTC, date, datetime, timedelta

import pytest

from credentials.debts.bsn import Bsn
from credentials.debts.case import PlanTerms, Statements
from credentials.debts.overview import DETAIL_SLOTS
from issuer.domain.clients import ListedWallet, Wallets, describe_target
from issuer.domain.configurations import CONFIGURATIONS, Kind, Offered, Securing, configuration, rounded_times
from issuer.domain.errors import InvalidClient, NothingToIssue, SeveralDatasets, UnknownConfiguration, UnknownIdentifier
from issuer.domain.facts import CopySalt, Facts, Hiding, choose, needs_identifiers
from issuer.domain.letter import Group, letter
from issuer.domain.secrets import Derivation, hashed, random_tx_code
from tests.debt_builders import AS_OF, CJIB, SAMIRA, a_case, demanded, imposed, many_cases, on, paid

DERIVATION = Derivation(bytes(range(32)))
TODAY = date(2026, 2, 1)


class TestUnlistedWallets:
    @pytest.mark.parametrize(
        "uri",
        [
            "https://wallet.example/terug",
            "https://wallet.example/terug?x=1",
            "nl.mijnwallet:/terug",
            "eudi-openid4ci://authorize",
            "http://127.0.0.1:4711/cb",
            "http://localhost/cb",
        ],
    )
    def test_apps_and_secure_sites_may_be_sent_back_to(self, uri: str) -> None:
        Wallets().check("app", uri)

    @pytest.mark.parametrize(
        "uri",
        [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "http://wallet.example/terug",
            "https:///terug",
            "https://user@wallet.example/",
            "https://wallet.example/#deel",
            "/terug",
            "",
            "https://wallet.example/\nx",
            "https://[",
            "x" * 3000,
        ],
    )
    def test_nothing_else_is(self, uri: str) -> None:
        with pytest.raises(InvalidClient):
            Wallets().check("app", uri)

    @pytest.mark.parametrize("client_id", ["", "a b", "x" * 3000, "é"])
    def test_a_client_has_a_name(self, client_id: str) -> None:
        with pytest.raises(InvalidClient):
            Wallets().check(client_id, "https://wallet.example/")

    def test_nobody_vouches_for_it(self) -> None:
        assert Wallets().name_of("app") is None

    @pytest.mark.parametrize(
        ("uri", "shown"), [("https://wallet.example/x", "wallet.example"), ("nl.wallet:/x", "nl.wallet")]
    )
    def test_a_citizen_reads_where_it_goes(self, uri: str, shown: str) -> None:
        assert describe_target(uri) == shown


class TestListedWallets:
    WALLETS = Wallets({"app": ListedWallet("Mijn wallet", frozenset({"https://wallet.example/terug"}))})

    def test_only_its_own_addresses_will_do(self) -> None:
        self.WALLETS.check("app", "https://wallet.example/terug")
        for other in ("https://wallet.example/terug/", "https://wallet.example/", "nl.wallet:/"):
            with pytest.raises(InvalidClient):
                self.WALLETS.check("app", other)

    def test_it_has_a_name(self) -> None:
        assert self.WALLETS.name_of("app") == "Mijn wallet"


class TestConfigurations:
    def test_each_is_found_by_its_id(self) -> None:
        assert [configuration(each.id) for each in CONFIGURATIONS] == list(CONFIGURATIONS)

    def test_unknown_ones_are_left_out_or_refused(self) -> None:
        offered = Offered()
        assert offered.known(["zaak_sdjwt", "nope", "overzicht_sdjwt"]) == ("overzicht_sdjwt", "zaak_sdjwt")
        for wrong in ([], ["nope"], ["zaak_sdjwt", "zaak_sdjwt"], ["zaak_vc_jwt"]):
            with pytest.raises(UnknownConfiguration):
                offered.require_known(wrong)

    def test_an_agency_that_says_nothing_offers_two_securings_and_citizens_one(self) -> None:
        ids = [each.id for each in Offered().configurations]
        assert ids == ["overzicht_sdjwt", "zaak_sdjwt", "overzicht_ldp", "zaak_ldp"]
        assert Offered().to_citizens == ("overzicht_sdjwt", "zaak_sdjwt")

    def test_citizens_are_offered_the_first_securing_of_the_settings(self) -> None:
        offered = Offered((Securing.ECDSA_SD, Securing.SD_JWT))
        assert offered.to_citizens == ("overzicht_ldp_sd", "zaak_ldp_sd")
        assert offered.require_known(["zaak_sdjwt", "zaak_ldp_sd"]) == ("zaak_ldp_sd", "zaak_sdjwt")

    def test_every_securing_has_a_configuration_of_either_kind(self) -> None:
        found = {(each.securing, each.kind) for each in CONFIGURATIONS}
        assert found == {(securing, kind) for securing in Securing for kind in Kind}
        assert len({each.id for each in CONFIGURATIONS}) == len(CONFIGURATIONS)

    def test_times_are_shared_with_everybody_of_the_hour(self) -> None:
        moment = datetime(2026, 11, 23, 14, 37, 12, 5, tzinfo=UTC)
        issued, expires = rounded_times(moment, timedelta(days=35))
        assert issued == datetime(2026, 11, 23, 14, tzinfo=UTC)
        assert expires == datetime(2026, 12, 28, tzinfo=UTC)


class TestSecrets:
    def test_a_transaction_code_is_six_digits_and_never_zero(self) -> None:
        codes = {random_tx_code() for _ in range(200)}
        assert all(len(code) == 6 and code.isdigit() and int(code) for code in codes)
        assert len(codes) > 190

    def test_no_two_lists_of_parts_give_one_secret(self) -> None:
        assert DERIVATION.token("p", "ab", "c") != DERIVATION.token("p", "a", "bc")
        assert DERIVATION.token("p", "a") != DERIVATION.token("q", "a")
        assert DERIVATION.token("p", "a") != Derivation(bytes(32)).token("p", "a")

    def test_hostile_text_is_hashed_too(self) -> None:
        assert hashed("\ud800") != hashed("x")

    def test_a_key_is_not_printed(self) -> None:
        assert "1c1d1e1f" not in repr(DERIVATION)


def facts_of(count: int) -> Facts:
    return Facts.of(CJIB, many_cases(count), AS_OF)


class TestFacts:
    def test_the_moment_is_the_start_of_the_hour(self) -> None:
        assert facts_of(0).overview.as_of == AS_OF.replace(minute=0, second=0)

    def test_or_the_last_event_when_that_came_later(self) -> None:
        late = a_case(imposed("f1", 1000), paid("p1", 1, registered_at=AS_OF - timedelta(minutes=5)))
        facts = Facts.of(CJIB, [late], AS_OF)
        assert facts.overview.as_of == AS_OF - timedelta(minutes=5)
        assert facts.open_cases[0].as_of == AS_OF - timedelta(minutes=5)

    def test_there_is_one_overview_and_one_dataset_per_open_case(self) -> None:
        found = facts_of(3).datasets(("overzicht_sdjwt", "zaak_sdjwt"), "session", DERIVATION)
        assert [each.configuration.kind for each in found] == [Kind.OVERVIEW, *[Kind.CASE] * 3]
        assert len({each.identifier for each in found}) == 4

    def test_identifiers_last_as_long_as_their_session(self) -> None:
        one = facts_of(1).datasets(("zaak_sdjwt",), "session", DERIVATION)
        assert one == facts_of(1).datasets(("zaak_sdjwt",), "session", DERIVATION)
        assert one != facts_of(1).datasets(("zaak_sdjwt",), "other", DERIVATION)

    @pytest.mark.parametrize(("count", "needed"), [(0, True), (1, False), (2, True)])
    def test_names_are_needed_unless_each_configuration_has_exactly_one(self, count: int, needed: bool) -> None:
        asked = ("overzicht_sdjwt", "zaak_sdjwt")
        assert needs_identifiers(asked, facts_of(count).datasets(asked, "session", DERIVATION)) is needed

    def test_a_request_names_one_credential(self) -> None:
        found = facts_of(2).datasets(("overzicht_sdjwt", "zaak_sdjwt"), "session", DERIVATION)
        assert choose(found, configuration_id="overzicht_sdjwt", credential_identifier=None) == found[0]
        assert choose(found, configuration_id=None, credential_identifier=found[2].identifier) == found[2]
        with pytest.raises(SeveralDatasets):
            choose(found, configuration_id="zaak_sdjwt", credential_identifier=None)
        with pytest.raises(UnknownIdentifier):
            choose(found, configuration_id=None, credential_identifier="nope")
        with pytest.raises(NothingToIssue):
            choose(found, configuration_id="zaak_ldp", credential_identifier=None)

    def test_more_cases_than_slots_are_all_provable(self) -> None:
        facts = facts_of(DETAIL_SLOTS + 1)
        found = facts.datasets(("overzicht_sdjwt", "zaak_sdjwt"), "session", DERIVATION)
        salt = CopySalt(DERIVATION, "session", "dc+sd-jwt", 0)
        slots = facts.statement(found[0], salt)["zaken"]
        assert isinstance(slots, dict)
        stated = {slot["digest"] for slot in slots.values() if isinstance(slot, dict)}
        assert stated == {facts.statement(each, salt)["zaak_digest"] for each in found[1:]}


class TestFingerprints:
    HIDING = Hiding(DERIVATION)

    def overview(self, facts: Facts) -> str | None:
        return self.HIDING.fingerprint(facts, Kind.OVERVIEW, None)

    def test_the_moment_of_reading_is_no_fact(self) -> None:
        later = Facts.of(CJIB, many_cases(2), AS_OF + timedelta(days=3))
        assert self.overview(facts_of(2)) == self.overview(later)

    def test_an_amount_is(self) -> None:
        before = Facts.of(CJIB, [a_case(imposed("f1", 1000))], AS_OF)
        after = Facts.of(CJIB, [a_case(imposed("f1", 1000), paid("p1", 1, 2))], AS_OF)
        case = self.HIDING.case("ZAAK-1")
        assert self.overview(before) != self.overview(after)
        assert self.HIDING.fingerprint(before, Kind.CASE, case) != self.HIDING.fingerprint(after, Kind.CASE, case)

    def test_of_a_closed_case_nothing_can_be_stated(self) -> None:
        closed = Facts.of(CJIB, [a_case(imposed("f1", 1000), paid("p1", 1000, 2))], AS_OF)
        assert self.HIDING.fingerprint(closed, Kind.CASE, self.HIDING.case("ZAAK-1")) is None

    def test_people_are_known_by_a_keyed_hash_only(self) -> None:
        assert self.HIDING.subject(SAMIRA) != Hiding(Derivation(bytes(32))).subject(SAMIRA)
        assert self.HIDING.subject(SAMIRA) != self.HIDING.subject(Bsn("111222333"))


class TestLetter:
    def told(self, *cases: object) -> list[tuple[Group, int]]:
        facts = Facts.of(CJIB, cases, on(40))  # type: ignore[arg-type]  # cases
        return [(each.group, each.due.now) for each in letter(facts, TODAY).told]

    def test_what_was_to_be_paid_before_today_is_to_be_paid_now(self) -> None:
        assert self.told(a_case(imposed("f1", 1000), demanded("b1", 600, 1, due=30))) == [(Group.NOW, 600)]

    def test_what_falls_due_after_today_comes_later(self) -> None:
        assert self.told(a_case(imposed("f1", 1000), demanded("b1", 600, 1, due=400))) == [(Group.LATER, 0)]

    def test_what_is_not_demanded_comes_later(self) -> None:
        assert self.told(a_case(imposed("f1", 1000))) == [(Group.LATER, 0)]

    def test_what_is_arranged_is_paid_in_pieces(self) -> None:
        plan = Statements(plan=PlanTerms(100, 10, date(2026, 2, 1)))
        case = a_case(imposed("f1", 1000), demanded("b1", 100, 1, due=400), statements=plan)
        assert self.told(case) == [(Group.PLAN, 0)]

    def test_what_is_paid_is_done_and_too_much_comes_back(self) -> None:
        done = a_case(imposed("f1", 1000), paid("p1", 1000, 2), reference="A")
        back = a_case(imposed("f1", 1000), paid("p1", 1200, 2), reference="B")
        assert self.told(done, back) == [(Group.BACK, 0), (Group.DONE, 0)]

    def test_the_most_pressing_comes_first(self) -> None:
        late = a_case(imposed("f1", 1000), demanded("b1", 1000, 1, due=5), reference="A")
        soon = a_case(imposed("f1", 500), demanded("b1", 500, 1, due=400), reference="B")
        facts = Facts.of(CJIB, [soon, late], on(40))
        written = letter(facts, TODAY)
        assert [each.case.reference for each in written.told] == ["A", "B"]
        assert (written.now, written.next_amount, written.next_day) == (1000, 500, on(400).date())
        assert (written.anything_late, written.all_late) == (True, True)
        assert written.first_due == date(2026, 1, 10)
