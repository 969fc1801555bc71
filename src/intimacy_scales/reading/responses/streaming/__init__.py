"""Answers read batch by batch: decided on the first, vouched for after the last."""
