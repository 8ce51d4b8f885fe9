"""The CSV files that ops bring: reading them row by row, what each column may hold, and writing them.

No database here: `records/importing.py` and `records/exporting.py` join the two.
"""
