"""The rules of Sight, pure: registrations and windows, codes 103/104/106, viewers, scopes, masks."""
