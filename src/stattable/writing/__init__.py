"""Workbooks: the official page, blanks, the merged report."""
