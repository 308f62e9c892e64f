"""All that makes workbooks for the tests: returns, pages, pictures, and files of every kind by hand."""
