"""The timeline strip: releases as segments on an axis of days, as SVG written by us."""

from dataclasses import dataclass
from datetime import date

from catalog.core.release import Entry, Standing, Timeline

WIDTH = 960
"""Width of the drawing, in its own units; it scales to the page."""


MARGIN = 180
"""Days shown before the first release and after the last."""


@dataclass(frozen=True, slots=True)
class Segment:
    """
    A release on the axis.

    Attributes:
        x, width: in units of the drawing.
        transition: width of the hatched part at its start, during which the former still counts.
        chosen: whether the page shows this release.
    """

    entry: Entry
    standing: Standing
    x: float
    width: float
    transition: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole drawing: segments, where today and the asked day are, year marks."""

    segments: tuple[Segment, ...]
    day_x: float
    years: tuple[tuple[int, float], ...]
    width: int = WIDTH


def strip(timeline: Timeline, chosen: Entry, day: date) -> Strip:
    """The drawing of a timeline, with a margin of half a year on both sides."""
    spans = [(e, v) for e in timeline.entries if (v := timeline.validity(e)) is not None]
    first = moved(min([v.start for _, v in spans] + [day]), -MARGIN)
    last = moved(max([v.end or v.start for _, v in spans] + [day]), MARGIN)

    def at(moment: date) -> float:
        return round((moment - first).days / (last - first).days * WIDTH, 1)

    segments = tuple(
        Segment(
            entry=entry,
            standing=timeline.standing(entry, day),
            x=at(validity.start),
            width=max(2.0, at(validity.end or last) - at(validity.start)),
            transition=at(entry.transition_until) - at(validity.start)
            if entry.transition_until
            else 0.0,
            chosen=entry == chosen,
        )
        for entry, validity in spans
    )
    step = max(1, (last.year - first.year) // 10)
    years = tuple(
        (year, at(date(year, 1, 1)))
        for year in range(first.year + 1, last.year + 1)
        if year % step == 0
    )
    return Strip(segments, at(day), years)


def moved(day: date, days: int) -> date:
    """A day some days on; at the ends of the calendar it stays there."""
    number = day.toordinal() + days
    return date.fromordinal(min(max(number, date.min.toordinal()), date.max.toordinal()))
