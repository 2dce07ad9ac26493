"""FILES: config, score files, the output bundle."""
