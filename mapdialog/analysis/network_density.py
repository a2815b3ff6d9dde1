"""Density along streets: pins per km of street, smoothed by the heat kernel of the network.

Source: McSwiggan, Baddeley & Nair 2017. On a straight street the kernel is a Gaussian; at a junction it goes
on into all streets, at a dead end it turns back, and its mass is 1 on any network. The kernels that share
equally at junctions either break there or look at every path; this one is one diffusion for all pins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.streets import NO_STREET, StreetNetwork, StreetPins

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PIECES_PER_BANDWIDTH = 8.0  # keeps the error below 1 % of the peak
_SHORTEST = 1 / 200  # of a bandwidth; what is shorter would cost much and change nothing
_SMALL = 1e-10  # a term of the series that is smaller is left out
_M_PER_KM = 1000.0


@dataclass(frozen=True, kw_only=True)
class NetworkParameters:
    """How streets are looked at; nothing has a default."""

    bandwidth_m: float  # standard deviation of the kernel, along the street
    lixel_m: float  # streets are shown in parts of equal length, at most so long


@dataclass(frozen=True)
class NetworkDensity:
    """Parts of streets, one after another. All (lixels,).

    `street`: number in the network; `from_m`, `to_m` along it; `per_km`: pins per km of street, the mean over
    the part. `n`: pins that count; `n_off`: pins too far from any street, that do not.
    """

    street: Ints
    from_m: Floats
    to_m: Floats
    per_km: Floats
    bandwidth_m: float
    n: int
    n_off: int


def network_density(
    pins: StreetPins, *, network: StreetNetwork, parameters: NetworkParameters
) -> NetworkDensity:
    """Σ of heat kernels around the pins at a street, after the time bandwidth²/2 has gone.

    A street shorter than a two-hundredth of the bandwidth is taken to be so long; without any the density
    adds up to the pins that count. A street that ends where the network ends turns the kernel back, so none
    is lost there either. Within 1 % of the peak. Raises ValueError for a bandwidth or lixel that is not
    positive.
    """
    if not (parameters.bandwidth_m > 0 and parameters.lixel_m > 0):
        raise ValueError("bandwidth_m and lixel_m must be positive")
    pieces = _Pieces.of(network, parameters=parameters)
    counted = pins.street != NO_STREET
    heat = pieces.diffused(
        pieces.laid(pins.street[counted], at_m=pins.at_m[counted]), time=parameters.bandwidth_m**2 / 2
    )
    street = np.repeat(np.arange(len(pieces.lixels)), pieces.lixels)
    number = np.arange(len(street)) - np.repeat(np.cumsum(pieces.lixels) - pieces.lixels, pieces.lixels)
    lixel_m = (network.length_m / pieces.lixels)[street]
    return NetworkDensity(
        street=street,
        from_m=number * lixel_m,
        to_m=(number + 1) * lixel_m,
        per_km=np.maximum(pieces.means(heat), 0.0) * _M_PER_KM,
        bandwidth_m=parameters.bandwidth_m,
        n=int(counted.sum()),
        n_off=pins.n_off,
    )


@dataclass(frozen=True)
class _Pieces:
    """Streets cut finely: piece by piece from vertex to vertex; heat is known at the vertices.

    `lixels`, `per_lixel`, `first`, `step_m`: (streets,). `start`, `end`, `length_m`: (pieces,).
    `mass_m`: (vertices,) half of what meets there.
    """

    lixels: Ints
    per_lixel: Ints  # pieces
    first: Ints  # piece
    step_m: Floats
    start: Ints
    end: Ints
    length_m: Floats
    mass_m: Floats

    @classmethod
    def of(cls, network: StreetNetwork, *, parameters: NetworkParameters) -> _Pieces:
        finest_m = parameters.bandwidth_m / _PIECES_PER_BANDWIDTH
        lixels = np.ceil(network.length_m / parameters.lixel_m).astype(np.int64)
        per_lixel = np.ceil(network.length_m / lixels / finest_m).astype(np.int64)
        numbers = lixels * per_lixel
        first = np.cumsum(numbers) - numbers
        street = np.repeat(np.arange(len(numbers)), numbers)
        piece = np.arange(len(street))
        # a street of k pieces has k − 1 vertices of its own, numbered after the nodes
        own = network.n_nodes + piece - street
        start = np.where(piece == first[street], network.ends[street, 0], own - 1)
        end = np.where(piece == (first + numbers - 1)[street], network.ends[street, 1], own)
        step_m = np.maximum(network.length_m / numbers, parameters.bandwidth_m * _SHORTEST)
        length_m = step_m[street]
        vertices = network.n_nodes + len(piece) - len(numbers)
        mass_m = sum(np.bincount(side, weights=length_m / 2, minlength=vertices) for side in (start, end))
        return cls(
            lixels, per_lixel, first, network.length_m / numbers, start, end, length_m, np.asarray(mass_m)
        )

    def laid(self, street: Ints, *, at_m: Floats) -> Floats:
        """(vertices,) pins per metre, each shared between the ends of its piece, nearer ones having more."""
        along = at_m / self.step_m[street]
        most = (self.lixels * self.per_lixel)[street] - 1
        number = np.clip(np.floor(along).astype(np.int64), 0, most)
        part = np.clip(along - number, 0.0, 1.0)
        piece = self.first[street] + number
        pins = np.bincount(self.start[piece], weights=1 - part, minlength=len(self.mass_m))
        pins += np.bincount(self.end[piece], weights=part, minlength=len(self.mass_m))
        return pins / self.mass_m

    def means(self, heat: Floats) -> Floats:
        """(lixels,) of values at the vertices."""
        middle = (heat[self.start] + heat[self.end]) / 2
        sizes = np.repeat(self.per_lixel, self.lixels)
        return np.asarray(np.add.reduceat(middle, np.cumsum(sizes) - sizes) / sizes)

    def diffused(self, heat: Floats, *, time: float) -> Floats:
        """exp(−time · A) heat, as Chebyshev's series on what A can be; A is what flows off per metre."""
        flow = 1 / self.length_m
        all_flow = sum(
            np.bincount(side, weights=flow, minlength=len(heat)) for side in (self.start, self.end)
        )
        largest = float((2 * all_flow / self.mass_m).max())
        series = _series(time * largest)

        def shifted(values: Floats) -> Floats:
            off = flow * (values[self.start] - values[self.end])
            net = np.bincount(self.start, weights=off, minlength=len(values))
            net -= np.bincount(self.end, weights=off, minlength=len(values))
            return np.asarray(net * (2 / largest) / self.mass_m - values)

        before, now = heat, shifted(heat)
        total = series[0] * before + series[1] * now
        for weight in series[2:]:
            before, now = now, 2 * shifted(now) - before
            total += weight * now
        return np.asarray(total)


def _series(most: float) -> Floats:
    """Chebyshev's coefficients of exp(−z) for z from 0 to `most`, on the axis stretched to −1 … 1."""
    terms = int(np.ceil(8 * np.sqrt(most) + 64))
    angle = np.pi * np.arange(2 * terms) / terms
    coefficients = np.fft.rfft(np.exp(-most / 2 * (1 + np.cos(angle)))).real / terms
    coefficients[0] /= 2
    enough = int(np.flatnonzero(np.abs(coefficients) > _SMALL)[-1]) + 1
    return np.asarray(coefficients[: max(enough, 2)])
