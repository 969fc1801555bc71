"""Arrays in, figures out: numpy and scipy only; knows no bank."""
