"""OpenRecord: safe, explainable patient access to GP records. Read docs/flow.md first."""
