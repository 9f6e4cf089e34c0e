"""How a filter is asked of a compiled release file."""

from catalog.core.terminology import Filter


class Question:
    """
    A filter as SQL: one table that lists places in order, and probes into the others.

    Every table has its places in order under what is asked of it, so the first one leads and
    nothing is ever sorted; the others are asked about one place at a time, by their keys.
    """

    def __init__(self) -> None:
        self.source = ""
        self.at = ""
        self.conditions: list[str] = []
        self.values: tuple[str | int, ...] = ()

    def add_words(self, match: str) -> None:
        """Ask for words; only as the first."""
        self.source, self.at = "words", "words.rowid"
        self.conditions.append("words MATCH ?")
        self.values += (match,)

    def add(self, table: str, column: str, **fixed: str | int) -> None:
        """Ask that a place stands in a table under fixed values."""
        alias = f"t{len(self.conditions)}"
        matches = " AND ".join(f"{alias}.{name} = ?" for name in fixed)
        if self.source:
            self.conditions.append(
                f"EXISTS (SELECT 1 FROM {table} {alias}"  # noqa: S608 - our own words only
                f" WHERE {matches} AND {alias}.{column} = {self.at})"
            )
        else:
            self.source, self.at = f"{table} {alias}", f"{alias}.{column}"
            self.conditions.append(matches)
        self.values += tuple(fixed.values())

    def add_standing(self, wanted: Filter) -> None:
        """Ask for the standing of concepts, last; without anything else it leads."""
        conditions = []
        values: tuple[str, ...] = ()
        if wanted.valid_on is not None or not wanted.retired:
            conditions.append("s.retired = 0")
        if wanted.valid_on is not None:
            day = wanted.valid_on.isoformat()
            conditions.append("s.valid_from <= ? AND (s.valid_to = '' OR ? < s.valid_to)")
            values = (day, day)
        if not self.source:
            self.source, self.at = "standing s", "s.place"
            self.conditions.extend(conditions)
        elif conditions:
            self.conditions.append(
                f"EXISTS (SELECT 1 FROM standing s WHERE s.place = {self.at}"  # noqa: S608
                f" AND {' AND '.join(conditions)})"
            )
        self.values += values

    @property
    def where(self) -> str:
        """All conditions."""
        return " AND ".join(self.conditions) or "1"

    @property
    def places(self) -> str:
        """The places after one, so many; two more values are asked for."""
        return (
            f"SELECT {self.at} AS at FROM {self.source} WHERE {self.where}"  # noqa: S608
            f" AND {self.at} > ? ORDER BY {self.at} LIMIT ?"
        )

    @property
    def count(self) -> str:
        """How many places."""
        return f"SELECT count(*) FROM {self.source} WHERE {self.where}"  # noqa: S608
