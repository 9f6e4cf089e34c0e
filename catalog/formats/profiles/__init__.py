"""Profiles: how the workbooks that state bodies circulate are read into candidates."""

from catalog.formats.profiles import (
    admin_units,
    claim_checks,
    claim_tables,
    icd9cm,
    icd10,
    table,
)
from catalog.formats.profiles.profile import Profile

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        icd10.PROFILE,
        icd9cm.PROFILE,
        claim_tables.PROFILE,
        claim_checks.PROFILE,
        admin_units.PROFILE,
        table.PROFILE,
    )
}
"""The profiles by name."""
