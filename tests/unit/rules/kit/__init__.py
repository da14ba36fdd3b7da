"""Days and midnights."""
