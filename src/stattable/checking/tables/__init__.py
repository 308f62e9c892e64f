"""Documents that hold a table, but are no workbook: Word, web pages, Excel's XML, text."""
