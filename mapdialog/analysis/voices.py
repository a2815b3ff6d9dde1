"""One voice for many: people who wrote at one place within minutes of each other, as a school class does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from mapdialog.analysis.people import PeopleParameters, PersonSpots, medoids

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_SCALE = 1e-3  # metres and seconds: finer than any phone says
_A_LITTLE_MORE = 1.0 + 1e-6  # scaled coordinates are rounded; what is near is then measured as it is


@dataclass(frozen=True)
class Voices:
    """Person-spots in which those that were sent together are one.

    `spots`: one for each voice; its `sender` is the first of its persons, its `n_pins` are all of theirs.
    `n_persons`: (voices,) how many persons it holds: above 1 the words say "25 people, sent together".
    """

    spots: PersonSpots
    n_persons: Ints


def sent_together(
    spots: PersonSpots, *, xy_m: Floats, time_s: Floats, parameters: PeopleParameters
) -> Voices:
    """Spots of different persons at one place, of which pins were sent together, count once.

    `spots` as `person_spots` gives them; `xy_m`: (n, 2) metres, `time_s`: (n,) seconds, of all pins; a time
    that is not known (NaN) joins nobody. Two spots are one voice if they lie within `same_sending_m` of each
    other, and a pin of one within `same_sending_m` and `same_sending_s` of a pin of the other; and so on, in
    a chain. A voice lies at the medoid of its spots, of equals the first. Persons keep their spots elsewhere.
    Costs as much as there are such pairs of pins: of a thousand people at one place half a million.
    """
    a, b = _sent_together(spots, xy_m=xy_m, time_s=time_s, parameters=parameters)
    n_spots = len(spots.pin)
    joins = coo_array((np.ones(len(a)), (a, b)), shape=(n_spots, n_spots))
    _, joined = connected_components(joins, directed=False)
    _, first, index = np.unique(joined, return_index=True, return_inverse=True)
    voice = np.argsort(np.argsort(first))[index].astype(np.int64)  # in the order of their first spots
    voice_of_pin = voice[spots.spot_of_pin]
    pin = spots.pin[medoids(xy_m[spots.pin], label=voice)]
    n_pins = np.bincount(voice_of_pin, minlength=len(pin)).astype(np.int64)
    of_person = np.unique(np.column_stack([voice, spots.sender]), axis=0)[:, 0]
    n_persons = np.bincount(of_person, minlength=len(pin)).astype(np.int64)
    return Voices(PersonSpots(pin, spots.sender[np.sort(first)], n_pins, voice_of_pin), n_persons)


def _sent_together(
    spots: PersonSpots, *, xy_m: Floats, time_s: Floats, parameters: PeopleParameters
) -> tuple[Ints, Ints]:
    """Pairs of spots, some more than once."""
    apart_m, apart_s = parameters.same_sending_m, parameters.same_sending_s
    known = np.flatnonzero(np.isfinite(time_s))
    scale = np.maximum([apart_m, apart_m, apart_s], _LEAST_SCALE)
    scaled = np.column_stack([xy_m, time_s])[known] / scale
    pairs = cKDTree(scaled).query_pairs(_A_LITTLE_MORE, p=np.inf, output_type="ndarray")
    i, j = known[pairs].T
    a, b = spots.spot_of_pin[i], spots.spot_of_pin[j]
    lie_m = xy_m[spots.pin]
    together = (
        (spots.sender[a] != spots.sender[b])
        & (np.abs(time_s[i] - time_s[j]) <= apart_s)
        & (np.hypot(*(xy_m[i] - xy_m[j]).T) <= apart_m)
        & (np.hypot(*(lie_m[a] - lie_m[b]).T) <= apart_m)
    )
    return a[together], b[together]
