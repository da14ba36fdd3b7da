"""4. The patient is told that there is something new, without clinical content."""
