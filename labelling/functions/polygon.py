"""Geometry of four-cornered polygons, without a library: a Lambda function carries none."""

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Corners in order, either way round, in pixels."""

LARGEST = 1e6
"""Pixels; no page is larger."""

SMALLEST_SIDE = 3.0
"""Pixels: no character can be read that is smaller."""


def fault(polygon: Polygon) -> str | None:
    """Why a polygon cannot be cut out of a page; None when it can.

    What crosses itself, or bends inward, has no inside that a line could be cut out by.
    """
    turns = [_turn(*polygon[index:], *polygon[:index]) for index in range(len(polygon))]
    if not (all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)):
        return "crosses itself or bends inward"
    # Squares, which are the same number in every language: the worker's page must refuse what is refused here.
    sides = [(x - polygon[i - 1][0]) ** 2 + (y - polygon[i - 1][1]) ** 2 for i, (x, y) in enumerate(polygon)]
    if min(sides) < SMALLEST_SIDE**2 or abs(area(polygon)) < SMALLEST_SIDE**2:
        return f"is smaller than {SMALLEST_SIDE:.0f} pixels"
    return None


def area(polygon: Polygon) -> float:
    """In square pixels, by the shoelace formula; positive where the corners run clockwise as seen on a screen."""
    return sum(polygon[i - 1][0] * y - x * polygon[i - 1][1] for i, (x, y) in enumerate(polygon)) / 2


def overlap(first: Polygon, second: Polygon) -> float:
    """Intersection over union of two convex polygons, from 0 to 1.

    The intersection is what Sutherland and Hodgman's clipping leaves (Communications of the ACM 17, 1974).
    """
    first, second = _clockwise(first), _clockwise(second)
    inside = list(first)
    for index, end in enumerate(second):
        inside = _clipped(inside, second[index - 1], end)
    common = area(tuple(inside)) if inside else 0.0
    return common / (area(first) + area(second) - common)


def _clockwise(polygon: Polygon) -> Polygon:
    return polygon if area(polygon) > 0 else polygon[::-1]


def _clipped(polygon: list[Point], start: Point, end: Point) -> list[Point]:
    """What of a polygon lies at the right of the line from start to end."""
    kept: list[Point] = []
    for index, corner in enumerate(polygon):
        before = polygon[index - 1]
        here, there = _turn(start, end, corner), _turn(start, end, before)
        if (here >= 0) != (there >= 0):
            share = there / (there - here)
            kept.append((before[0] + share * (corner[0] - before[0]), before[1] + share * (corner[1] - before[1])))
        if here >= 0:
            kept.append(corner)
    return kept


def _turn(start: Point, middle: Point, end: Point, *_: Point) -> float:
    """Positive where the way turns clockwise, as seen on a screen."""
    return (middle[0] - start[0]) * (end[1] - middle[1]) - (middle[1] - start[1]) * (end[0] - middle[0])
