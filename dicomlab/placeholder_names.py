"""Serial numbers and station names that name no machine: what anonymisers and installers write.

| kind | examples | source |
|---|---|---|
| unknown | UNKNOWN, NONE, N/A, null, undefined, Not Available, TBD | installers; BIDS (n/a) |
| removed | Anon, ANONYMIZED, removed, REDACTED, de-identified, masked | anonymisers (CTP, DicomCleaner) |
| name of the attribute | SN, Serial, DeviceSerialNumber, ID_STATION, AET | dummy values, PS3.15 Annex E |
| one character | 0, 000000, xxxxxxxxx, ----, 9999 | action X of PS3.15 with a value of the same length |
| counting | 12345, 0123456789, ABCDE | installers |
| default | localhost, test, dummy, default, MY_STATION | operating systems, installers |
"""

from __future__ import annotations

import re

_UNKNOWN = (
    "unknown unk unbekannt inconnu desconocido sconosciuto onbekend undefined undef unspecified "
    "unassigned none null nil  nan na notavailable notapplicable notset notknown notspecified nostation "
    "noserial novalue empty blank missing tbd todo  invalid"
)
_REMOVED = (
    "anon anonym anonyme anonymous anonymized anonymised anonymisiert anonymise anonymize "
    "anonimo anonimizado anonimizzato anonymiserad anonymiseret geanonimiseerd anonymizer anonymiser "
    "anonymization entfernt geloscht gelöscht supprimé supprime eliminado rimosso verwijderd protected "
    "pseudo deid deidentified deidentify pseudonymized pseudonymised "
    "pseudonym removed deleted cleared erased redacted  masked hidden confidential private withheld "
    "stripped scrubbed cleaned replaced phi"
)
_OWN_NAMES = (
    "serial serialnumber serialno serialnr serialnum deviceserialnumber deviceserial sn sno snr no nr "
    "num number id device  deviceid station stationname stationid idstation iddevice idserial "
    "idserialnumber idmachine idscanner name hostname  machine machineid scanner scannerid aet aetitle "
    "modality manufacturer model string value text"
)
_DEFAULTS = (
    "localhost localhostlocaldomain host computer console workstation pc server pacs dicom test tests "
    "testing demo dummy  default example sample fake foo bar foobar mystation myserial mydevice "
    "stationone anyscp storescp storescu"
)
_WORDS = frozenset(" ".join((_UNKNOWN, _REMOVED, _OWN_NAMES, _DEFAULTS)).split())
_PATTERN = re.compile(r"(?:test|default|serial|dummy)[^\w]*\d*|not? .*|0+|x+\d?|([^\W_])\1{2,}", re.I)
_PREFIX = re.compile(r"(?:sn|serial|no|nr|id)?[\W_]*", re.I)
_COUNTING = (
    "01234567890123456789",
    "12345678901234567890",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
)
_LEAST_COUNT = 5


def is_placeholder(name: str) -> bool:
    """Whether a serial number or the name of a station stands for none.

    >>> [is_placeholder(name) for name in ("ANONYMIZED", "ID_STATION", "000000", "71009", "CT1")]
    [True, True, True, False, False]
    """
    text = name.strip().casefold()[:64]
    bare = re.sub(r"[\W_]+", "", text)
    if not bare or bare in _WORDS or _PATTERN.fullmatch(text) or _PATTERN.fullmatch(bare):
        return True
    parts = [part for part in re.split(r"[\W_]+", text) if part]
    if all(part in _WORDS for part in parts) or _is_removed_by(parts) or _are_two_words(bare):
        return True
    count = _PREFIX.sub("", text, count=1)
    begins = len(count) > 2 and any(known.startswith(count) for known in _COUNTING)
    return begins or (len(bare) >= _LEAST_COUNT and any(bare in known for known in _COUNTING))


def _is_removed_by(parts: list[str]) -> bool:
    """Whether it says who removed the name, as in "removed by CTP"."""
    return len(parts) > 1 and parts[0] in _REMOVED.split() and parts[1] in ("by", "durch", "par", "por")


def _are_two_words(bare: str) -> bool:
    """Whether two of the words stand side by side, as in AnonStation."""
    return any(bare[:n] in _WORDS and bare[n:] in _WORDS for n in range(2, len(bare) - 1))
