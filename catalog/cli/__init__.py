"""Speaking to a terminal."""
