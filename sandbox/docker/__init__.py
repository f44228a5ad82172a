"""What `--docker` adds: the engine, the images that it builds, and the containers that it runs."""
