"""What a person reads who opens an evidence bundle."""

from typing import Final

TEXT: Final = """BEWIJSBUNDEL

In dit bestand zitten bewijzen van schulden. Een wallet liet ze zien aan een organisatie.
De bewijzen zijn precies zoals ze zijn ontvangen.

Wat erin zit
- manifest.json: welke antwoorden erin zitten, op welke vraag, en de hash van elk bestand.
- zegel.jwt: de handtekening van wie deze bundel maakte.
- bewijzen: elk bewijs zoals het is ontvangen, met de handtekening van de organisatie die het afgaf.
- bronnen: de lijst van deelnemers en de statuslijsten, zoals ze toen waren.

Nagaan
Bewaar het zip-bestand zoals het is. Wie het uitpakt en weer inpakt, maakt het onbruikbaar.
U hebt de sleutel van het stelsel van die tijd nodig. Er is geen internet nodig.

    blauweknop verify bewijzen.zip --trust-root sleutel.jwk

Dan ziet u wat op die dag bewezen was. Dit kan niemand aan het bestand zien:
- of er sindsdien iets is veranderd;
- of er nog andere schulden waren;
- hoe degene heet die de bewijzen liet zien.


EVIDENCE BUNDLE

This file holds proofs of debts, just as a wallet showed them to an organisation. Keep the zip file as it is: unpacked
and packed again it is of no use. With the scheme's key of that time the command above says, offline, what was proven
on that day. It cannot say what changed since, whether there were other debts, or who showed the proofs.
"""
