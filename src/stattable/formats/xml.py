"""Names of XML elements and attributes."""

from functools import lru_cache


@lru_cache(maxsize=1024)  # it is asked for every element and attribute, of which there are few kinds
def local_name(name: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]
