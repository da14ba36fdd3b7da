"""The database itself refuses to change or remove what the trail holds (a second lock beside the role's rights)."""

TABLES = ("audit_change", "audit_seal", "audit_root")

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END $$
"""


def triggers(vendor: str, table: str) -> tuple[str, ...]:
    """The statements that make `table` append-only on "postgresql" or "sqlite"."""
    if vendor == "postgresql":
        acts = "BEFORE UPDATE OR DELETE OR TRUNCATE"
        return (f"CREATE TRIGGER {table}_append_only {acts} ON {table} EXECUTE FUNCTION audit_refuse()",)
    return tuple(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act.lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        for act in ("UPDATE", "DELETE")
    )
