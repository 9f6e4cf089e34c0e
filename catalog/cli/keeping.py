"""Commands that keep: init, load, import, drafts, submit, approve, publish, verify, rebuild."""

from datetime import date
from pathlib import Path

import click
import msgspec

from catalog.actions import editing
from catalog.actions.finding import reindex as index_again
from catalog.actions.importing import accept, preview, write_report
from catalog.actions.loading import load as load_sources
from catalog.cli.terminal import DAY, FINDINGS, KEY, Terminal, progress
from catalog.core.errors import BadRequest
from catalog.core.events import verify as verify_chain
from catalog.core.names import Key
from catalog.formats.profiles import PROFILES
