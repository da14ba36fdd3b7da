"""Storage floor: keys, drivers, base models, the write lock, lean connections, the event bus."""
