import os

os.environ["OPENPYXL_LXML"] = "False"  # as stattable.writing has it: tests import openpyxl by themselves, and sooner
