"""Pages for practice staff."""
