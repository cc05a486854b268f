"""When the frames of a dynamic study of nuclear medicine begin, from the durations of its phases.

PS3.3 C.8.4.14: a phase has frames of one duration, with a pause between each, and begins a delay after
the last frame of the phase before.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dicomlab.schema.columns import Column, public_column

_PHASES = "PhaseInformationSequence[*]"
_DURATION, _PAUSE, _COUNT, _DELAY = (
    f"{_PHASES}.{keyword}"
    for keyword in ("ActualFrameDuration", "PauseBetweenFrames", "NumberOfFramesInPhase", "PhaseDelay")
)
PHASE_HELPERS: tuple[Column, ...] = tuple(public_column(path) for path in (_DURATION, _PAUSE, _COUNT, _DELAY))


def phase_times(helpers: pa.Table, row: np.ndarray, vectors: dict[str, pa.Array]) -> pa.Array | None:
    """Milliseconds from the first frame to each; null where the file does not tell, None if none does.

    A frame is one of its phase by TimeSliceVector, else by its place among the frames of its phase,
    detector and energy window.
    """
    durations = helpers[_DURATION]
    if durations.null_count == len(durations):
        return None
    found = np.full(len(row), np.nan)
    for file in np.flatnonzero(durations.is_valid().to_numpy()).tolist():
        frames = np.flatnonzero(row == file)
        phases = _phases({name: helpers[name][file].as_py() for name in (_DURATION, _PAUSE, _COUNT, _DELAY)})
        if phases is not None and len(frames):
            found[frames] = _of_frames(phases, {k: _whole(v, frames) for k, v in vectors.items()})
    return pa.array(found, mask=np.isnan(found))


def _phases(said: dict[str, list[float | None] | None]) -> tuple[np.ndarray, np.ndarray] | None:
    """When each phase begins, and how long after each other its frames do; None where that is not said."""
    durations = said[_DURATION] or []
    n = len(durations)
    pauses, delays = (said[name] or [0.0] * n for name in (_PAUSE, _DELAY))
    counts = said[_COUNT] or [None] * n
    if not n or {len(pauses), len(delays), len(counts)} != {n}:
        return None
    duration, pause, count, delay = (
        np.array([np.nan if v is None else v for v in values], np.float64)
        for values in (durations, pauses, counts, delays)
    )
    pause, delay = np.nan_to_num(pause), np.nan_to_num(delay)
    length = count * duration + (count - 1) * pause
    return np.concatenate([[0.0], np.cumsum(length[:-1] + delay[1:])]), duration + pause


def _of_frames(phases: tuple[np.ndarray, np.ndarray], vectors: dict[str, np.ndarray]) -> np.ndarray:
    starts, steps = phases
    phase, number = vectors["nm_phase"], vectors["nm_time_slice"]
    if np.isnan(phase).all() and len(starts) == 1:
        phase = np.ones(len(phase))
    if np.isnan(number).all():
        number = _places(np.stack([phase, vectors["nm_detector"], vectors["nm_energy_window"]], axis=1))
    is_known = (phase >= 1) & (phase <= len(starts)) & (number >= 1)
    at = np.where(is_known, phase, 1).astype(np.int64) - 1
    return np.where(is_known, starts[at] + (number - 1) * steps[at], np.nan)


def _places(groups: np.ndarray) -> np.ndarray:
    """The place of each row among the rows that are like it, from 1."""
    _, which = np.unique(np.nan_to_num(groups), axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(which))[:-1]])
    places = np.empty(len(which))
    places[order] = np.arange(len(which)) - begins[which[order]] + 1
    return places


def _whole(values: pa.Array, at: np.ndarray) -> np.ndarray:
    return values.take(pa.array(at)).cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
