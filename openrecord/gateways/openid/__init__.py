"""Sign-in at an OpenID provider: NHS login for patients, CIS2 or another provider for staff."""
