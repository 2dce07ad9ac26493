"""Numbers: scores in; counts, rates, daily volumes and their ranges out. Pure: arrays in, values out."""
