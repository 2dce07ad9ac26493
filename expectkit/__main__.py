"""Run ``python -m expectkit``."""

from expectkit.cli.main import main

if __name__ == "__main__":
    main()
