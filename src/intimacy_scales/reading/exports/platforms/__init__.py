"""One module a platform; the registry lists them."""
