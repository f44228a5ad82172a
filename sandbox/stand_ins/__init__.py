"""What a build calls, in the place of the real thing: `aws`, `docker`, `pip` and the smoke test of an image."""
