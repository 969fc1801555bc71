"""What every room stands on: errors, whole files, progress, results, wording."""
