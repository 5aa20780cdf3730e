"""`python -m issuer`: the issuer's commands by themselves."""

from issuer.cli import app

if __name__ == "__main__":
    app()
