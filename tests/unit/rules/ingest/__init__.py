"""The rules of arrival."""
