"""Sample data sets that ship with expectkit, and the scripts that make them."""
