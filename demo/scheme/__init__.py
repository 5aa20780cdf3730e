"""The scheme's static site: the signed trust list, the JSON-LD context and the type metadata.

It holds organisations and definitions, never a citizen's data; any web server could serve the same files.
"""
