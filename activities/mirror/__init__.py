"""The providers' own lists of bounces, complaints and opt-outs, copied into ours. Ours is the authority."""
