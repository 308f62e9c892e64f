"""``python -m stattable``."""

from stattable.cli import main

main()
