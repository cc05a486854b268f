"""The two invented hospitals of the fleet, and the people in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

START = pd.Timestamp("2024-01-01")
"""The first day of every fleet; nothing depends on today."""


@dataclass(frozen=True)
class Site:
    """A hospital: how it writes names, and who works and is examined there."""

    name: str
    charset: str
    prefix: str
    surnames: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    operators: tuple[str, ...]
    """The first four work from the start, the other two come with a staff rotation."""


NORTH = Site(
    name="Ärztehaus Musterstadt",
    charset="ISO_IR 100",
    prefix="N",
    surnames=(
        "Testbild",
        "Prüfling",
        "Beispiel",
        "Mustermann",
        "Øvelse",
        "Échantillon",
        "Phantömli",
        "Ensayo",
        "Prøve",
        "Modèle",
    ),
    women=("Bärbel", "Zoé", "Tilda", "Åse", "Concepción", "Mirja"),
    men=("Jörg", "André", "Tor", "Íñigo", "Emil", "Søren"),
    operators=("MTR^Erste", "MTR^Zweiter", "MTR^Dritte", "MTR^Vierter", "MTR^Fünfte", "MTR^Sechster"),
)
SOUTH = Site(
    name="Szpital Przykładowy",
    charset="ISO_IR 192",
    prefix="S",
    surnames=(
        "Wzorzec",
        "Przykład",
        "Próbka",
        "Παράδειγμα",
        "Пример",
        "Örnek",
        "Mihon=見本",
        "Vzorek",
        "Şablon",
        "Etalonas",
    ),
    women=("Łucja", "Ελένη", "Жанна", "Hanako=花子", "Çiğdem", "Růžena"),
    men=("Paweł", "Γιώργος", "Борис", "Tarou=太郎", "Ağan", "Jiří"),
    operators=(
        "Technik^Żaneta",
        "Technik^Łukasz",
        "Technik^Ewa",
        "Technik^Jan",
        "Technik^Zofia",
        "Technik^Adam",
    ),
)


def people(site: Site, *, months: int, seed: int) -> pd.DataFrame:
    """Everyone who may be examined at a site, one row a person.

    Columns: PatientID, PatientName, PatientSex, birth (date), build (in standard deviations of
    patient size), height_m. The same person is met by every machine of the site.
    """
    return _people(site, months, seed).copy()


@cache
def _people(site: Site, months: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng([seed, ord(site.prefix)])
    n = 90 + 60 * months
    is_woman = rng.random(n) < 0.6
    days_old = rng.integers(19 * 365, 89 * 365, n)
    number = rng.permutation(np.arange(100_000, 100_000 + 7 * n, 7))
    return pd.DataFrame(
        {
            "PatientID": [f"{site.prefix}{k}" for k in number],
            "PatientName": [_name(site, woman, k) for woman, k in zip(is_woman, number, strict=True)],
            "PatientSex": np.where(is_woman, "F", "M"),
            "birth": START - pd.to_timedelta(days_old, unit="D"),
            "build": rng.normal(0, 1, n),
            "height_m": np.where(is_woman, 1.65, 1.78) + rng.normal(0, 0.065, n),
        }
    )


def _name(site: Site, is_woman: bool, number: int) -> str:
    """A name, with an ideographic group where both of its parts have one (PS3.5 6.2.1)."""
    given = site.women if is_woman else site.men
    surname, first = site.surnames[number % len(site.surnames)], given[number // 7 % len(given)]
    plain = f"{surname.split('=')[0]}^{first.split('=')[0]}"
    if "=" in surname and "=" in first:
        return f"{plain}={surname.split('=')[1]}^{first.split('=')[1]}"
    return plain
