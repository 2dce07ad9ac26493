"""AGREEMENT: what was promised, in terms that can be checked. Pure: values in, values out."""
