"""Workbooks that office programs open and calamine does not, or not rightly, written anew in the way that it reads."""
