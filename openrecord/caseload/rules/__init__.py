"""The pure rules of requests: what one is, what may come next, when it is due, how far it was reviewed."""
