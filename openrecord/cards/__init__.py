"""Cards: proof of a vaccination that somebody takes along, signed here and checked anywhere (SMART Health Cards)."""
