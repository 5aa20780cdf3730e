"""The frame that each party stands in: what any web service needs, and nothing about debts or credentials.

Order of ideas: settings and database; the one outbound HTTP client; problems; web (limits, headers, strict input);
sessions and CSRF; pages and texts; jobs, logging and audit; serving and the command line.
"""
