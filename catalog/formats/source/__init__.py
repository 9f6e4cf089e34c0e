"""Source folders: what is shipped or kept in git, as text that a steward can edit and review."""

from catalog.formats.source.folder import SourcedRelease, SourceTree, fingerprint, read_folder

__all__ = ["SourceTree", "SourcedRelease", "fingerprint", "read_folder"]
