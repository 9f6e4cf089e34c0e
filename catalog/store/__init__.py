"""Keeping: the register, the drafts and the built artefacts."""
