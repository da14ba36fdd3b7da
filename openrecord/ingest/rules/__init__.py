"""The rules of arrival, pure: versions, copies, matching."""
