"""Internal consistency from one covariance matrix: coefficients, intervals, bounds, the item table."""
