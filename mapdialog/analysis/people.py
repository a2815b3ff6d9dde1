"""People before comments: what is counted is persons at a place, not how often each of them wrote."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.clusters import dbscan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNKNOWN = -1
_DISTANCES_AT_ONCE = 250_000
_LINKED_AT_ONCE = 64  # pins of one person; more are linked as clusters are
_SLACK = 1e-9  # a square is smaller by this, so that rounding brings no two points too far apart into one
_SQUARES_AROUND = sorted(
    ((up, right) for up in range(-2, 3) for right in range(-2, 3) if 0 < up**2 + right**2 < 8),
    key=lambda step: step[0] ** 2 + step[1] ** 2,  # the nearest first: most are met there
)


@dataclass(frozen=True, kw_only=True)
class PeopleParameters:
    """When pins are one person's at one place; nothing has a default."""

    link_m: float  # a person's pins so near, or linked by others so near, are one spot; 500
    same_sending_m: float  # unknown contributors: the same words so near …
    same_sending_s: float  # … and so soon are one sending; 10 m and 600 s
    same_position_m: float  # two spots so near are at the same position; 25


@dataclass(frozen=True)
class Senders:
    """Who sent each of n pins. `sender`: (n,) whole numbers from 0; one for each unknown sending."""

    sender: Ints
    n_unknown_pins: int
    n_unknown_sendings: int

    @property
    def unknown_share(self) -> float:
        """Unknown sendings among all senders; above 0.2 the words say "persons not known"."""
        return self.n_unknown_sendings / max(int(self.sender.max(initial=-1)) + 1, 1)


@dataclass(frozen=True)
class PersonSpots:
    """A person's own pins, linked, at their medoid; each spot weighs 1.

    `pin`: (spots,) index of the pin at the medoid. `sender`: (spots,). `n_pins`: (spots,) how many pins each
    holds. `spot_of_pin`: (n,) which spot each pin belongs to.
    """

    pin: Ints
    sender: Ints
    n_pins: Ints
    spot_of_pin: Ints

    def each(self) -> tuple[Ints, Ints]:
        """(persons,) how many spots and how many pins each person has."""
        _, person, spots = np.unique(self.sender, return_inverse=True, return_counts=True)
        pins = np.bincount(person, weights=self.n_pins).astype(np.int64)
        return spots.astype(np.int64), pins


def senders(
    person: Ints, *, xy_m: Floats, time_s: Floats, text_class: Ints, parameters: PeopleParameters
) -> Senders:
    """Who sent what, when some are not known: equal words, near and soon after each other, are one sending.

    `person`: (n,) UNKNOWN where nobody knows. `xy_m`: (n, 2) metres. `time_s`: (n,) seconds. `text_class`:
    (n,) the same number for the same words. A double tap or a retry is thus not two people; two people who
    wrote the same at one bus stop within minutes count once.
    """
    known, of_known = np.unique(person[person != UNKNOWN], return_inverse=True)
    unknown = np.flatnonzero(person == UNKNOWN)
    order = unknown[np.lexsort((time_s[unknown], text_class[unknown]))]
    a, b = _same_sendings(order, xy_m=xy_m, time_s=time_s, text_class=text_class, parameters=parameters)
    roots, sending = np.unique(_components(len(person), a, b)[unknown], return_inverse=True)
    sender = np.empty(len(person), dtype=np.int64)
    sender[person != UNKNOWN] = of_known
    sender[unknown] = len(known) + sending
    return Senders(sender, len(unknown), len(roots))


def person_spots(xy_m: Floats, *, sender: Ints, parameters: PeopleParameters) -> PersonSpots:
    """Each person's pins by single linkage within `link_m`, each link at its medoid.

    `xy_m`: (n, 2) metres, finite; leave out pins off the ground. A person is counted at two distant places,
    never twice at home. The medoid is the pin with the least summed distance to the others, of equals the
    first. Spots are in the order of their persons. Raises ValueError for points that are not finite.
    """
    label = linked(xy_m, person=sender, link_m=parameters.link_m)
    pin = medoids(xy_m, label=label)
    return PersonSpots(pin, sender[pin], np.bincount(label, minlength=len(pin)), label)


