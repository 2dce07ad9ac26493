"""A verdict in the formats that teams read: terminal, JUnit, GitHub, GitLab, Markdown, JSON."""
