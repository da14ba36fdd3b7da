"""How PostgreSQL is to plan our statements: follow an index to few rows, in its order.

Left to itself the planner plans each prepared statement anew, which costs more than running it, and where it knows
little of a table it sorts a whole record (measured: 5.5 ms, not 0.4). Statements that read whole tables say so in
their own transaction.
"""

OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "plan_cache_mode=force_generic_plan",
        "jit=off",
        "enable_seqscan=off",
        "enable_bitmapscan=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "enable_sort=off",
    )
)
"""Start-up options of a connection, as libpq takes them."""
