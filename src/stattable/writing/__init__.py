"""Workbooks: blanks, the official page, the merged report."""
