"""Erasure (G5): what is cleared, who stays out, what still answers."""
