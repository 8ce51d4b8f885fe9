"""What ops type."""
