"""The tables, one file a subject; `records.tables` gathers them."""
