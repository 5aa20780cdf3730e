"""Account for what is done with people's data, by Logboek Dataverwerkingen (LDV) 1.0.0 of Logius.

Order of ideas: `trace_context` is what organisations tell each other of where they are, `actions` what is done and the
line that tells of it, `arriving` takes the word of who calls us, `spans` writes a line as the standard has it, in OTLP,
`outbox` stores it with the fact that it tells of, `deliver` hands on what waits, to a `collector` or a `line_file`, and
`section`, `composing` and `commands` are settings, what is made of them, and command line.

Section numbers are those of https://gitdocumentatie.logius.nl/publicatie/logboek/dataverwerkingen/1.0.0.
"""
