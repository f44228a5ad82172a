"""The sandbox's own processes, what they add to moto, and how they begin and end."""
