"""The screens, by subject: entering, collecting, the overview, scanning, answering, and the rest of the house."""
