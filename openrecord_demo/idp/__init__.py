"""The demo's OpenID provider: behaves as NHS login (for staff, as CIS2) does, with made-up people to choose from."""
