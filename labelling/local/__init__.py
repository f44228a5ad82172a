"""The worker's page on this machine, without AWS."""
