"""What the templates of the portal are given: words for what the stations know."""
