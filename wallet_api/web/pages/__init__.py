"""The screens, by subject: entering, collecting, the overview, offers, requests, and the rest of the house."""
