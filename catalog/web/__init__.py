"""Speaking HTTP."""
