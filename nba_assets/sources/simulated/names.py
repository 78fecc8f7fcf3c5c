"""Names of fictional players."""

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Abel Adrian Alvin Amari Anders Arlo Bastian Beckett Boone Bram Brooks Cale Casper Cedric Clay Cormac Dario Dax "
    "Desmond Dorian Eamon Edgar Eli Emeka Ezra Felix Finley Garrett Gideon Grant Hollis Hugo Ike Ivo Jabari Jarek "
    "Jonas Jules Keanu Kellan Kofi Lamar Lars Leif Lucan Malik Mateo Micah Milan Nico Noel Obi Odin Omari Otis Pascal "
    "Quincy Rafael Reuben Roman Rowan Silas Soren Stellan Tariq Tavian Theo Tobias Ulric Vance Vito Wendell Xavi Zane"
)
_LAST_START = _words(
    "Ald Ash Bar Bel Bran Cal Cor Crest Dal Dun Elm Fair Fen Gar Glen Hal Hart Hol Kel Kirk Lang Lin Mar Mel Mor Nor "
    "Oak Pem Quill Rad Ran Sel Stan Thorn Tol Ver Wal Wes Win York"
)
_LAST_END = _words(
    "berry bourne by croft dale den field ford gate ham hurst ley low mere more ridge stead ton wick worth"
)


def player_names(count: int, rng: np.random.Generator) -> np.ndarray:
    """Distinct names, at most as many as there are combinations."""
    endings = len(_LAST_END)
    surnames = len(_LAST_START) * endings
    chosen = rng.choice(len(_FIRST) * surnames, count, replace=False)
    return np.array(
        [
            f"{_FIRST[number // surnames]} {_LAST_START[number % surnames // endings]}{_LAST_END[number % endings]}"
            for number in chosen
        ],
        dtype=object,
    )
