"""The rules of access: who may see."""
