"""Telling people that there is something new, by real carriers' protocols over sockets."""
