"""Who is here: OpenID Connect sign-in and sessions. No passwords are stored."""
