"""Sheets → what a return says."""
