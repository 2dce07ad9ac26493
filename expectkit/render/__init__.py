"""Pages: a `Document` drawn as HTML, PDF, Markdown and for notebooks. Nothing here computes or rounds a number."""
