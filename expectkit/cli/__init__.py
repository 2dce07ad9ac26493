"""COMMANDS: one file per verb; `main` is the one place where errors become exit codes."""
