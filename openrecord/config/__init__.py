"""The composition root: settings, URL map, WSGI entry, command line. Nobody imports it."""
