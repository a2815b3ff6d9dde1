"""What they say there: words and phrases that more people say in a hotspot than in the rest.

Source: Monroe, Colaresi & Quinn 2008 (log-odds with an informative Dirichlet prior), counted by people.
Everything shown was written by somebody; no text is made.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.words import StopWords, runs_of, terms_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_DECIMALS = 9  # so that the same counts give the same order


@dataclass(frozen=True, kw_only=True)
class WordingParameters:
    """What is compared and shown; nothing has a default."""

    longest: int  # words in a phrase; 3
    prior_count: float  # how many counts the consultation's own wording weighs; 500
    least_people: int  # in the hotspot, and elsewhere, in a language; fewer are refused; 10
    least_saying: int  # people in the hotspot who say a word that is shown; 3
    level: float  # largest p of a word that is shown; 0.05
    replicates: int  # how often the people are dealt out anew; 999
    seed: int
    same_people: float  # share of a word's people who say the other too: the two say the same; 0.8
    most_terms: int  # 10
    most_quotes: int  # 3
    shortest_quote: int  # words; 4
    stop_words: StopWords  # by language; where a language has none, no word is left out


@dataclass(frozen=True)
class Term:
    """A word or phrase, in small letters. `n_people`, `n_elsewhere`: how many say it there, and elsewhere.

    `p`: how often, were the people dealt out by chance, any word would have a z as large.
    """

    text: str
    n_people: int
    n_elsewhere: int
    log_odds: float
    z: float
    p: float

    @property
    def words(self) -> list[str]:
        """One to `longest`."""
        return self.text.split(" ")


@dataclass(frozen=True)
class Quote:
    """A text of the hotspot, whole. `index`: which; `nearness`: cosine to the centre of the words, 0 to 1."""

    index: int
    nearness: float


@dataclass(frozen=True)
class Wording:
    """What people say in one language; both may be empty: then nothing is said more there than elsewhere."""

    n_people: int
    n_elsewhere: int
    terms: tuple[Term, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class TooFewPeople:
    """The refusal: fewer than `least_people` wrote words in this language, in the hotspot or elsewhere."""

    n_people: int
    n_elsewhere: int
    least_people: int


def wording(
    text: Sequence[str],
    *,
    language: Sequence[str],
    sender: Ints,
    inside: Bools,
    parameters: WordingParameters,
) -> dict[str, Wording | TooFewPeople]:
    """For each language that is written in the hotspot: its words, or the refusal.

    `text`, `language`, `sender`, `inside`: (n,) of all comments of the consultation; `sender` as
    `people.senders` numbers them; `inside`: lies in the hotspot. Which texts there are is the caller's
    matter: leave out what is withheld, not yet read, or not published to those who will read the result.
    Texts of different languages are never compared. The order of the texts changes nothing but `index`.
    Raises ValueError where they are not equally many.
    """
    if not len(text) == len(language) == len(sender) == len(inside):
        raise ValueError("text, language, sender and inside must be equally many")
    return {
        code: _of_language(
            [index for index in range(len(text)) if language[index] == code],
            text=text,
            stop_words=parameters.stop_words.get(code, frozenset()),
            sender=sender,
            inside=inside,
            parameters=parameters,
        )
        for code in sorted({code for code, is_there in zip(language, inside, strict=True) if is_there})
    }


def log_odds(
    n: npt.ArrayLike,
    *,
    n_elsewhere: npt.ArrayLike,
    total: int,
    total_elsewhere: int,
    prior_count: float,
) -> tuple[Floats, Floats]:
    """How much more a word is said here than elsewhere: δ = ln(odds here / odds elsewhere), and z = δ/σ.

    `n`, `n_elsewhere`: (words,) counts, of sums `total` and `total_elsewhere` over the whole vocabulary.
    The prior of a word is `prior_count` times its share of all counts. Where there is but one word δ is 0.
    Source: Monroe, Colaresi & Quinn 2008. Raises ValueError for a word that nobody says, a count above its
    total, or no prior.
    """
    here, there = np.asarray(n, dtype=np.float64), np.asarray(n_elsewhere, dtype=np.float64)
    possible = (here >= 0) & (there >= 0) & (here <= total) & (there <= total_elsewhere) & (here + there > 0)
    if not (possible.all() and prior_count > 0):
        raise ValueError("each word must be said, at most as often as all together, and the prior be above 0")
    prior = prior_count * ((here + there) / (total + total_elsewhere))
    others = np.maximum(total + prior_count - here - prior, 0.0)
    others_there = np.maximum(total_elsewhere + prior_count - there - prior, 0.0)
    several = (others > 0) & (others_there > 0)
    odds = (here + prior) / np.where(several, others, 1.0)
    odds_there = (there + prior) / np.where(several, others_there, 1.0)
    delta = np.where(several, np.log(odds / odds_there), 0.0)
    return delta, delta / np.sqrt(1 / (here + prior) + 1 / (there + prior))


def _of_language(
    indexes: list[int],
    *,
    text: Sequence[str],
    stop_words: frozenset[str],
    sender: Ints,
    inside: Bools,
    parameters: WordingParameters,
) -> Wording | TooFewPeople:
    """Everybody counts once per word in the hotspot, and once elsewhere, however often they write it."""
    terms = {
        index: terms_of(text[index], longest=parameters.longest, stop_words=stop_words) for index in indexes
    }
    here = _by_person((index for index in indexes if inside[index]), terms=terms, sender=sender)
    elsewhere = _by_person((index for index in indexes if not inside[index]), terms=terms, sender=sender)
    if min(len(here), len(elsewhere)) < parameters.least_people:
        return TooFewPeople(len(here), len(elsewhere), parameters.least_people)
    shown = _without_repetition(_more_there(here, elsewhere, parameters), here=here, parameters=parameters)
    quotes = _quotes(
        {index: terms[index] for index in indexes if inside[index]},
        shown=shown,
        text=text,
        sender=sender,
        parameters=parameters,
    )
    return Wording(len(here), len(elsewhere), tuple(shown), tuple(quotes))


def _by_person(
    indexes: Iterable[int], *, terms: dict[int, frozenset[str]], sender: Ints
) -> dict[int, set[str]]:
    """For each person who wrote a word that counts, all that he or she says."""
    by_person: dict[int, set[str]] = {}
    for index in indexes:
        if terms[index]:
            by_person.setdefault(int(sender[index]), set()).update(terms[index])
    return by_person


def _more_there(
    here: dict[int, set[str]], elsewhere: dict[int, set[str]], parameters: WordingParameters
) -> list[Term]:
    """What enough people say there, and more than chance explains; words and phrases are one vocabulary."""
    counts = Counter(term for terms in here.values() for term in terms)
    counts_elsewhere = Counter(term for terms in elsewhere.values() for term in terms)
    candidates = [term for term, n in counts.items() if n >= parameters.least_saying]
    delta, z = log_odds(
        [counts[term] for term in candidates],
        n_elsewhere=[counts_elsewhere[term] for term in candidates],
        total=counts.total(),
        total_elsewhere=counts_elsewhere.total(),
        prior_count=parameters.prior_count,
    )
    maxima = _null_maxima([*here.values(), *elsewhere.values()], n_here=len(here), parameters=parameters)
    as_large = (maxima[:, None] >= np.round(z, _DECIMALS)).sum(axis=0)
    p = (1 + as_large) / (parameters.replicates + 1)
    terms = [
        Term(
            text, counts[text], counts_elsewhere[text], *(round(float(value), _DECIMALS) for value in values)
        )
        for text, *values in zip(candidates, delta, z, p, strict=True)
    ]
    return [term for term in terms if term.z > 0 and term.p <= parameters.level]


def _null_maxima(voices: list[set[str]], *, n_here: int, parameters: WordingParameters) -> Floats:
    """(replicates,) the largest z of any word if chance deals out who of all these people is there.

    `voices`: what each says. Whole people are dealt, so that those who write much, or the same as others
    write, do so in the replicates too.
    """
    in_order = sorted(sorted(voice) for voice in voices)  # whatever order the comments came in
    counts = Counter(term for voice in in_order for term in voice)
    number = {term: i for i, term in enumerate(t for t, n in counts.items() if n >= parameters.least_saying)}
    spoken = [np.array([number[term] for term in voice if term in number], dtype=int) for voice in in_order]
    n_said = np.array([counts[term] for term in number], dtype=np.int64)
    length = np.array([len(voice) for voice in in_order])
    rng = np.random.default_rng(parameters.seed)
    maxima = np.zeros(parameters.replicates)
    for replicate in range(parameters.replicates):
        there = rng.permutation(len(in_order))[:n_here]
        n = np.bincount(np.concatenate([spoken[voice] for voice in there]), minlength=len(number))
        enough = n >= parameters.least_saying
        total = int(length[there].sum())
        _, z = log_odds(
            n[enough],
            n_elsewhere=(n_said - n)[enough],
            total=total,
            total_elsewhere=int(length.sum()) - total,
            prior_count=parameters.prior_count,
        )
        maxima[replicate] = z.max(initial=0.0)
    return np.round(maxima, _DECIMALS)


def _without_repetition(
    terms: list[Term], *, here: dict[int, set[str]], parameters: WordingParameters
) -> list[Term]:
    """Of terms that share a word and say the same, one; the largest z first.

    A phrase is left out where a part of it has a z at least as large and is said by others too: it is more
    only because its part is. Then, the longest first, a term is left out where nearly all its people say a
    remaining one that shares a word with it.
    """
    people = {term.text: {person for person, own in here.items() if term.text in own} for term in terms}
    words = {term.text: set(term.words) for term in terms}

    def says_the_same(term: Term, other: Term) -> bool:
        both = len(people[term.text] & people[other.text])
        return (
            not words[term.text].isdisjoint(words[other.text])
            and both >= parameters.same_people * term.n_people
        )

    by_length = sorted(terms, key=lambda term: (-len(term.words), -term.z, term.text))
    remaining: list[Term] = []
    for term in by_length:
        parts = (other for other in terms if other != term and f" {other.text} " in f" {term.text} ")
        is_its_part = any(part.z >= term.z and not says_the_same(part, term) for part in parts)
        if not is_its_part and not any(says_the_same(term, other) for other in remaining):
            remaining.append(term)
    return sorted(remaining, key=lambda term: (-term.z, -term.n_people, term.text))[: parameters.most_terms]


def _quotes(
    terms: dict[int, frozenset[str]],
    *,
    shown: list[Term],
    text: Sequence[str],
    sender: Ints,
    parameters: WordingParameters,
) -> list[Quote]:
    """The texts nearest to the centre of the words, each of another person and in other words.

    A text is the vector of its different terms, each 1; the centre is the vector of the shown terms, each its
    z; nearness is the cosine between them. A text that says much of what is shown, and little else, is near.
    Of equals the shorter, then the first by letters, then by number of the sender.
    """
    length = math.sqrt(sum(term.z**2 for term in shown))
    ranked = []
    for index, own in terms.items():
        z = sum(term.z for term in shown if term.text in own)
        if z > 0 and sum(map(len, runs_of(text[index]))) >= parameters.shortest_quote:
            nearness = round(z / (length * math.sqrt(len(own))), _DECIMALS)
            ranked.append((-nearness, len(text[index]), text[index], int(sender[index]), index))
    quotes: list[Quote] = []
    people: set[int] = set()
    wordings: set[tuple[tuple[str, ...], ...]] = set()
    for nearness, _, words, person, index in sorted(ranked):
        same_words = tuple(map(tuple, runs_of(words)))
        if person not in people and same_words not in wordings and len(quotes) < parameters.most_quotes:
            quotes.append(Quote(index, -nearness))
            people.add(person)
            wordings.add(same_words)
    return quotes
