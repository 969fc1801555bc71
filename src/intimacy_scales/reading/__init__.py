"""What platforms write into a plain table, and that table into vouched answers."""
