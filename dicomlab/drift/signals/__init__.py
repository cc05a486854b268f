"""Comparable values of one parameter on one machine, and how days scatter."""
