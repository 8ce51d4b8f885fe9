"""The providers lists, copied: stand-ins with the answers their documentation gives."""
