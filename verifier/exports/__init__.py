"""A result in other forms: JSON for case systems, CSV for spreadsheets and the counsellor's own files."""
