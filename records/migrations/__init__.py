"""The migrations: how the tables of `records/tables.py` came to be. Run by `records/schema.py`, never by hand.

A file is named `NNNN_pre_deploy_what.py` or `NNNN_post_deploy_what.py`: pre runs before the new code is rolled out
(additions that the old code can live with), post after the last old process is gone (removals).
"""
