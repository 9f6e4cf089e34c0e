"""What the README says of the shipped content, written from it; run this to put it there."""

import re
import sys
from collections import Counter

from catalog.actions.reporting import COMPLETENESS, CONFIDENCE
from catalog.core.model import Field, Rule, Schema, members_of
from catalog.core.names import Kind
from tests.content.shipped import ROOT, tree
from tests.content.test_workbook import BINDINGS, KNOWN, MEANT

README = ROOT / "README.md"


def counts() -> str:
    """What is shipped of each kind, by the last release of each artefact."""
    rows = [
        "| kind | artefacts | releases | members | "
        + " | ".join((*COMPLETENESS, *CONFIDENCE))
        + " |",
        "|---|" + "--:|" * (3 + len(COMPLETENESS) + len(CONFIDENCE)),
    ]
    releases = tree().releases
    for kind in Kind:
        mine = [release for release in releases if release.key.kind is kind]
        if not mine:
            continue
        last = {release.key: release for release in mine}.values()
        complete = Counter(release.body.completeness for release in last)
        sure = Counter(release.body.confidence for release in last)
        members = sum(len(members_of(release.body)) for release in last)
        numbers = (
            len(last),
            len(mine),
            members,
            *(complete[name] for name in COMPLETENESS),
            *(sure[name] for name in CONFIDENCE),
        )
        rows.append(f"| {kind} | " + " | ".join(str(n or "–") for n in numbers) + " |")
    return "\n".join(rows)


def layouts() -> str:
    """The claim tables by release, in fields and rules."""
    rows = ["| release of XML0–XML15 | tables | fields | rules |", "|---|--:|--:|--:|"]
    tables = [
        r for r in tree().releases if isinstance(r.body, Schema) and "claim-xml" in r.key.slug
    ]
    for version in ("qd-130-2023", "qd-4750-2023", "qd-3176-2024"):
        members = [m for r in tables if r.version == version for m in r.body.members]
        many = sum(r.version == version for r in tables)
        fields = sum(isinstance(m, Field) for m in members)
        rules = sum(isinstance(m, Rule) for m in members)
        rows.append(f"| `{version}` | {many} | {fields} | {rules} |")
    return "\n".join(rows)


def differences() -> str:
    """What differs between the shipped layouts and those imported from the workbook, and why."""
    rows = ["| what differs | because |", "|---|---|"]
    rows += [f"| `{item}` of a field | {why} |" for item, why in MEANT.items()]
    former = ""
    for (table, version, name, item), why in KNOWN.items():
        former = former if why == "as above" else why
        rows.append(f"| `{item}` of `{table}.{name}` in `{version}` | {former} |")
    rows += [f"| binding to `{key}` | {why} |" for key, why in BINDINGS.items()]
    return "\n".join(rows)


TABLES = {"shipped": counts, "layouts": layouts, "differences": differences}


def with_tables(text: str) -> str:
    """The README with every table of this file as the content has it."""
    for name, made in TABLES.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        table = made()
        text = mark.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("README.md written\n")