def one_by_lot(sender: Ints, *, pin: Ints, seed: int) -> Ints:
    """(persons,) the index of one pin of each, by lot, ascending. `sender`: (n,) of pins.

    `pin`: (n,) a number of its own for each, the same whatever else is sent later: so the lot of a person
    who writes no more stays as it fell. Where each pin lies as an exposure says, these lie so independently,
    however a person's pins lie to each other: what is left when nothing is to be assumed of that.
    """
    order = np.lexsort((_lots(pin, seed=seed), sender))
    _, first = np.unique(sender[order], return_index=True)
    return np.asarray(np.sort(order[first]), dtype=np.int64)


def _lots(pin: Ints, *, seed: int) -> npt.NDArray[np.uint64]:
    """(n,) a lot for each number: SplitMix64's mixing (Steele, Lea & Flood 2014)."""
    lot = pin.astype(np.uint64) + np.uint64((1 + seed) * 0x9E3779B97F4A7C15 % 2**64)
    lot = (lot ^ (lot >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    lot = (lot ^ (lot >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return lot ^ (lot >> np.uint64(31))


def first_there(xy_m: Floats, *, same_position_m: float) -> Bools:
    """(n,) whether no earlier one of these points lies within `same_position_m`. `xy_m`: (n, 2), finite.

    Memory grows with n alone, however many lie at one crossing: of the points in a square whose diagonal is
    the distance only the first can be the first there, and it is compared square by square.
    """
    is_first = np.zeros(len(xy_m), dtype=np.bool_)
    if len(xy_m) == 0:
        return is_first
    square = np.floor((xy_m - xy_m.min(axis=0)) / (same_position_m / math.sqrt(2) * (1 - _SLACK)))
    column, row = square.astype(np.int64).T + 2
    columns = int(column.max()) + 3
    key = row * columns + column
    order = np.argsort(key, kind="stable").astype(np.int64)
    keys, starts, pins = np.unique(key[order], return_index=True, return_counts=True)
    first = order[starts]
    is_open = np.ones(len(keys), dtype=np.bool_)
    for up, right in _SQUARES_AROUND:
        here = np.flatnonzero(is_open)
        there = np.minimum(np.searchsorted(keys, keys[here] + up * columns + right), len(keys) - 1)
        meets = (keys[there] == keys[here] + up * columns + right) & (first[there] < first[here])
        here, there = here[meets], there[meets]
        each = np.repeat(here, pins[there])
        nth = np.arange(len(each)) - np.repeat(np.cumsum(pins[there]) - pins[there], pins[there])
        earlier = order[np.repeat(starts[there], pins[there]) + nth]
        apart = ((xy_m[earlier] - xy_m[first[each]]) ** 2).sum(axis=1)
        is_open[each[(apart <= same_position_m**2) & (earlier < first[each])]] = False
    is_first[first[is_open]] = True
    return is_first


def linked(xy_m: Floats, *, person: Ints, link_m: float) -> Ints:
    """(n,) labels from 0, by person: pins of one person that single linkage joins have the same one."""
    _, index, pins = np.unique(person, return_inverse=True, return_counts=True)
    label = np.arange(len(xy_m), dtype=np.int64)
    order = np.argsort(index, kind="stable").astype(np.int64)
    starts = np.cumsum(pins) - pins
    for size in np.unique(pins[pins > 1]):
        if size > _LINKED_AT_ONCE:
            break
        of_size = order[starts[pins == size][:, None] + np.arange(size)]
        for members in _parts(of_size, each=size**2):
            label[members] = np.take_along_axis(members, _joined(xy_m[members], link_m=link_m), axis=1)
    many = order[np.repeat(pins > _LINKED_AT_ONCE, pins)]
    if len(many):
        label[many] = many[_joined_of_many(xy_m[many], person=index[many], link_m=link_m)]
    by_person = np.lexsort((label, index))
    new = np.ones(len(label), dtype=np.bool_)
    new[1:] = label[by_person][1:] != label[by_person][:-1]
    ranked = np.empty(len(label), dtype=np.int64)
    ranked[by_person] = np.cumsum(new) - 1
    return ranked


def _parts(members: Ints, *, each: int) -> list[Ints]:
    """The same groups, so many at once as there is memory for. `each`: distances of one group."""
    at_once = max(int(_DISTANCES_AT_ONCE // each), 1)
    return np.split(members, range(at_once, len(members), at_once))


def _joined_of_many(xy_m: Floats, *, person: Ints, link_m: float) -> Ints:
    """(n,) for each pin the first that single linkage joins it with: all persons at once, moved apart."""
    _, number = np.unique(person, return_inverse=True)
    low = xy_m.min(axis=0)
    apart = math.ceil(float((xy_m - low).max()) + 2 * link_m)  # whole metres
    moved = xy_m - low + np.column_stack([number * apart, np.zeros(len(number))])
    joined, _ = dbscan(moved, distance_m=link_m, minimum=1)
    _, first = np.unique(joined, return_index=True)
    return np.asarray(first[joined], dtype=np.int64)


def _joined(points: Floats, *, link_m: float) -> Ints:
    """(groups, members) for each point the first member that single linkage joins it with."""
    near = ((points[:, :, None] - points[:, None]) ** 2).sum(axis=3) <= link_m**2
    size = points.shape[1]
    first = np.broadcast_to(np.arange(size), points.shape[:2])
    while True:
        lowest = np.where(near, first[:, None, :], size).min(axis=2)
        lowest = np.take_along_axis(lowest, lowest, axis=1)
        if (lowest == first).all():
            return np.asarray(first, dtype=np.int64)
        first = lowest


def medoids(xy_m: Floats, *, label: Ints) -> Ints:
    """(labels,) for each label the index of the point with the least summed distance to the others of it."""
    order = np.argsort(label, kind="stable").astype(np.int64)
    sizes = np.bincount(label)
    starts = np.cumsum(sizes) - sizes
    medoid = order[starts]
    for size in np.unique(sizes[sizes > 2]):  # of two, the first
        labels = np.flatnonzero(sizes == size)
        for some in _parts(labels, each=size**2):
            members = order[starts[some][:, None] + np.arange(size)]
            nearest = _summed_distances(xy_m[members]).argmin(axis=1, keepdims=True)
            medoid[some] = np.take_along_axis(members, nearest, axis=1)[:, 0]
    return np.asarray(medoid)


def _summed_distances(points: Floats) -> Floats:
    """(groups, members) metres, rounded so that equals are equal. `points`: (groups, members, 2)."""
    total = np.zeros(points.shape[:2])
    step = max(int(_DISTANCES_AT_ONCE // (points.shape[0] * points.shape[1])), 1)
    for first in range(0, points.shape[1], step):
        squared = np.zeros((*points.shape[:2], min(step, points.shape[1] - first)))
        for axis in (0, 1):
            values = points[..., axis]
            squared += (values[:, :, None] - values[:, None, first : first + step]) ** 2
        total += np.sqrt(squared, out=squared).sum(axis=2)
    return np.round(total, 6)


def _same_sendings(
    order: Ints, *, xy_m: Floats, time_s: Floats, text_class: Ints, parameters: PeopleParameters
) -> tuple[Ints, Ints]:
    """Pairs of pins of one sending. `order`: by words, then by time; each is compared with the next ones."""
    first, second = [order[:0]], [order[:0]]
    for lag in range(1, len(order)):
        a, b = order[:-lag], order[lag:]
        soon = (text_class[a] == text_class[b]) & (time_s[b] - time_s[a] <= parameters.same_sending_s)
        if not soon.any():
            break
        a, b = a[soon], b[soon]
        near = np.hypot(*(xy_m[a] - xy_m[b]).T) <= parameters.same_sending_m
        first.append(a[near])
        second.append(b[near])
    return np.concatenate(first), np.concatenate(second)


def _components(n: int, a: Ints, b: Ints) -> Ints:
    """(n,) for each the lowest index that pairs (a, b) join it with."""
    root = np.arange(n, dtype=np.int64)
    while True:
        low = np.minimum(root[a], root[b])
        new = root.copy()
        np.minimum.at(new, root[a], low)
        np.minimum.at(new, root[b], low)
        new = new[new]
        if (new == root).all():
            return root
        root = new
