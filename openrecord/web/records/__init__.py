"""How record entries are shown: from R4 JSON to values that templates print. Shared by the portal and staff preview."""
