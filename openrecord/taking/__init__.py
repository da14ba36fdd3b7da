"""7. What people take along of their record: files that the worker makes, and links that show a part to somebody."""
