"""Workbooks: blanks, the official page, the merged report."""

import os

# openpyxl writes other bytes where lxml is there; so does it for us only, and workbooks stay reproducible.
os.environ["OPENPYXL_LXML"] = "False"
