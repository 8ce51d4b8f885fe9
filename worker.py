"""Runs a worker."""
