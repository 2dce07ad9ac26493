"""GATE: fresh scored cases against a promise, before launch."""
