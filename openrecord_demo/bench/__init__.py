"""`make bench`: how fast the whole flow is, with the physical limit measured beside it in the same run.

Nothing here passes or fails by the clock; a run fails only where an answer was not what it should be.
"""
