"""Who may see whose record: ceilings, grants, codes 103/104/106, proxies, Sight."""
