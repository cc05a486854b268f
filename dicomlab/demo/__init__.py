"""A simulated fleet of scanners with known faults, and the answer key."""

from dicomlab.demo.fleet import make_fleet, truth

__all__ = ["make_fleet", "truth"]
