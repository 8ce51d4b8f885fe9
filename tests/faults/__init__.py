"""Storms: what happens when processes and servers are killed while plays run."""
