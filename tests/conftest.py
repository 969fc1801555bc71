"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# a test is never timed: how long an example takes says how busy the machine is, not whether the code is right
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
