"""DATA AT SCALE: one pass over the scored cases, where they lie, leaves a `Tally`."""
