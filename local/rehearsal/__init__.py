"""Rehearsal: a play on the real engine under a skipped clock, with ghosts for recipients and a scratch ledger."""
