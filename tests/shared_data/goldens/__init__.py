"""Expected digests and counts of real records; never their content."""
