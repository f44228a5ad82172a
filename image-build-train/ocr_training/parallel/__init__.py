"""The processes and hosts of a job, and what they tell each other."""
