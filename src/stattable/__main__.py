"""``python -m stattable``."""

from stattable.cli.commands import main

if __name__ == "__main__":  # reading processes import this module again
    main()
