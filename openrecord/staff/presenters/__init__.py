"""From values of the stations to what the staff templates print. Pure."""
