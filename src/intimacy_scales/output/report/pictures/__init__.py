"""The pictures of the reports: each takes plain figures and draws them in any width."""
