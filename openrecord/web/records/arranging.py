"""Arranging the entries of one page: by year, and those that belong under others of the same page beneath them."""

from collections.abc import Callable, Mapping, Sequence

from openrecord.web.records.values import Group, Line, Shown
from openrecord.web.text import gettext as _


def by_year(page: Sequence[Shown], line: Callable[[Shown], Line]) -> tuple[Group, ...]:
    """A group for each year, in the order of the page."""
    years: dict[str, list[Line]] = {}
    for shown in page:
        years.setdefault(shown.date[-4:], []).append(line(shown))
    return tuple(Group(year or _("No date given"), tuple(lines)) for year, lines in years.items())


class Nest:
    """The entries of a page, in order: which stand at the top, and which under each of those.

    `parents` maps the reference of an entry to that of the entry it belongs to; references outside the page do not
    count, and circles (panels that name each other) end at the first entry met.
    """

    def __init__(self, page: Sequence[Shown], parents: Mapping[str, str]) -> None:
        present = {shown.reference for shown in page}
        self._parents = {child: parent for child, parent in parents.items() if parent in present and child != parent}
        self._under: dict[str, list[Shown]] = {}
        self.tops: list[Shown] = []
        for shown in page:
            reference = shown.reference
            top = self._top(reference)
            if top == reference:
                self.tops.append(shown)
            else:
                self._under.setdefault(top, []).append(shown)

    def _top(self, reference: str) -> str:
        above = self._parents.get(reference)
        if above is None:
            return reference
        if above not in self._parents:
            return above
        seen = [reference]
        while (parent := self._parents.get(seen[-1])) is not None:
            if parent in seen:
                return min(seen[seen.index(parent) :])
            seen.append(parent)
        return seen[-1]

    def under(self, shown: Shown) -> Sequence[Shown]:
        """Every entry below `shown`, at whatever depth, in the order of the page."""
        return self._under.get(shown.reference, ())
