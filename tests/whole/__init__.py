"""Whole runs on real parts: webhook in, workflow, gate, mail out. Days pass under the runs' own skipped clocks."""
