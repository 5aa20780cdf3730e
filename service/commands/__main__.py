"""`python -m service.commands`: the same as `blauweknop`."""

from service.commands import main

if __name__ == "__main__":
    main()
