"""The river on one page: which station follows which; the worker."""
