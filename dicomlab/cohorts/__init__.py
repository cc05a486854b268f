"""Which part of an archive is used: chosen step by step, counted, kept, and made again."""
