"""A result in other forms: XLSX for people, CSV and JSON for other systems."""
