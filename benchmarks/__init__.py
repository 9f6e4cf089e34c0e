"""What performance claims rest on: ratios measured in one run, printed, never a timed test."""
