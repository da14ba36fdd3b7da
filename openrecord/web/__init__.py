"""Page floor: middleware, security headers, audiences, components."""
