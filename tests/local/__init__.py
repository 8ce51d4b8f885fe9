"""The embedded stack, on the real thing: real processes, real kills, real ports."""
