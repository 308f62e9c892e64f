"""Tables in documents that are no workbooks, as sheets."""
