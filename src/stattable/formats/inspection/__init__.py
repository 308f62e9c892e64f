"""What calamine does not show of a workbook."""
