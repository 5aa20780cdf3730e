"""Every party's code, loaded once: what each process of the demonstration is a copy of (`demo.processes`).

Loading takes longer than all that a service does before it answers. The process that imports this module has code and
nothing else: no settings, no key, no connection, no thread. So there is nothing in it that one service could find of
another. Importing it elsewhere is of no use.
"""

import gc
import importlib

import demo.customers.provider
import demo.digid.app
import demo.employees.provider
import demo.pid.app
import demo.scenery
import demo.scheme.app
import demo.workbench.app
import issuer.app
import verifier.app
import wallet_api.app
from service import commands

__all__ = ["demo", "issuer", "verifier", "wallet_api"]

commands.build()
for later in ("jinja2.ext", "pydantic.v1", "sqlite3"):  # what FastAPI, Jinja2 and SQLAlchemy load at their first use
    importlib.import_module(later)
# What is loaded stays: the copies go on sharing its memory, because no collector walks through it.
gc.collect()
gc.freeze()
