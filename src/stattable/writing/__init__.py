"""Workbooks, blank and merged."""
