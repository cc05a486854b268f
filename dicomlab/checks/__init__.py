"""What is wrong with an archive: checks over tables, each finding with evidence and what to do.

>>> from dicomlab.checks.base import Check
>>> from dicomlab.checks.engine import CHECKS
"""
